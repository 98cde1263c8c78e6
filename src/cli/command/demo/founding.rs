//! The demo's ledger before the list comes: founded, its authorities enrolled, its list adopted.

use super::{MARKER, append_one, make_room};
use crate::cli::client::Client;
use crate::cli::edition_import::State;
use crate::cli::failure::Failure;
use crate::cli::keyfile;
use crate::ledger::{Founding, Settings};
use crate::words::say;
use ledger_spec::definition::{ItemKind, Name};
use ledger_spec::event::{Change, Draft, EnrolledRegistrar, Kind, SaltKey, StepKind};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::sealed::Kek;
use ledger_spec::time::Date;
use ledger_spec::wording::Words;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tlog::bytes::to_base64url;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;
use tlog::note::{KeyName, NoteSigner};

/// The list that is imported.
pub(super) const LIST: &str = "mhlw.labour-violations";
/// The department that owns the list.
pub(super) const LABOUR: &str = "labour.mhlw";
const ORIGIN: &str = "credit.example/demo";
const OPERATOR: &str = "operator.demo";
const REGISTRAR: &str = "registrar.demo";
const STEWARD: &str = "steward.demo";
const MARKET: &str = "market-regulation.demo";
/// The office that audits the ledger.
pub(super) const AUDITOR: &str = "audit-office.demo";
/// From when the list counts: before its first state.
const ADOPTED: &str = "2017-01-01";

/// A ledger of the demo.
pub(super) struct Founded {
    pub(super) origin: Origin,
    dir: PathBuf,
}

impl Founded {
    /// Makes the ledger and the keys of its authorities.
    pub(super) fn make(dir: &Path) -> Result<Self, Failure> {
        make_room(dir)?;
        let origin = Origin::parse(ORIGIN).map_err(Failure::usage)?;
        let registrar = signer(REGISTRAR)?;
        let registrar_key = *registrar.verifier_key().public_key();
        let founding = Founding {
            settings: Settings::new(origin.clone()),
            operator: authority(OPERATOR)?,
            operator_name: named("演示运营方", "Demo operator"),
            operator_seed: keyfile::random()?,
            master: Kek::copied(&keyfile::random()?),
            registrars: vec![EnrolledRegistrar {
                id: authority(REGISTRAR)?,
                name: named("演示登记机关", "Demo registrar"),
                key: registrar_key,
            }],
            keys: vec![registrar, signer(STEWARD)?, signer(LABOUR)?, signer(MARKET)?, signer(AUDITOR)?],
            random: keyfile::random()?,
        };
        crate::ledger::create(dir, &founding).map_err(Failure::unreachable)?;
        std::fs::write(dir.join(MARKER), "demo\n").map_err(Failure::file(dir))?;
        Ok(Self { origin, dir: dir.to_owned() })
    }

    /// The key of the department that owns the list.
    pub(super) fn labour_key(&self) -> Result<SecretKey, Failure> {
        self.key(LABOUR)
    }

    /// Where the auditor's key lies.
    pub(super) fn auditor_key(&self) -> PathBuf {
        self.dir.join(crate::ledger::key_file(AUDITOR))
    }

    /// That department, with what it signs with and what makes its salts.
    pub(super) fn labour(&self) -> Result<(AuthorityId, (SecretKey, SaltKey)), Failure> {
        let issuer = AuthorityId::parse(LABOUR).map_err(Failure::usage)?;
        let beside = keyfile::salts_beside(&self.dir.join(crate::ledger::key_file(LABOUR)), &issuer);
        Ok((issuer, (self.labour_key()?, keyfile::salts(&beside)?)))
    }

    /// Enrols steward and departments, adopts the list.
    pub(super) fn enrol(&self, client: &Client) -> Result<(), Failure> {
        let competences = [
            (STEWARD, "目录管理方", "Catalogue steward", "steward", json!({})),
            (
                LABOUR,
                "厚生劳动省",
                "Ministry of Health, Labour and Welfare",
                "department",
                json!({"lists": ["mhlw.*"]}),
            ),
            (MARKET, "市场监督管理局", "Market regulator", "department", json!({"types": ["market.*"]})),
            (AUDITOR, "审计局", "Audit office", "auditor", json!({})),
        ];
        for (id, zh, en, role, competence) in competences {
            let body = json!({
                "competence": competence,
                "keys": [to_base64url(self.key(id)?.public().as_bytes())],
                "name": {"en": en, "zh": zh},
                "roles": [role],
            });
            let subject = SubjectId::Authority(authority(id)?);
            self.state(client, REGISTRAR, Kind::AuthorityEnrolled, &subject, body).map_err(|failure| {
                Failure {
                    message: say!("{}, enrolled by the registrar: {}", Words::data(id), failure.message),
                    ..failure
                }
            })?;
        }
        let subject = SubjectId::parse(&format!("catalogue:list.{LIST}")).map_err(Failure::usage)?;
        let body = json!({
            "basis": [{"title": "労働基準関係法令違反に係る公表事案 (厚生労働省)"}],
            "columns": ["bureau", "establishment", "location", "published", "law_articles"],
            "confidence": "K",
            "disclosure": "public",
            "notice_required": true,
            "polarity": "negative",
            "subjects": ["ext"],
            "title": {"en": "Snapshot breaches of labour law", "zh": "违反劳动基准法令公布名单"},
        });
        self.state(client, STEWARD, Kind::Catalogue(ItemKind::List, Change::Adopted), &subject, body)
            .map(drop)
    }

    /// Opens the migration under which the list as it was published comes in. That each entry was notified
    /// before nobody can check looking back: the ledger says so beside every one of them.
    pub(super) fn open_migration(&self, client: &Client, states: &[State]) -> Result<EventId, Failure> {
        let (Some(first), Some(last)) = (states.first(), states.last()) else {
            return Err(Failure::usage(say!("no state shows any row")));
        };
        let body = json!({
            "from": first.date.to_string(),
            "note": "the published list alone is at hand; its notices are not",
            "source": "労働基準関係法令違反に係る公表事案 (厚生労働省), as published month by month",
            "unchecked": ["A04"],
            "until": last.date.to_string(),
        });
        self.state(client, STEWARD, Kind::MigrationOpened, &labour()?, body)
    }

    /// Closes it: nothing more comes in without its notice.
    pub(super) fn close_migration(&self, client: &Client, migration: EventId) -> Result<(), Failure> {
        let kind = Kind::Step(StepKind::MigrationClosed);
        let body = json!({ "migration": migration.to_string(), "reason": "imported up to the last state" });
        self.state(client, STEWARD, kind, &labour()?, body).map(drop)
    }

    fn state(
        &self,
        client: &Client,
        issuer: &str,
        kind: Kind,
        subject: &SubjectId,
        body: Value,
    ) -> Result<EventId, Failure> {
        let id = keyfile::new_event_id()?;
        let draft = Draft {
            origin: &self.origin,
            id,
            kind,
            issuer: &authority(issuer)?,
            subject,
            valid_from: Date::parse(ADOPTED).map_err(Failure::usage)?.start_of_day(),
            seen_version: None,
            salt: keyfile::new_salt()?,
            body,
        };
        append_one(client, &draft, &self.key(issuer)?).map(|_| id)
    }

    fn key(&self, id: &str) -> Result<SecretKey, Failure> {
        Ok(keyfile::read(&self.dir.join(crate::ledger::key_file(id)))?.secret_key())
    }
}

fn labour() -> Result<SubjectId, Failure> {
    Ok(SubjectId::Authority(authority(LABOUR)?))
}

/// An authority of the demo.
pub(super) fn authority(id: &str) -> Result<AuthorityId, Failure> {
    AuthorityId::parse(id).map_err(Failure::usage)
}

/// A new key of an authority.
fn signer(id: &str) -> Result<NoteSigner, Failure> {
    Ok(NoteSigner::from_seed(KeyName::parse(id).map_err(Failure::usage)?, &keyfile::random()?))
}

fn named(zh: &str, en: &str) -> Name {
    Name { zh: zh.to_owned(), en: en.to_owned() }
}
