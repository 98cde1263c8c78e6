//! A follower: a whole copy of a ledger that somebody else runs, verified entry by entry as it comes.
//!
//! Nothing is stored that a signed checkpoint does not cover, and no checkpoint is shown over entries that
//! are not stored. Where two checkpoints cannot be of one history, or an entry is not what it should be, the
//! follower stops and keeps the evidence. It trusts nobody but the key that it was given.
//!
//! A blind copy needs nobody's permission, and nothing that it stores is about anybody. One that is given openings keeps
//! them as the ledger does, under a master key of its own.

mod erased;
mod error;
mod store;

use crate::audit::{AuditFailure, Auditing, OfFolder, RemoteFault, Served, Walked, Way, inconsistent};
use crate::clock;
use crate::index::{Index, IndexRow};
use crate::keeper::Keeper;
use crate::ledger::{
    LedgerError, Settings, at, copy_files, copy_key, copy_settings, open_case_files, published_of,
};
use crate::log::{LogConfig, LogCopy, OpenError};
use crate::progress::Progress;
use crate::sealed_files::{LastStop, LogSays, SealedFiles, SealedReader};
use crate::snapshot::{Snapshot, Snapshots};
use crate::storage::{Disk, FolderLock};
use crate::streams::StreamReader;
use crate::tile_client::TileClient;
use ledger_spec::audit::{self as pure, AuditError, AuditedEntry, GivenEntry, KnownEntry, Scope};
use ledger_spec::sealed::Kek;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::defect::OrDefect as _;
use tlog::note::VerifierKey;
use tlog::position::TreeSize;

pub use error::MirrorError;
use store::Store;

/// Where contradictions are kept.
const EVIDENCE: &str = "evidence";

/// A copy of a ledger, open to be filled.
pub struct Mirror {
    remote: TileClient,
    /// Where what opens the entries comes from; a blind copy asks nobody.
    openings: Option<TileClient>,
    vkey: VerifierKey,
    dir: PathBuf,
    settings: Settings,
    /// The copy's own master key; a blind one has none.
    kek: Option<Kek>,
    log: Option<LogCopy>,
    auditing: Auditing,
    index: Arc<Index>,
    /// What is stored beyond what the checkpoint covers, for the index once that does.
    unshown: Vec<IndexRow>,
    /// Whether what is stored was found wrong under the checkpoint that covers it, or waits for the next to explain it.
    unexplained: bool,
    /// How many entries were stored when the copy was opened.
    reopened: TreeSize,
    snapshots: Option<Snapshots>,
    /// How many entries are erased here, once that was looked at.
    forgotten: Option<usize>,
    /// Goes before the lock does.
    keeper: Option<Keeper>,
    lock: FolderLock,
}

/// What became of a look at the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MirrorStep {
    /// There is nothing new.
    Nothing,
    /// The server shows an older checkpoint than it did, over a beginning of what is stored: stale, unless
    /// it stays.
    Behind(Box<RemoteFault>),
    /// Entries came.
    Advanced {
        /// How many were stored before.
        from: TreeSize,
        /// How many are now.
        to: TreeSize,
    },
}

impl Mirror {
    /// Opens the copy in `dir`, or begins it there, of the log whose checkpoints `vkey` verifies: an opened one where
    /// `openings` is where what opens the entries is served.
    pub fn open(
        dir: &Path,
        remote: TileClient,
        openings: Option<TileClient>,
        vkey: VerifierKey,
        progress: &dyn Progress,
    ) -> Result<Self, MirrorError> {
        fs::create_dir_all(dir).map_err(at(dir)).map_err(MirrorError::Folder)?;
        let lock = FolderLock::take(dir).map_err(LedgerError::from)?;
        let scope = if openings.is_some() { Scope::Opened } else { Scope::Blind };
        let settings = settings_of(dir, &vkey, scope)?;
        let mut follower = Self {
            remote,
            openings,
            vkey,
            dir: dir.to_owned(),
            settings,
            kek: None,
            log: None,
            auditing: Auditing::new(scope, None),
            index: Arc::default(),
            unshown: Vec::new(),
            unexplained: false,
            reopened: TreeSize::EMPTY,
            snapshots: None,
            forgotten: None,
            keeper: None,
            lock,
        };
        follower.reopen(progress)?;
        Ok(follower)
    }

    /// Reads what is stored already. It was verified when it came.
    fn reopen(&mut self, progress: &dyn Progress) -> Result<(), MirrorError> {
        let disk: Arc<dyn Disk> = Arc::new(self.lock.disk());
        let shown = crate::log::covered(&*disk, &self.vkey).map_err(LedgerError::from)?;
        self.kek = copy_key(&self.dir, &*disk, &self.settings)?;
        let kept = self.kept(&disk)?;
        let (auditing, index, unshown) = (&mut self.auditing, &self.index, &mut self.unshown);
        let (mut fault, mut clear, origin) = (None, BTreeSet::new(), &self.settings.origin);
        let mut recall = |at, bytes: &[u8]| {
            let opening =
                kept.as_ref().map(|kept| kept.one(bytes)).transpose()?.and_then(|given| given.opening);
            let given = GivenEntry { opening, ..GivenEntry::blind(bytes) };
            if given.opening.is_none() {
                clear.insert(at);
            }
            let known = KnownEntry::read(origin, at, given).map_err(entry_fault)?;
            auditing.auditor.recall(&known).map_err(entry_fault)?;
            let row = match (known.event(), known.remains()) {
                (Some(event), _) => IndexRow::of(at, known.links(), event),
                (None, Some(remains)) => IndexRow::of_erased(at, &remains.links),
                (None, None) => return Ok(()),
            };
            if at.is_in(shown) {
                index.apply([row])
            } else {
                unshown.push(row)
            }
            Ok(())
        };
        let config = LogConfig { segment_bytes: self.settings.segment_bytes, rebuild: true };
        let opened = LogCopy::open(disk.clone(), self.vkey.clone(), config, progress, &mut |at, bytes| {
            if fault.is_none() {
                fault = recall(at, bytes).err();
            }
        });
        let mut log = match opened {
            Err(OpenError::Missing) => return Ok(()),
            other => other.map_err(LedgerError::from)?.0,
        };
        if let Some(fault) = fault {
            return Err(MirrorError::Damaged(fault));
        }
        if let Some(kek) = &self.kek {
            let says = |at| if clear.contains(&at) { LogSays::Clear } else { LogSays::Sealed };
            let files = copy_files(disk, origin, kek, log.size(), LastStop::Unclean(&says))?;
            log.attach(files).map_err(LedgerError::from)?;
            // The copies of the root are one now.
            if let Some(master) = &self.settings.master {
                master.settle(&self.dir)?;
            }
        }
        // A copy is begun under its first checkpoint, and stores before it compares: what was wrong then is wrong now.
        let (checkpoint, auditor) = (log.checkpoint(), &self.auditing.auditor);
        self.unexplained = checkpoint.checkpoint().size() == auditor.ledger().size()
            && auditor.compare(checkpoint.checkpoint()).and_then(|()| auditor.account()).is_err();
        self.reopened = auditor.ledger().size();
        self.log = Some(log);
        self.show()
    }

    /// What opens the entries that are stored, where something does.
    fn kept(&self, disk: &Arc<dyn Disk>) -> Result<Option<OfFolder>, MirrorError> {
        let Some(kek) = &self.kek else { return Ok(None) };
        if !SealedFiles::exist(&**disk).map_err(LedgerError::from)? {
            return Ok(None);
        }
        let origin = self.settings.origin.clone();
        let files = SealedReader::open(disk.clone(), &origin, kek).map_err(LedgerError::from)?;
        Ok(Some(OfFolder::new(origin, files, false)))
    }

    /// Looks at the ledger once, and takes what is new. `each` is shown every entry that was verified.
    pub fn advance(
        &mut self,
        progress: &dyn Progress,
        each: &mut dyn FnMut(&AuditedEntry),
    ) -> Result<MirrorStep, MirrorError> {
        let note = self.remote.checkpoint().map_err(|error| MirrorError::Unreachable(error.into()))?;
        let newer = match SignedCheckpoint::verify(&note, &self.vkey) {
            Ok(newer) => newer,
            Err(error) => return Err(self.fault(RemoteFault::from(error).into(), Some(&note))),
        };
        if let Some(older) = self.shown() {
            let (older_size, newer_size) = (older.checkpoint().size(), newer.checkpoint().size());
            if newer_size <= older_size {
                return self.not_newer(&older, &newer);
            }
        }
        let from = self.auditing.auditor.ledger().size();
        if from > newer.checkpoint().size() {
            // More is stored than shown: the checkpoint that it came under will be seen again.
            return Ok(MirrorStep::Nothing);
        }
        self.take(&newer, progress, each)?;
        Ok(MirrorStep::Advanced { from, to: newer.checkpoint().size() })
    }

    /// The checkpoint over all that can be read.
    fn shown(&self) -> Option<Arc<SignedCheckpoint>> {
        let log = self.log.as_ref()?;
        let checkpoint = log.checkpoint();
        (!self.unexplained && checkpoint.checkpoint().size() <= log.size()).then_some(checkpoint)
    }

    /// A checkpoint that covers no more than is known: the same, a beginning of it, or a contradiction.
    fn not_newer(
        &self,
        older: &SignedCheckpoint,
        newer: &SignedCheckpoint,
    ) -> Result<MirrorStep, MirrorError> {
        let size = newer.checkpoint().size();
        let Some(log) = &self.log else { return Ok(MirrorStep::Nothing) };
        let root = log.reader().root(size).map_err(LedgerError::from)?;
        if root != newer.checkpoint().root() {
            let why = format!("the root at {size} was {root}; now it is {}", newer.checkpoint().root());
            return Err(self.fault(inconsistent(older, newer, why).into(), None));
        }
        if size == older.checkpoint().size() {
            return Ok(MirrorStep::Nothing);
        }
        Ok(MirrorStep::Behind(Box::new(RemoteFault::Dropped {
            found: size,
            expected: older.checkpoint().size(),
            older: older.to_string(),
            newer: newer.to_string(),
        })))
    }

    /// Holds a checkpoint that a witness was shown against the copy, which was brought up to date after the
    /// witness was asked. Gives the fault that it is, should it stay, that the server shows less than the
    /// witness saw; another history is a fault at once.
    pub fn hold_against(
        &self,
        witness: &str,
        shown: &SignedCheckpoint,
    ) -> Result<Option<Box<RemoteFault>>, MirrorError> {
        let (Some(own), Some(log)) = (self.shown(), &self.log) else { return Ok(None) };
        let (size, seen) = (own.checkpoint().size(), shown.checkpoint());
        if seen.size() > size {
            let (older, newer) = (shown.to_string(), own.to_string());
            return Ok(Some(Box::new(RemoteFault::Dropped {
                found: size,
                expected: seen.size(),
                older,
                newer,
            })));
        }
        let root = log.reader().root(seen.size()).map_err(LedgerError::from)?;
        if root == seen.root() {
            return Ok(None);
        }
        let why = format!(
            "the witness {witness} was shown the root {} at {}; here it is {root}",
            seen.root(),
            seen.size()
        );
        Err(self.fault(inconsistent(shown, &own, why).into(), None))
    }

    /// Takes everything up to a checkpoint.
    fn take(
        &mut self,
        newer: &SignedCheckpoint,
        progress: &dyn Progress,
        each: &mut dyn FnMut(&AuditedEntry),
    ) -> Result<(), MirrorError> {
        let (older, note, from) = (self.shown(), newer.to_string(), self.auditing.auditor.ledger().size());
        let signed = Some(note.as_bytes());
        let tree = self.auditing.auditor.tree().clone();
        let openings = Served::or_blind(self.openings.as_ref(), newer.checkpoint());
        let way = Way::survey((&self.remote, &*openings), &self.vkey, &tree, newer)
            .map_err(|fault| self.remote_fault(fault, signed))?;
        if !way.holds() {
            let older = older.as_deref().unwrap_or(newer);
            let fault = way.diagnose(&tree, older, newer).unwrap_or_else(|fault| fault);
            return Err(self.remote_fault(fault, signed));
        }
        let mut log = match self.log.take() {
            Some(log) => log,
            None => self.begin(newer)?,
        };
        // What nobody is shown yet is read by nobody: the index takes it at once, and it takes no memory here.
        let index = self.snapshots.is_none().then_some(&*self.index);
        let mut store = Store::new(&mut log, index, &mut self.unshown);
        let walked = way.walk(&mut self.auditing, progress, &mut |piece, absorbed| {
            store.take(piece, absorbed)?;
            for one in &absorbed.fresh {
                if let pure::Absorbed::Admitted(audited) = one {
                    each(audited);
                }
            }
            Ok(())
        });
        // What was absorbed is stored, also where the way broke off: the next look goes on from there.
        let flushed = store.flush();
        let walked = walked.and_then(|()| flushed.map_err(Walked::Taking));
        let suspect = way.suspect();
        drop(openings);
        self.log = Some(log);
        match walked {
            Ok(()) => {}
            Err(Walked::Taking(error)) => return Err(error.into()),
            Err(Walked::Remote(fault)) => return Err(self.remote_fault(fault, signed)),
            Err(Walked::Openings(AuditFailure::Remote(fault))) => {
                return Err(self.remote_fault(fault, signed));
            }
            Err(Walked::Openings(fault)) => return Err(self.fault(fault, signed)),
            Err(Walked::Entry(error)) => {
                if self.may_be_explained_by_the_next(from, newer)? {
                    return Ok(());
                }
                return Err(self.at_fault(error, newer));
            }
        }
        if let Some(fault) = suspect {
            return Err(self.remote_fault(fault, signed));
        }
        let auditor = &self.auditing.auditor;
        if let Err(error) = auditor.compare(newer.checkpoint()).and_then(|()| auditor.account()) {
            if self.may_be_explained_by_the_next(from, newer)? {
                return Ok(());
            }
            return Err(self.at_fault(error, newer));
        }
        self.hold_vouched(signed)?;
        // What came with this checkpoint was opened after it said what is erased.
        if let Some(revived) = self.auditing.auditor.revived(from.next_index()) {
            return Err(self.fault(entry_fault(revived), signed));
        }
        self.log.as_ref().or_defect("it was put back when the walk had ended").publish(newer.clone())?;
        self.unexplained = false;
        self.show()
    }

    fn begin(&self, checkpoint: &SignedCheckpoint) -> Result<LogCopy, MirrorError> {
        let disk: Arc<dyn Disk> = Arc::new(self.lock.disk());
        let config = LogConfig { segment_bytes: self.settings.segment_bytes, rebuild: false };
        // What opens the entries comes first: a log is a copy that was begun.
        let beside = self.kek.as_ref().map(|kek| {
            let nothing = LastStop::Unclean(&|_| LogSays::Clear);
            copy_files(disk.clone(), &self.settings.origin, kek, TreeSize::EMPTY, nothing)
        });
        let beside = beside.transpose()?;
        let begun = LogCopy::create(disk, self.vkey.clone(), config, checkpoint.clone());
        let mut log = begun.map_err(LedgerError::from)?;
        if let Some(files) = beside {
            log.attach(files).map_err(LedgerError::from)?;
        }
        Ok(log)
    }

    /// Shows readers what the checkpoint covers.
    fn show(&mut self) -> Result<(), MirrorError> {
        let (Some(log), Some(checkpoint)) = (&self.log, self.shown()) else { return Ok(()) };
        if log.size() == checkpoint.checkpoint().size() {
            self.index.apply(self.unshown.drain(..));
        }
        let streams = match &self.snapshots {
            Some(snapshots) => snapshots.streams().clone(),
            None => {
                let case_files = open_case_files(&self.dir, &self.settings, &log.reader())?;
                StreamReader::new(self.index.clone(), log.reader(), case_files)
            }
        };
        let ledger = self.auditing.auditor.ledger();
        // A copy whose last walk broke off holds more than its checkpoint covers.
        let published = if ledger.size() == checkpoint.checkpoint().size() {
            Snapshot { checkpoint, end: ledger.end(), governance: ledger.governance().clone() }
        } else {
            published_of(&streams, &self.settings, &self.vkey)?
        };
        let erased = published.governance.erasures.erased().clone();
        // Nobody is told of it any more before the checkpoint is shown that says so.
        log.reader().set_erased(erased.clone());
        match &self.snapshots {
            Some(snapshots) => drop(snapshots.publish(published)),
            None => {
                let snapshots = Snapshots::new(published, streams);
                // A blind copy has no case files to keep.
                if snapshots.log().is_opened() {
                    self.keeper = Some(Keeper::start(snapshots.clone()).map_err(LedgerError::Thread)?);
                }
                self.snapshots = Some(snapshots);
            }
        }
        self.forget(&erased)
    }

    /// The reading side, once a checkpoint is covered.
    pub fn snapshots(&self) -> Option<Snapshots> {
        self.snapshots.clone()
    }

    /// Whether everything is seen and kept, or what is in the clear.
    pub const fn scope(&self) -> Scope {
        self.auditing.auditor.scope()
    }

    /// The settings of the copy.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The key that verifies the checkpoints.
    pub const fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// Makes everything durable.
    pub fn close(self) -> Result<(), MirrorError> {
        self.log.map_or(Ok(()), |log| Ok(log.close()?))
    }

    /// The end that a server brings which stays behind what it had signed.
    pub fn dropped(&self, fault: RemoteFault) -> MirrorError {
        self.remote_fault(fault, None)
    }

    fn remote_fault(&self, fault: RemoteFault, note: Option<&[u8]>) -> MirrorError {
        let fault = AuditFailure::from(fault);
        match fault {
            AuditFailure::Remote(fault) if fault.is_unreadable() => MirrorError::Unreachable(fault),
            fault => self.fault(fault, note),
        }
    }

    /// Keeps what shows a fault: its words, and the notes that contradict each other or cover it.
    fn fault(&self, fault: AuditFailure, note: Option<&[u8]>) -> MirrorError {
        let folder = self.dir.join(EVIDENCE).join(clock::now().micros().to_string());
        let notes = match &fault {
            AuditFailure::Remote(remote) => remote.evidence(),
            _ => None,
        };
        let mut files = vec![("fault.txt", format!("{fault}\n").into_bytes())];
        if let Some((older, newer)) = notes {
            files.extend([("older.checkpoint", older.into()), ("newer.checkpoint", newer.into())]);
        }
        files.extend(note.map(|note| ("checkpoint", note.to_vec())));
        let kept = fs::create_dir_all(&folder)
            .and_then(|()| files.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes)));
        if let Err(error) = kept {
            tracing::error!(folder = %folder.display(), %error, "the evidence could not be kept");
        }
        MirrorError::Fault { fault, evidence: folder }
    }
}

fn entry_fault(error: AuditError) -> AuditFailure {
    AuditFailure::Entry { error, place: None }
}

/// The copy's settings: made with it, and of the same log and the same sort ever after.
fn settings_of(dir: &Path, vkey: &VerifierKey, scope: Scope) -> Result<Settings, MirrorError> {
    let origin =
        Origin::parse(vkey.name().as_str()).map_err(|error| LedgerError::Opening(error.to_string()))?;
    let settings = copy_settings(dir, &origin, scope == Scope::Opened)?;
    if settings.origin != origin {
        let (found, expected) = (settings.origin.to_string(), vkey.to_string());
        return Err(LedgerError::Mismatch { found, expected }.into());
    }
    let other = |found, expected| MirrorError::OtherScope { dir: dir.to_owned(), found, expected };
    match (scope, &settings.master) {
        (Scope::Opened, None) => Err(other(Scope::Blind, "begin an opened one in another folder")),
        (Scope::Blind, Some(_)) => Err(other(Scope::Opened, "say who opens it, with --auditor-key")),
        (Scope::Opened, Some(_)) | (Scope::Blind, None) => Ok(settings),
    }
}
