//! The master key: where it is kept, outside of the ledger's folder and its backups, and how it is replaced.
//!
//! With every erasure comes a new master key, or an old root would still be opened by the old one. Where it is kept in a
//! file, [`MasterKey::replace`] keeps the new one beside it, as `<file>.next`; the root is put under it; and
//! [`MasterKey::settle`], by [`Replacing::finish`] or at the next start, overwrites the old one and puts the new one in its
//! place. Which of two counts is said by the root alone, which names the key that it is under: so whatever cuts a
//! replacement short, the ledger opens, also for whoever only reads it beside a server that runs.

use super::new_folder::{parent, sync};
use super::{LedgerError, at, write_secret};
use crate::sealed_files::{NamedMaster, SealedFiles};
use crate::storage::{DiskError, FileDisk};
use ledger_spec::sealed::{Kek, KekId};
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read as _};
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
    /// It follows from the root of the ledger in this folder, whose access journal this is.
    Ledger(PathBuf),
}

/// A new master key, kept and not in use yet.
pub struct Replacing<'a> {
    master: &'a MasterKey,
    dir: &'a Path,
    key: Kek,
}

/// How often a key is looked for that is being replaced by another process meanwhile.
const LOOKS: usize = 3;

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

    /// Reads the key for the ledger in `dir`: of an old and a new one the one that its root is under. Writes nothing. What
    /// follows from another ledger's root, `of_ledger` gives of that one's folder.
    pub(super) fn read(
        &self,
        dir: &Path,
        of_ledger: impl FnOnce(&Path) -> Result<Kek, LedgerError>,
    ) -> Result<Kek, LedgerError> {
        match self {
            Self::File(path) => read_named(dir, &real(dir, path)),
            Self::Command(command) => parse(Path::new(command), &printed(command)?),
            Self::Credential(name) => {
                let folder = env::var_os(CREDENTIALS).ok_or_else(|| LedgerError::Key {
                    path: PathBuf::from(name),
                    reason: format!("{CREDENTIALS} is not set: only a service of systemd has credentials"),
                })?;
                read_key(&Path::new(&folder).join(name))
            }
            Self::Ledger(path) => of_ledger(&dir.join(path)),
        }
    }

    /// Whether the key can be replaced: asked before anything rests on it. Where no file holds it there is nothing to ask.
    /// Whoever calls holds the folder's lock.
    ///
    /// # Errors
    ///
    /// Where the old key could not be overwritten, or a new one not be kept beside it; and where the file beside it names
    /// another folder: the folder of a copy, while it has the same key, destroys nothing that the first one needs.
    pub fn can_be_replaced(&self, dir: &Path) -> Result<(), LedgerError> {
        let Self::File(path) = self else { return Ok(()) };
        self.settle(dir)?;
        let path = real(dir, path);
        is_of(&path, dir)?;
        fs::OpenOptions::new().write(true).open(&path).map_err(at(&path))?;
        let next = next_to(&path);
        // An empty one is no key, and is removed wherever it is found.
        fs::File::create_new(&next).map_err(at(&next))?;
        fs::remove_file(&next).map_err(at(&next))
    }

    /// Begins to replace the key: a new one is kept durably beside the old one, for a root that is to be put under it.
    /// `None` where no file holds the key: then it stays, and what was under it is overwritten and not destroyed. Whoever
    /// calls holds the folder's lock.
    pub fn replace<'a>(&'a self, dir: &'a Path) -> Result<Option<Replacing<'a>>, LedgerError> {
        let Self::File(path) = self else { return Ok(None) };
        self.can_be_replaced(dir)?;
        let path = real(dir, path);
        let next = next_to(&path);
        let key = Kek::try_filled(|key| getrandom::fill(key)).map_err(|error| LedgerError::Key {
            path: next.clone(),
            reason: format!("randomness: {error}"),
        })?;
        write_secret(&next, &key.secret_text())?;
        Ok(Some(Replacing { master: self, dir, key }))
    }

    /// Ends a replacement, wherever it was cut short: a new key that the root is under takes the place of the old one, one
    /// that it is not under is removed, and what goes is overwritten before. Says whether the old key was destroyed.
    /// Whoever calls holds the folder's lock.
    ///
    /// Where the copies of the root are not both under one key, or under neither of the two, nothing is done: the old one
    /// may still be wanted. Opening the files makes the copies one.
    pub fn settle(&self, dir: &Path) -> Result<bool, LedgerError> {
        let Self::File(path) = self else { return Ok(false) };
        let path = real(dir, path);
        let next = next_to(&path);
        if !next.try_exists().map_err(at(&next))? {
            return Ok(false);
        }
        let Some(NamedMaster { id, in_both: true, .. }) = named(dir)? else { return Ok(false) };
        let is_named = |file| read_key(file).is_ok_and(|key| KekId::of(&key) == id);
        let used = is_named(&next);
        if used {
            overwrite(&path)?;
            fs::rename(&next, &path).map_err(at(&path))?;
        } else if is_named(&path) {
            overwrite(&next)?;
            fs::remove_file(&next).map_err(at(&next))?;
        } else {
            return Ok(false);
        }
        sync(parent(&path))?;
        Ok(used)
    }

    /// Whether a key is kept already; what no file is, somebody else keeps.
    pub(super) fn is_kept(&self, dir: &Path) -> bool {
        match self {
            Self::File(path) => dir.join(path).exists(),
            Self::Command(_) | Self::Credential(_) | Self::Ledger(_) => true,
        }
    }

    /// Keeps a new key where it will be read; only a file can be written to. The ledger is still in the folder `making`,
    /// beside `dir` where it will be.
    pub(super) fn keep(&self, making: &Path, dir: &Path, key: &Kek) -> Result<(), LedgerError> {
        match self {
            Self::File(path) => match write_secret(&making.join(path), &key.secret_text())
                .and_then(|()| claim(&making.join(path), dir))
            {
                Err(LedgerError::File { error, .. }) if error.kind() == ErrorKind::AlreadyExists => {
                    Err(LedgerError::MasterKeyExists(dir.join(path)))
                }
                written => written,
            },
            Self::Command(_) | Self::Credential(_) | Self::Ledger(_) => Ok(()),
        }
    }
}

impl Replacing<'_> {
    /// The new key.
    pub const fn key(&self) -> &Kek {
        &self.key
    }

    /// Ends the replacement ([`MasterKey::settle`]): says whether the root is under the new key, and the old one
    /// destroyed. Else the new one is removed.
    pub fn finish(self) -> Result<bool, LedgerError> {
        self.master.settle(self.dir)
    }
}

/// The file that holds the key, also where a link leads to it: what is kept beside it and replaces it lies there.
fn real(dir: &Path, path: &Path) -> PathBuf {
    let path = dir.join(path);
    fs::canonicalize(&path).unwrap_or(path)
}

/// Where the key is kept that is to replace the one in this file.
fn next_to(path: &Path) -> PathBuf {
    let mut next = OsString::from(path);
    next.push(".next");
    next.into()
}

/// The file beside a key that names the folder which may replace it.
fn owner_of(path: &Path) -> PathBuf {
    let mut owner = OsString::from(path);
    owner.push(".of");
    owner.into()
}

/// The folder's path, as it is told: the folder itself may not be there yet.
fn told(dir: &Path) -> Result<String, LedgerError> {
    let parent = fs::canonicalize(parent(dir)).map_err(at(dir))?;
    let whole = dir.file_name().map_or_else(|| parent.clone(), |name| parent.join(name));
    Ok(fs::canonicalize(&whole).unwrap_or(whole).display().to_string())
}

/// Says beside a key which folder's it is.
fn claim(path: &Path, dir: &Path) -> Result<(), LedgerError> {
    let owner = owner_of(path);
    fs::write(&owner, format!("{}\n", told(dir)?)).map_err(at(&owner))
}

/// Whether a key is this folder's to replace. Where nothing says whose it is (the key alone was restored, say), a copy of the
/// folder could take it away from the first one: then whoever knows has to say so.
fn is_of(path: &Path, dir: &Path) -> Result<(), LedgerError> {
    let owner = owner_of(path);
    match fs::read_to_string(&owner) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let (owner, asks) = (owner.display(), told(dir)?);
            let reason = format!(
                "there is no {owner}, so nothing says whose key it is, and {asks} would replace it: where no other folder \
                 is opened by it, write {asks} into that file"
            );
            Err(LedgerError::Key { path: path.to_owned(), reason })
        }
        Err(error) => Err(at(&owner)(error)),
        Ok(found) if found.trim_end() == told(dir)? => Ok(()),
        Ok(found) => {
            let (owner, found, asks) = (owner.display(), found.trim_end(), told(dir)?);
            let reason = format!(
                "{owner} says that it is the key of {found}, and {asks} would replace it: give a copy a key file of its own; \
                 where the folder was moved, write its path into that file"
            );
            Err(LedgerError::Key { path: path.to_owned(), reason })
        }
    }
}

/// The master key that the root of a ledger names.
fn named(dir: &Path) -> Result<Option<NamedMaster>, DiskError> {
    SealedFiles::named_master(&FileDisk::open(dir)?)
}

/// The key in this file or in the one beside it, whichever the root is under. Where neither is, or there is no root, the
/// file's own: whoever opens the root with it says what is wrong.
fn read_named(dir: &Path, path: &Path) -> Result<Kek, LedgerError> {
    for _ in 0..LOOKS {
        let Some(NamedMaster { id, .. }) = named(dir)? else { break };
        for file in [path, &next_to(path)] {
            // One that is torn or gone is not the one that the root is under.
            match read_key(file) {
                Ok(key) if KekId::of(&key) == id => return Ok(key),
                _ => {}
            }
        }
    }
    read_key(path)
}

fn read_key(path: &Path) -> Result<Kek, LedgerError> {
    let read = fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => LedgerError::MasterKeyGone(path.to_owned()),
        _ => at(path)(error),
    });
    parse(path, &Zeroizing::new(read?))
}

fn parse(path: &Path, text: &str) -> Result<Kek, LedgerError> {
    Kek::parse(text.trim_end())
        .map_err(|error| LedgerError::Key { path: path.to_owned(), reason: error.to_string() })
}

/// Writes zeros over a file, durably. The file keeps its blocks: what lies there is what is written over.
fn overwrite(path: &Path) -> Result<(), LedgerError> {
    let overwritten = fs::OpenOptions::new().write(true).open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        io::copy(&mut io::repeat(0).take(length), &mut file)?;
        file.sync_all()
    });
    overwritten.map_err(at(path))
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

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::sealed::{RandomNonce, Root};
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;
    use tlog::checkpoint::Origin;

    const ROOTS: [&str; 2] = ["keys/root.a", "keys/root.b"];

    /// A folder with a root under a key that is kept in the file beside it.
    struct Kept {
        _folder: tempfile::TempDir,
        dir: PathBuf,
        master: MasterKey,
        /// The key's file, and where a next one is kept.
        file: PathBuf,
        next: PathBuf,
    }

    fn origin() -> Origin {
        Origin::parse("credit.test.example/ledger").unwrap()
    }

    fn kek(byte: u8) -> Kek {
        Kek::filled(|key| key.fill(byte))
    }

    fn line(key: &Kek) -> String {
        format!("{}\n", *key.secret_text())
    }

    impl Kept {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let dir = folder.path().join("ledger");
            let disk = Arc::new(FileDisk::create(&dir).unwrap());
            SealedFiles::create(disk, &origin(), &kek(1)).unwrap();
            let (master, file) = (MasterKey::beside(&dir).unwrap(), folder.path().join("ledger.master.key"));
            master.keep(&dir, &dir, &kek(1)).unwrap();
            let next = folder.path().join("ledger.master.key.next");
            Self { _folder: folder, dir, master, file, next }
        }

        /// Puts copies of the root under another key, as a root of the next generation.
        fn put_root(&self, copies: &[&str], key: &Kek) {
            let bytes = fs::read(self.dir.join(ROOTS[1])).unwrap();
            let mut root = Root::open(&bytes, &origin(), &kek(1)).unwrap();
            root.generation = root.generation.next();
            let bytes = root.seal(&origin(), key, RandomNonce([7; 24]));
            copies.iter().for_each(|copy| fs::write(self.dir.join(copy), &bytes).unwrap());
        }

        fn read(&self) -> KekId {
            KekId::of(&self.master.read(&self.dir, |_| unreachable!()).unwrap())
        }

        fn files(&self) -> [Option<Vec<u8>>; 2] {
            [&self.file, &self.next].map(|file| fs::read(file).ok())
        }

        /// The key is this one, in its file, and there is no other.
        fn is_settled_under(&self, key: &Kek) {
            assert_eq!(self.read(), KekId::of(key));
            assert_eq!(self.files(), [Some(line(key).into_bytes()), None]);
        }
    }

    #[test]
    fn a_next_key_that_is_not_in_use_is_removed_whole_or_torn() {
        let whole = line(&kek(2));
        for next in ["", &whole[..20], "\u{0}\u{0}\u{0}", "no key", &whole] {
            let kept = Kept::new();
            fs::write(&kept.next, next).unwrap();
            let before = kept.files();
            assert_eq!(kept.read(), KekId::of(&kek(1)), "{next:?}");
            assert_eq!(kept.files(), before, "who reads writes nothing");
            assert!(!kept.master.settle(&kept.dir).unwrap());
            kept.is_settled_under(&kek(1));
        }
    }

    #[test]
    fn a_next_key_that_the_root_is_under_takes_the_place_of_the_old_one_which_is_overwritten() {
        let old = line(&kek(1));
        let torn = ["\u{0}".repeat(30), old[30..].to_owned()].concat();
        for file in [old.clone(), torn, "\u{0}".repeat(old.len()), String::new()] {
            let kept = Kept::new();
            let other = kept.dir.join("other");
            fs::write(&kept.next, line(&kek(2))).unwrap();
            fs::write(&kept.file, &file).unwrap();
            fs::hard_link(&kept.file, &other).unwrap();
            kept.put_root(&ROOTS, &kek(2));
            let before = kept.files();
            assert_eq!(kept.read(), KekId::of(&kek(2)), "{file:?}");
            assert_eq!(kept.files(), before, "who reads writes nothing");
            assert!(kept.master.settle(&kept.dir).unwrap());
            kept.is_settled_under(&kek(2));
            assert_eq!(fs::read(&other).unwrap(), vec![0; file.len()]);
            // Once more there is nothing to do.
            assert!(!kept.master.settle(&kept.dir).unwrap());
            kept.is_settled_under(&kek(2));
        }
    }

    #[test]
    fn while_the_copies_differ_the_newer_counts_and_both_keys_stay() {
        for copy in ROOTS {
            let kept = Kept::new();
            fs::write(&kept.next, line(&kek(2))).unwrap();
            kept.put_root(&[copy], &kek(2));
            let before = kept.files();
            assert_eq!(kept.read(), KekId::of(&kek(2)), "{copy}");
            assert!(!kept.master.settle(&kept.dir).unwrap());
            assert_eq!(kept.files(), before);
            // So where the copy is damaged before the other was made the same, the old one still opens.
            fs::write(kept.dir.join(copy), "").unwrap();
            assert_eq!(kept.read(), KekId::of(&kek(1)), "{copy}");
        }
    }

    #[test]
    fn without_a_root_or_under_a_foreign_one_nothing_is_decided() {
        let kept = Kept::new();
        fs::write(&kept.next, line(&kek(2))).unwrap();
        let before = kept.files();
        kept.put_root(&ROOTS, &kek(3));
        for _ in 0..2 {
            assert_eq!(kept.read(), KekId::of(&kek(1)));
            assert!(!kept.master.settle(&kept.dir).unwrap());
            assert_eq!(kept.files(), before);
            ROOTS.iter().for_each(|copy| drop(fs::remove_file(kept.dir.join(copy))));
        }
    }

    #[test]
    fn a_replacement_is_kept_first_and_ends_as_the_root_says() {
        let kept = Kept::new();
        let given_up = kept.master.replace(&kept.dir).unwrap().unwrap();
        let mode = fs::metadata(&kept.next).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&kept.next).unwrap(), line(given_up.key()));
        assert_eq!(kept.read(), KekId::of(&kek(1)));
        assert!(!given_up.finish().unwrap());
        kept.is_settled_under(&kek(1));
        // One that nobody ended is not gone on with.
        let dropped = KekId::of(kept.master.replace(&kept.dir).unwrap().unwrap().key());
        let replacing = kept.master.replace(&kept.dir).unwrap().unwrap();
        let key = Kek::copied(replacing.key().expose());
        assert!(KekId::of(&key) != dropped);
        kept.put_root(&ROOTS, &key);
        assert!(replacing.finish().unwrap());
        kept.is_settled_under(&key);
        // What somebody else keeps stays as it is.
        for master in [MasterKey::Command("true".to_owned()), MasterKey::Credential("key".to_owned())] {
            assert!(master.replace(&kept.dir).unwrap().is_none());
            assert!(!master.settle(&kept.dir).unwrap());
        }
    }

    #[test]
    fn a_key_behind_a_link_is_replaced_where_it_lies() {
        let kept = Kept::new();
        let elsewhere = kept.dir.join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let real = elsewhere.join("key");
        fs::rename(&kept.file, &real).unwrap();
        std::os::unix::fs::symlink(&real, &kept.file).unwrap();
        // Nobody says there whose it is: then nobody replaces it.
        assert!(kept.master.replace(&kept.dir).is_err());
        claim(&real, &kept.dir).unwrap();
        let replacing = kept.master.replace(&kept.dir).unwrap().unwrap();
        let key = Kek::copied(replacing.key().expose());
        assert!(elsewhere.join("key.next").exists());
        kept.put_root(&ROOTS, &key);
        assert!(replacing.finish().unwrap());
        assert!(fs::symlink_metadata(&kept.file).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), line(&key));
        kept.is_settled_under(&key);
    }
}
