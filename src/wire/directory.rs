//! Authorities with their keys, and the catalogue.

use ledger_spec::authority::{Authority, Directory, KeyRecord};
use ledger_spec::bytes::to_hex;
use ledger_spec::catalogue::{Adopted, Catalogue};
use ledger_spec::event::{Basis, ListAdopted, Name, Scheme, TypeAdopted};
use serde::Serialize;
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

/// What may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CatalogueAnswer {
    /// Types of records, by code.
    pub types: Vec<TypeDefinition>,
    /// Lists, by code.
    pub lists: Vec<ListDefinition>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// A legal instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BasisAnswer {
    /// Its title.
    pub title: String,
    /// The article meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}

/// A type of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TypeDefinition {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: NameAnswer,
    /// `positive`, `neutral` or `negative`.
    pub polarity: &'static str,
    /// `public`, `shared` or `restricted`.
    pub disclosure: &'static str,
    /// Schemes of the subjects that it may be about.
    pub subjects: Vec<&'static str>,
    /// On which law it rests.
    pub basis: Vec<BasisAnswer>,
    /// `V` checked against the text, `K` known, `U` unsure.
    pub confidence: &'static str,
    /// From when records may rest on it, RFC 3339.
    #[schema(format = DateTime)]
    pub effective: String,
    /// The entry that adopted it.
    pub entry: u64,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListDefinition {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: NameAnswer,
    /// `positive`, `neutral` or `negative`.
    pub polarity: &'static str,
    /// `public`, `shared` or `restricted`.
    pub disclosure: &'static str,
    /// Schemes of the subjects that it may hold.
    pub subjects: Vec<&'static str>,
    /// The columns of a row, in the order in which they are shown.
    pub columns: Vec<String>,
    /// On which law it rests.
    pub basis: Vec<BasisAnswer>,
    /// `V` checked against the text, `K` known, `U` unsure.
    pub confidence: &'static str,
    /// From when entries may rest on it, RFC 3339.
    #[schema(format = DateTime)]
    pub effective: String,
    /// The entry that adopted it.
    pub entry: u64,
}

impl AuthorityList {
    /// The answer.
    pub fn of(directory: &Directory, checkpoint: &str) -> Self {
        let authorities = directory.iter().map(AuthorityAnswer::from).collect();
        Self { authorities, checkpoint: checkpoint.to_owned() }
    }
}

impl CatalogueAnswer {
    /// The answer.
    pub fn of(catalogue: &Catalogue, checkpoint: &str) -> Self {
        Self {
            types: catalogue.types().map(|(code, adopted)| record_type(code.to_string(), adopted)).collect(),
            lists: catalogue.lists().map(|(code, adopted)| list(code.to_string(), adopted)).collect(),
            checkpoint: checkpoint.to_owned(),
        }
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
                types: competence.types.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
                lists: competence.lists.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
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

fn record_type(code: String, adopted: &Adopted<TypeAdopted>) -> TypeDefinition {
    let definition = &adopted.definition;
    TypeDefinition {
        code,
        title: (&definition.title).into(),
        polarity: definition.polarity.name(),
        disclosure: definition.disclosure.name(),
        subjects: schemes(&definition.subjects),
        basis: basis(&definition.basis),
        confidence: definition.confidence.name(),
        effective: adopted.effective.to_string(),
        entry: adopted.recorded.index.get(),
    }
}

fn list(code: String, adopted: &Adopted<ListAdopted>) -> ListDefinition {
    let definition = &adopted.definition;
    ListDefinition {
        code,
        title: (&definition.title).into(),
        polarity: definition.polarity.name(),
        disclosure: definition.disclosure.name(),
        subjects: schemes(&definition.subjects),
        columns: definition.columns.clone(),
        basis: basis(&definition.basis),
        confidence: definition.confidence.name(),
        effective: adopted.effective.to_string(),
        entry: adopted.recorded.index.get(),
    }
}

fn schemes(schemes: &[Scheme]) -> Vec<&'static str> {
    schemes.iter().map(|scheme| scheme.name()).collect()
}

fn basis(basis: &[Basis]) -> Vec<BasisAnswer> {
    basis.iter().map(|one| BasisAnswer { title: one.title.clone(), article: one.article.clone() }).collect()
}
