//! Admission: may this event enter the ledger now? One pure function, which the server asks before it
//! writes and which auditors ask again from the log alone.
//!
//! It reads no clock (the recorded time is given), no file and nothing but its arguments, so that the
//! same log always admits the same events. What it refuses names the rule, what was found and what
//! would have been accepted.

mod governance;
mod record;
mod rule;
mod stream;

pub use rule::Rule;
pub use stream::{Head, SubjectStream};

use crate::authority::{Authority, Directory, Recorded};
use crate::catalogue::Catalogue;
use crate::checkpoint::Origin;
use crate::entry::{Entry, Link};
use crate::envelope::VerifiedEvent;
use crate::event::{Body, Event, Kind, Role};
use crate::hash::ChainHash;
use crate::position::{EntryIndex, StreamVersion};
use crate::time::{RecordedTime, ValidTime};
use std::sync::Arc;

/// How far ahead of the ledger's clock a fact may begin: departments' clocks are not the ledger's.
pub const CLOCK_TOLERANCE_MICROS: u64 = 5 * 60 * 1_000_000;

/// What every admission has to know: the same for all subjects, and small.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Core {
    /// The ledger's origin once `ledger.opened` stands in it.
    pub origin: Option<Origin>,
    /// Authorities and keys.
    pub directory: Arc<Directory>,
    /// Types and lists.
    pub catalogue: Arc<Catalogue>,
}

/// An event that may not enter, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {field} is {found}; expected {expected}", rule.id(), rule.slug())]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: Rule,
    /// The field that it is about, as a path in the event.
    pub field: &'static str,
    /// What was found.
    pub found: String,
    /// What would have been accepted.
    pub expected: String,
}

/// What admission says about an event.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It may enter.
    Admitted(AdmittedEvent),
    /// An event of this id stands in the subject's stream already: the same one if its bytes are the
    /// same, which whoever holds the log can tell; else [`Refusal::id_reused`].
    Seen(EntryIndex),
}

/// An event that passed every rule at one place in the log, and only there.
#[derive(Clone, Debug)]
pub struct AdmittedEvent {
    event: VerifiedEvent,
    at: Recorded,
}

/// Asks every rule whether `event` may become the entry `at`. `stream` is the subject's stream and
/// `core` the state of the ledger just before.
pub fn admit(
    event: VerifiedEvent,
    at: Recorded,
    core: &Core,
    stream: &SubjectStream,
) -> Result<Admission, Refusal> {
    let stated = event.event();
    if let Some(origin) = &core.origin
        && stated.origin != *origin
    {
        return Err(refuse(Rule::Origin, "origin", &stated.origin, origin));
    }
    if let Some(index) = stream.entry_of(&stated.id) {
        return Ok(Admission::Seen(index));
    }
    if let Some(seen) = stated.seen_version {
        let head = Head::version_of(stream.head());
        if seen != head {
            return Err(refuse(
                Rule::SeenVersion,
                "seen_version",
                seen,
                format!("{head}, the stream's head"),
            ));
        }
    }
    no_future(stated, at)?;
    if let Body::LedgerOpened(_) = &stated.body {
        governance::opening(&event, at, core)?;
    } else {
        let issuer = signed_by_issuer(&event, core)?;
        entitled(stated, issuer)?;
        let case = Case { event: stated, issuer, core, stream };
        match &stated.body {
            Body::LedgerOpened(_) => {}
            Body::AuthorityEnrolled(body) => governance::enrolment(&case, body)?,
            Body::KeyAdded(body) => governance::key_addition(&case, body)?,
            Body::KeyRevoked(body) => governance::key_revocation(&case, body)?,
            Body::TypeAdopted(_) => governance::type_adoption(&case)?,
            Body::ListAdopted(_) => governance::list_adoption(&case)?,
            Body::SubjectRegistered(body) => governance::registration(&case, body)?,
            Body::RecordFiled(body) => record::filing(&case, body, at)?,
            Body::RecordRevoked(body) => record::revocation(&case, body, at)?,
            Body::ListingEntered(body) => record::entering(&case, body)?,
            Body::ListingRemoved(body) => record::removal(&case, body)?,
            Body::RepairApplied(body) => record::application(&case, body)?,
            Body::RepairDecided(body) => record::decision(&case, body, at)?,
        }
    }
    Ok(Admission::Admitted(AdmittedEvent { event, at }))
}

impl Core {
    /// Takes in one admitted event.
    pub fn apply(&mut self, event: &Event, recorded: Recorded) {
        match event.kind() {
            Kind::LedgerOpened => {
                self.origin = Some(event.origin.clone());
                Arc::make_mut(&mut self.directory).apply(event, recorded);
            }
            Kind::AuthorityEnrolled | Kind::KeyAdded | Kind::KeyRevoked => {
                Arc::make_mut(&mut self.directory).apply(event, recorded);
            }
            Kind::TypeAdopted | Kind::ListAdopted => {
                Arc::make_mut(&mut self.catalogue).apply(event, recorded);
            }
            _ => {}
        }
    }
}

impl AdmittedEvent {
    /// What it says.
    pub const fn event(&self) -> &Event {
        self.event.event()
    }

    /// The entry that it becomes. `heads` are the heads of [`Event::streams`], in that order, and
    /// `previous` the chain hash of the entry before.
    pub fn into_entry(self, previous: ChainHash, heads: &[Option<Head>]) -> Entry {
        Entry {
            index: self.at.index,
            recorded_at: self.at.at,
            previous,
            links: links(heads),
            signatures: self.event.entry_signatures(),
            event: self.event.bytes().to_vec(),
        }
    }
}

/// The links of an entry that comes after these heads of its streams.
pub(crate) fn links(heads: &[Option<Head>]) -> Vec<Link> {
    let link = |head: &Option<Head>| Link {
        previous: head.map(|head| head.last),
        version: Head::version_of(head.as_ref()).next(),
    };
    heads.iter().map(link).collect()
}

impl Refusal {
    /// L08: the id stands in the stream already, in the entry `first`, with other bytes.
    pub fn id_reused(event: &Event, first: EntryIndex) -> Self {
        let found = format!("{}, which entry {first} holds with other bytes", event.id);
        refuse(Rule::IdOnce, "id", found, "an id that this subject's stream does not hold")
    }

    /// The stream's head, where the refusal is about a version that was not the last (L09).
    pub fn stream_head(&self, stream: &SubjectStream) -> Option<StreamVersion> {
        (self.rule == Rule::SeenVersion).then(|| Head::version_of(stream.head()))
    }
}

/// One event before the rules, with what it touches.
struct Case<'a> {
    event: &'a Event,
    issuer: &'a Authority,
    core: &'a Core,
    stream: &'a SubjectStream,
}

fn refuse(rule: Rule, field: &'static str, found: impl ToString, expected: impl ToString) -> Refusal {
    Refusal { rule, field, found: found.to_string(), expected: expected.to_string() }
}

/// L10. A catalogue may be adopted ahead of the day from which it counts; all else has begun.
fn no_future(event: &Event, at: Recorded) -> Result<(), Refusal> {
    let ahead = matches!(event.kind(), Kind::TypeAdopted | Kind::ListAdopted);
    if ahead { Ok(()) } else { begun("valid_from", event.valid_from, at) }
}

/// L10 for one time: it is not after the recorded time, give or take [`CLOCK_TOLERANCE_MICROS`].
fn begun(field: &'static str, time: ValidTime, at: Recorded) -> Result<(), Refusal> {
    let latest = RecordedTime::from_micros(at.at.micros().saturating_add(CLOCK_TOLERANCE_MICROS));
    // A clock past the year 2199 is past everything that a valid time can hold.
    match ValidTime::at_recorded(latest) {
        Ok(latest) if time > latest => {
            Err(refuse(Rule::NotInFuture, field, time, format!("a time not after {latest}")))
        }
        _ => Ok(()),
    }
}

/// L03, L04, L05: the issuer is enrolled, and each signature is by a key of its own that is in force.
fn signed_by_issuer<'a>(event: &VerifiedEvent, core: &'a Core) -> Result<&'a Authority, Refusal> {
    let stated = event.event();
    let Some(issuer) = core.directory.get(&stated.issuer) else {
        let expected = "an authority that is enrolled in this ledger";
        return Err(refuse(Rule::IssuerEnrolled, "issuer", &stated.issuer, expected));
    };
    let mut seen = Vec::with_capacity(1);
    for key in event.signers() {
        let Some(record) = issuer.key(key.as_bytes()) else {
            let owner = core.directory.owner(key.as_bytes());
            let owner = owner.map_or("nobody enrolled".to_owned(), |owner| owner.id.to_string());
            let found = format!("{}, a key of {owner}", key.id());
            return Err(refuse(Rule::KeyOfIssuer, "signatures", found, format!("a key of {}", issuer.id)));
        };
        if let Some(revoked) = &record.revoked {
            let found = format!("{}, revoked by entry {}", key.id(), revoked.recorded.index);
            return Err(refuse(Rule::KeyInForce, "signatures", found, "a key that is not revoked"));
        }
        if seen.contains(key.as_bytes()) {
            return Err(refuse(Rule::KeyOfIssuer, "signatures", key.id(), "each key once"));
        }
        seen.push(*key.as_bytes());
    }
    Ok(issuer)
}

/// L06: the issuer's roles allow the kind (design §5, "signed by").
fn entitled(event: &Event, issuer: &Authority) -> Result<(), Refusal> {
    let roles: &[Role] = match event.kind() {
        Kind::LedgerOpened => &[Role::Operator],
        Kind::AuthorityEnrolled | Kind::KeyAdded | Kind::KeyRevoked => &[Role::Registrar],
        Kind::TypeAdopted | Kind::ListAdopted => &[Role::Steward],
        Kind::SubjectRegistered => &[Role::Department],
        Kind::RecordFiled | Kind::RecordRevoked | Kind::RepairApplied => {
            &[Role::Department, Role::Court, Role::Window]
        }
        Kind::ListingEntered | Kind::ListingRemoved | Kind::RepairGranted | Kind::RepairRefused => {
            &[Role::Department, Role::Court]
        }
    };
    if issuer.is_any(roles) {
        return Ok(());
    }
    let names = |roles: &[Role]| roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" or ");
    let found = format!("{}, which is {}", issuer.id, names(&issuer.roles));
    Err(refuse(Rule::Role, "issuer", found, format!("{} for {}", names(roles), event.kind().name())))
}
