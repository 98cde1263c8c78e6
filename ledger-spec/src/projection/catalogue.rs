//! What may be recorded at two instants, and every authority that was ever enrolled.

use super::leaf::{from_hex_text, hex};
use crate::authority::{Authority, Directory, KeyRecord};
use crate::casefile::AsOf;
use crate::catalogue::{Catalogue, Shelf, Version};
use crate::definition::{
    AuthorityLevel, Basis, BasisSource, Common, Confidence, Disclosure, ListDefinition, Name, Pattern,
    Polarity, Pole, RecordType, Scheme, Status,
};
use crate::event::{RevocationReason, Role};
use crate::id::{AuthorityId, BasisCode};
use crate::time::{RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use tlog::position::{EntryIndex, TreeSize};

/// Every authority that was ever enrolled, as last stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authorities {
    /// The authorities, in the order of enrolment.
    pub authorities: Vec<EnrolledAuthority>,
}

/// An authority as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolledAuthority {
    /// Its id.
    pub id: AuthorityId,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub roles: Vec<Role>,
    /// What it may act on.
    pub competence: CompetenceLine,
    /// Every key that it ever had.
    pub keys: Vec<KeyHistory>,
    /// The entry that enrolled it.
    pub enrolled: EntryIndex,
}

/// What an authority may act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompetenceLine {
    /// Types of records that it may file; `*` stands for all that follows.
    pub types: Vec<Pattern>,
    /// Lists that it owns.
    pub lists: Vec<Pattern>,
    /// Measures that it may impose.
    pub measures: Vec<Pattern>,
    /// Rating schemes that it owns.
    pub ratings: Vec<Pattern>,
    /// Points schemes that it owns.
    pub points: Vec<Pattern>,
    /// Schemes of subjects that it registers.
    pub subjects: Vec<Scheme>,
    /// Its level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub level: Option<AuthorityLevel>,
    /// The types, lists and measures whose decisions it reviews.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub reviews: Vec<Pattern>,
}

/// One key and its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyHistory {
    /// The Ed25519 public key, in hex: its id in envelopes.
    #[serde(serialize_with = "hex", deserialize_with = "from_hex_text")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
    pub key: [u8; 32],
    /// The entry that added it.
    pub added: EntryIndex,
    /// Its end, where it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub revoked: Option<RevocationLine>,
    /// That it may have been in wrong hands, said of it or of a key that brought it in (P26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub compromised: Option<CompromiseLine>,
}

/// That a key may have been in wrong hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompromiseLine {
    /// From when on, RFC 3339.
    pub since: ValidTime,
    /// The entry that says so.
    pub entry: EntryIndex,
}

impl CompromiseLine {
    /// What is said of a key, as far as the first `known` entries say.
    pub(super) fn of(directory: &Directory, key: &[u8; 32], known: TreeSize) -> Option<Self> {
        let said = directory.compromises().said(directory.key_number(key)?, known)?;
        Some(Self { since: said.since, entry: said.said_by })
    }
}

/// The end of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationLine {
    /// The entry that revoked it.
    pub entry: EntryIndex,
    /// When that was recorded, RFC 3339.
    pub recorded_at: RecordedTime,
    /// Why.
    pub reason: RevocationReason,
    /// From when on it may have been in wrong hands, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub compromised_since: Option<ValidTime>,
}

/// What may be recorded at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueAt {
    /// Types of records, by code.
    pub types: Vec<TypeLine>,
    /// Lists, by code.
    pub lists: Vec<ListLine>,
    /// Measures, by code.
    pub measures: Vec<ItemLine>,
    /// Rating schemes, by code.
    pub rating_schemes: Vec<ItemLine>,
    /// Points schemes, by code.
    pub points_schemes: Vec<ItemLine>,
    /// Periods of procedure, by code.
    pub procedures: Vec<ItemLine>,
    /// Calendars of working days, by code.
    pub calendars: Vec<ItemLine>,
    /// Legal instruments, by code.
    pub instruments: Vec<ItemLine>,
}

/// What all items of the catalogue say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemLine {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: Name,
    /// On which law it rests; for an instrument, nothing.
    pub basis: Vec<BasisLine>,
    /// `V` checked against the text, `K` known, `U` unsure.
    pub confidence: Confidence,
    /// Whether it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub status: Option<Status>,
    /// Doubts and remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub note: Option<String>,
    /// From when on this version counts, RFC 3339.
    pub effective: ValidTime,
    /// The entry that recorded this version.
    pub entry: EntryIndex,
}

/// A legal instrument: its code in the catalogue, or its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasisLine {
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub instrument: Option<BasisCode>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub title: Option<String>,
    /// The article meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub article: Option<String>,
}

/// A type of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypeLine {
    /// What all items say.
    #[serde(flatten)]
    pub item: ItemLine,
    /// Which way its records point.
    pub polarity: Pole,
    /// The widest circle that may see them.
    pub disclosure: Disclosure,
    /// The same for natural persons.
    pub person_disclosure: Disclosure,
    /// Schemes of the subjects that it may be about.
    pub subjects: Vec<Scheme>,
    /// Its own fields that travel beside the event (D15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub personal: Vec<String>,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListLine {
    /// What all items say.
    #[serde(flatten)]
    pub item: ItemLine,
    /// Which way it points.
    pub polarity: Polarity,
    /// The widest circle that may see it.
    pub disclosure: Disclosure,
    /// Schemes of the subjects that it may hold.
    pub subjects: Vec<Scheme>,
    /// The columns of a row, in the order in which they are shown.
    pub columns: Vec<String>,
    /// Of them those that travel beside the event (D15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub personal: Vec<String>,
    /// Those that do so where the row is about a natural person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub personal_of_persons: Vec<String>,
}

impl Authorities {
    /// All of a directory.
    pub fn of(directory: &Directory) -> Self {
        Self { authorities: directory.iter().map(|one| EnrolledAuthority::of(one, directory)).collect() }
    }
}

impl CatalogueAt {
    /// The catalogue at two instants.
    pub fn of(catalogue: &Catalogue, as_of: AsOf) -> Self {
        Self {
            types: items(&catalogue.types, as_of, record_type),
            lists: items(&catalogue.lists, as_of, list),
            measures: items(&catalogue.measures, as_of, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            rating_schemes: items(&catalogue.ratings, as_of, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            points_schemes: items(&catalogue.points, as_of, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            procedures: items(&catalogue.procedures, as_of, |code, version, one| {
                item(code, version, &one.common, None)
            }),
            calendars: items(&catalogue.calendars, as_of, |code, version, one| {
                item(code, version, &one.common, None)
            }),
            instruments: items(&catalogue.bases, as_of, |code, version, one| ItemLine {
                code,
                title: one.title.clone(),
                basis: Vec::new(),
                confidence: one.confidence,
                status: None,
                note: one.note.clone(),
                effective: version.effective,
                entry: version.recorded.index,
            }),
        }
    }
}

/// What counts on a shelf at two instants, by code.
fn items<C: Ord + Clone + ToString, T, A>(
    shelf: &Shelf<C, T>,
    as_of: AsOf,
    answer: impl Fn(String, &Version<T>, &T) -> A,
) -> Vec<A> {
    let counting = shelf.all_at(as_of.valid_at, as_of.known);
    counting
        .filter_map(|(code, version)| Some(answer(code.to_string(), version, version.content.as_ref()?)))
        .collect()
}

fn item<T>(code: String, version: &Version<T>, common: &Common, status: Option<Status>) -> ItemLine {
    ItemLine {
        code,
        title: common.title.clone(),
        basis: common.basis.iter().map(BasisLine::from).collect(),
        confidence: common.confidence,
        status,
        note: common.note.clone(),
        effective: version.effective,
        entry: version.recorded.index,
    }
}

fn record_type(code: String, version: &Version<RecordType>, one: &RecordType) -> TypeLine {
    TypeLine {
        item: item(code, version, &one.common, Some(one.status)),
        polarity: one.polarity,
        disclosure: one.disclosure,
        person_disclosure: one.person_disclosure,
        subjects: one.subjects.clone(),
        personal: one.fields.iter().filter(|field| field.personal).map(|field| field.name.clone()).collect(),
    }
}

fn list(code: String, version: &Version<ListDefinition>, one: &ListDefinition) -> ListLine {
    ListLine {
        item: item(code, version, &one.common, Some(one.status)),
        polarity: one.polarity,
        disclosure: one.disclosure,
        subjects: one.subjects.clone(),
        columns: one.columns.clone(),
        personal: one.personal.clone(),
        personal_of_persons: one.personal_of_persons.clone(),
    }
}

impl EnrolledAuthority {
    fn of(authority: &Authority, directory: &Directory) -> Self {
        let competence = &authority.competence;
        Self {
            id: authority.id.clone(),
            name: authority.name.clone(),
            roles: authority.roles.clone(),
            competence: CompetenceLine {
                types: competence.types.clone(),
                lists: competence.lists.clone(),
                measures: competence.measures.clone(),
                ratings: competence.ratings.clone(),
                points: competence.points.clone(),
                subjects: competence.subjects.clone(),
                level: competence.level,
                reviews: competence.reviews.clone(),
            },
            keys: authority.keys.iter().map(|record| KeyHistory::of(record, directory)).collect(),
            enrolled: authority.enrolled.index,
        }
    }
}

impl KeyHistory {
    fn of(record: &KeyRecord, directory: &Directory) -> Self {
        const ALL: TreeSize = TreeSize::new(u64::MAX);
        Self {
            key: record.key,
            added: record.added.index,
            revoked: record.revoked.as_ref().map(|revoked| RevocationLine {
                entry: revoked.recorded.index,
                recorded_at: revoked.recorded.at,
                reason: revoked.reason,
                compromised_since: revoked.compromised_since,
            }),
            compromised: CompromiseLine::of(directory, &record.key, ALL),
        }
    }
}

impl From<&Basis> for BasisLine {
    fn from(basis: &Basis) -> Self {
        let (instrument, title) = match &basis.source {
            BasisSource::Instrument(code) => (Some(code.clone()), None),
            BasisSource::Title(title) => (None, Some(title.clone())),
        };
        Self { instrument, title, article: basis.article.clone() }
    }
}
