//! What was found right offline, for programs and for people.

use super::words::kind_words;
use crate::words::say;
use ledger_spec::audit::{AuditStatement, ProvenEntry, VerifiedEntry};
use ledger_spec::event::{DisclosedField, Kind};
use ledger_spec::time::{RecordedTime, ValidTime};
use ledger_spec::wording::{Joint, Words};
use serde::Serialize;
use tlog::bytes::to_hex;
use tlog::checkpoint::Checkpoint;

/// Something that was found right.
pub(super) trait Found: Serialize {
    /// In words, for people.
    fn in_words(&self) -> Words;
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
    #[serde(flatten)]
    beside: Beside,
}

/// What was found right, of whatever sort.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Right {
    Proven(Box<Proven>),
    Alone(Alone),
    Signed(Signed),
    Stated(Stated),
}

impl Found for Right {
    fn in_words(&self) -> Words {
        match self {
            Self::Proven(proven) => proven.in_words(),
            Self::Alone(alone) => alone.in_words(),
            Self::Signed(signed) => signed.in_words(),
            Self::Stated(stated) => stated.in_words(),
        }
    }
}

/// What was asked of a checkpoint besides, and found right.
#[derive(Default, Serialize)]
pub(super) struct Beside {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) goes_on_from: Option<u64>,
    /// Those of the policy's witnesses that cosigned, and when, in seconds since 1970.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) witnesses: Vec<(String, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audited: Option<Audited>,
}

impl Beside {
    /// What the checkpoint goes on from, and who cosigned it.
    fn in_words(&self) -> [Words; 2] {
        let from = match self.goes_on_from {
            Some(size) => say!(", which begins with the {} entries of the older one", size),
            None => Words::data(""),
        };
        let by = match self.witnesses.as_slice() {
            [] => Words::data(""),
            witnesses => {
                let names = witnesses.iter().map(|(name, _)| Words::data(name));
                say!(", cosigned by {}", Words::several(names, Joint::And))
            }
        };
        [from, by]
    }
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
    pub(super) fn of(proven: &ProvenEntry, fields: Vec<DisclosedField>, beside: Beside) -> Self {
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
            beside,
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

/// What was found, and below it each field on a line of its own.
fn with_fields(found: Words, fields: &[Shown]) -> Words {
    let field = |all, Shown { name, value }: &Shown| {
        say!("{}{}", all, Words::data(format_args!("\n  {name}: {value}")))
    };
    fields.iter().fold(found, field)
}

/// What was found, and below it what an auditor states of it.
fn with_audit(found: Words, audited: Option<&Audited>) -> Words {
    match audited {
        None => found,
        Some(audited) => say!("{}\n{}", found, say!("{}{}", Words::data("  "), audited.in_words())),
    }
}

/// An instant as the reader has it: of UTC+08:00 in Chinese as in English, as all dates here are.
pub(super) fn instant(at: RecordedTime) -> Words {
    // A clock past the year 2199 has no civil time.
    ValidTime::at_recorded(at).map_or_else(|_| Words::data(at.to_text()), Words::data)
}

fn signers(verified: &VerifiedEntry) -> Vec<String> {
    verified.event.signers().map(|key| to_hex(key.as_bytes())).collect()
}

impl Found for Alone {
    fn in_words(&self) -> Words {
        let found = say!(
            "right: {} that says it is entry {}, {} signature(s) hold; whether it stands in a ledger is not shown",
            kind(self.kind),
            self.index,
            self.signed_by.len()
        );
        with_fields(found, &self.fields)
    }
}

impl Found for Proven {
    fn in_words(&self) -> Words {
        let [from, by] = self.beside.in_words();
        let found = say!(
            "right: entry {} of {}, under its checkpoint over {} entries{}{}\n  {} {} by {} about {}, recorded {}",
            self.index,
            Words::data(&self.origin),
            self.size,
            from,
            by,
            kind(self.kind),
            Words::data(&self.event),
            Words::data(&self.issuer),
            Words::data(&self.subject),
            said_instant(&self.recorded_at)
        );
        with_audit(with_fields(found, &self.fields), self.beside.audited.as_ref())
    }
}

/// A kind of event by its name.
fn kind(name: &'static str) -> Words {
    Kind::parse(name).map_or_else(|| Words::data(name), kind_words)
}

/// An instant that was written as data.
fn said_instant(text: &str) -> Words {
    RecordedTime::parse(text).map_or_else(|_| Words::data(text), instant)
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

    fn in_words(&self) -> Words {
        let but = match self.erased.as_slice() {
            [] => Words::data(""),
            erased => {
                let erased = Words::several(erased.iter().map(Words::data), Joint::And);
                say!(", but for what is erased: {}", erased)
            }
        };
        say!("all of it was opened and found right at {}{}", said_instant(&self.at), but)
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
    fn in_words(&self) -> Words {
        let Self { origin, size, root, audited, .. } = self;
        say!(
            "right: the auditor's statement about {}, {} entries, root {}\n  {}",
            Words::data(origin),
            size,
            Words::data(root),
            audited.in_words()
        )
    }
}

/// A checkpoint that its log signed, and what was asked of it besides.
#[derive(Serialize)]
pub(super) struct Signed {
    right: bool,
    origin: String,
    size: u64,
    root: String,
    #[serde(flatten)]
    beside: Beside,
}

impl Signed {
    /// What a checkpoint that holds says.
    pub(super) fn of(stated: &Checkpoint, beside: Beside) -> Self {
        Self {
            right: true,
            origin: stated.origin().to_string(),
            size: stated.size().get(),
            root: stated.root().to_string(),
            beside,
        }
    }
}

impl Found for Signed {
    fn in_words(&self) -> Words {
        let [from, by] = self.beside.in_words();
        let found = say!(
            "right: checkpoint of {} over {} entries, root {}{}{}",
            Words::data(&self.origin),
            self.size,
            Words::data(&self.root),
            from,
            by
        );
        with_audit(found, self.beside.audited.as_ref())
    }
}
