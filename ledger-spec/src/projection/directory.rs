//! The directory of authorities and keys as of any date.

use super::TextLine;
use crate::authority::{Authority, Directory, KeyRecord, Recorded, Stated};
use crate::casefile::Asked;
use serde::Serialize;
use tlog::bytes::to_hex;

/// Who might sign what at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectoryAnswer {
    /// The authorities that were enrolled, in the order of enrolment.
    pub authorities: Vec<AuthorityLine>,
    /// The migrations that were opened.
    pub migrations: Vec<MigrationLine>,
}

/// One authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthorityLine {
    /// Its id.
    pub id: String,
    /// Its name then.
    pub name: TextLine,
    /// What it was.
    pub roles: Vec<&'static str>,
    /// The types that it might file.
    pub types: Vec<String>,
    /// The lists that it owned.
    pub lists: Vec<String>,
    /// The measures that it might impose.
    pub measures: Vec<String>,
    /// The rating schemes that it owned.
    pub ratings: Vec<String>,
    /// The points schemes that it owned.
    pub points: Vec<String>,
    /// The schemes of subjects that it registered.
    pub subjects: Vec<&'static str>,
    /// The entry that states all this.
    pub entry: u64,
    /// What kept it from issuing anything, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barred: Option<String>,
    /// Who had taken over its tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Its keys.
    pub keys: Vec<KeyLine>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyLine {
    /// The Ed25519 public key, in hex.
    pub key: String,
    /// The entry that added it.
    pub added: u64,
    /// The entry that revoked it, if one had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<u64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigrationLine {
    /// The `migration.opened` event.
    pub event: String,
    /// The authority that might bring records in.
    pub authority: String,
    /// The older register.
    pub source: String,
    /// The first day of the decisions.
    pub from: String,
    /// The last.
    pub until: String,
    /// Rules that this ledger did not verify.
    pub unchecked: Vec<&'static str>,
    /// The entry that opened it.
    pub opened: u64,
    /// The entry that closed it, if one had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<u64>,
}

impl DirectoryAnswer {
    /// The directory at two instants.
    pub fn of(directory: &Directory, asked: Asked) -> Self {
        let known = |recorded: &Recorded| recorded.index.is_in(asked.known);
        let migrations = directory.migrations().filter(|(_, migration)| known(&migration.opened));
        let mut migrations: Vec<_> = migrations
            .map(|(id, migration)| MigrationLine {
                event: id.to_string(),
                authority: migration.authority.to_string(),
                source: migration.source.clone(),
                from: migration.from.to_string(),
                until: migration.until.to_string(),
                unchecked: migration.unchecked.iter().map(|rule| rule.id()).collect(),
                opened: migration.opened.index.get(),
                closed: migration.closed.filter(known).map(|closed| closed.index.get()),
            })
            .collect();
        migrations.sort_by_key(|migration| migration.opened);
        let authorities = directory.iter().filter_map(|authority| line(authority, asked)).collect();
        Self { authorities, migrations }
    }
}

fn line(authority: &Authority, asked: Asked) -> Option<AuthorityLine> {
    let stated = authority.capacity_at(asked.valid_at, asked.known)?;
    let (capacity, competence) = (&stated.what, &stated.what.competence);
    let patterns = |patterns: &[crate::definition::Pattern]| {
        patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect::<Vec<_>>()
    };
    let then = authority.as_known(asked.known);
    let successor = then.successions.iter().rfind(|stated| stated.from <= asked.valid_at);
    Some(AuthorityLine {
        id: authority.id.to_string(),
        name: TextLine::of(&capacity.name),
        roles: capacity.roles.iter().map(|role| role.name()).collect(),
        types: patterns(&competence.types),
        lists: patterns(&competence.lists),
        measures: patterns(&competence.measures),
        ratings: patterns(&competence.ratings),
        points: patterns(&competence.points),
        subjects: competence.subjects.iter().map(|scheme| scheme.name()).collect(),
        entry: stated.recorded.index.get(),
        barred: then.barred_at(asked.valid_at),
        successor: successor.map(|stated: &Stated<_>| stated.what.to_string()),
        keys: then.keys.iter().map(key_line).collect(),
    })
}

fn key_line(record: &KeyRecord) -> KeyLine {
    KeyLine {
        key: to_hex(&record.key),
        added: record.added.index.get(),
        revoked: record.revoked.as_ref().map(|revoked| revoked.recorded.index.get()),
        reason: record.revoked.as_ref().map(|revoked| revoked.reason.name()),
    }
}
