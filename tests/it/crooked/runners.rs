//! The verifiers that are set upon the crook, each run as its user would run it.

use super::forge::{Forged, vkey};
use super::site::{Files, Site};
use super::{Cheat, folder, site};
use crate::people;
use credit_ledger::ledger::OpenLedger;
use credit_ledger::progress::Unwatched;
use ledger_spec::audit::AuditedLedger;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use tlog::tile::TileId;

/// What a verifier has said, on both streams.
pub struct Ran {
    pub code: i32,
    pub said: String,
}

/// A folder of a case's own, taken away with it.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Runs the program in a folder.
pub fn show(dir: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    command.args(arguments).current_dir(dir).env("LANG", "C").env_remove("LC_ALL");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Ran { code: output.status.code().unwrap(), said: String::from_utf8(said).unwrap() }
}

/// What `paths` of a site hold.
pub fn fetched(url: &str, paths: impl Iterator<Item = String>) -> Files {
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let fetch = |path: String| {
        let bytes = agent.get(format!("{url}/{path}")).call().unwrap().into_body().read_to_vec().unwrap();
        (path, bytes)
    };
    paths.map(fetch).collect()
}

/// What the real ledger serves over a folder: to everybody, and what it has for auditors.
pub fn served(dir: &Path, paths: impl Iterator<Item = String>) -> Files {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    command.args(["serve", "--dir", ".", "--listen", "127.0.0.1:0"]).current_dir(dir);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let public = said.next().unwrap();
    let (opening, open): (Vec<_>, Vec<_>) = paths.partition(|path| path.starts_with("openings/"));
    let mut files = fetched(&public, open.into_iter());
    child.kill().unwrap();
    child.wait().unwrap();
    let ledger = credit_ledger::ledger::open_to_read(dir, &credit_ledger::progress::Unwatched).unwrap();
    files.extend(opening.into_iter().map(|path| {
        let tile = TileId::parse(&path.replacen("openings", "entries", 1)).unwrap();
        (path, ledger.snapshots.log().openings(tile).unwrap().to_vec())
    }));
    files
}

/// `audit --dir`, with a key that the auditor has from elsewhere.
pub fn audit_folder(cheat: &Cheat, place: &Place) -> Ran {
    write(cheat, place);
    show(place.path(), &["audit", "--dir", ".", "--vkey", &vkey().to_string()])
}

/// `audit --dir`, which goes on from what an audit covered before.
pub fn audit_folder_again(cheat: &Cheat, place: &Place) -> Ran {
    let Some(before) = &cheat.before else { return audit_folder(cheat, place) };
    write(cheat, place);
    std::fs::write(place.path().join("audited"), &before.checkpoint).unwrap();
    show(place.path(), &["audit", "--dir", ".", "--vkey", &vkey().to_string(), "--from", "audited"])
}

/// The verifier in Python, which is written from the specification alone, over a folder.
pub fn python_folder(cheat: &Cheat, place: &Place) -> Ran {
    write(cheat, place);
    let openings = Site::of(shown(cheat));
    python(place.path(), ".", &openings.url())
}

/// The same over a site.
pub fn python_site(cheat: &Cheat, place: &Place) -> Ran {
    let site = Site::of(shown(cheat));
    python(place.path(), &site.url(), &site.url())
}

fn python(dir: &Path, source: &str, openings: &str) -> Ran {
    verifier(dir, &["ledger", source, "--json", "--vkey", &vkey().to_string(), "--openings", openings])
}

/// The independent verifier, in a folder.
pub fn verifier(dir: &Path, arguments: &[&str]) -> Ran {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = root.join("target/python/bin/python");
    let python = std::env::var_os("CREDIT_LEDGER_PYTHON").map_or(installed, PathBuf::from);
    let mut command = Command::new(&python);
    command.arg(root.join("tools/verify")).args(arguments);
    let output = command.current_dir(dir).output().unwrap_or_else(|error| {
        panic!("{}: {error}: `bash tools/check install` puts it there", python.display())
    });
    let said = [output.stdout, output.stderr].concat();
    Ran { code: output.status.code().unwrap(), said: String::from_utf8(said).unwrap() }
}

/// The folder that the crook keeps.
fn write(cheat: &Cheat, place: &Place) {
    folder::write(place.path(), &cheat.ledger);
    for (path, bytes) in &cheat.files {
        std::fs::write(place.path().join(path), bytes).unwrap();
    }
}

/// `audit --url`, by somebody who sees the site for the first time.
pub fn audit_site(cheat: &Cheat, place: &Place) -> Ran {
    let site = Site::of(shown(cheat));
    let url = site.url();
    show(place.path(), &["audit", "--url", &url, "--openings", &url, "--vkey", &vkey().to_string()])
}

/// `audit --url`, by somebody who is given nothing that opens anything.
pub fn audit_site_blind(cheat: &Cheat, place: &Place) -> Ran {
    let site = Site::of(shown(cheat));
    show(place.path(), &["audit", "--url", &site.url(), "--vkey", &vkey().to_string()])
}

/// The library's own audit of a whole ledger, over what the site holds.
pub fn library(cheat: &Cheat) -> Ran {
    library_fetching(cheat, |_, bundle| bundle)
}

/// The same where a bundle is changed on its way: `change` is told how often it was fetched before.
pub fn library_fetching(cheat: &Cheat, change: impl Fn(usize, Vec<u8>) -> Vec<u8>) -> Ran {
    let (files, mut fetched) = (shown(cheat), BTreeMap::new());
    let fetch = |tile: TileId| {
        let path = format!("tile/{tile}");
        let before = fetched.entry(path.clone()).or_insert(0_usize);
        *before += 1;
        files.get(&path).cloned().map(|bundle| change(*before - 1, bundle)).ok_or("it is not there")
    };
    let openings = |tile: TileId| {
        let path = tile.to_string().replacen("entries", "openings", 1);
        files.get(&path).cloned().ok_or("it is not there")
    };
    match AuditedLedger::audit_opened(&files["checkpoint"], &vkey(), fetch, openings) {
        Ok(audited) => Ran { code: 0, said: format!("{} entries", audited.checkpoint().size()) },
        Err(error) => Ran { code: 1, said: error.to_string() },
    }
}

/// `audit --url`, which goes on from what an audit covered before.
pub fn audit_site_again(cheat: &Cheat, place: &Place) -> Ran {
    let site = Site::of(before(cheat));
    let (url, vkey) = (site.url(), vkey().to_string());
    let audit = ["audit", "--url", &url, "--openings", &url, "--vkey", &vkey];
    let first = show(place.path(), &[&audit[..], &["--save", "audited"]].concat());
    assert_eq!(first.code, 0, "{}", first.said);
    site.show(shown(cheat));
    show(place.path(), &[&audit[..], &["--from", "audited"]].concat())
}

/// `follow`, which copies what was shown before, and then looks again. What it stops at, it keeps; and what
/// it had copied stays right.
pub fn follow(cheat: &Cheat, place: &Place) -> Ran {
    let site = Site::of(before(cheat));
    let (url, vkey) = (site.url(), vkey().to_string());
    let follow = ["follow", &url, "--openings", &url, "--dir", "copy", "--vkey", &vkey, "--once"];
    let first = show(place.path(), &follow);
    assert_eq!(first.code, 0, "{}", first.said);
    site.show(shown(cheat));
    let ran = show(place.path(), &follow);
    let kept = evidence(&place.path().join("copy/evidence"));
    assert_eq!(ran.code == 1, !kept.is_empty(), "{}: {:?}", ran.said, kept.keys());
    // Two notes under one key that no honest log can have signed both: enough for anybody else.
    if let (Some(before), 1) = (&cheat.before, ran.code) {
        let notes = ["older.checkpoint", "newer.checkpoint"].map(|name| kept.get(name));
        assert_eq!(notes, [Some(&before.checkpoint), Some(&cheat.ledger.checkpoint)], "{}", ran.said);
    }
    let copied = show(place.path(), &["audit", "--dir", "copy", "--vkey", &vkey]);
    assert_eq!(copied.code, 0, "after {}: {}", ran.said, copied.said);
    ran
}

/// What is shown at first: nothing yet, where the cheat needs no past.
fn before(cheat: &Cheat) -> Files {
    site::files(cheat.before.as_ref().unwrap_or(&Forged::honest(0)))
}

/// What is shown in the end.
pub fn shown(cheat: &Cheat) -> Files {
    let mut files = site::files(&cheat.ledger);
    files.extend(cheat.site.iter().cloned());
    files
}

/// What a follower has kept of a fault, by the files' names.
pub fn evidence(folder: &Path) -> Files {
    let Ok(faults) = std::fs::read_dir(folder) else { return Files::new() };
    let files = faults.flat_map(|fault| std::fs::read_dir(fault.unwrap().path()).unwrap());
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
    };
    files.map(|file| read(file.unwrap().path())).collect()
}

/// Starts the real ledger over a folder, appends one event, stops it; how many entries there are then.
pub fn served_and_continued(dir: &Path) -> usize {
    let OpenLedger { sequencer, writer, .. } = credit_ledger::ledger::open(dir, &Unwatched).unwrap();
    let said = super::forge::penalty(9_000, "ext:firm:31").bytes();
    let envelope = ledger_spec::event::envelope::seal(&said, &[&super::forge::key(super::forge::MARKET)]);
    let answer = sequencer.submit(vec![people::whole(&envelope)], true).unwrap();
    let outcomes = answer.blocking_recv().unwrap().unwrap();
    drop(sequencer);
    writer.join().unwrap();
    match outcomes.outcomes.first() {
        Some(credit_ledger::sequencer::EventOutcome::Appended(placed)) => {
            usize::try_from(placed.index.get()).unwrap() + 1
        }
        other => panic!("{other:?}"),
    }
}
