//! Answers in words, for people: Chinese or English.

use serde_json::Value;
use std::fmt::Write as _;

/// The languages of this ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

impl Language {
    /// What `LC_ALL`, `LC_MESSAGES` or `LANG` say, in this order.
    pub(super) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        if set.is_some_and(|value| value.starts_with("zh")) { Self::Zh } else { Self::En }
    }

    const fn of(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The word for a state, a life or a status; words unknown here are shown as they are.
    fn word(self, word: &str) -> &str {
        let (zh, en) = match word {
            "no-record" => ("本账本无记录", "no record here"),
            "registered" => ("已登记", "registered"),
            "record-in-force" => ("有有效记录", "record in force"),
            "listed" => ("在名单中", "on a list"),
            "repair-pending" => ("信用修复审理中", "repair pending"),
            "nothing-in-force" => ("有记录，该时点无有效事项", "nothing in force at that time"),
            "withheld" => ("另有不公开事项", "more that is not public"),
            "not-yet" => ("尚未生效", "not yet"),
            "in-force" => ("有效", "in force"),
            "ended" => ("已终止", "ended"),
            "revoked" => ("原决定被撤销", "the decision was revoked"),
            "sealed" => ("已封存", "sealed"),
            "repaired" => ("已准予修复", "repair was granted"),
            "removed" => ("已移出", "taken off the list"),
            "taken-back" => ("已撤回", "taken back"),
            "expired" => ("期限届满", "its term is over"),
            "ground-ended" => ("所依据的事项已终止", "what it rests on has ended"),
            "superseded" => ("被新的结果取代", "a later one took its place"),
            "corrected" => ("已更正", "corrected"),
            "annotated" => ("附有主体说明", "with the subject's own words"),
            "under-review" => ("正在复议或诉讼", "under review"),
            "objected" => ("异议处理中", "an objection is open"),
            "objection-overdue" => {
                ("异议逾期未决，暂停公示", "an objection is overdue: publication suspended")
            }
            "objection-upheld" => ("异议成立，待更正", "an objection was upheld: to be corrected"),
            "held" => ("保全中", "a hold stands"),
            "publication-stayed" => ("依法暂停公示", "publication is stayed"),
            "masked" => ("破产重整、和解期间屏蔽", "masked during reorganisation"),
            "exempted" => ("措施已豁免", "exempted"),
            "not-verified" => ("历史数据迁移", "came in through a migration"),
            other => return other,
        };
        self.of(zh, en)
    }
}

/// A subject's standing.
pub(super) fn subject(answer: &Value, language: Language) -> String {
    let mut out = String::new();
    let at = language.of("截至", "valid at");
    line(&mut out, &format!("{}  ({at} {})", text(answer, "subject"), text(answer, "valid_at")));
    for state in items(answer, "states") {
        let because = numbers(state, "because");
        let rules: Vec<_> = items(state, "rules").filter_map(Value::as_str).collect();
        let mut words = format!("  {}", language.word(text(state, "state")));
        if !because.is_empty() {
            let _ = write!(words, "  [{} {because}; {}]", language.of("条目", "entries"), rules.join(", "));
        }
        line(&mut out, &words);
    }
    if let Some(name) = answer.pointer("/registration/name").and_then(Value::as_str) {
        line(&mut out, &format!("  {}: {name}", language.of("登记名称", "registered name")));
    }
    for (member, zh, en) in
        [("records", "记录", "record"), ("listings", "名单", "list"), ("repairs", "修复", "repair")]
    {
        for one in items(answer, member) {
            line(&mut out, &statement(one, language.of(zh, en), language));
        }
    }
    out
}

/// One record, listing or repair on a line, and below it what ends it and what has to be said beside it.
fn statement(one: &Value, what: &str, language: Language) -> String {
    let named = ["type", "list", "target"].iter().map(|name| text(one, name)).find(|text| !text.is_empty());
    let mut out = format!(
        "  {what} #{} {}: {}, {} {} ({})",
        number(one, "entry"),
        named.unwrap_or_default(),
        language.word(text(one, "life")),
        language.of("自", "from"),
        day(text(one, "valid_from")),
        text(one, "issuer"),
    );
    if let Some(row) = one.get("row").and_then(Value::as_object) {
        let cells: Vec<_> = row.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let _ = write!(out, "\n      {}", cells.join("; "));
    }
    for step in items(one, "steps") {
        let (kind, from, reason) = (text(step, "kind"), day(text(step, "valid_from")), text(step, "reason"));
        let _ = write!(out, "\n      {kind} #{} {from} {reason}", number(step, "entry"));
    }
    if let Some(end) = one.get("end").filter(|end| end.is_object()) {
        let until = language.of("终止于", "ends");
        let _ =
            write!(out, "\n      {until} {}: {}", day(text(end, "at")), language.word(text(end, "cause")));
    }
    let marks: Vec<_> = items(one, "marks").map(|mark| language.word(text(mark, "mark"))).collect();
    if !marks.is_empty() {
        let _ = write!(out, "\n      {}", marks.join("; "));
    }
    let unverified: Vec<_> = items(one, "not_verified").filter_map(Value::as_str).collect();
    if !unverified.is_empty() {
        let words = language.of("本账本未核验", "not verified by this ledger");
        let _ = write!(out, "\n      {words}: {}", unverified.join(", "));
    }
    out
}

/// A projection without words of its own, as indented data.
pub(super) fn plain_data(answer: &Value) -> String {
    let mut shown = answer.clone();
    if let Some(members) = shown.as_object_mut() {
        members.remove("checkpoint");
    }
    // A value that was read always writes.
    serde_json::to_string_pretty(&shown).unwrap_or_default() + "\n"
}

/// A page of a history.
pub(super) fn events(answer: &Value) -> String {
    let mut out = String::new();
    for one in items(answer, "events") {
        out.push_str(&entry(one));
    }
    if let Some(next) = answer.get("next").and_then(Value::as_u64) {
        line(&mut out, &format!("... --before {next}"));
    }
    out
}

/// One entry on a line.
pub(super) fn entry(answer: &Value) -> String {
    let event = answer.get("event").unwrap_or(&Value::Null);
    format!(
        "#{} {} {} {} -> {} ({})\n",
        number(answer, "index"),
        text(answer, "recorded_at"),
        text(event, "kind"),
        text(event, "issuer"),
        text(event, "subject"),
        day(text(event, "valid_from")),
    )
}

/// The rows of a list, with their columns on top.
pub(super) fn rows(lines: &str, language: Language) -> String {
    let rows: Vec<Columns> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut out = String::new();
    if let Some(first) = rows.first() {
        line(&mut out, &first.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\t"));
    }
    for row in &rows {
        line(&mut out, &row.0.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\t"));
    }
    line(&mut out, &format!("# {} {}", rows.len(), language.of("行", "rows")));
    out
}

/// Authorities, their roles and keys.
pub(super) fn authorities(answer: &Value, language: Language) -> String {
    let mut out = String::new();
    for one in items(answer, "authorities") {
        let roles: Vec<_> = items(one, "roles").filter_map(Value::as_str).collect();
        line(
            &mut out,
            &format!("{}  {}  [{}]", text(one, "id"), name(one, "name", language), roles.join(", ")),
        );
        for key in items(one, "keys") {
            let revoked = key.get("revoked").filter(|revoked| revoked.is_object());
            let end = revoked.map(|r| format!("  {} #{}", text(r, "reason"), number(r, "entry")));
            line(&mut out, &format!("  {}{}", text(key, "key"), end.unwrap_or_default()));
        }
    }
    out
}

/// Types and lists.
pub(super) fn catalogue(answer: &Value, language: Language) -> String {
    let mut out = String::new();
    for (member, zh, en) in [("types", "类型", "type"), ("lists", "名单", "list")] {
        for one in items(answer, member) {
            let basis: Vec<_> = items(one, "basis").map(|basis| text(basis, "title")).collect();
            line(
                &mut out,
                &format!(
                    "{} {}  {}  [{}, {}]  {}",
                    language.of(zh, en),
                    text(one, "code"),
                    name(one, "title", language),
                    text(one, "polarity"),
                    text(one, "disclosure"),
                    basis.join("; ")
                ),
            );
        }
    }
    out
}

/// Columns and values of one row, in their order.
struct Columns(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Columns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Columns;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
                let mut columns = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    columns.push(pair);
                }
                Ok(Columns(columns))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn items<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, member: &str) -> u64 {
    value.get(member).and_then(Value::as_u64).unwrap_or_default()
}

fn numbers(value: &Value, member: &str) -> String {
    let all: Vec<_> = items(value, member).map(plain).collect();
    all.join(", ")
}

fn name<'a>(value: &'a Value, member: &str, language: Language) -> &'a str {
    value.get(member).map(|name| text(name, language.of("zh", "en"))).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The day of an RFC 3339 instant.
fn day(instant: &str) -> &str {
    instant.get(..10).unwrap_or(instant)
}

/// A server's answer about a subject, in the reader's language.
pub(super) fn standing_in_words(answer: &Value) -> String {
    subject(answer, Language::of_environment())
}
