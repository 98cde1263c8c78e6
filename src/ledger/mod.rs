//! A ledger's folder as a whole: made, opened for writing, opened for reading.
//!
//! This is where log, index, snapshots and writer are put together, and nowhere else. Damage stops an
//! opening with its place named; a doubtful index does not, since it is rebuilt from the log.

mod copy;
mod derived;
mod erasing;
mod error;
mod indexing;
mod journal;
mod knowing;
mod master_key;
mod new_folder;
mod operator_event;
mod published;
mod read_only;
mod recovered;
mod renewing;
mod settings;

pub(crate) use copy::{copy_files, copy_key, copy_settings};
use derived::load_index;
pub(crate) use derived::open_case_files;
pub use erasing::Erasing;
pub(crate) use erasing::under_a_new_key;
use erasing::{erase_files, finish_erasing};
pub use error::{LedgerError, SettingsError};
pub use journal::{ACCESS, open_journal};
pub use knowing::begin_memory;
pub(crate) use knowing::known_of;
pub use master_key::{MasterKey, Replacing};
pub(crate) use operator_event::operator_event;
pub(crate) use published::published_of;
use published::published_view;
pub use read_only::{ReadOnlyLedger, ask, open_to_read, operator_key};
use recovered::{report_beside, report_recovery};
use renewing::finish_renewing;
pub use renewing::renew_identity;
pub use settings::Settings;

use crate::clock;
use crate::keeper::Keeper;
use crate::log::{EncodedEntry, Log, LogConfig};
use crate::progress::Progress;
use crate::sealed_files::SealedFiles;
use crate::sequencer::{self, Sequencer, SequencerConfig, Writer};
use crate::snapshot::Snapshots;
use crate::storage::{FileDisk, FolderLock};
use crate::streams::StreamReader;
use ledger_spec::definition::Name;
use ledger_spec::event::envelope::{EnvelopeError, SignedEvent, seal};
use ledger_spec::event::{Draft, EnrolledRegistrar, Kind, SPEC_VERSION, Salt};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::identity::IdentityKeys;
use ledger_spec::sealed::{Kek, Randomness, Root};
use ledger_spec::state::{EnterError, Ledger};
use ledger_spec::time::{RecordedTime, ValidTime};
use new_folder::NewFolder;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::bytes::to_base64url;
use tlog::checkpoint::Origin;
use tlog::note::{NoteSigner, VerifierKey};

/// Where the operator's secret key lies within the folder.
pub const OPERATOR_KEY: &str = "keys/operator.key";
const KEYS: &str = "keys";

/// What a new ledger begins with.
pub struct Founding {
    /// Bounds and origin.
    pub settings: Settings,
    /// The operator's id.
    pub operator: AuthorityId,
    /// Its name.
    pub operator_name: Name,
    /// The seed of its key, which signs entry 0 and every checkpoint.
    pub operator_seed: [u8; 32],
    /// The master key over all that opens sealed entries.
    pub master: Kek,
    /// The first registrars.
    pub registrars: Vec<EnrolledRegistrar>,
    /// Secret keys that are made with the ledger, others than the operator's: each lies in the folder
    /// as [`key_file`] says.
    pub keys: Vec<NoteSigner>,
    /// The random part of entry 0's event id.
    pub random: [u8; 10],
}

/// A ledger open for writing. It is closed by dropping every clone of `sequencer` and joining
/// `writer`.
pub struct OpenLedger {
    /// The way to the writer.
    pub sequencer: Sequencer,
    /// The reading side.
    pub snapshots: Snapshots,
    /// The writer's thread.
    pub writer: Writer,
    /// The folder's settings.
    pub settings: Settings,
    /// The key that verifies the checkpoints.
    pub vkey: VerifierKey,
    /// The keys of pseudonyms.
    pub identities: IdentityKeys,
    /// Says what is erased, once that is due.
    pub erasing: Erasing,
    /// Keeps the case files up, until this is dropped.
    pub keeper: Keeper,
    /// The folder's lock, held until this is dropped.
    pub lock: FolderLock,
    /// The ledger's folder.
    pub dir: PathBuf,
    /// Whether a new identity key was found half-way, and is there now.
    pub renewed: bool,
}

impl OpenLedger {
    /// Closes it, and lets go of the folder.
    pub fn close(self) -> Result<(), LedgerError> {
        let Self { sequencer, writer, keeper, lock, .. } = self;
        drop(sequencer);
        writer.join()?;
        drop((keeper, lock));
        Ok(())
    }
}

/// Where the secret key of `name` lies within the folder, where it was made with the ledger.
pub fn key_file(name: &str) -> PathBuf {
    Path::new(KEYS).join(format!("{name}.key"))
}

/// Makes a new ledger in `dir`, which must not exist or be empty: settings, keys, log, and entry 0. It
/// appears as a whole or not at all.
pub fn create(dir: &Path, founding: &Founding) -> Result<(), LedgerError> {
    let making = NewFolder::begin(dir)?;
    let memories = knowing::NewMemories::begin(making.path(), &founding.settings)?;
    create_in(making, dir, founding)?;
    memories.keep();
    Ok(())
}

fn create_in(making: NewFolder, dir: &Path, founding: &Founding) -> Result<(), LedgerError> {
    let folder = making.path();
    fs::create_dir(folder.join(KEYS)).map_err(at(folder))?;
    let master = founding.settings.master.clone().map_or_else(|| MasterKey::beside(dir), Ok)?;
    Settings { master: Some(master.clone()), ..founding.settings.clone() }.write(folder)?;
    let signer = NoteSigner::from_seed(founding.settings.origin.key_name().clone(), &founding.operator_seed);
    write_secret(&folder.join(OPERATOR_KEY), &signer.secret_text())?;
    for key in &founding.keys {
        let file = key_file(key.name().as_str());
        if folder.join(&file).exists() {
            return Err(LedgerError::KeyTaken(dir.join(file)));
        }
        write_secret(&folder.join(file), &key.secret_text())?;
    }
    let files = open_ledger(folder, founding, signer, None)?;
    journal::begin(folder, founding, &files.reader().with_root(Root::journal_kek))?;
    // Before the ledger appears: without its key nothing in it could ever be opened.
    master.keep(folder, dir, &founding.master)?;
    making.finish()
}

/// Opens the ledger in `dir` for writing: recovers the log, loads or rebuilds the index, starts the
/// writer. One process at a time.
pub fn open(dir: &Path, progress: &dyn Progress) -> Result<OpenLedger, LedgerError> {
    match Settings::read(dir)? {
        // What it holds is written by the server of its ledger, and by nobody else.
        settings if settings.is_journal() => Err(LedgerError::Journal(dir.to_owned())),
        settings => open_folder(dir, settings, progress),
    }
}

fn open_folder(dir: &Path, settings: Settings, progress: &dyn Progress) -> Result<OpenLedger, LedgerError> {
    let lock = FolderLock::take(dir)?;
    let signer = operator_signer(dir, &settings)?;
    let vkey = signer.verifier_key();
    let erasing = Erasing::new(dir, &settings)?;
    let (mut log, identities, clean) = open_log((&lock, dir), &settings, signer, false, progress)?;
    let (store, index) = load_index(dir, &log, clean, progress)?;
    let case_files = open_case_files(dir, &settings, &log.reader())?;
    let streams = StreamReader::new(Arc::new(index), log.reader(), case_files);
    let snapshots = published_view(streams, &settings, &vkey)?;
    let mut erase = erase_files(&erasing);
    finish_erasing(&mut log, &snapshots, (&erasing, &mut erase))?;
    let keeper = Keeper::start(snapshots.clone()).map_err(LedgerError::Thread)?;
    let config = SequencerConfig { queue_events: settings.queue_events, ..SequencerConfig::default() };
    let (sequencer, writer) = sequencer::start(log, store, snapshots.clone(), clock::now, (config, erase))
        .map_err(LedgerError::Thread)?;
    let dir = dir.to_owned();
    let renewed = false;
    let ledger = OpenLedger {
        sequencer,
        snapshots,
        writer,
        settings,
        vkey,
        identities,
        erasing,
        keeper,
        lock,
        dir,
        renewed,
    };
    match finish_renewing(&ledger) {
        Ok(renewed) => Ok(OpenLedger { renewed, ..ledger }),
        Err(error) => ledger.close().and(Err(error)),
    }
}

/// Throws index, offsets and tree files away and makes them anew from the segments; says how
/// many entries were read. The segments and the checkpoint are checked on the way and never changed.
pub fn rebuild(dir: &Path, progress: &dyn Progress) -> Result<u64, LedgerError> {
    let lock = FolderLock::take(dir)?;
    let settings = Settings::read(dir)?;
    let signer = operator_signer(dir, &settings)?;
    let (log, _, clean) = open_log((&lock, dir), &settings, signer, true, progress)?;
    let (store, index) = load_index(dir, &log, clean, progress)?;
    let size = log.size();
    store.close(&index, size, log.head())?;
    log.close().map_err(LedgerError::Close)?;
    Ok(size.get())
}

/// Makes the log of a new ledger with its entry 0; gives what will open the entries.
fn open_ledger(
    dir: &Path,
    founding: &Founding,
    signer: NoteSigner,
    journal_of: Option<&Origin>,
) -> Result<SealedFiles, LedgerError> {
    let (bytes, now) = opening_event(founding, &signer, journal_of)?;
    let opening = |error: &dyn std::fmt::Display| LedgerError::Opening(error.to_string());
    let envelope = seal(&bytes, &[&signer.secret_key()]);
    let event = SignedEvent::from_envelope(envelope.as_bytes())
        .and_then(SignedEvent::verify)
        .map_err(|error: EnvelopeError| opening(&error))?;
    let nothing_sealed = Randomness::filled(|bytes| getrandom::fill(bytes).map_err(|error| opening(&error)))?;
    let entered =
        Ledger::default().enter(event, now, nothing_sealed).map_err(|error: EnterError| opening(&error))?;
    let disk = Arc::new(FileDisk::open(dir)?);
    let files = SealedFiles::create(disk.clone(), &founding.settings.origin, &founding.master)?;
    let signer = knowing::new_signer(dir, &founding.settings, signer)?;
    let mut log = Log::create(disk, signer, log_config(&founding.settings, false))?;
    log.append(vec![EncodedEntry::of(entered)]).map_err(|error| opening(&error))?;
    log.close().map_err(LedgerError::Close)?;
    Ok(files)
}

fn opening_event(
    founding: &Founding,
    signer: &NoteSigner,
    journal_of: Option<&Origin>,
) -> Result<(Vec<u8>, RecordedTime), LedgerError> {
    let now = clock::now();
    let name = |name: &Name| json!({"zh": name.zh, "en": name.en});
    let registrars: Vec<_> = founding
        .registrars
        .iter()
        .map(|one| json!({"id": one.id.as_str(), "name": name(&one.name), "key": to_base64url(&one.key)}))
        .collect();
    let mut body = json!({
        "spec_version": SPEC_VERSION,
        "operator": {
            "name": name(&founding.operator_name),
            "key": signer.secret_key().public().to_base64url(),
        },
        "registrars": registrars,
    });
    if let Some(ledger) = journal_of {
        body["journal_of"] = ledger.as_str().into();
    }
    let draft = Draft {
        origin: &founding.settings.origin,
        id: EventId::from_parts(now.micros() / 1000, founding.random),
        kind: Kind::LedgerOpened,
        issuer: &founding.operator,
        subject: &SubjectId::Ledger,
        valid_from: ValidTime::at_recorded(now).map_err(|error| LedgerError::Opening(error.to_string()))?,
        seen_version: None,
        // Entry 0 stands in the clear, where events have none.
        salt: Salt::from_bytes([0; Salt::LEN]),
        body,
    };
    let bytes = draft.to_bytes().map_err(|error| LedgerError::Opening(error.to_string()))?;
    Ok((bytes, now))
}

/// The log with what opens its sealed entries, the keys of pseudonyms, and whether the last use ended cleanly.
fn open_log(
    (lock, dir): (&FolderLock, &Path),
    settings: &Settings,
    signer: NoteSigner,
    rebuild: bool,
    progress: &dyn Progress,
) -> Result<(Log, IdentityKeys, bool), LedgerError> {
    let master = settings.master_key()?;
    let kek = settings.kek(dir)?;
    let config = log_config(settings, rebuild);
    let (mut log, report) = knowing::open((lock, dir), settings, signer, config, progress)?;
    report_recovery(&report);
    let (files, found) = log.open_beside(&kek, &report)?;
    report_beside(&found);
    // Only now are both copies of the root under one key, and is the other not wanted any more.
    if master.settle(dir)? {
        tracing::warn!("recovery: the master key of before an erasure was destroyed");
    }
    let identities = files.with_root(|root| root.identities.copied());
    Ok((log, identities, !report.scanned))
}

fn operator_signer(dir: &Path, settings: &Settings) -> Result<NoteSigner, LedgerError> {
    if let Some(MasterKey::Ledger(ledger)) = &settings.master {
        return journal::signer(&dir.join(ledger), settings);
    }
    let path = dir.join(OPERATOR_KEY);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let wrong = |reason: String| LedgerError::Key { path: path.clone(), reason };
    let signer = NoteSigner::parse(text.trim_end()).map_err(|error| wrong(error.to_string()))?;
    if signer.name().as_str() != settings.origin.as_str() {
        return Err(wrong(format!(
            "a key of {} where one of {} is expected",
            signer.name(),
            settings.origin
        )));
    }
    Ok(signer)
}

/// Writes a secret so that only its owner can read it, durably.
pub fn write_secret(path: &Path, text: &str) -> Result<(), LedgerError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    let written = options.write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(at(path))?;
    new_folder::sync(new_folder::parent(path))
}

pub(crate) fn log_config(settings: &Settings, rebuild: bool) -> LogConfig {
    LogConfig { segment_bytes: settings.segment_bytes, rebuild }
}

pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> LedgerError {
    move |error| LedgerError::File { path: path.to_owned(), error }
}
