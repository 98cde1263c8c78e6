//! What may be recorded at two instants, and every authority that was ever enrolled.

use super::MarkLine;
use super::leaf::{from_hex_text, hex};
use crate::authority::{Authority, Directory, KeyRecord, Recorded};
use crate::casefile::AsOf;
use crate::catalogue::{Catalogue, Shelf};
use crate::compromise::{KeyNumber, TakenBack};
use crate::definition::{
    AuthorityLevel, Basis, BasisSource, Common, Confidence, DetailField, DetailValue, Disclosure,
    ListDefinition, Name, Pattern, Polarity, Pole, RecordType, Scheme, Status,
};
use crate::event::{RevocationReason, Role};
use crate::id::{AuthorityId, BasisCode};
use crate::time::{RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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
    /// Where a key may have been in wrong hands when it signed something that says this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
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
    /// Who reviews what it decides, where no government does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub reviewed_by: Vec<AuthorityId>,
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
    /// That what was said of that was taken back (P26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub taken_back: Option<TakenBackLine>,
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

/// That what was said of a key was taken back, wholly or up to a later time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenBackLine {
    /// The last entry that does so.
    pub entry: EntryIndex,
    /// Whether that counts: not where a key that signed it may have been in wrong hands itself.
    pub counts: bool,
}

impl TakenBackLine {
    /// What takes back what was said of a key, as far as the first `known` entries say.
    pub(super) fn of(directory: &Directory, key: &[u8; 32], known: TreeSize) -> Option<Self> {
        let TakenBack { entry, counts } =
            directory.compromises().taken_back(directory.key_number(key)?, known)?;
        Some(Self { entry, counts })
    }
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
    /// From when on it may have been in wrong hands itself, as counts now, RFC 3339.
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
    /// Where a key may have been in wrong hands when it signed the repeal of something that would stand here (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
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
    /// Where a key may have been in wrong hands when it signed this version (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
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
    /// Its own fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub fields: Vec<FieldLine>,
    /// Of them those that travel beside the event (D15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub personal: Vec<String>,
}

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldLine {
    /// As it stands in events.
    pub name: String,
    /// Its title.
    pub title: Name,
    /// The values that it takes, where they are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub values: Vec<ValueLine>,
}

/// A value that a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueLine {
    /// As it stands in events.
    pub value: String,
    /// Its title.
    pub title: Name,
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
    pub fn of(catalogue: &Catalogue, directory: &Directory, as_of: AsOf) -> Self {
        let at = &Shelves { catalogue, directory, as_of };
        let mut repealed = BTreeSet::new();
        Self {
            types: at.items(&catalogue.types, &mut repealed, record_type),
            lists: at.items(&catalogue.lists, &mut repealed, list),
            measures: at.items(&catalogue.measures, &mut repealed, |item, one| {
                item.of(&one.common, Some(one.status))
            }),
            rating_schemes: at
                .items(&catalogue.ratings, &mut repealed, |item, one| item.of(&one.common, Some(one.status))),
            points_schemes: at
                .items(&catalogue.points, &mut repealed, |item, one| item.of(&one.common, Some(one.status))),
            procedures: at
                .items(&catalogue.procedures, &mut repealed, |item, one| item.of(&one.common, None)),
            calendars: at.items(&catalogue.calendars, &mut repealed, |item, one| item.of(&one.common, None)),
            instruments: at.items(&catalogue.bases, &mut repealed, |item, one| {
                item.said((&one.title, Vec::new(), one.confidence), None, one.note.clone())
            }),
            marks: MarkLine::of_governance(&repealed),
        }
    }
}

/// The catalogue, who may have stolen a key of its steward's, and when that is asked.
struct Shelves<'a> {
    catalogue: &'a Catalogue,
    directory: &'a Directory,
    as_of: AsOf,
}

/// A version of an item, before it is said what it is.
struct Counting {
    code: String,
    effective: ValidTime,
    entry: EntryIndex,
    marks: Vec<MarkLine>,
}

impl Shelves<'_> {
    /// What counts on a shelf, by code; and what says of keys in wrong hands that they signed a repeal.
    fn items<C: Ord + Clone + ToString, T, A>(
        &self,
        shelf: &Shelf<C, T>,
        repealed: &mut BTreeSet<EntryIndex>,
        answer: impl Fn(Counting, &T) -> A,
    ) -> Vec<A> {
        let mut answers = Vec::new();
        for (code, version) in shelf.versions_at(self.as_of.valid_at, self.as_of.known) {
            let suspect = self.suspect(version.recorded);
            let Some(content) = &version.content else {
                repealed.extend(suspect);
                continue;
            };
            let marks = MarkLine::of_governance(&suspect);
            let (effective, entry) = (version.effective, version.recorded.index);
            answers.push(answer(Counting { code: code.to_string(), effective, entry, marks }, content));
        }
        answers
    }

    /// The entries that say so of keys that signed a change.
    fn suspect(&self, recorded: Recorded) -> BTreeSet<EntryIndex> {
        let compromises = self.directory.compromises();
        let of = |key: &KeyNumber| compromises.of(*key, recorded.at, self.as_of.known);
        self.catalogue.signers(recorded.index).iter().filter_map(of).map(|found| found.said_by).collect()
    }
}

impl Counting {
    fn of(self, common: &Common, status: Option<Status>) -> ItemLine {
        let basis = common.basis.iter().map(BasisLine::from).collect();
        self.said((&common.title, basis, common.confidence), status, common.note.clone())
    }

    fn said(
        self,
        (title, basis, confidence): (&Name, Vec<BasisLine>, Confidence),
        status: Option<Status>,
        note: Option<String>,
    ) -> ItemLine {
        let (title, Self { code, effective, entry, marks }) = (title.clone(), self);
        ItemLine { code, title, basis, confidence, status, note, effective, entry, marks }
    }
}

fn record_type(item: Counting, one: &RecordType) -> TypeLine {
    TypeLine {
        item: item.of(&one.common, Some(one.status)),
        polarity: one.polarity,
        disclosure: one.disclosure,
        person_disclosure: one.person_disclosure,
        subjects: one.subjects.clone(),
        fields: one.fields.iter().map(field).collect(),
        personal: one.fields.iter().filter(|field| field.personal).map(|field| field.name.clone()).collect(),
    }
}

fn field(one: &DetailField) -> FieldLine {
    let value = |one: &DetailValue| ValueLine { value: one.value.clone(), title: one.title.clone() };
    FieldLine {
        name: one.name.clone(),
        title: one.title.clone(),
        values: one.values.iter().map(value).collect(),
    }
}

fn list(item: Counting, one: &ListDefinition) -> ListLine {
    ListLine {
        item: item.of(&one.common, Some(one.status)),
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
        let last = authority.history.last().map(|stated| stated.recorded);
        let stated = last.into_iter().chain(authority.stated_beside());
        Self {
            marks: MarkLine::of_stated(stated, directory, TreeSize::new(u64::MAX)),
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
                reviewed_by: competence.reviewed_by.clone(),
            },
            keys: authority.keys.iter().map(|record| KeyHistory::of(record, directory)).collect(),
            enrolled: authority.enrolled.index,
        }
    }
}

impl KeyHistory {
    fn of(record: &KeyRecord, directory: &Directory) -> Self {
        const ALL: TreeSize = TreeSize::new(u64::MAX);
        let number = directory.key_number(&record.key);
        let said = number.and_then(|number| directory.compromises().own_of(number));
        Self {
            key: record.key,
            added: record.added.index,
            revoked: record.revoked.as_ref().map(|revoked| RevocationLine {
                entry: revoked.recorded.index,
                recorded_at: revoked.recorded.at,
                reason: revoked.reason,
                compromised_since: said.map(|(since, _)| since),
            }),
            compromised: CompromiseLine::of(directory, &record.key, ALL),
            taken_back: TakenBackLine::of(directory, &record.key, ALL),
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
