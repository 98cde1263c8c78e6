//! The master key: where it is kept, outside of the ledger's folder and its backups.

use super::{LedgerError, at, write_secret};
use ledger_spec::sealed::Kek;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};
use zeroize::Zeroizing;

/// Where the master key comes from when the ledger is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKey {
    /// A file; a relative path is one from the ledger's folder.
    File(PathBuf),
    /// What a command prints: of a key service, a token, a share of a secret.
    Command(String),
    /// A credential that systemd hands to the service, by its name (`LoadCredentialEncrypted=`).
    Credential(String),
}

/// Where systemd puts a service's credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

impl MasterKey {
    /// The file beside a ledger's folder: where it lies until whoever runs the ledger has a better place.
    pub fn beside(dir: &Path) -> Result<Self, LedgerError> {
        let name = dir.file_name().ok_or_else(|| LedgerError::Nameless(dir.to_owned()))?;
        let mut file = OsString::from("../");
        file.push(name);
        file.push(".master.key");
        Ok(Self::File(file.into()))
    }

    /// Reads the key for the ledger in `dir`.
    pub fn read(&self, dir: &Path) -> Result<Kek, LedgerError> {
        let (path, text) = match self {
            Self::File(path) => {
                let path = dir.join(path);
                let text = fs::read_to_string(&path).map_err(at(&path))?;
                (path, Zeroizing::new(text))
            }
            Self::Command(command) => (PathBuf::from(command), printed(command)?),
            Self::Credential(name) => {
                let folder = env::var_os(CREDENTIALS).ok_or_else(|| LedgerError::Key {
                    path: PathBuf::from(name),
                    reason: format!("{CREDENTIALS} is not set: only a service of systemd has credentials"),
                })?;
                let path = Path::new(&folder).join(name);
                let text = fs::read_to_string(&path).map_err(at(&path))?;
                (path, Zeroizing::new(text))
            }
        };
        Kek::parse(text.trim_end()).map_err(|error| LedgerError::Key { path, reason: error.to_string() })
    }

    /// Whether a key is kept already; what no file is, somebody else keeps.
    pub(super) fn is_kept(&self, dir: &Path) -> bool {
        match self {
            Self::File(path) => dir.join(path).exists(),
            Self::Command(_) | Self::Credential(_) => true,
        }
    }

    /// Keeps a new key where it will be read; only a file can be written to. The ledger is still in the folder `making`,
    /// beside `dir` where it will be.
    pub(super) fn keep(&self, making: &Path, dir: &Path, key: &Kek) -> Result<(), LedgerError> {
        match self {
            Self::File(path) => match write_secret(&making.join(path), &key.secret_text()) {
                Err(LedgerError::File { error, .. }) if error.kind() == ErrorKind::AlreadyExists => {
                    Err(LedgerError::MasterKeyExists(dir.join(path)))
                }
                written => written,
            },
            Self::Command(_) | Self::Credential(_) => Ok(()),
        }
    }
}

fn printed(command: &str) -> Result<Zeroizing<String>, LedgerError> {
    let failed = |reason: String| LedgerError::Key { path: PathBuf::from(command), reason };
    let ran = Command::new("sh").args(["-c", command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = ran.map_err(|error| failed(error.to_string()))?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text = std::str::from_utf8(&printed).map_err(|_| failed("it prints no text".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}
