//! The directory of authorities: who may sign what, folded from `ledger.opened` and `authority.*`.
//!
//! Nothing is ever taken out: a revoked key stays, with the entry that revoked it, so that the past
//! can be asked about.

use crate::compromise::{Compromises, KeyNumber};
use crate::definition::Name;
pub use crate::entry::Recorded;
use crate::event::{Body, Capacity, Competence, Event, KeyRevoked, RevocationReason, Role, StepKind};
use crate::id::{AuthorityId, EventId, SubjectId};
use crate::rule::Rule;
use crate::spelling::NameHash;
use crate::time::{Date, RecordedTime, ValidTime};
use crate::wording::{Words, say};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tlog::defect::OrDefect as _;
use tlog::key::{KeyError, PublicKey};
use tlog::position::{EntryIndex, TreeSize};

/// The number of an authority in the order of enrolment: a small, stable stand-in for its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
pub struct AuthorityNumber(u32);

/// An authority as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its id.
    pub id: AuthorityId,
    /// Its name, as last stated.
    pub name: Name,
    /// What it is, as last stated.
    pub roles: Vec<Role>,
    /// What it may act on, as last stated.
    pub competence: Competence,
    /// Every statement of the three, from enrolment on.
    pub history: Vec<Stated<Capacity>>,
    /// Every key it ever had, in the order in which they came.
    pub keys: Vec<KeyRecord>,
    /// Where it was enrolled.
    pub enrolled: Recorded,
    /// Who took over its tasks, each time that was said.
    pub successions: Vec<Stated<AuthorityId>>,
    /// The times for which it may issue nothing: the last day, where one is named.
    pub suspensions: Vec<Stated<Option<Date>>>,
}

/// Something that was said about an authority, and from when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// What was said.
    pub what: T,
    /// From when (valid time).
    pub from: ValidTime,
    /// Where it was said.
    pub recorded: Recorded,
}

/// The right of an authority to bring in an older register's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The authority.
    pub authority: AuthorityId,
    /// The older register.
    pub source: String,
    /// The first day of the decisions that may come in.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Rules that are not asked.
    pub unchecked: Vec<Rule>,
    /// Where it was opened.
    pub opened: Recorded,
    /// Where it was closed, if it was.
    pub closed: Option<Recorded>,
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
}

/// All authorities and their keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Directory {
    authorities: Vec<Authority>,
    numbers: BTreeMap<AuthorityId, AuthorityNumber>,
    /// Under which names documents know them, and which entry stated each.
    names: BTreeMap<NameHash, Vec<(EntryIndex, AuthorityNumber)>>,
    owners: HashMap<[u8; 32], (AuthorityNumber, KeyNumber)>,
    parsed: HashMap<[u8; 32], PublicKey>,
    /// The keys that may have been in wrong hands.
    compromises: Compromises,
    /// When each entry about an authority was recorded, and which keys signed it.
    signed: BTreeMap<EntryIndex, (RecordedTime, Vec<KeyNumber>)>,
    migrations: BTreeMap<EventId, Migration>,
}

impl Directory {
    /// The authority with this id.
    #[must_use]
    pub fn get(&self, id: &AuthorityId) -> Option<&Authority> {
        self.number(id).and_then(|number| self.by_number(number))
    }

    /// Its number.
    #[must_use]
    pub fn number(&self, id: &AuthorityId) -> Option<AuthorityNumber> {
        self.numbers.get(id).copied()
    }

    /// The id of the authority with this number; numbers are given by this directory alone.
    #[must_use]
    pub fn id_of(&self, number: AuthorityNumber) -> &AuthorityId {
        &self.by_number(number).or_defect("a number that the directory gave is in the directory").id
    }

    /// The authority with this number.
    #[must_use]
    pub fn by_number(&self, number: AuthorityNumber) -> Option<&Authority> {
        usize::try_from(number.0).ok().and_then(|at| self.authorities.get(at))
    }

    /// The authority that has or had this key. A key belongs to one authority for ever.
    #[must_use]
    pub fn owner(&self, key: &[u8; 32]) -> Option<&Authority> {
        self.owners.get(key).and_then(|(number, _)| self.by_number(*number))
    }

    /// The operator's key, which also signs the checkpoints; `None` before entry 0 names it.
    #[must_use]
    pub fn operator_key(&self) -> Option<[u8; 32]> {
        let operator = self.authorities.iter().find(|authority| authority.is_any(&[Role::Operator]))?;
        operator.keys.first().map(|record| record.key)
    }

    /// The number of a key that stands in the directory.
    #[must_use]
    pub fn key_number(&self, key: &[u8; 32]) -> Option<KeyNumber> {
        self.owners.get(key).map(|(_, number)| *number)
    }

    /// Which keys may have been in wrong hands (P26).
    #[must_use]
    pub const fn compromises(&self) -> &Compromises {
        &self.compromises
    }

    /// The migration that this `migration.opened` event opened.
    #[must_use]
    pub fn migration(&self, id: &EventId) -> Option<&Migration> {
        self.migrations.get(id)
    }

    /// All migrations, by the id of what opened them.
    pub fn migrations(&self) -> impl Iterator<Item = (&EventId, &Migration)> {
        self.migrations.iter()
    }

    /// Whether `authority` acts for `source`: it is the same, or follows it through one or more
    /// successions (systems.md M: 国税、地税 → 税务).
    #[must_use]
    pub fn acts_for(&self, authority: &AuthorityId, source: AuthorityNumber) -> bool {
        let mut next = self.by_number(source);
        // A chain of successions is no longer than there are authorities.
        for _ in 0..=self.authorities.len() {
            match next {
                Some(found) if found.id == *authority => return true,
                Some(found) => next = found.successor().and_then(|successor| self.get(successor)),
                None => return false,
            }
        }
        false
    }

    /// Whether what these two state is of one source: one is the other, or follows it through successions.
    #[must_use]
    pub fn is_one_source(&self, one: AuthorityNumber, other: AuthorityNumber) -> bool {
        one == other || self.acts_for(self.id_of(one), other) || self.acts_for(self.id_of(other), one)
    }

    /// Whether this authority was stated to have the name that a document gives the body that issued it, in the first `known` entries.
    #[must_use]
    pub fn is_named(&self, number: AuthorityNumber, body: NameHash, known: TreeSize) -> bool {
        self.named(body, known).any(|named| self.is_one_source(named, number))
    }

    fn named(&self, body: NameHash, known: TreeSize) -> impl Iterator<Item = AuthorityNumber> {
        let stated = self.names.get(&body).map_or(&[][..], Vec::as_slice);
        stated.iter().filter(move |(entry, _)| entry.is_in(known)).map(|(_, number)| *number)
    }

    /// Who made a decision that `filer` filed: the one authority that has the name which its document gives, where that is
    /// another and the first `known` entries say so; else `filer` itself.
    #[must_use]
    pub fn maker(&self, filer: AuthorityNumber, body: Option<NameHash>, known: TreeSize) -> AuthorityNumber {
        let Some(body) = body else { return filer };
        let mut named = self.named(body, known);
        match named.next() {
            Some(first) if !self.is_named(filer, body, known) => {
                if named.all(|other| self.is_one_source(other, first)) { first } else { filer }
            }
            _ => filer,
        }
    }

    /// Whether one authority reviews what another decided about this code: it is the authority above whoever decided, where the law
    /// gives such a one (行政复议法第二十七条); else its competence covers the code, and neither one of a higher level nor a court
    /// decided.
    #[must_use]
    pub fn reviews(&self, one: AuthorityNumber, source: AuthorityNumber, code: Option<&str>) -> bool {
        let Some((own, source)) = self.by_number(one).zip(self.by_number(source)) else { return false };
        let above = &source.competence.reviewed_by;
        if !above.is_empty() {
            let acts = |id| self.number(id).is_some_and(|above| self.acts_for(&own.id, above));
            return above.iter().any(acts);
        }
        let (levels, reviews) = (source.competence.level.zip(own.competence.level), &own.competence.reviews);
        let higher = levels.is_some_and(|(source, own)| source > own);
        let covered = code.is_some_and(|code| reviews.iter().any(|pattern| pattern.covers(code)));
        covered && !higher && !source.is_any(&[Role::Court])
    }

    /// Whether an authority is a court.
    #[must_use]
    pub fn is_court(&self, number: AuthorityNumber) -> bool {
        self.by_number(number).is_some_and(|authority| authority.is_any(&[Role::Court]))
    }

    /// Who acts for `number` at these instants: itself, or who took over its tasks by then.
    #[must_use]
    pub fn acting_for(
        &self,
        number: AuthorityNumber,
        valid: ValidTime,
        known: TreeSize,
    ) -> Option<AuthorityNumber> {
        let mut acting = number;
        // A chain of successions is no longer than there are authorities.
        for _ in 0..=self.authorities.len() {
            let mut successions = self.by_number(acting)?.successions.iter();
            let over = successions.rfind(|stated| stated.from <= valid && stated.recorded.index.is_in(known));
            let Some(over) = over else { return Some(acting) };
            acting = self.number(&over.what)?;
        }
        None
    }

    /// [`PublicKey::parse`], which is quick for a key that stands in the directory.
    pub fn public_key(&self, key: [u8; 32]) -> Result<PublicKey, KeyError> {
        self.parsed.get(&key).map_or_else(|| PublicKey::parse(key), |known| Ok(*known))
    }

    /// All authorities in the order of enrolment.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Authority> {
        self.authorities.iter()
    }

    /// The entries that say, of keys in wrong hands, that they signed this entry about an authority, as far as the first
    /// `known` entries say (P26).
    #[must_use]
    pub fn signed_by_suspects(&self, entry: EntryIndex, known: TreeSize) -> BTreeSet<EntryIndex> {
        let signed = self.signed.get(&entry).filter(|_| entry.is_in(known));
        let of = |(at, by): &(RecordedTime, Vec<KeyNumber>)| {
            let said = by.iter().filter_map(|key| self.compromises.of(*key, *at, known));
            said.map(|found| found.said_by).collect()
        };
        signed.map(of).unwrap_or_default()
    }

    /// Takes in one admitted event and by which keys it is signed; events of other kinds change nothing.
    pub fn apply(&mut self, event: &Event, recorded: Recorded, signers: &[[u8; 32]]) {
        let by: Vec<KeyNumber> = signers.iter().filter_map(|key| self.key_number(key)).collect();
        self.signed.insert(recorded.index, (recorded.at, by.clone()));
        let brought = Brought { recorded, by };
        match (&event.body, &event.subject) {
            (Body::LedgerOpened(body), _) => {
                let operator = plain(&body.operator_name, Role::Operator);
                self.enrol(event.issuer.clone(), operator, &[body.operator_key], event.valid_from, &brought);
                for registrar in &body.registrars {
                    let capacity = plain(&registrar.name, Role::Registrar);
                    self.enrol(registrar.id.clone(), capacity, &[registrar.key], event.valid_from, &brought);
                }
            }
            (Body::AuthorityEnrolled(body), SubjectId::Authority(id)) => {
                self.enrol(id.clone(), body.capacity.clone(), &body.keys, event.valid_from, &brought);
            }
            (Body::AuthorityAmended(capacity), SubjectId::Authority(id)) => {
                if let Some(number) = self.number(id) {
                    self.name(number, &capacity.name, recorded.index);
                }
                self.change(id, |authority| authority.state(capacity.clone(), event.valid_from, recorded));
            }
            (Body::AuthoritySucceeded(body), SubjectId::Authority(id)) => {
                let stated = Stated { what: body.successor.clone(), from: event.valid_from, recorded };
                self.change(id, |authority| authority.successions.push(stated));
            }
            (Body::AuthoritySuspended(body), SubjectId::Authority(id)) => {
                let stated = Stated { what: body.until, from: event.valid_from, recorded };
                self.change(id, |authority| authority.suspensions.push(stated));
            }
            (Body::MigrationOpened(body), SubjectId::Authority(id)) => {
                let migration = Migration {
                    authority: id.clone(),
                    source: body.source.clone(),
                    from: body.from,
                    until: body.until,
                    unchecked: body.unchecked.clone(),
                    opened: recorded,
                    closed: None,
                };
                self.migrations.insert(event.id, migration);
            }
            (Body::Step(step), _) if step.kind == StepKind::MigrationClosed => {
                if let Some(migration) = self.migrations.get_mut(&step.of) {
                    migration.closed = Some(recorded);
                }
            }
            (Body::KeyAdded(body), SubjectId::Authority(id)) => self.add_key(id, body.key, &brought),
            (Body::KeyRevoked(body), SubjectId::Authority(id)) => {
                self.revoke_key(id, body, (event.id, &brought));
            }
            _ => {}
        }
    }

    fn enrol(
        &mut self,
        id: AuthorityId,
        capacity: Capacity,
        keys: &[[u8; 32]],
        from: ValidTime,
        brought: &Brought,
    ) {
        let recorded = brought.recorded;
        let number = u32::try_from(self.authorities.len()).or_defect("no memory holds so many authorities");
        let number = AuthorityNumber(number);
        self.numbers.insert(id.clone(), number);
        let mut authority = Authority {
            id: id.clone(),
            name: capacity.name.clone(),
            roles: Vec::new(),
            competence: Competence::default(),
            history: Vec::new(),
            keys: Vec::new(),
            enrolled: recorded,
            successions: Vec::new(),
            suspensions: Vec::new(),
        };
        self.name(number, &capacity.name, recorded.index);
        authority.state(capacity, from, recorded);
        self.authorities.push(authority);
        for key in keys {
            self.add_key(&id, *key, brought);
        }
    }

    fn name(&mut self, number: AuthorityNumber, name: &Name, entry: EntryIndex) {
        self.names.entry(NameHash::of_body(&name.zh)).or_default().push((entry, number));
    }

    fn change(&mut self, id: &AuthorityId, change: impl FnOnce(&mut Authority)) {
        if let Some(authority) = self.number(id).and_then(|number| self.by_number_mut(number)) {
            change(authority);
        }
    }

    fn add_key(&mut self, id: &AuthorityId, key: [u8; 32], brought: &Brought) {
        if let Some(number) = self.number(id) {
            let key_number = u32::try_from(self.owners.len()).or_defect("no memory holds so many keys");
            let key_number = KeyNumber(key_number);
            self.owners.insert(key, (number, key_number));
            self.compromises.bring(key_number, &brought.by, brought.recorded);
            // Admission has refused every key that does not parse. What an audit recalls was not admitted anew;
            // it is held against a checkpoint after this.
            if let Ok(parsed) = PublicKey::parse(key) {
                self.parsed.insert(key, parsed);
            }
            if let Some(authority) = self.by_number_mut(number) {
                authority.keys.push(KeyRecord { key, added: brought.recorded, revoked: None });
            }
        }
    }

    /// A key ends once. That it was in wrong hands can be said later, of an earlier time than was said before, and taken back.
    fn revoke_key(&mut self, id: &AuthorityId, body: &KeyRevoked, (event, by): (EventId, &Brought)) {
        let authority = self.number(id).and_then(|number| self.by_number_mut(number));
        if let Some(key) = authority.and_then(|a| a.keys.iter_mut().find(|k| k.key == body.key)) {
            key.revoked.get_or_insert(KeyRevocation { recorded: by.recorded, reason: body.reason });
        }
        let Some(number) = self.key_number(&body.key) else { return };
        let said = (event, by.recorded);
        match (body.corrects, body.compromised_since) {
            (Some(of), since) => self.compromises.take_back((number, of), since, by.by.clone(), said),
            (None, Some(since)) => self.compromises.say(number, since, said),
            (None, None) => {}
        }
    }

    fn by_number_mut(&mut self, number: AuthorityNumber) -> Option<&mut Authority> {
        usize::try_from(number.0).ok().and_then(|at| self.authorities.get_mut(at))
    }
}

/// What brings a key in, or ends it.
struct Brought {
    recorded: Recorded,
    /// The keys that signed it.
    by: Vec<KeyNumber>,
}

/// What the genesis states of whom it names.
fn plain(name: &Name, role: Role) -> Capacity {
    Capacity { name: name.clone(), roles: vec![role], competence: Competence::default() }
}

impl Authority {
    fn state(&mut self, capacity: Capacity, from: ValidTime, recorded: Recorded) {
        self.name = capacity.name.clone();
        self.roles = capacity.roles.clone();
        self.competence = capacity.competence.clone();
        self.history.push(Stated { what: capacity, from, recorded });
    }

    /// Who took over its tasks, as last said.
    #[must_use]
    pub fn successor(&self) -> Option<&AuthorityId> {
        self.successions.last().map(|stated| &stated.what)
    }

    /// What keeps it from issuing anything at this time, in words; `None` while it acts.
    #[must_use]
    pub fn barred_at(&self, time: ValidTime) -> Option<Words> {
        if let Some(over) = self.successions.iter().find(|stated| stated.from <= time) {
            return Some(say!("succeeded by {} on {}", &over.what, over.from.date()));
        }
        let suspended = self.suspensions.iter().find(|stated| {
            // Without a last day it lasts until the authority is stated anew.
            let restated = || self.history.iter().any(|later| later.recorded.index > stated.recorded.index);
            let over = stated.what.map_or_else(restated, |last| time > last.end_of_day());
            stated.from <= time && !over
        });
        suspended.map(|stated| say!("suspended since {}", stated.from.date()))
    }

    /// The authority as it was known with so many entries.
    #[must_use]
    pub fn as_known(&self, known: TreeSize) -> Self {
        let mut then = self.clone();
        then.history.retain(|stated| stated.recorded.index.is_in(known));
        then.successions.retain(|stated| stated.recorded.index.is_in(known));
        then.suspensions.retain(|stated| stated.recorded.index.is_in(known));
        then.keys.retain(|key| key.added.index.is_in(known));
        for key in &mut then.keys {
            key.revoked = key.revoked.take().filter(|revoked| revoked.recorded.index.is_in(known));
        }
        then
    }

    /// What it was and might act on at these instants.
    #[must_use]
    pub fn capacity_at(&self, valid: ValidTime, known: TreeSize) -> Option<&Stated<Capacity>> {
        self.history.iter().rfind(|stated| stated.recorded.index.is_in(known) && stated.from <= valid)
    }

    /// Where it is stated, beside what it is: that it was enrolled, succeeded and suspended.
    pub fn stated_beside(&self) -> impl Iterator<Item = Recorded> {
        let succeeded = self.successions.iter().map(|stated| stated.recorded);
        let suspended = self.suspensions.iter().map(|stated| stated.recorded);
        std::iter::once(self.enrolled).chain(succeeded).chain(suspended)
    }

    /// Whether it is one of `roles`.
    #[must_use]
    pub fn is_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// The record of one of its keys.
    #[must_use]
    pub fn key(&self, key: &[u8; 32]) -> Option<&KeyRecord> {
        self.keys.iter().find(|record| record.key == *key)
    }
}
