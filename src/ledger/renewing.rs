//! A new identity key. The root has it first, durably; then the ledger links whoever stands in it to the pseudonym of the
//! new epoch, both ways; and last it says that the epoch has begun, from when on no older pseudonym takes anything new.
//! Nobody is answered meanwhile, and a start that finds it half-way goes on where the log ends.

use super::operator_event::operator_event;
use super::{LedgerError, OpenLedger, Replacing, Settings, open, open_log, operator_signer};
use crate::clock;
use crate::log::{LogReader, Said};
use crate::progress::Progress;
use crate::sequencer::{EventOutcome, Sequencer};
use crate::snapshot::Snapshots;
use crate::storage::FolderLock;
use ledger_spec::admission::Governance;
use ledger_spec::event::{Body, Event, Kind, WholeEvent};
use ledger_spec::id::{IdentityEpoch, SubjectId};
use ledger_spec::identity::{IdentityKeys, PseudonymScheme, Pseudonyms};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::Path;
use tlog::checkpoint::Origin;
use tlog::note::NoteSigner;
use tlog::position::EntryIndex;

/// Links that are appended at once.
const BATCH: usize = 256;

/// Gives the ledger in `dir` a new identity key, and opens it with whoever stands in it renamed. Where one was cut short it is
/// that one, finished: nobody is renamed twice because a command was given twice. The root is under a new master key then, where a file holds that.
pub fn renew_identity(dir: &Path, progress: &dyn Progress) -> Result<OpenLedger, LedgerError> {
    let opened = open(dir, progress)?;
    if opened.renewed {
        return Ok(opened);
    }
    opened.close()?;
    {
        let lock = FolderLock::take(dir)?;
        let settings = Settings::read(dir)?;
        let (mut log, ..) =
            open_log((&lock, dir), &settings, operator_signer(dir, &settings)?, false, progress)?;
        let replacing = settings.master_key()?.replace(dir)?;
        let renewed = log.renew_identity(replacing.as_ref().map(Replacing::key));
        renewed.map_err(|error| LedgerError::Renewing(error.to_string()))?;
        if let Some(replacing) = replacing {
            replacing.finish()?;
        }
        log.close().map_err(LedgerError::Close)?;
    }
    open(dir, progress)
}

/// Links whoever is not linked to the newest epoch yet, and says that it has begun, where the root is ahead of the log; whether it
/// was.
pub(super) fn finish_renewing(ledger: &OpenLedger) -> Result<bool, LedgerError> {
    let OpenLedger { sequencer, snapshots, identities, erasing, .. } = ledger;
    let signing = erasing.signing();
    let governance = snapshots.latest().governance.clone();
    let (found, expected) = (identities.epoch(), governance.identity_epoch);
    match found.cmp(&expected) {
        Ordering::Equal => return Ok(false),
        Ordering::Less => return Err(LedgerError::IdentityKeys { found, expected }),
        Ordering::Greater => {}
    }
    tracing::info!(epoch = %found, "whoever stands in the ledger is linked to a new pseudonym");
    let links = unlinked(snapshots, identities)?;
    for links in links.chunks(BATCH) {
        let stated = |(subject, other): &(SubjectId, SubjectId)| {
            let body = json!({ "identifier": other.to_string() });
            stated(signing, &governance, (Kind::IdentifierLinked, subject, body))
        };
        append(sequencer, links.iter().map(stated).collect::<Result<_, _>>()?)?;
    }
    let begun = (Kind::IdentityRotated, &SubjectId::Ledger, json!({ "epoch": found.get() }));
    append(sequencer, vec![stated(signing, &governance, begun)?])?;
    Ok(true)
}

fn stated(
    signing: (&Origin, &NoteSigner),
    governance: &Governance,
    what: (Kind, &SubjectId, Value),
) -> Result<WholeEvent, LedgerError> {
    operator_event(signing, governance, what, clock::now()).map_err(LedgerError::Renewing)
}

fn append(sequencer: &Sequencer, events: Vec<WholeEvent>) -> Result<(), LedgerError> {
    let failed = |error: &dyn std::fmt::Display| LedgerError::Renewing(error.to_string());
    let answer = sequencer.submit(events, true).map_err(|error| failed(&error))?;
    let answer = answer.blocking_recv().map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    match answer.outcomes.iter().find(|outcome| !matches!(outcome, EventOutcome::Appended(_))) {
        None => Ok(()),
        Some(other) => Err(LedgerError::Renewing(format!("{other:?}"))),
    }
}

/// The links that are missing: for each subject of the epoch before, from the old name to the new one, and back.
fn unlinked(
    snapshots: &Snapshots,
    identities: &IdentityKeys,
) -> Result<Vec<(SubjectId, SubjectId)>, LedgerError> {
    let Standing { subjects, linked } =
        Standing::read(snapshots.log(), snapshots.latest().size().get(), identities.epoch())?;
    let pseudonyms = PseudonymScheme::ALL.map(|scheme| Pseudonyms::of(identities, scheme));
    let renewed = |old: SubjectId| {
        let new = pseudonyms.iter().find_map(|pseudonyms| pseudonyms.renewed(&old))?;
        Some([(old.clone(), new.clone()), (new, old)])
    };
    let links = subjects.into_iter().filter_map(renewed).flatten();
    Ok(links.filter(|(subject, _)| !linked.contains(subject)).collect())
}

/// Who stands in the log under a pseudonym of the epoch before the newest, and from whom a link to it, or back, stands there.
#[derive(Default)]
struct Standing {
    subjects: BTreeSet<SubjectId>,
    linked: BTreeSet<SubjectId>,
}

impl Standing {
    fn read(log: &LogReader, size: u64, newest: IdentityEpoch) -> Result<Self, LedgerError> {
        let mut standing = Self::default();
        for index in (0..size).map(EntryIndex::new) {
            // Of what is erased, its order is left, which names the subject.
            let Said::Event(read) = log.said(index)? else { continue };
            let event =
                Event::parse(&read.entry().event).map_err(|error| LedgerError::Event { index, error })?;
            let Some(pseudonym) = event.subject.pseudonym() else { continue };
            if let Body::IdentifierLinked(body) = &event.body
                && let Some(other) = event.subject.renewal(&body.identifier)
                && pseudonym.epoch().max(other.epoch()) == newest
            {
                standing.linked.insert(event.subject.clone());
            }
            if pseudonym.epoch().next() == Some(newest) {
                standing.subjects.insert(event.subject.clone());
            }
        }
        Ok(standing)
    }
}
