//! The crooked operator: makes a ledger with real keys, cheats in one way per case, and must be caught by
//! every verifier that can see it, with a message that names what is wrong.
//!
//! [`forge`] makes ledgers honest and not, [`folder`] and [`site`] show them, `cases_*` are the cheats,
//! [`runners`] the verifiers. What each verifier can see is a column of the table: a fork, say, is right in
//! itself, so that only who remembers an older checkpoint can tell.

mod cases_entries;
mod cases_rules;
mod cases_trees;
mod folder;
mod forge;
mod proofs;
mod runners;
mod site;

use forge::{Forged, LEN};
use runners::{Place, Ran, show};
use site::Site;
use std::fmt::Write as _;

/// What must stand in a message, each one; `a|b` is satisfied by either. Nothing: whoever it is about
/// cannot see the cheat and must not claim to.
type Words = &'static [&'static str];

/// One way of cheating.
struct Case(&'static str, fn() -> Cheat, Sight);

/// Who can see a cheat, and what it must say.
#[derive(Clone, Copy)]
struct Sight {
    /// Who has the folder.
    folder: Words,
    /// Who reads the site.
    site: Words,
    /// Who has seen the site before, and remembers.
    memory: Words,
}

/// What the operator shows.
struct Cheat {
    /// What was shown before, to whoever remembers.
    before: Option<Forged>,
    /// What is shown now.
    ledger: Forged,
    /// What is other in the folder than the ledger would have it.
    files: Vec<(String, Vec<u8>)>,
    /// What is other on the site.
    site: Vec<(String, Vec<u8>)>,
}

impl Sight {
    /// Whoever looks at all of it.
    const fn all(words: Words) -> Self {
        Self { folder: words, site: words, memory: words }
    }

    /// Only who has the folder: what else stands there is not published.
    const fn folder(words: Words) -> Self {
        Self { folder: words, site: &[], memory: &[] }
    }

    /// Only who reads the site: a folder has no bundles.
    const fn site(words: Words) -> Self {
        Self { folder: &[], site: words, memory: words }
    }

    /// Only who remembers what was shown before.
    const fn memory(words: Words) -> Self {
        Self { folder: &[], site: &[], memory: words }
    }
}

impl Cheat {
    fn of(ledger: Forged) -> Self {
        Self { before: None, ledger, files: Vec::new(), site: Vec::new() }
    }

    fn file(mut self, path: String, bytes: Vec<u8>) -> Self {
        self.files.push((path, bytes));
        self
    }

    fn site(mut self, path: String, bytes: Vec<u8>) -> Self {
        self.site.push((path, bytes));
        self
    }
}

fn cases() -> impl Iterator<Item = &'static Case> {
    cases_entries::CASES.iter().chain(cases_rules::CASES).chain(cases_trees::CASES)
}

/// The sizes of honest ledgers that everybody must accept.
const HONEST: [usize; 7] = [0, 1, 2, 255, 256, 257, LEN];

/// What is wrong about a verdict, if anything.
fn fault(ran: &Ran, words: Words) -> Option<String> {
    let right = match words {
        [] => ran.code == 0,
        words => ran.code == 1 && words.iter().all(|word| word.split('|').any(|one| ran.said.contains(one))),
    };
    (!right).then(|| format!("exit code {}, expected {words:?}: {}", ran.code, ran.said.trim()))
}

/// Runs a verifier over all cases and tells all verdicts that are wrong at once.
fn hold(words_of: fn(&Sight) -> Words, run: impl Fn(&Cheat, &Place) -> Ran) {
    let mut wrong = String::new();
    for (number, Case(name, make, sight)) in cases().enumerate() {
        let (cheat, place) = (make(), Place::new());
        let ran = run(&cheat, &place);
        if std::env::var_os("CROOKED").is_some() {
            println!("{name}: {} {}", ran.code, ran.said.trim());
        }
        if let Some(fault) = fault(&ran, words_of(sight)) {
            writeln!(wrong, "case {number}, {name}: {fault}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_table_is_long_and_its_names_are_different() {
    let mut names: Vec<_> = cases().map(|Case(name, ..)| name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() == count && count >= 32, "{count} cases, {} names", names.len());
}

#[test]
fn honest_ledgers_are_accepted_in_a_folder() {
    for size in HONEST {
        let ran = runners::audit_folder(&Cheat::of(Forged::honest(size)), &Place::new());
        assert_eq!(fault(&ran, &[]), None, "{size} entries");
        assert!(ran.said.contains(&format!("{size} entries")), "{}", ran.said);
    }
}

#[test]
fn the_server_starts_over_an_honest_ledger_and_goes_on() {
    let place = Place::new();
    folder::write(place.path(), &Forged::honest(LEN));
    assert_eq!(runners::served_and_continued(place.path()), LEN + 1);
    // The segments are written as the log writes them: what it rebuilds from them is what stood there.
    let again = show(place.path(), &["audit", "--dir", "."]);
    assert_eq!(fault(&again, &[]), None);
}

#[test]
fn the_server_serves_the_same_site_as_the_forge() {
    let (place, whole) = (Place::new(), Forged::honest(LEN));
    folder::write(place.path(), &whole);
    let ours = site::files(&whole);
    assert_eq!(ours.len(), 6, "checkpoint, two bundles, two tiles, one above: {:?}", ours.keys());
    assert_eq!(runners::served(place.path(), ours.keys().cloned()), ours);
    // And our own little server serves what it is given, until it is given something else.
    let site = Site::of(ours.clone());
    assert_eq!(runners::fetched(&site.url(), ours.keys().cloned()), ours);
    let fewer = site::files(&Forged::honest(1));
    site.show(fewer.clone());
    assert_eq!(runners::fetched(&site.url(), fewer.keys().cloned()), fewer);
}

#[test]
fn the_auditor_of_a_folder_catches_the_crook() {
    hold(|sight| sight.folder, runners::audit_folder);
}

#[test]
fn an_honest_ledger_satisfies_no_case() {
    // Else a case could be honest by mistake, and nobody would see.
    let honest = runners::audit_folder(&Cheat::of(Forged::honest(LEN)), &Place::new());
    for Case(name, _, sight) in cases() {
        assert_eq!(fault(&honest, sight.folder).is_some(), !sight.folder.is_empty(), "{name}");
    }
}

#[test]
fn what_only_memory_sees_is_right_in_itself() {
    for Case(name, make, sight) in cases() {
        let cheat = make();
        if cheat.before.is_some() && sight.folder.is_empty() {
            assert!(cheat.ledger.is_right(), "{name}");
        }
    }
}
