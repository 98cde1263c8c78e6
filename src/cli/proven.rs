//! What was found right offline, for programs and for people.

use ledger_spec::audit::{AuditStatement, ProvenEntry, VerifiedEntry};
use ledger_spec::event::DisclosedField;
use serde::Serialize;
use tlog::bytes::to_hex;

/// Something that was found right.
pub(super) trait Found: Serialize {
    /// In words, for people.
    fn in_words(&self) -> String;
}

/// What a receipt proves.
#[derive(Serialize)]
pub(super) struct Proven {
    right: bool,
    origin: String,
    index: u64,
    size: u64,
    recorded_at: String,
    entry_hash: String,
    event: String,
    kind: &'static str,
    issuer: String,
    subject: String,
    signed_by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audited: Option<Audited>,
}

/// A personal field that the event names.
#[derive(Serialize)]
struct Shown {
    name: String,
    value: String,
}

/// An entry that holds together, wherever it stands.
#[derive(Serialize)]
pub(super) struct Alone {
    right: bool,
    index: u64,
    entry_hash: String,
    kind: &'static str,
    signed_by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Shown>,
}

impl Proven {
    /// What a receipt that holds says.
    pub(super) fn of(proven: &ProvenEntry, fields: Vec<DisclosedField>, audited: Option<Audited>) -> Self {
        let (verified, checkpoint) = (&proven.verified, proven.checkpoint.checkpoint());
        let stated = verified.event.event();
        Self {
            right: true,
            origin: checkpoint.origin().to_string(),
            index: verified.index.get(),
            size: checkpoint.size().get(),
            recorded_at: verified.recorded_at.to_text(),
            entry_hash: verified.leaf.to_string(),
            event: stated.id.to_string(),
            kind: stated.kind().name(),
            issuer: stated.issuer.to_string(),
            subject: stated.subject.to_string(),
            signed_by: signers(verified),
            fields: shown(&fields),
            audited,
        }
    }
}

impl Alone {
    /// What an entry that holds together says.
    pub(super) fn of(verified: &VerifiedEntry, fields: Vec<DisclosedField>) -> Self {
        Self {
            right: true,
            index: verified.index.get(),
            entry_hash: verified.leaf.to_string(),
            kind: verified.event.event().kind().name(),
            signed_by: signers(verified),
            fields: shown(&fields),
        }
    }
}

fn shown(fields: &[DisclosedField]) -> Vec<Shown> {
    let one = |field: &DisclosedField| Shown { name: field.name().into(), value: field.value().into() };
    fields.iter().map(one).collect()
}

/// Each field on a line of its own.
fn lines(fields: &[Shown]) -> String {
    fields.iter().map(|Shown { name, value }| format!("\n  {name}: {value}")).collect()
}

fn signers(verified: &VerifiedEntry) -> Vec<String> {
    verified.event.signers().map(|key| to_hex(key.as_bytes())).collect()
}

impl Found for Alone {
    fn in_words(&self) -> String {
        format!(
            "right: {} that says it is entry {}, {} signature(s) hold; whether it stands in a ledger is not shown",
            self.kind,
            self.index,
            self.signed_by.len()
        ) + &lines(&self.fields)
    }
}

impl Found for Proven {
    fn in_words(&self) -> String {
        format!(
            "right: entry {} of {}, under its checkpoint over {} entries\n  \
             {} {} by {} about {}, recorded {}",
            self.index,
            self.origin,
            self.size,
            self.kind,
            self.event,
            self.issuer,
            self.subject,
            self.recorded_at
        ) + &lines(&self.fields)
            + &self.audited.as_ref().map(Audited::line).unwrap_or_default()
    }
}

/// What an auditor states of a tree.
#[derive(Serialize)]
pub(super) struct Audited {
    at: String,
    /// Entries that were not opened, as `12-15` or `40`.
    erased: Vec<String>,
}

impl Audited {
    pub(super) fn of(stated: &AuditStatement) -> Self {
        let erased = stated.erased().iter().map(ToString::to_string).collect();
        Self { at: stated.audited_at().to_text(), erased }
    }

    /// On a line of its own.
    fn line(&self) -> String {
        format!("\n  {}", self.in_words())
    }

    fn in_words(&self) -> String {
        let but = match self.erased.as_slice() {
            [] => String::new(),
            erased => format!(", but for what is erased: {}", erased.join(", ")),
        };
        format!("all of it was opened and found right at {}{but}", self.at)
    }
}

/// What an auditor states, by itself.
#[derive(Serialize)]
pub(super) struct Stated {
    right: bool,
    origin: String,
    size: u64,
    root: String,
    audited: Audited,
}

impl Stated {
    pub(super) fn of(stated: &AuditStatement) -> Self {
        Self {
            right: true,
            origin: stated.origin().to_string(),
            size: stated.size().get(),
            root: stated.root().to_string(),
            audited: Audited::of(stated),
        }
    }
}

impl Found for Stated {
    fn in_words(&self) -> String {
        let Self { origin, size, root, audited, .. } = self;
        format!(
            "right: the auditor's statement about {origin}, {size} entries, root {root}\n  {}",
            audited.in_words()
        )
    }
}

/// A checkpoint that its log signed, and what it goes on from.
#[derive(Serialize)]
pub(super) struct Signed {
    pub(super) right: bool,
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) goes_on_from: Option<u64>,
    /// Those of the policy's witnesses that cosigned, and when, in seconds since 1970.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) witnesses: Vec<(String, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audited: Option<Audited>,
}

impl Found for Signed {
    fn in_words(&self) -> String {
        let from = match self.goes_on_from {
            Some(size) => format!(", which begins with the {size} entries of the older one"),
            None => String::new(),
        };
        let names: Vec<_> = self.witnesses.iter().map(|(name, _)| name.as_str()).collect();
        let by = if names.is_empty() { String::new() } else { format!(", cosigned by {}", names.join(", ")) };
        format!(
            "right: checkpoint of {} over {} entries, root {}{from}{by}",
            self.origin, self.size, self.root
        ) + &self.audited.as_ref().map(Audited::line).unwrap_or_default()
    }
}
