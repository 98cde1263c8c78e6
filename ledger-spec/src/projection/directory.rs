//! The directory of authorities and keys as of any date.

use super::leaf::hex;
use super::{CompromiseLine, MarkLine, TakenBackLine};
use crate::authority::{Authority, Directory, KeyRecord, Recorded, Stated};
use crate::casefile::AsOf;
use crate::definition::{Name, Pattern, Scheme};
use crate::event::{RevocationReason, Role};
use crate::id::{AuthorityId, EventId};
use crate::rule::Rule;
use crate::time::Date;
use serde::Serialize;
use tlog::position::{EntryIndex, TreeSize};

/// Who might sign what at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DirectoryAt {
    /// The authorities that were enrolled, in the order of enrolment.
    pub authorities: Vec<AuthorityLine>,
    /// The migrations that were opened.
    pub migrations: Vec<MigrationLine>,
}

/// One authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorityLine {
    /// Its id.
    pub id: AuthorityId,
    /// Its name then.
    pub name: Name,
    /// What it was.
    pub roles: Vec<Role>,
    /// The types that it might file.
    pub types: Vec<Pattern>,
    /// The lists that it owned.
    pub lists: Vec<Pattern>,
    /// The measures that it might impose.
    pub measures: Vec<Pattern>,
    /// The rating schemes that it owned.
    pub ratings: Vec<Pattern>,
    /// The points schemes that it owned.
    pub points: Vec<Pattern>,
    /// The schemes of subjects that it registered.
    pub subjects: Vec<Scheme>,
    /// The entry that states all this.
    pub entry: EntryIndex,
    /// What kept it from issuing anything, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barred: Option<String>,
    /// Who had taken over its tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<AuthorityId>,
    /// Its keys.
    pub keys: Vec<KeyLine>,
    /// Where a key may have been in wrong hands when it signed something that says this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyLine {
    /// The Ed25519 public key, in hex.
    #[serde(serialize_with = "hex")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
    pub key: [u8; 32],
    /// The entry that added it.
    pub added: EntryIndex,
    /// The entry that revoked it, if one had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<EntryIndex>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// That it may have been in wrong hands, said of it or of a key that brought it in (P26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub compromised: Option<CompromiseLine>,
    /// That what was said of that was taken back (P26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub taken_back: Option<TakenBackLine>,
}

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MigrationLine {
    /// The `migration.opened` event.
    pub event: EventId,
    /// The authority that might bring records in.
    pub authority: AuthorityId,
    /// The older register.
    pub source: String,
    /// The first day of the decisions.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// Rules that this ledger did not verify.
    pub unchecked: Vec<Rule>,
    /// The entry that opened it.
    pub opened: EntryIndex,
    /// The entry that closed it, if one had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<EntryIndex>,
    /// Where a key may have been in wrong hands when it signed that (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
}

impl DirectoryAt {
    /// The directory at two instants.
    pub fn of(directory: &Directory, as_of: AsOf) -> Self {
        let known = |recorded: &Recorded| recorded.index.is_in(as_of.known);
        let migrations = directory.migrations().filter(|(_, migration)| known(&migration.opened));
        let mut migrations: Vec<_> = migrations
            .map(|(id, migration)| MigrationLine {
                event: *id,
                authority: migration.authority.clone(),
                source: migration.source.clone(),
                from: migration.from,
                until: migration.until,
                unchecked: migration.unchecked.clone(),
                opened: migration.opened.index,
                closed: migration.closed.filter(known).map(|closed| closed.index),
                marks: MarkLine::of_stated(
                    [Some(migration.opened), migration.closed].into_iter().flatten(),
                    directory,
                    as_of.known,
                ),
            })
            .collect();
        migrations.sort_by_key(|migration| migration.opened);
        let authorities =
            directory.iter().filter_map(|authority| line(authority, directory, as_of)).collect();
        Self { authorities, migrations }
    }
}

fn line(authority: &Authority, directory: &Directory, as_of: AsOf) -> Option<AuthorityLine> {
    let stated = authority.capacity_at(as_of.valid_at, as_of.known)?;
    let (capacity, competence) = (&stated.what, &stated.what.competence);
    let then = authority.as_known(as_of.known);
    let successor = then.successions.iter().rfind(|stated| stated.from <= as_of.valid_at);
    let said = std::iter::once(stated.recorded).chain(then.stated_beside());
    Some(AuthorityLine {
        marks: MarkLine::of_stated(said, directory, as_of.known),
        id: authority.id.clone(),
        name: capacity.name.clone(),
        roles: capacity.roles.clone(),
        types: competence.types.clone(),
        lists: competence.lists.clone(),
        measures: competence.measures.clone(),
        ratings: competence.ratings.clone(),
        points: competence.points.clone(),
        subjects: competence.subjects.clone(),
        entry: stated.recorded.index,
        barred: then.barred_at(as_of.valid_at).map(|words| words.to_string()),
        successor: successor.map(|stated: &Stated<_>| stated.what.clone()),
        keys: then.keys.iter().map(|record| key_line(record, directory, as_of.known)).collect(),
    })
}

fn key_line(record: &KeyRecord, directory: &Directory, known: TreeSize) -> KeyLine {
    KeyLine {
        key: record.key,
        added: record.added.index,
        revoked: record.revoked.as_ref().map(|revoked| revoked.recorded.index),
        reason: record.revoked.as_ref().map(|revoked| revoked.reason),
        compromised: CompromiseLine::of(directory, &record.key, known),
        taken_back: TakenBackLine::of(directory, &record.key, known),
    }
}
