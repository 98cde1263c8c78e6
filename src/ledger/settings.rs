//! `ledger.toml`: the origin and the bounds of a ledger, one documented struct.

use super::MasterKey;
use super::error::{LedgerError, SettingsError};
use crate::sealed_files::SealedReader;
use crate::storage::FileDisk;
use ledger_spec::event::MAX_SENT;
use ledger_spec::readers::Usual;
use ledger_spec::sealed::{Kek, Root};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::checkpoint::Origin;

/// What `ledger.toml` says. Each comment is the manual of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The ledger's name in every event, checkpoint and proof: a scheme-less URL. It can never change.
    pub origin: Origin,
    /// Whether this is a copy of another's log, which has no fields that travel beside events.
    pub copy: bool,
    /// A segment file of at least this many bytes gets no further batch.
    pub segment_bytes: u64,
    /// Longest request body.
    pub max_body_bytes: usize,
    /// Most events in one request.
    pub max_batch_events: usize,
    /// Most events that may wait for the writer; one more is answered 429.
    pub queue_events: usize,
    /// How long a request may take, in seconds, from its first byte to its answer.
    pub request_seconds: u64,
    /// How many heavy questions of a kind are answered at once: lists and departures; indicators and oversight; subjects
    /// with very many events. Each may take a core and some hundred megabytes; further ones wait a little, then are
    /// answered 503 with `Retry-After`.
    pub heavy_questions: usize,
    /// Most feeds that are open at once, each some hundred kilobytes; one more is answered 503.
    pub feeds: usize,
    /// How long a client may take nothing of what it is sent, in seconds, before its connection is closed.
    pub stall_seconds: u64,
    /// Where the master key comes from, which is kept outside of the folder and its backups; a blind copy has none.
    pub master: Option<MasterKey>,
    /// The file, in the ledger's folder, that says which witnesses cosign its checkpoints (C2SP
    /// tlog-policy); none do where it is absent.
    pub policy: Option<String>,
    /// After how many seconds a checkpoint that did not grow is cosigned anew.
    pub cosign_seconds: u64,
    /// The file in which the signer keeps what it signed last, apart from the ledger's folder and its backups; a relative path is
    /// one from the folder. It is asked before each signature.
    pub signer_memory: Option<PathBuf>,
    /// Addresses of copies that are asked at each start whether they hold more.
    pub mirrors: Vec<String>,
    /// How long an order to erase waits at least, in seconds, and at most twice as long; those that were recorded in one
    /// such span are carried out together.
    pub erase_seconds: u64,
    /// How many bytes of the case files' store are kept in memory.
    pub case_file_cache_bytes: u64,
    /// How many resident numbers each authority may have resolved to pseudonyms in an hour.
    pub identities_per_hour: u64,
    /// How many different subjects are usual for a reader in an hour: whoever reads more is answered slowly.
    pub usual: Usual,
    /// The hosts that signed reads are for, as `Host` has them, in lower case; this machine's own names with the port where
    /// it is empty. A signed request for another host is refused: it may have been meant for another ledger.
    pub hosts: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    origin: String,
    segment_bytes: u64,
    max_body_bytes: usize,
    max_batch_events: usize,
    queue_events: usize,
    request_seconds: u64,
    #[serde(default = "heavy_questions")]
    heavy_questions: usize,
    #[serde(default = "feeds")]
    feeds: usize,
    #[serde(default = "stall_seconds")]
    stall_seconds: u64,
    master_key: Option<WrittenKey>,
    policy: Option<String>,
    signer_memory: Option<PathBuf>,
    #[serde(default)]
    mirrors: Vec<String>,
    #[serde(default = "cosign_seconds")]
    cosign_seconds: u64,
    #[serde(default)]
    copy: bool,
    #[serde(default = "erase_seconds")]
    erase_seconds: u64,
    #[serde(default = "case_file_cache")]
    case_file_cache_bytes: u64,
    #[serde(default = "identities")]
    identities_per_hour: u64,
    #[serde(default = "subjects")]
    usual_subjects_per_hour: u64,
    #[serde(default)]
    hosts: Vec<String>,
}

/// Where the master key comes from: one of the three.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    file: Option<PathBuf>,
    command: Option<String>,
    credential: Option<String>,
    ledger: Option<PathBuf>,
}

impl WrittenKey {
    fn read(
        self,
        wrong: &dyn Fn(&'static str, String, &'static str) -> SettingsError,
    ) -> Result<MasterKey, SettingsError> {
        match (self.file, self.command, self.credential, self.ledger) {
            (Some(file), None, None, None) => Ok(MasterKey::File(file)),
            (None, Some(command), None, None) => Ok(MasterKey::Command(command)),
            (None, None, Some(name), None) if !name.contains('/') => Ok(MasterKey::Credential(name)),
            (None, None, Some(name), None) => {
                Err(wrong("master_key.credential", name, "a name without a slash"))
            }
            (None, None, None, Some(ledger)) => Ok(MasterKey::Ledger(ledger)),
            (None, None, None, None) => {
                Err(wrong("master_key", "nothing".to_owned(), "file, command or credential"))
            }
            _ => Err(wrong("master_key", "more than one".to_owned(), "one of file, command and credential")),
        }
    }
}

/// Some tables of a department an hour; all numbers of a county take months.
const fn identities() -> u64 {
    50_000
}

const fn subjects() -> u64 {
    Usual::DEFAULT.subjects_per_hour()
}

/// 256 MiB.
const fn case_file_cache() -> u64 {
    256 << 20
}

const fn heavy_questions() -> usize {
    2
}

const fn feeds() -> usize {
    256
}

const fn stall_seconds() -> u64 {
    30
}

/// An hour: far below what anybody would call stale, and one note a witness.
const fn cosign_seconds() -> u64 {
    3_600
}

const HOSTS: &str =
    "a host in lower case, with its port where that is not the scheme's own, such as \"credit.example\"";

/// A host as the field `Host` has it, in lower case.
fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && !b"/@?#".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(fits)
}

/// A day.
const fn erase_seconds() -> u64 {
    86_400
}

/// The table of the master key, which ends the file.
fn written_key(key: &MasterKey) -> String {
    let (name, value) = match key {
        MasterKey::File(path) => ("file", path.to_string_lossy().into_owned()),
        MasterKey::Command(command) => ("command", command.clone()),
        MasterKey::Credential(name) => ("credential", name.clone()),
        MasterKey::Ledger(path) => {
            let path = toml::Value::from(path.to_string_lossy().into_owned());
            return format!(
                "\n# The key follows from the root of the ledger whose access journal this is.\n[master_key]\nledger = {path}\n"
            );
        }
    };
    format!(
        "\n# Where the key comes from over all that opens sealed entries: file = \"...\", command = \"...\" (what it prints)\n\
         # or credential = \"...\" (systemd). Keep it twice, elsewhere than this folder and its backups: without it\n\
         # nothing that is sealed can be read again.\n[master_key]\n{name} = {}\n",
        toml::Value::from(value)
    )
}

/// Who knows what this ledger has signed.
fn written_known(settings: &Settings) -> String {
    let memory = settings.signer_memory.as_ref().map_or_else(
        || "# signer_memory = \"/elsewhere/ledger.signed\"\n".to_owned(),
        |path| format!("signer_memory = {}\n", toml::Value::from(path.to_string_lossy().into_owned())),
    );
    let mirrors = if settings.mirrors.is_empty() {
        "# mirrors = [\"https://copy.example\"]\n".to_owned()
    } else {
        format!("mirrors = {}\n", toml::Value::from(settings.mirrors.clone()))
    };
    format!(
        "# What was signed last, kept in no backup of this folder and asked before each signature; and copies that are asked at\n\
         # each start whether they hold more: so a folder that was put back from a backup never signs a second history.\n\
         {memory}{mirrors}"
    )
}

const NAME: &str = "ledger.toml";

impl Settings {
    /// The usual bounds for a ledger of this origin.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            segment_bytes: 64 << 20,
            max_body_bytes: 16 << 20,
            max_batch_events: 1_000,
            queue_events: 16_384,
            request_seconds: 30,
            heavy_questions: heavy_questions(),
            feeds: feeds(),
            stall_seconds: stall_seconds(),
            master: None,
            policy: None,
            signer_memory: None,
            mirrors: Vec::new(),
            cosign_seconds: cosign_seconds(),
            copy: false,
            erase_seconds: erase_seconds(),
            case_file_cache_bytes: case_file_cache(),
            identities_per_hour: identities(),
            usual: Usual::DEFAULT,
            hosts: Vec::new(),
        }
    }

    /// The file beside a ledger's folder in which its signer keeps what it signed last, until whoever runs the ledger has a better
    /// place.
    pub fn memory_beside(dir: &Path) -> Result<PathBuf, LedgerError> {
        let name = dir.file_name().ok_or_else(|| LedgerError::Nameless(dir.to_owned()))?;
        let mut file = OsString::from("../");
        file.push(name);
        file.push(".signed");
        Ok(file.into())
    }

    /// Where the master key comes from.
    pub fn master_key(&self) -> Result<&MasterKey, LedgerError> {
        self.master.as_ref().ok_or(LedgerError::NoMasterKey)
    }

    /// Whether they are an access journal's.
    #[must_use]
    pub const fn is_journal(&self) -> bool {
        matches!(self.master, Some(MasterKey::Ledger(_)))
    }

    /// Reads the master key for the ledger in `dir`, whose settings these are.
    pub fn kek(&self, dir: &Path) -> Result<Kek, LedgerError> {
        self.master_key()?.read(dir, |ledger| Self::read(ledger)?.journal_kek(ledger))
    }

    /// The master key of the access journal of the ledger in `dir`. A journal has none of its own: there is none below it.
    fn journal_kek(&self, dir: &Path) -> Result<Kek, LedgerError> {
        let none_below = |path: &Path| LedgerError::Key {
            path: path.to_owned(),
            reason: format!("{} is an access journal itself", dir.display()),
        };
        let kek = self.master_key()?.read(dir, |above| Err(none_below(above)))?;
        let files = SealedReader::open(Arc::new(FileDisk::open(dir)?), &self.origin, &kek)?;
        Ok(files.with_root(Root::journal_kek))
    }

    /// Reads `ledger.toml` of a ledger's folder.
    pub fn read(dir: &Path) -> Result<Self, SettingsError> {
        let path = dir.join(NAME);
        let text =
            fs::read_to_string(&path).map_err(|error| SettingsError::File { path: path.clone(), error })?;
        let written: Written = toml::from_str(&text)
            .map_err(|error| SettingsError::Toml { path: path.clone(), reason: error.to_string() })?;
        Self::check(written, &path)
    }

    /// Writes `ledger.toml` into a ledger's folder.
    pub fn write(&self, dir: &Path) -> Result<(), SettingsError> {
        let path = dir.join(NAME);
        let policy = match &self.policy {
            Some(file) => format!("policy = {}\n", toml::Value::from(file.as_str())),
            None => "# Which witnesses cosign the checkpoints: a C2SP tlog-policy in this folder.\n\
                     # policy = \"witnesses.policy\"\n"
                .to_owned(),
        };
        let known = written_known(self);
        let hosts = if self.hosts.is_empty() {
            "# The hosts that signed reads are for; this machine's own names with the port where none is named.\n\
             # hosts = [\"credit.example\"]\n"
                .to_owned()
        } else {
            format!("hosts = {}\n", toml::Value::from(self.hosts.clone()))
        };
        let text = format!(
            "# A credit ledger. The origin is its name in every event and checkpoint and never changes.\n\
             origin = {}\n{}\
             # A segment file of at least this many bytes gets no further batch.\n\
             segment_bytes = {}\n\
             # Bounds of one request, and of the queue before the writer.\n\
             max_body_bytes = {}\nmax_batch_events = {}\nqueue_events = {}\nrequest_seconds = {}\n\
             # How many heavy questions of a kind are answered at once (lists; indicators, oversight; very long subjects),\n\
             # how many feeds are open at once, and after how long a client that takes nothing is let go.\n\
             heavy_questions = {}\nfeeds = {}\nstall_seconds = {}\n\
             # After how many seconds a checkpoint that did not grow is cosigned anew by the witnesses.\n\
             cosign_seconds = {}\n\
             # How many seconds an order to erase waits at least; those of one such span are carried out together.\n\
             erase_seconds = {}\n\
             # How many bytes of the case files are kept in memory.\n\
             case_file_cache_bytes = {}\n\
             # How many resident numbers each authority may have resolved to pseudonyms in an hour.\n\
             identities_per_hour = {}\n\
             # How many different subjects are usual for a reader in an hour; whoever reads more is answered slowly, and\n\
             # `credit-ledger unusual` tells it.\n\
             usual_subjects_per_hour = {}\n{hosts}{policy}{known}{}",
            toml::Value::from(self.origin.as_str()),
            if self.copy { "# A copy of another's log.\ncopy = true\n" } else { "" },
            self.segment_bytes,
            self.max_body_bytes,
            self.max_batch_events,
            self.queue_events,
            self.request_seconds,
            self.heavy_questions,
            self.feeds,
            self.stall_seconds,
            self.cosign_seconds,
            self.erase_seconds,
            self.case_file_cache_bytes,
            self.identities_per_hour,
            self.usual.subjects_per_hour(),
            self.master.as_ref().map_or_else(String::new, written_key)
        );
        let written = fs::write(&path, text).and_then(|()| fs::File::open(&path)?.sync_all());
        written.map_err(|error| SettingsError::File { path, error })
    }

    fn check(written: Written, path: &Path) -> Result<Self, SettingsError> {
        let value = |line, found: String, expected| SettingsError::Value {
            path: path.to_owned(),
            line,
            found,
            expected,
        };
        let origin = Origin::parse(&written.origin)
            .map_err(|_| value("origin", written.origin.clone(), "a name without spaces, quotes or +"))?;
        let bounds = [
            (
                "segment_bytes",
                written.segment_bytes.to_string(),
                "4096 or more",
                written.segment_bytes >= 4096,
            ),
            (
                "max_body_bytes",
                written.max_body_bytes.to_string(),
                "147456 to 268435456",
                (MAX_SENT..=256 << 20).contains(&written.max_body_bytes),
            ),
            (
                "max_batch_events",
                written.max_batch_events.to_string(),
                "1 to 100000",
                (1..=100_000).contains(&written.max_batch_events),
            ),
            (
                "queue_events",
                written.queue_events.to_string(),
                "1 to 1000000",
                (1..=1_000_000).contains(&written.queue_events),
            ),
            (
                "request_seconds",
                written.request_seconds.to_string(),
                "1 to 3600",
                (1..=3600).contains(&written.request_seconds),
            ),
            (
                "heavy_questions",
                written.heavy_questions.to_string(),
                "1 to 64",
                (1..=64).contains(&written.heavy_questions),
            ),
            // Half of all connections: the others are left to whoever asks and appends.
            ("feeds", written.feeds.to_string(), "0 to 2048", written.feeds <= 2048),
            (
                "stall_seconds",
                written.stall_seconds.to_string(),
                "1 to 3600",
                (1..=3600).contains(&written.stall_seconds),
            ),
            (
                "cosign_seconds",
                written.cosign_seconds.to_string(),
                "1 to 86400",
                (1..=86_400).contains(&written.cosign_seconds),
            ),
            (
                "erase_seconds",
                written.erase_seconds.to_string(),
                "0 to 2592000",
                written.erase_seconds <= 2_592_000,
            ),
            (
                "case_file_cache_bytes",
                written.case_file_cache_bytes.to_string(),
                "1048576 or more",
                written.case_file_cache_bytes >= 1 << 20,
            ),
            (
                "identities_per_hour",
                written.identities_per_hour.to_string(),
                "0 to 1000000",
                written.identities_per_hour <= 1_000_000,
            ),
        ];
        let usual = Usual::new(written.usual_subjects_per_hour)
            .filter(|_| written.usual_subjects_per_hour <= 1_000_000);
        let found = || written.usual_subjects_per_hour.to_string();
        let usual = usual.ok_or_else(|| value("usual_subjects_per_hour", found(), "1 to 1000000"))?;
        if let Some(host) = written.hosts.iter().find(|host| !is_host(host)) {
            return Err(value("hosts", host.clone(), HOSTS));
        }
        let master = written.master_key.map(|key| key.read(&value)).transpose()?;
        if let Some((line, found, expected, _)) = bounds.into_iter().find(|(_, _, _, right)| !right) {
            return Err(value(line, found, expected));
        }
        Ok(Self {
            origin,
            copy: written.copy,
            segment_bytes: written.segment_bytes,
            max_body_bytes: written.max_body_bytes,
            max_batch_events: written.max_batch_events,
            queue_events: written.queue_events,
            request_seconds: written.request_seconds,
            heavy_questions: written.heavy_questions,
            feeds: written.feeds,
            stall_seconds: written.stall_seconds,
            master,
            policy: written.policy,
            signer_memory: written.signer_memory,
            mirrors: written.mirrors,
            cosign_seconds: written.cosign_seconds,
            erase_seconds: written.erase_seconds,
            case_file_cache_bytes: written.case_file_cache_bytes,
            identities_per_hour: written.identities_per_hour,
            usual,
            hosts: written.hosts,
        })
    }
}
