//! Answers that have no words of their own, told by the names of what stands in them: lines of a label and a value, and
//! rows where several things of a kind have nothing within them. Everything keeps the order in which it came.

use super::answer;
use super::failure::Failure;
use super::names::Names;
use super::rows::aligned;
use super::words::{counted_words, kind_words};
use crate::words::{label, say, state_words, told, value_words};
use ledger_spec::casefile::{Cause, Life, Mark, Sight};
use ledger_spec::definition::{Disclosure, Domain, Polarity, Severity};
use ledger_spec::event::{Kind, Phase, ReportKind, RevocationReason, Role};
use ledger_spec::id::{AuthorityId, SubjectKind};
use ledger_spec::projection::{Counted, State};
use ledger_spec::request::Purpose;
use ledger_spec::time::ValidTime;
use ledger_spec::wording::{Language, Words};
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use std::fmt;

/// A value of JSON with its members in their order.
enum Node {
    Nothing,
    Truth(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Nothing)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
                Ok(Node::Truth(truth))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
                Ok(Node::Number(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
                Ok(Node::Number(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
                Ok(Node::Number(number.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Node::List(list))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Node::Object(members))
            }
        }
        deserializer.deserialize_any(InOrder)
    }
}

/// What proves an answer, and says nothing to people.
const PROOFS: [&str; 2] = ["checkpoint", "opening"];

/// An answer by the names of what stands in it.
pub(super) fn plain(text: &str, names: &Names, language: Language) -> Result<String, Failure> {
    let unread = |error| Failure::unreachable(say!("another answer than expected: {}", told(&error)));
    let answer = serde_json::from_str(answer::object(text)?).map_err(unread)?;
    let mut out = String::new();
    Telling { names, language }.lines(&answer, 0, &mut out);
    Ok(out)
}

struct Telling<'a> {
    names: &'a Names,
    language: Language,
}

impl Telling<'_> {
    /// The members of an object, below one another.
    fn lines(&self, node: &Node, depth: usize, out: &mut String) {
        let Node::Object(members) = node else { return };
        let members =
            members.iter().filter(|(name, node)| !PROOFS.contains(&name.as_str()) && !node.is_nothing());
        let (flat, deep): (Vec<_>, Vec<_>) = members.partition(|(_, node)| node.is_flat());
        let rows = flat.into_iter().map(|(name, node)| vec![self.label(name), self.value(name, node)]);
        let within = "  ".repeat(depth);
        for line in aligned(Vec::new(), rows).lines() {
            *out += &format!("{within}{line}\n");
        }
        for (name, node) in deep {
            *out += &format!("{within}{}{}\n", self.label(name), self.language.pick("：", ":"));
            match node {
                Node::List(items) => self.items(items, depth + 1, out),
                node => self.lines(node, depth + 1, out),
            }
        }
    }

    /// Several things of a kind: rows where they have nothing within them, else one after another.
    fn items(&self, items: &[Node], depth: usize, out: &mut String) {
        let within = "  ".repeat(depth);
        let objects: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                Node::Object(members) => Some(members),
                _ => None,
            })
            .collect();
        let is_flat = |members: &&Vec<(String, Node)>| members.iter().all(|(_, node)| node.is_flat());
        if objects.len() == items.len() && objects.iter().all(is_flat) {
            let mut columns: Vec<&str> = Vec::new();
            for (name, _) in objects.iter().copied().flatten() {
                if !columns.contains(&name.as_str()) {
                    columns.push(name);
                }
            }
            let cell = |members: &Vec<(String, Node)>, column: &&str| {
                let found = members.iter().find(|(name, _)| name == column);
                found.map_or_else(String::new, |(name, node)| self.value(name, node))
            };
            let header = columns.iter().map(|name| self.label(name)).collect();
            let rows =
                objects.into_iter().map(|members| columns.iter().map(|one| cell(members, one)).collect());
            for line in aligned(header, rows).lines() {
                *out += &format!("{within}{line}\n");
            }
            return;
        }
        for (number, item) in (1..).zip(items) {
            *out += &format!("{within}[{number}]\n");
            self.lines(item, depth + 1, out);
        }
    }

    fn label(&self, name: &str) -> String {
        label(name).text(self.language)
    }

    /// What has nothing within it, on a line.
    fn value(&self, name: &str, node: &Node) -> String {
        match node {
            Node::Nothing => String::new(),
            Node::Truth(true) => self.language.pick("是", "yes").to_owned(),
            Node::Truth(false) => self.language.pick("否", "no").to_owned(),
            Node::Number(number) => number.clone(),
            Node::Text(text) => self.text(name, text),
            Node::List(items) if items.is_empty() => self.language.pick("无", "none").to_owned(),
            Node::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(name, item)).collect();
                items.join(self.language.pick("、", ", "))
            }
            Node::Object(members) => {
                let tag = self.language.pick("zh", "en");
                let said = members.iter().find(|(language, _)| language == tag);
                said.map_or_else(String::new, |(_, node)| self.value(name, node))
            }
        }
    }

    fn text(&self, name: &str, text: &str) -> String {
        let language = self.language;
        let authority = || AuthorityId::parse(text).map(|id| self.names.authority(&id, language));
        match name {
            "issuer" | "authority" | "successor" | "source" => {
                authority().unwrap_or_else(|_| text.to_owned())
            }
            "type" | "list" => self.names.item(text, language),
            _ => value(name, text).map_or_else(|| instant(text, language), |words| words.text(language)),
        }
    }
}

impl Node {
    const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether it stands on one line: a value, values, or a name in both languages.
    fn is_flat(&self) -> bool {
        match self {
            Self::Nothing | Self::Truth(_) | Self::Number(_) | Self::Text(_) => true,
            Self::List(items) => items.iter().all(|item| !matches!(item, Self::List(_)) && item.is_flat()),
            Self::Object(members) => {
                members.iter().map(|(name, _)| name.as_str()).eq(["zh", "en"])
                    || members.iter().map(|(name, _)| name.as_str()).eq(["en", "zh"])
            }
        }
    }
}

/// An instant as people write it; what is none stays as it is.
fn instant(text: &str, language: Language) -> String {
    let at = Some(text).filter(|text| text.contains('T')).and_then(|text| ValidTime::parse(text).ok());
    at.map_or_else(|| text.to_owned(), |at| at.said(language))
}

/// A value of a closed vocabulary, by what the field is called that holds it.
fn value(name: &str, text: &str) -> Option<Words> {
    fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
        let text: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
        T::deserialize(text).ok()
    }
    fn of<T: DeserializeOwned>(text: &str) -> Option<Words>
    where
        Words: From<T>,
    {
        read::<T>(text).map(Words::from)
    }
    match name {
        "bars" | "domain" => of::<Domain>(text),
        "cause" => of::<Cause>(text),
        "disclosure" => of::<Disclosure>(text),
        "kind" => read::<Kind>(text)
            .map(kind_words)
            .or_else(|| of::<SubjectKind>(text))
            .or_else(|| of::<ReportKind>(text)),
        "life" => of::<Life>(text),
        "mark" => of::<Mark>(text),
        "phase" => of::<Phase>(text),
        "polarity" => of::<Polarity>(text),
        "purpose" => Purpose::parse(text).map(Words::from),
        "reason" => of::<RevocationReason>(text),
        "roles" => of::<Role>(text),
        "severity" => of::<Severity>(text),
        "what" => of::<Domain>(text).or_else(|| of::<ReportKind>(text)),
        "sight" => of::<Sight>(text),
        "state" => read::<State>(text).map(state_words).or_else(|| read::<Counted>(text).map(counted_words)),
        _ => None,
    }
    .or_else(|| value_words(name, text))
}

#[cfg(test)]
mod tests;
