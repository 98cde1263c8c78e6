//! Erasure as an open ledger does it: the event that says what is erased, made of all orders that are due; and what it does to
//! the files, resumed by the next start.

use super::operator_event::operator_event;
use super::{LedgerError, MasterKey, Replacing, Settings, operator_signer};
use crate::audited_checkpoint;
use crate::clock;
use crate::log::{EraseError, Log};
use crate::sequencer::Erase;
use crate::snapshot::Snapshots;
use ledger_spec::auditing::Unaudited;
use ledger_spec::erasures::Erased;
use ledger_spec::event::{Erasable, Kind, LedgerErased, WholeEvent};
use ledger_spec::id::SubjectId;
use ledger_spec::sealed::Kek;
use ledger_spec::time::RecordedTime;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::note::NoteSigner;
use tlog::position::TreeSize;

/// Says in the ledger's name what is erased.
pub struct Erasing {
    dir: PathBuf,
    origin: Origin,
    signer: NoteSigner,
    master: MasterKey,
    /// In microseconds.
    wait: u64,
    /// Held by whoever does something about the master key.
    replacing: Arc<Mutex<()>>,
    /// Why what the log says is erased could not be destroyed when the ledger was opened, if it could not.
    unfinished: OnceLock<String>,
    /// What was destroyed then that the log had said is erased before.
    resumed: OnceLock<Erased>,
}

impl Erasing {
    /// For the ledger in `dir`, by its operator's key.
    pub(super) fn new(dir: &Path, settings: &Settings) -> Result<Self, LedgerError> {
        Ok(Self {
            dir: dir.to_owned(),
            origin: settings.origin.clone(),
            signer: operator_signer(dir, settings)?,
            master: settings.master_key()?.clone(),
            wait: settings.erase_seconds.saturating_mul(1_000_000),
            replacing: Arc::default(),
            unfinished: OnceLock::new(),
            resumed: OnceLock::new(),
        })
    }

    /// Whether something that the log says is erased was still there when the ledger was opened, and could not be destroyed then:
    /// nobody is told of it, and whoever holds the folder and its keys could read it.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.get().is_some()
    }

    /// Why it is.
    #[must_use]
    pub fn unfinished(&self) -> Option<&str> {
        self.unfinished.get().map(String::as_str)
    }

    /// What was erased when the ledger was opened: of an erasure that was said before and cut short.
    #[must_use]
    pub fn resumed(&self) -> Option<&Erased> {
        self.resumed.get()
    }

    /// With what events are made in the ledger's name.
    pub(super) const fn signing(&self) -> (&Origin, &NoteSigner) {
        (&self.origin, &self.signer)
    }

    /// The event that says what is erased, if something is due at `now`. Orders wait at least as long as the settings say, so
    /// that a court can still place a hold; and those that were recorded in one such span go together, so that whoever watches
    /// the log does not see which order took away what.
    ///
    /// # Errors
    ///
    /// Also where it can be seen beforehand that none of them could be carried out: what the log says is erased is to be, at
    /// once.
    pub fn due(&self, snapshots: &Snapshots, now: RecordedTime) -> Result<Option<WholeEvent>, LedgerError> {
        let before = now.micros().saturating_sub(self.wait);
        let by = if self.wait == 0 { before } else { before - before % self.wait };
        self.event(snapshots, RecordedTime::from_micros(by), now)
    }

    /// The event that says what is erased, if anything is ordered to be, however short ago; errors as above.
    pub fn ordered(&self, snapshots: &Snapshots) -> Result<Option<WholeEvent>, LedgerError> {
        let now = clock::now();
        self.event(snapshots, RecordedTime::from_micros(u64::MAX), now)
    }

    /// The newest checkpoint that an auditing witness has cosigned, where there is one.
    fn audited(&self, snapshots: &Snapshots) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let governance = &snapshots.latest().governance;
        if governance.auditors.named(&governance.directory).is_empty() {
            return Ok(None);
        }
        let failed = |error: &dyn std::fmt::Display| {
            LedgerError::Erasing(format!("no checkpoint that an auditing witness has cosigned: {error}"))
        };
        let note = audited_checkpoint::read(&self.dir).map_err(|error| failed(&error))?;
        let audited =
            note.map(|note| governance.auditors.audited(&note, &self.origin, &governance.directory));
        match audited.transpose() {
            Ok(Some(signed)) => {
                let stated = signed.checkpoint();
                let root = snapshots.log().root(stated.size())?;
                if root == stated.root() {
                    return Ok(Some(signed));
                }
                // Whoever brought another folder back, or another history: nothing is to rest on it.
                Err(failed(&format_args!(
                    "its root is {}; the log's at {} is {root}",
                    stated.root(),
                    stated.size()
                )))
            }
            // One that is not named any more has cosigned it: the next one that is collected takes its place.
            Err(Unaudited::NotCosigned) => Ok(None),
            other => other.map_err(|error| failed(&error)),
        }
    }

    /// Of the orders that are due, oldest first, those that can be carried out, as many as one event has room for: damage beside
    /// one of them holds up no earlier one. Nothing is above `audited`, which an auditing witness has cosigned where one is named.
    fn possible(
        &self,
        snapshots: &Snapshots,
        by: RecordedTime,
        audited: TreeSize,
    ) -> Result<Erased, LedgerError> {
        let governance = &snapshots.latest().governance;
        let mut orders: Vec<Vec<Erasable>> = Vec::new();
        let (mut entries, mut fields) = (LedgerErased::MAX, LedgerErased::MAX_FIELDS);
        for order in governance.erasures.due(by, &governance.directory) {
            let beside = order.iter().filter(|one| matches!(one, Erasable::Field(_))).count();
            let (Some(entries_left), Some(fields_left)) =
                (entries.checked_sub(order.len() - beside), fields.checked_sub(beside))
            else {
                break;
            };
            if order.iter().any(|one| !one.entry().is_in(audited)) {
                break;
            }
            (entries, fields) = (entries_left, fields_left);
            orders.push(order.to_vec());
        }
        let all: Erased = orders.iter().flatten().copied().collect();
        if all.is_empty() {
            return Ok(all);
        }
        let Ok(_replacing) = self.replacing.try_lock() else {
            return Err(LedgerError::Erasing("an erasure is under way".to_owned()));
        };
        self.master.can_be_replaced(&self.dir)?;
        let log = snapshots.log();
        let Err(fault) = log.can_erase(&all) else { return Ok(all) };
        let can_be = |order: &Vec<Erasable>| log.can_erase(&order.iter().copied().collect()).is_ok();
        let possible: Erased = orders.into_iter().take_while(can_be).flatten().collect();
        if possible.is_empty() {
            return Err(fault.into());
        }
        tracing::error!(%fault, "orders to erase cannot be carried out for damage beside what they name");
        Ok(possible)
    }

    fn event(
        &self,
        snapshots: &Snapshots,
        by: RecordedTime,
        now: RecordedTime,
    ) -> Result<Option<WholeEvent>, LedgerError> {
        let governance = &snapshots.latest().governance;
        let audited = self.audited(snapshots)?;
        let size = match &audited {
            Some(signed) => signed.checkpoint().size(),
            None if governance.auditors.named(&governance.directory).is_empty() => TreeSize::new(u64::MAX),
            None => TreeSize::EMPTY,
        };
        let due = self.possible(snapshots, by, size)?;
        if due.is_empty() {
            return Ok(None);
        }
        let stated = (Kind::LedgerErased, &SubjectId::Ledger, body_of(&due, audited.as_ref()));
        let event = operator_event((&self.origin, &self.signer), governance, stated, now);
        event.map(Some).map_err(LedgerError::Erasing)
    }
}

/// What the event says.
fn body_of(due: &Erased, audited: Option<&SignedCheckpoint>) -> serde_json::Value {
    let entries: Vec<u64> = due.entries.iter().map(|entry| entry.get()).collect();
    let beside = Vec::from_iter(&due.fields);
    let fields: Vec<_> = beside
        .chunk_by(|one, next| one.entry == next.entry)
        .filter_map(|of| {
            let places: Vec<u8> = of.iter().map(|field| field.place).collect();
            of.first().map(|first| json!({ "entry": first.entry.get(), "places": places }))
        })
        .collect();
    let mut body = json!({ "entries": entries, "fields": fields });
    if let (Some(audited), Some(body)) = (audited, body.as_object_mut()) {
        body.insert("cosigned".to_owned(), audited.to_string().into());
    }
    body
}

/// What an erasure does to the files of the ledger of `erasing`.
pub(super) fn erase_files(erasing: &Erasing) -> Erase {
    let Erasing { dir, master, replacing, .. } = erasing;
    let (dir, master, replacing) = (dir.clone(), master.clone(), replacing.clone());
    Box::new(move |log, entries| {
        let _replacing = replacing.lock().unwrap_or_else(PoisonError::into_inner);
        under_a_new_key(&master, &dir, |key| log.erase(entries, key)).map_err(|error| error.to_string())
    })
}

/// Erases under a new master key, and destroys the old one, where a file holds it: what is under another's stays under it.
pub(crate) fn under_a_new_key(
    master: &MasterKey,
    dir: &Path,
    erase: impl FnOnce(Option<&Kek>) -> Result<bool, EraseError>,
) -> Result<(), LedgerError> {
    let replacing = master.replace(dir)?;
    let erased = erase(replacing.as_ref().map(Replacing::key))?;
    let destroyed = match replacing {
        Some(replacing) => replacing.finish()?,
        None => false,
    };
    if destroyed {
        tracing::warn!(
            "the master key was replaced: older copies of it, and older backups of keys/ and sealed/, open nothing any more"
        );
    } else if erased {
        tracing::warn!(
            "what is erased was overwritten, and the master key that it was under is kept as it was: with an old copy of \
             keys/ and sealed/ that key still opens it"
        );
    }
    Ok(())
}

/// Finishes what an erasure has begun that the last stop has cut short: what the log says is erased goes, and nobody is told of
/// it meanwhile.
pub(super) fn finish_erasing(
    log: &mut Log,
    snapshots: &Snapshots,
    (erasing, erase): (&Erasing, &mut Erase),
) -> Result<(), LedgerError> {
    let governance = snapshots.latest().governance.clone();
    let erased = governance.erasures.erased();
    log.reader().set_erased(erased.clone());
    let left = log.not_erased(erased)?;
    if left.is_empty() {
        return Ok(());
    }
    tracing::warn!(
        entries = left.entries.len(),
        fields = left.fields.len(),
        "an erasure that was cut short is finished"
    );
    let _forgetting = snapshots.streams().forget();
    // A ledger is opened once with this: nothing was set before.
    match erase(log, &left) {
        Ok(()) => drop(erasing.resumed.set(left)),
        Err(error) => {
            // Nobody is told of what is erased; that something still opens it is no reason to answer nobody.
            tracing::error!(error, "an erasure could not be finished; it is tried again at the next start");
            drop(erasing.unfinished.set(error));
        }
    }
    Ok(())
}
