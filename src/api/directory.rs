//! Authorities with their keys, and the catalogue.

use ledger_spec::authority::{Authority, Directory, KeyRecord};
use ledger_spec::casefile::Asked;
use ledger_spec::catalogue::{Catalogue, Shelf, Version};
use ledger_spec::definition::{
    Basis, BasisSource, Common, ListDefinition as ListItem, Name, Pattern, RecordType, Scheme, Status,
};
use serde::Serialize;
use tlog::bytes::to_hex;
use utoipa::ToSchema;

/// Every authority that was ever enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorityList {
    /// The authorities, in the order of enrolment.
    pub authorities: Vec<AuthorityAnswer>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NameAnswer {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// An authority as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorityAnswer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: NameAnswer,
    /// What it is.
    pub roles: Vec<&'static str>,
    /// What it may act on.
    pub competence: CompetenceAnswer,
    /// Every key that it ever had.
    pub keys: Vec<KeyAnswer>,
    /// The entry that enrolled it.
    pub enrolled: u64,
}

/// What an authority may act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompetenceAnswer {
    /// Types of records that it may file; `*` stands for all that follows.
    pub types: Vec<String>,
    /// Lists that it owns.
    pub lists: Vec<String>,
    /// Measures that it may impose.
    pub measures: Vec<String>,
    /// Rating schemes that it owns.
    pub ratings: Vec<String>,
    /// Points schemes that it owns.
    pub points: Vec<String>,
    /// Schemes of subjects that it registers.
    pub subjects: Vec<&'static str>,
}

/// One key and its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyAnswer {
    /// The Ed25519 public key, in hex: its id in envelopes.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub key: String,
    /// The entry that added it.
    pub added: u64,
    /// Its end, where it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<RevocationAnswer>,
}

/// The end of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevocationAnswer {
    /// The entry that revoked it.
    pub entry: u64,
    /// When that was recorded, RFC 3339.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// `rotated`, `retired`, `lost` or `compromised`.
    pub reason: &'static str,
    /// From when on it may have been in wrong hands, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub compromised_since: Option<String>,
}

/// What may be recorded at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CatalogueAnswer {
    /// The valid instant, RFC 3339.
    #[schema(format = DateTime)]
    pub valid_at: String,
    /// What was known: so many entries.
    #[schema(minimum = 0)]
    pub known_at: u64,
    /// Types of records, by code.
    pub types: Vec<TypeDefinition>,
    /// Lists, by code.
    pub lists: Vec<ListDefinition>,
    /// Measures, by code.
    pub measures: Vec<ItemAnswer>,
    /// Rating schemes, by code.
    pub rating_schemes: Vec<ItemAnswer>,
    /// Points schemes, by code.
    pub points_schemes: Vec<ItemAnswer>,
    /// Periods of procedure, by code.
    pub procedures: Vec<ItemAnswer>,
    /// Calendars of working days, by code.
    pub calendars: Vec<ItemAnswer>,
    /// Legal instruments, by code.
    pub instruments: Vec<ItemAnswer>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// What all items of the catalogue say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemAnswer {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: NameAnswer,
    /// On which law it rests; for an instrument, nothing.
    pub basis: Vec<BasisAnswer>,
    /// `V` checked against the text, `K` known, `U` unsure.
    pub confidence: &'static str,
    /// `active`, `basis_required`, `repealed`, `excluded` or `reference`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// Doubts and remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// From when on this version counts, RFC 3339.
    #[schema(format = DateTime)]
    pub effective: String,
    /// The entry that recorded this version.
    pub entry: u64,
}

/// A legal instrument: its code in the catalogue, or its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BasisAnswer {
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The article meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}

/// A type of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TypeDefinition {
    /// What all items say.
    #[serde(flatten)]
    pub item: ItemAnswer,
    /// `positive`, `neutral`, `negative` or `mixed`.
    pub polarity: &'static str,
    /// `public`, `shared` or `restricted`.
    pub disclosure: &'static str,
    /// The same for natural persons.
    pub person_disclosure: &'static str,
    /// Schemes of the subjects that it may be about.
    pub subjects: Vec<&'static str>,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListDefinition {
    /// What all items say.
    #[serde(flatten)]
    pub item: ItemAnswer,
    /// `positive`, `neutral` or `negative`.
    pub polarity: &'static str,
    /// `public`, `shared` or `restricted`.
    pub disclosure: &'static str,
    /// Schemes of the subjects that it may hold.
    pub subjects: Vec<&'static str>,
    /// The columns of a row, in the order in which they are shown.
    pub columns: Vec<String>,
}

impl AuthorityList {
    /// The answer.
    pub fn of(directory: &Directory, checkpoint: &str) -> Self {
        let authorities = directory.iter().map(AuthorityAnswer::from).collect();
        Self { authorities, checkpoint: checkpoint.to_owned() }
    }
}

impl CatalogueAnswer {
    /// The answer at two instants.
    pub fn of(catalogue: &Catalogue, asked: Asked, checkpoint: &str) -> Self {
        Self {
            valid_at: asked.valid_at.to_string(),
            known_at: asked.known.get(),
            types: items(&catalogue.types, asked, record_type),
            lists: items(&catalogue.lists, asked, list),
            measures: items(&catalogue.measures, asked, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            rating_schemes: items(&catalogue.ratings, asked, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            points_schemes: items(&catalogue.points, asked, |code, version, one| {
                item(code, version, &one.common, Some(one.status))
            }),
            procedures: items(&catalogue.procedures, asked, |code, version, one| {
                item(code, version, &one.common, None)
            }),
            calendars: items(&catalogue.calendars, asked, |code, version, one| {
                item(code, version, &one.common, None)
            }),
            instruments: items(&catalogue.bases, asked, |code, version, one| ItemAnswer {
                code,
                title: (&one.title).into(),
                basis: Vec::new(),
                confidence: one.confidence.name(),
                status: None,
                note: one.note.clone(),
                effective: version.effective.to_string(),
                entry: version.recorded.index.get(),
            }),
            checkpoint: checkpoint.to_owned(),
        }
    }
}

/// What counts on a shelf at two instants, by code.
fn items<C: Ord + Clone + ToString, T, A>(
    shelf: &Shelf<C, T>,
    asked: Asked,
    answer: impl Fn(String, &Version<T>, &T) -> A,
) -> Vec<A> {
    let counting = shelf.all_at(asked.valid_at, asked.known);
    counting
        .filter_map(|(code, version)| Some(answer(code.to_string(), version, version.content.as_ref()?)))
        .collect()
}

fn item<T>(code: String, version: &Version<T>, common: &Common, status: Option<Status>) -> ItemAnswer {
    ItemAnswer {
        code,
        title: (&common.title).into(),
        basis: common.basis.iter().map(BasisAnswer::from).collect(),
        confidence: common.confidence.name(),
        status: status.map(Status::name),
        note: common.note.clone(),
        effective: version.effective.to_string(),
        entry: version.recorded.index.get(),
    }
}

impl From<&Name> for NameAnswer {
    fn from(name: &Name) -> Self {
        Self { zh: name.zh.clone(), en: name.en.clone() }
    }
}

impl From<&Authority> for AuthorityAnswer {
    fn from(authority: &Authority) -> Self {
        let competence = &authority.competence;
        Self {
            id: authority.id.to_string(),
            name: (&authority.name).into(),
            roles: authority.roles.iter().map(|role| role.name()).collect(),
            competence: CompetenceAnswer {
                types: patterns(&competence.types),
                lists: patterns(&competence.lists),
                measures: patterns(&competence.measures),
                ratings: patterns(&competence.ratings),
                points: patterns(&competence.points),
                subjects: schemes(&competence.subjects),
            },
            keys: authority.keys.iter().map(KeyAnswer::from).collect(),
            enrolled: authority.enrolled.index.get(),
        }
    }
}

impl From<&KeyRecord> for KeyAnswer {
    fn from(record: &KeyRecord) -> Self {
        Self {
            key: to_hex(&record.key),
            added: record.added.index.get(),
            revoked: record.revoked.as_ref().map(|revoked| RevocationAnswer {
                entry: revoked.recorded.index.get(),
                recorded_at: revoked.recorded.at.to_text(),
                reason: revoked.reason.name(),
                compromised_since: revoked.compromised_since.map(|time| time.to_string()),
            }),
        }
    }
}

fn record_type(code: String, version: &Version<RecordType>, one: &RecordType) -> TypeDefinition {
    TypeDefinition {
        item: item(code, version, &one.common, Some(one.status)),
        polarity: one.polarity.name(),
        disclosure: one.disclosure.name(),
        person_disclosure: one.person_disclosure.name(),
        subjects: schemes(&one.subjects),
    }
}

fn list(code: String, version: &Version<ListItem>, one: &ListItem) -> ListDefinition {
    ListDefinition {
        item: item(code, version, &one.common, Some(one.status)),
        polarity: one.polarity.name(),
        disclosure: one.disclosure.name(),
        subjects: schemes(&one.subjects),
        columns: one.columns.clone(),
    }
}

fn patterns(patterns: &[Pattern]) -> Vec<String> {
    patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect()
}

fn schemes(schemes: &[Scheme]) -> Vec<&'static str> {
    schemes.iter().map(|scheme| scheme.name()).collect()
}

impl From<&Basis> for BasisAnswer {
    fn from(basis: &Basis) -> Self {
        let (instrument, title) = match &basis.source {
            BasisSource::Instrument(code) => (Some(code.to_string()), None),
            BasisSource::Title(title) => (None, Some(title.clone())),
        };
        Self { instrument, title, article: basis.article.clone() }
    }
}
