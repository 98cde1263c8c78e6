//! The directory of authorities: who may sign what, folded from `ledger.opened` and `authority.*`.
//!
//! Nothing is ever taken out: a revoked key stays, with the entry that revoked it, so that the past
//! can be asked about.

use crate::event::{Body, Competence, Event, KeyRevoked, Name, RevocationReason, Role};
use crate::id::{AuthorityId, SubjectId};
use crate::key::{KeyError, PublicKey};
use crate::position::EntryIndex;
use crate::time::{RecordedTime, ValidTime};
use std::collections::{BTreeMap, HashMap};

/// The number of an authority in the order of enrolment: a small, stable stand-in for its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityNumber(u32);

/// Where and when something entered the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry.
    pub index: EntryIndex,
    /// Its recorded time.
    pub at: RecordedTime,
}

/// An authority as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its id.
    pub id: AuthorityId,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub roles: Vec<Role>,
    /// What it may act on.
    pub competence: Competence,
    /// Every key it ever had, in the order in which they came.
    pub keys: Vec<KeyRecord>,
    /// Where it was enrolled.
    pub enrolled: Recorded,
}

/// One key of an authority and its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key's 32 bytes.
    pub key: [u8; 32],
    /// Where it was added.
    pub added: Recorded,
    /// Where and why it was revoked, if it was.
    pub revoked: Option<KeyRevocation>,
}

/// The end of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRevocation {
    /// Where it was revoked.
    pub recorded: Recorded,
    /// Why.
    pub reason: RevocationReason,
    /// From when on it may have been in wrong hands.
    pub compromised_since: Option<ValidTime>,
}

/// All authorities and their keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Directory {
    authorities: Vec<Authority>,
    numbers: BTreeMap<AuthorityId, AuthorityNumber>,
    owners: HashMap<[u8; 32], AuthorityNumber>,
    parsed: HashMap<[u8; 32], PublicKey>,
}

impl Directory {
    /// The authority with this id.
    pub fn get(&self, id: &AuthorityId) -> Option<&Authority> {
        self.number(id).and_then(|number| self.by_number(number))
    }

    /// Its number.
    pub fn number(&self, id: &AuthorityId) -> Option<AuthorityNumber> {
        self.numbers.get(id).copied()
    }

    /// The authority with this number.
    pub fn by_number(&self, number: AuthorityNumber) -> Option<&Authority> {
        usize::try_from(number.0).ok().and_then(|at| self.authorities.get(at))
    }

    /// The authority that has or had this key. A key belongs to one authority for ever.
    pub fn owner(&self, key: &[u8; 32]) -> Option<&Authority> {
        self.owners.get(key).and_then(|number| self.by_number(*number))
    }

    /// [`PublicKey::parse`], which is quick for a key that stands in the directory.
    pub fn public_key(&self, key: [u8; 32]) -> Result<PublicKey, KeyError> {
        self.parsed.get(&key).map_or_else(|| PublicKey::parse(key), |known| Ok(*known))
    }

    /// All authorities in the order of enrolment.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Authority> {
        self.authorities.iter()
    }

    /// Takes in one admitted event; events of other kinds change nothing.
    pub fn apply(&mut self, event: &Event, recorded: Recorded) {
        match (&event.body, &event.subject) {
            (Body::LedgerOpened(body), _) => {
                self.enrol(
                    event.issuer.clone(),
                    body.operator_name.clone(),
                    vec![Role::Operator],
                    Competence::default(),
                    &[body.operator_key],
                    recorded,
                );
                for registrar in &body.registrars {
                    let roles = vec![Role::Registrar];
                    let (id, name) = (registrar.id.clone(), registrar.name.clone());
                    self.enrol(id, name, roles, Competence::default(), &[registrar.key], recorded);
                }
            }
            (Body::AuthorityEnrolled(body), SubjectId::Authority(id)) => {
                let (roles, competence) = (body.roles.clone(), body.competence.clone());
                self.enrol(id.clone(), body.name.clone(), roles, competence, &body.keys, recorded);
            }
            (Body::KeyAdded(body), SubjectId::Authority(id)) => self.add_key(id, body.key, recorded),
            (Body::KeyRevoked(body), SubjectId::Authority(id)) => self.revoke_key(id, body, recorded),
            _ => {}
        }
    }

    fn enrol(
        &mut self,
        id: AuthorityId,
        name: Name,
        roles: Vec<Role>,
        competence: Competence,
        keys: &[[u8; 32]],
        recorded: Recorded,
    ) {
        let Ok(number) = u32::try_from(self.authorities.len()).map(AuthorityNumber) else { return };
        self.numbers.insert(id.clone(), number);
        self.authorities.push(Authority {
            id: id.clone(),
            name,
            roles,
            competence,
            keys: Vec::new(),
            enrolled: recorded,
        });
        for key in keys {
            self.add_key(&id, *key, recorded);
        }
    }

    fn add_key(&mut self, id: &AuthorityId, key: [u8; 32], recorded: Recorded) {
        if let Some(number) = self.number(id) {
            self.owners.insert(key, number);
            // Admission has refused every key that does not parse.
            if let Ok(parsed) = PublicKey::parse(key) {
                self.parsed.insert(key, parsed);
            }
            if let Some(authority) = self.by_number_mut(number) {
                authority.keys.push(KeyRecord { key, added: recorded, revoked: None });
            }
        }
    }

    fn revoke_key(&mut self, id: &AuthorityId, body: &KeyRevoked, recorded: Recorded) {
        let authority = self.number(id).and_then(|number| self.by_number_mut(number));
        let key = authority.and_then(|a| a.keys.iter_mut().find(|k| k.key == body.key));
        if let Some(key) = key {
            let (reason, compromised_since) = (body.reason, body.compromised_since);
            key.revoked = Some(KeyRevocation { recorded, reason, compromised_since });
        }
    }

    fn by_number_mut(&mut self, number: AuthorityNumber) -> Option<&mut Authority> {
        usize::try_from(number.0).ok().and_then(|at| self.authorities.get_mut(at))
    }
}

impl Authority {
    /// Whether it is one of `roles`.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// The record of one of its keys.
    pub fn key(&self, key: &[u8; 32]) -> Option<&KeyRecord> {
        self.keys.iter().find(|record| record.key == *key)
    }
}
