//! Admission: may this event enter the ledger now? One pure function, which the server asks before it
//! writes and which auditors ask again from the log alone.
//!
//! It reads no clock (the recorded time is given), no file and nothing but its arguments, so that the
//! same log always admits the same events. What it refuses names the rule, what was found and what
//! would have been accepted.

mod access;
mod authority;
mod basis;
mod case;
mod catalogue;
mod conduct;
mod correction;
mod details;
mod early_end;
mod erasure;
mod fields;
mod freed;
mod identity;
mod licence;
mod listing;
mod measure;
mod narrowing;
mod notice;
mod once;
mod penalty;
mod personal;
mod reader;
mod record;
mod review;
mod rights;
mod step;
mod subject;
mod went_on;

pub use crate::casefile::{CaseFile, Filed, Head};
pub use crate::governance::{Governance, governs};
pub use crate::rule::Rule;
pub use access::{JOURNAL, journal_of};
pub use fields::fields_fit;
pub use reader::{NoReader, Reader};

use crate::authority::{Authority, AuthorityNumber, Recorded};
use crate::entry::ChainHash;
use crate::entry::StreamVersion;
use crate::entry::{Entry, Link};
use crate::event::envelope::VerifiedEvent;
use crate::event::{Body, Event, Kind, Role};
use crate::id::{AuthorityId, SubjectId};
use crate::time::{RecordedTime, ValidTime};
use crate::wording::{Joint, Words, say};
use case::Case;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::key::PublicKey;
use tlog::position::EntryIndex;

/// How far ahead of the ledger's clock a fact may begin: departments' clocks are not the ledger's.
pub const CLOCK_TOLERANCE_MICROS: u64 = 5 * 60 * 1_000_000;

/// An event that may not enter, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {field} is {found}; expected {expected}", rule.id(), rule.slug())]
#[must_use]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: Rule,
    /// The field that it is about, as a path in the event.
    pub field: &'static str,
    /// What was found.
    pub found: Words,
    /// What would have been accepted.
    pub expected: Words,
}

/// What admission says about an event.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It may enter.
    Admitted(AdmittedEvent),
    /// An event of this id stands in a stream of the subject already: the same one if it says the same
    /// ([`Event::says_the_same`]), which whoever holds the log can tell; else it is refused.
    Seen {
        /// The entry that holds that one.
        first: EntryIndex,
        /// Why it is refused where it is another one.
        other: Box<Refusal>,
        /// The event that was asked about.
        event: Box<VerifiedEvent>,
    },
}

/// An event that passed every rule at one number in the log, and only there.
#[derive(Clone, Debug)]
#[must_use = "an event that was admitted does not stand in the ledger yet"]
pub struct AdmittedEvent {
    event: VerifiedEvent,
    at: Recorded,
}

/// What is known of an event's subject, just before the event.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The stream that the event is to stand in.
    pub stream: &'a CaseFile,
    /// What stands under any name of the subject: where it has but one, the same.
    pub subject: &'a CaseFile,
    /// All its names, where it has more than one.
    pub names: &'a [SubjectId],
    /// How it stands to the other subject that the event names.
    pub between: Between,
    /// What stands of those that went on in it, under each of their names: asked where a record is filed.
    pub went_on: &'a [Arc<CaseFile>],
    /// Who registered the body that the subject is to be merged into.
    pub into_registrar: Option<AuthorityNumber>,
}

/// How the subject of a merger, or of a link of a body's names, stands to the other that this names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Neither went on in the other; or the event names no other.
    Nothing,
    /// The other went on in the subject, by whatever names and through whatever others.
    OtherWentOn,
    /// The subject went on in the other so.
    WentOn,
}

/// Asks every rule whether `event` may become the entry `at`. `known` is what is known of its subject and
/// `governance` the state of the ledger just before.
pub fn admit(
    event: VerifiedEvent,
    at: Recorded,
    governance: &Governance,
    known: Known<'_>,
) -> Result<Admission, Refusal> {
    let (stated, file) = (event.event(), known.stream);
    of_known_keys(&event, governance)?;
    if let Some(index) = file.entry_of(&stated.id).or_else(|| known.subject.entry_of(&stated.id)) {
        let other = Box::new(id_taken(&event, at, governance));
        return Ok(Admission::Seen { first: index, other, event: Box::new(event) });
    }
    no_future(stated, at)?;
    if let Body::LedgerOpened(_) = &stated.body {
        authority::opening(&event, at, governance)?;
        personal::nothing_in_clear(&event)?;
        fields::beside(stated, governance, at, file)?;
    } else {
        let issuer = may_file(stated, event.signers(), at, governance)?;
        access::stands_here(stated, governance)?;
        at_version(stated, file)?;
        if let Body::AccessRead(body) = &stated.body {
            // What a reader signed is kept as it signed it; and in a journal subjects neither begin nor end.
            access::look(stated, body)?;
            fields::beside(stated, governance, at, file)?;
            return Ok(Admission::Admitted(AdmittedEvent { event, at }));
        }
        personal::nothing_in_clear(&event)?;
        let Known { subject: person, names, between, went_on, into_registrar, .. } = known;
        let signed = &event;
        let case = Case {
            event: stated,
            signed,
            issuer,
            governance,
            file,
            person,
            names,
            between,
            went_on,
            into_registrar,
            at,
        };
        case.subject_stands()?;
        identity::of_current_epoch(&case)?;
        fields::beside(stated, governance, at, file)?;
        by_kind(&case)?;
    }
    Ok(Admission::Admitted(AdmittedEvent { event, at }))
}

/// Why an event is refused whose id another one has: L08, but to who may not file it what says so.
pub(crate) fn id_taken(event: &VerifiedEvent, at: Recorded, governance: &Governance) -> Refusal {
    let refused = may_file(event.event(), event.signers(), at, governance).err();
    refused.unwrap_or_else(|| Refusal::id_reused(event.event()))
}

/// L05, L06, L23: whether the issuer may state anything of this kind now. It is asked before anything is told of what stands in
/// the subject's stream.
fn may_file<'g, 'k>(
    stated: &Event,
    signers: impl Iterator<Item = &'k PublicKey>,
    at: Recorded,
    governance: &'g Governance,
) -> Result<&'g Authority, Refusal> {
    let issuer = issuer_of(&stated.issuer, governance)?;
    keys_in_force(issuer, signers)?;
    entitled(issuer, stated.kind().roles(), Words::data(stated.kind().name()))?;
    acting(issuer, at.at)?;
    Ok(issuer)
}

/// L09: who says which version of the stream it has seen has seen the last.
fn at_version(stated: &Event, file: &CaseFile) -> Result<(), Refusal> {
    let (Some(seen), head) = (stated.seen_version, Head::version_of(file.head())) else { return Ok(()) };
    if seen == head {
        return Ok(());
    }
    Err(refuse(Rule::SeenVersion, "seen_version", seen, say!("{}, the stream's head", head)))
}

/// Asks the rules of the event's kind.
fn by_kind(case: &Case<'_>) -> Result<(), Refusal> {
    match &case.event.body {
        Body::LedgerOpened(_) | Body::AccessRead(_) => Ok(()),
        Body::AuthorityEnrolled(body) => authority::enrolment(case, body),
        Body::AuthorityAmended(body) => authority::amendment(case, body),
        Body::AuthoritySucceeded(body) => authority::succession(case, body),
        Body::AuthoritySuspended(_) => authority::suspension(case),
        Body::KeyAdded(body) => authority::key_addition(case, body),
        Body::KeyRevoked(body) => authority::key_revocation(case, body),
        Body::Adopted(definition) => catalogue::adoption(case, definition),
        Body::Amended(definition) => catalogue::amendment(case, definition),
        Body::Repealed(body) => catalogue::repeal(case, body),
        Body::SubjectRegistered(body) => subject::registration(case, body),
        Body::SubjectAmended(body) => subject::amendment(case, body),
        Body::IdentifierLinked(body) => subject::linking(case, body),
        Body::IdentifierAccepted(_) => subject::acceptance(case),
        Body::SubjectMerged(body) => subject::merger(case, body),
        Body::SubjectDissolved(body) => subject::dissolution(case, body),
        Body::RecordFiled(body) => record::filing(case, body),
        Body::ListingNotified(body) => listing::notice(case, body),
        Body::ListingEntered(body) => listing::entering(case, body),
        Body::MeasureImposed(body) => measure::imposition(case, body),
        Body::RepairApplied(body) => rights::application(case, body),
        Body::ObjectionRaised(body) => rights::objection(case, body),
        Body::ComplaintFiled(body) => rights::complaint(case, body),
        Body::HoldPlaced(body) => rights::hold(case, body),
        Body::ConsentGranted(_) => rights::consent(case),
        Body::SubjectVerified(body) => rights::verification(case, body),
        Body::ReportIssued(body) => rights::report(case, body),
        Body::UseReported(body) => rights::usage(case, body),
        Body::CommitmentMade(body) => conduct::commitment(case, body),
        Body::RatingAssigned(body) => conduct::rating(case, body),
        Body::PointsCharged(body) => conduct::charge(case, body),
        Body::PopulationDeclared(body) => conduct::population(case, body),
        Body::RectificationOrdered(_) => case.enrolled_subject().map(|_| ()),
        Body::IncidentOpened(body) => conduct::incident(case, body),
        Body::TransferMade(body) => conduct::transfer(case, body),
        Body::MigrationOpened(_) => case.enrolled_subject().map(|_| ()),
        Body::ErasureOrdered(body) => erasure::order(case, body),
        Body::LedgerErased(body) => erasure::erased(case, body),
        Body::AuditorsNamed(body) => authority::auditors(case, body),
        Body::IdentityRotated(body) => identity::rotated(case, *body),
        Body::Step(body) => step::step(case, body),
    }
}

impl AdmittedEvent {
    /// What it says.
    #[must_use]
    pub fn event(&self) -> &Event {
        self.event.event()
    }

    /// The keys that signed it.
    #[must_use]
    pub fn signers(&self) -> Vec<[u8; 32]> {
        self.event.signers().map(|key| *key.as_bytes()).collect()
    }

    /// The entry that it becomes. `heads` are the heads of [`Event::streams`], in that order, and
    /// `previous` the chain hash of the entry before.
    #[must_use]
    pub fn entry(&self, previous: ChainHash, heads: impl IntoIterator<Item = Option<Head>>) -> Entry {
        Entry {
            index: self.at.index,
            recorded_at: self.at.at,
            previous,
            links: links(heads.into_iter()).collect(),
            signatures: self.event.entry_signatures(),
            event: self.event.bytes().to_vec(),
        }
    }
}

/// The links of an entry that comes after these heads of its streams.
pub(crate) fn links(heads: impl Iterator<Item = Option<Head>>) -> impl Iterator<Item = Link> {
    heads.map(|head| Link {
        previous: head.map(|head| head.last),
        version: Head::version_of(head.as_ref()).next(),
    })
}

impl Refusal {
    /// L08: the id stands in the stream already, with other bytes. Where, it does not say: it may be anybody's.
    pub fn id_reused(event: &Event) -> Self {
        let found = say!("{}, which another event has", &event.id);
        refuse(Rule::IdOnce, "id", found, say!("an id that this subject's stream does not hold"))
    }

    /// The stream's head, where the refusal is about a version that was not the last (L09).
    #[must_use]
    pub fn stream_head(&self, file: &CaseFile) -> Option<StreamVersion> {
        (self.rule == Rule::SeenVersion).then(|| Head::version_of(file.head()))
    }
}

fn refuse(rule: Rule, field: &'static str, found: impl Into<Words>, expected: impl Into<Words>) -> Refusal {
    Refusal { rule, field, found: found.into(), expected: expected.into() }
}

/// L10. The catalogue may be changed ahead of the day from which it counts; all else has begun.
fn no_future(event: &Event, at: Recorded) -> Result<(), Refusal> {
    match event.kind() {
        Kind::Catalogue(..) => Ok(()),
        _ => begun("valid_from", event.valid_from, at),
    }
}

/// L10 for one time: it is not after the recorded time, give or take [`CLOCK_TOLERANCE_MICROS`].
fn begun(field: &'static str, time: ValidTime, at: Recorded) -> Result<(), Refusal> {
    let latest = RecordedTime::from_micros(at.at.micros().saturating_add(CLOCK_TOLERANCE_MICROS));
    // A clock past the year 2199 is past everything that a valid time can hold.
    match ValidTime::at_recorded(latest) {
        Ok(latest) if time > latest => {
            Err(refuse(Rule::NotInFuture, field, time, say!("a time not after {}", latest)))
        }
        _ => Ok(()),
    }
}

/// L01, and but for the opening L03 and L04: the event is for this ledger, its issuer is enrolled, and each signature is
/// by a key of its own, whether or not that is in force. It is asked before anything about the subject is looked at, so
/// that nobody else learns from a refusal what stands in a stream.
pub fn of_known_keys(event: &VerifiedEvent, governance: &Governance) -> Result<(), Refusal> {
    let stated = event.event();
    for_this_ledger(&stated.origin, governance)?;
    if let Body::LedgerOpened(_) = &stated.body {
        return Ok(());
    }
    own_keys(issuer_of(&stated.issuer, governance)?, event.signers(), governance)
}

/// L01: what was signed is meant for this ledger.
pub fn for_this_ledger(named: &Origin, governance: &Governance) -> Result<(), Refusal> {
    match &governance.origin {
        Some(origin) if named != origin => Err(refuse(Rule::Origin, "origin", named, origin)),
        _ => Ok(()),
    }
}

/// L03: the issuer is enrolled.
fn issuer_of<'a>(id: &AuthorityId, governance: &'a Governance) -> Result<&'a Authority, Refusal> {
    let expected = say!("an authority that is enrolled in this ledger");
    governance.directory.get(id).ok_or_else(|| refuse(Rule::IssuerEnrolled, "issuer", id, expected))
}

/// L04: each signature is by a key of the issuer's own.
fn own_keys<'k>(
    issuer: &Authority,
    signers: impl Iterator<Item = &'k PublicKey>,
    governance: &Governance,
) -> Result<(), Refusal> {
    let mut seen = Vec::with_capacity(1);
    for key in signers {
        if issuer.key(key.as_bytes()).is_none() {
            let owner = governance.directory.owner(key.as_bytes());
            let owner = owner.map_or(say!("nobody enrolled"), |owner| Words::from(&owner.id));
            let found = say!("{}, a key of {}", Words::data(key.id()), owner);
            return Err(refuse(Rule::KeyOfIssuer, "signatures", found, say!("a key of {}", &issuer.id)));
        }
        if seen.contains(key.as_bytes()) {
            return Err(refuse(
                Rule::KeyOfIssuer,
                "signatures",
                Words::data(key.id()),
                say!("each key once"),
            ));
        }
        seen.push(*key.as_bytes());
    }
    Ok(())
}

/// L05: no key that signed is revoked.
fn keys_in_force<'k>(
    issuer: &Authority,
    signers: impl Iterator<Item = &'k PublicKey>,
) -> Result<(), Refusal> {
    for key in signers {
        if let Some(revoked) = issuer.key(key.as_bytes()).and_then(|record| record.revoked.as_ref()) {
            let found = say!("{}, revoked by entry {}", Words::data(key.id()), revoked.recorded.index);
            return Err(refuse(Rule::KeyInForce, "signatures", found, say!("a key that is not revoked")));
        }
    }
    Ok(())
}

/// L06: the issuer's roles allow the kind (design §5, "signed by"), or what else it asks.
fn entitled(issuer: &Authority, roles: &[Role], what: Words) -> Result<(), Refusal> {
    if issuer.is_any(roles) {
        return Ok(());
    }
    let names = |roles: &[Role]| Words::several(roles.iter().copied(), Joint::Or);
    let found = say!("{}, which is {}", &issuer.id, names(&issuer.roles));
    Err(refuse(Rule::Role, "issuer", found, say!("{} for {}", names(roles), what)))
}

/// L23: nobody has taken over the issuer's tasks, and it is not suspended.
fn acting(issuer: &Authority, at: RecordedTime) -> Result<(), Refusal> {
    // As above, a clock past the year 2199 is past everything: all that was to begin has begun.
    let now = ValidTime::at_recorded(at).unwrap_or(ValidTime::MAX);
    match issuer.barred_at(now) {
        None => Ok(()),
        Some(barred) => {
            let found = say!("{}, {}", &issuer.id, barred);
            Err(refuse(Rule::Acting, "issuer", found, say!("an authority that acts")))
        }
    }
}
