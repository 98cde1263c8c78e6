//! What a witness has cosigned, on disk: per log the last checkpoint, replaced before anybody is answered.

use super::opened::{NotAudited, OpenedCopy};
use crate::storage::{self, Disk, DiskError};
use ledger_spec::time::RecordedTime;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use tlog::cosignature::{BadCosignature, Cosigner};
use tlog::note::{SignedNote, VerifierKey};
use tlog::witness::{AddCheckpoint, Refusal, folder_of};

/// Where requests that contradict what was cosigned are kept.
const EVIDENCE: &str = "evidence";

/// A witness's memory, and the key that it cosigns with.
pub struct WitnessStore {
    disk: Arc<dyn Disk>,
    cosigner: Cosigner,
    keys: Vec<VerifierKey>,
    clock: fn() -> RecordedTime,
    logs: HashMap<String, Mutex<Last>>,
    /// What an auditing witness has opened; one that has none judges by its memory alone.
    opened: Option<OpenedCopy>,
}

/// The last checkpoint of a log, with this witness's cosignature, and when it was cosigned.
#[derive(Default)]
struct Last(Option<(SignedCheckpoint, u64)>);

/// Why a request is not answered with a cosignature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It may not be cosigned.
    #[error(transparent)]
    Request(#[from] Refusal),
    /// It was not opened and found right.
    #[error(transparent)]
    NotAudited(#[from] NotAudited),
    /// It could not be kept, so it was not cosigned.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The cosigned note cannot be written: a defect.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a witness cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// What was cosigned last cannot be read: whoever forgets it could cosign another history.
    #[error("{path}: {reason}; a witness that has lost its memory must not go on")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl WitnessStore {
    /// Opens a witness's folder, for the logs of these keys.
    pub fn open(
        disk: Arc<dyn Disk>,
        cosigner: Cosigner,
        keys: Vec<VerifierKey>,
        clock: fn() -> RecordedTime,
    ) -> Result<Self, StoreError> {
        let mut logs = HashMap::new();
        for key in &keys {
            let origin = key.name().as_str().to_owned();
            let (folder, path) = (folder_of(&origin), path_of(&origin));
            if !disk.exists(&folder)? {
                disk.create_dir(&folder)?;
                disk.sync_dir("")?;
            }
            let last = if disk.exists(&path)? { Some(read(&*disk, &path, &cosigner, &keys)?) } else { None };
            logs.insert(origin, Mutex::new(Last(last)));
        }
        Ok(Self { disk, cosigner, keys, clock, logs, opened: None })
    }

    /// The same, of an auditing witness: from now on nothing is cosigned that this copy, which has to be of the one log that is
    /// watched, does not vouch for.
    pub fn auditing(self, copy: OpenedCopy) -> Self {
        Self { opened: Some(copy), ..self }
    }

    /// The witness's key.
    pub const fn cosigner(&self) -> &Cosigner {
        &self.cosigner
    }

    /// Cosigns a checkpoint if it goes on from the last, and an auditing witness has found all of it right: the answer's
    /// signature line. Comparing and keeping are one step, and what is answered is durable.
    pub fn add(&self, body: &[u8]) -> Result<String, Refused> {
        let request = AddCheckpoint::parse(body)?;
        let text = request.note.text();
        let origin = text.split_once('\n').map_or(text, |(first, _)| first);
        let Some(log) = self.logs.get(origin) else {
            return Err(Refusal::Origin { found: origin.chars().take(255).collect() }.into());
        };
        if let Some(opened) = &self.opened {
            // A contradiction is none of the copy's business; while that is brought forward nobody is kept from the memory.
            let signed = self.judge(&request, &lock(log), body)?;
            opened.vouches_for(&signed)?;
        }
        let mut last = lock(log);
        let signed = self.judge(&request, &last, body)?;
        let now = (self.clock)().micros() / 1_000_000;
        let at = last.0.as_ref().map_or(now, |(_, before)| now.max(*before));
        let line = self.cosigner.cosign(signed.note().text(), at);
        let answer = format!("{line}\n");
        let cosigned = signed.with(vec![line])?;
        storage::replace(&*self.disk, &path_of(origin), cosigned.to_string().as_bytes())?;
        self.disk.sync_dir(&folder_of(origin))?;
        last.0 = Some((cosigned, at));
        Ok(answer)
    }

    /// The checkpoint of a request, if it may follow on the last.
    fn judge(&self, request: &AddCheckpoint, last: &Last, body: &[u8]) -> Result<SignedCheckpoint, Refusal> {
        let judged = request.judge(&self.keys, |_| last.checkpoint());
        judged.inspect_err(|refusal| self.keep(refusal, body))
    }

    /// The last cosigned checkpoint of the log whose origin has this SHA-256, in hex.
    pub fn last(&self, folder: &str) -> Option<String> {
        let (_, log) = self.logs.iter().find(|(origin, _)| folder_of(origin) == folder)?;
        lock(log).0.as_ref().map(|(signed, _)| signed.to_string())
    }

    /// Keeps a request that its log has signed and that contradicts what was cosigned.
    fn keep(&self, refusal: &Refusal, body: &[u8]) {
        if !matches!(refusal, Refusal::Inconsistent { .. }) {
            return;
        }
        let path = format!("{EVIDENCE}/{}.request", (self.clock)().micros());
        let kept = || -> Result<(), DiskError> {
            if !self.disk.exists(EVIDENCE)? {
                self.disk.create_dir(EVIDENCE)?;
            }
            storage::replace(&*self.disk, &path, body)?;
            self.disk.sync_dir(EVIDENCE)
        };
        match kept() {
            Ok(()) => tracing::error!(%refusal, path, "a log contradicts itself; the request is kept"),
            Err(error) => tracing::error!(%refusal, %error, "a log contradicts itself; the request is lost"),
        }
    }
}

impl Last {
    fn checkpoint(&self) -> Option<Checkpoint> {
        self.0.as_ref().map(|(signed, _)| signed.checkpoint().clone())
    }
}

/// A panic while the lock is held leaves the last one, or the new one after it was kept.
fn lock(log: &Mutex<Last>) -> MutexGuard<'_, Last> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(
    disk: &dyn Disk,
    path: &str,
    cosigner: &Cosigner,
    keys: &[VerifierKey],
) -> Result<(SignedCheckpoint, u64), StoreError> {
    let damaged = |reason: String| StoreError::Damaged { path: path.to_owned(), reason };
    let note =
        SignedNote::parse(&storage::read_all(disk, path)?).map_err(|error| damaged(error.to_string()))?;
    let at = cosigner.key().time_of(&note).map_err(|error: BadCosignature| damaged(error.to_string()))?;
    let at = at.ok_or_else(|| damaged("this witness has not cosigned it".to_owned()))?;
    let signed = keys.iter().find_map(|key| SignedCheckpoint::verify_note(note.clone(), key).ok());
    let signed = signed.ok_or_else(|| damaged("no log that is watched has signed it".to_owned()))?;
    Ok((signed, at))
}

fn path_of(origin: &str) -> String {
    format!("{}/checkpoint", folder_of(origin))
}
