//! The crooked operator: makes a ledger with real keys, cheats in one way per case, and must be caught by
//! every verifier that can see it, with a message that names what is wrong.
//!
//! [`forge`] makes ledgers honest and not, [`folder`] and [`site`] show them, `cases_*` are the cheats,
//! [`runners`] the verifiers. What each verifier can see is a column of the table: a fork, say, is right in
//! itself, so that only who remembers an older checkpoint can tell.

mod cases_entries;
mod cases_erasure;
mod cases_openings;
mod cases_rules;
mod cases_trees;
mod folder;
mod forge;
mod proofs;
mod runners;
mod site;
mod two_auditors;

pub use runners::verifier;

use forge::{Forged, LEN};
use runners::{Place, Ran, show};
use site::Site;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
    /// Who audited the site before, and goes on from there.
    again: Words,
    /// Who has copied the site before, and goes on from there.
    follower: Words,
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
        Self { folder: words, site: words, again: words, follower: words }
    }

    /// Only who has the folder: what else stands there is not published.
    const fn folder(words: Words) -> Self {
        Self { folder: words, ..Self::all(&[]) }
    }

    /// Only who reads the site: a folder has no bundles.
    const fn site(words: Words) -> Self {
        Self { folder: &[], ..Self::all(words) }
    }

    /// Only who remembers what was shown before.
    const fn memory(words: Words) -> Self {
        Self { folder: &[], site: &[], ..Self::all(words) }
    }

    /// Whoever looks at all of it; a follower does not, who has what is beneath and asks for it no more.
    const fn old(words: Words) -> Self {
        Self { follower: &[], ..Self::all(words) }
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
    let all = [
        cases_entries::CASES,
        cases_erasure::CASES,
        cases_openings::CASES,
        cases_rules::CASES,
        cases_trees::CASES,
    ];
    all.into_iter().flatten()
}

/// The sizes of honest ledgers that everybody must accept.
const HONEST: [usize; 7] = [0, 1, 2, 255, 256, 257, LEN];

/// Cases that run at once: some of them wait for seconds to see whether an old checkpoint stays.
const AT_ONCE: usize = 4;

/// What is wrong about a verdict, if anything.
fn fault(ran: &Ran, words: Words) -> Option<String> {
    let right = match words {
        [] => ran.code == 0,
        words => ran.code == 1 && words.iter().all(|word| word.split('|').any(|one| ran.said.contains(one))),
    };
    (!right).then(|| format!("exit code {}, expected {words:?}: {}", ran.code, ran.said.trim()))
}

/// Runs a verifier over all cases, some at once, and tells all verdicts that are wrong.
fn hold(words_of: fn(&Sight) -> Words, run: fn(&Cheat, &Place) -> Ran) {
    let (cases, next, wrong) = (cases().collect::<Vec<_>>(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let take = || {
        while let Some(Case(name, make, sight)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let ran = run(&make(), &Place::new());
            let fault = fault(&ran, words_of(sight)).map(|fault| format!("{name}: {fault}"));
            wrong.lock().unwrap().extend(fault);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(take);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
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
fn honest_ledgers_are_accepted_by_all() {
    for size in HONEST {
        let honest = Cheat::of(Forged::honest(size));
        for run in [runners::audit_folder, runners::audit_site, runners::audit_site_again] {
            let ran = run(&honest, &Place::new());
            assert_eq!(fault(&ran, &[]), None, "{size} entries");
            assert!(ran.said.contains(&format!("{size} entries")), "{}", ran.said);
        }
        assert_eq!(fault(&runners::follow(&honest, &Place::new()), &[]), None, "{size} entries");
    }
    // Some in which something was rightly erased, or persons were named anew.
    let runs = [
        runners::audit_folder,
        runners::audit_site,
        runners::audit_site_again,
        runners::follow,
        runners::python_folder,
        runners::python_site,
    ];
    let honest = [
        cases_erasure::rightly(),
        cases_erasure::held(),
        cases_erasure::rightly_audited(),
        cases_rules::renewed(),
    ];
    for erased in honest {
        let erased = Cheat::of(erased);
        for run in runs {
            assert_eq!(fault(&run(&erased, &Place::new()), &[]), None);
        }
    }
    // And one that grows honestly between two looks.
    for (from, to) in [(1, 2), (255, 256), (256, 257), (200, LEN), (300, LEN)] {
        let grown = Cheat { before: Some(Forged::honest(from)), ..Cheat::of(Forged::honest(to)) };
        for run in [runners::audit_site_again, runners::follow] {
            assert_eq!(fault(&run(&grown, &Place::new()), &[]), None, "{from} to {to} entries");
        }
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
    assert_eq!(
        ours.len(),
        8,
        "checkpoint, two bundles and what opens them, two tiles, one above: {:?}",
        ours.keys()
    );
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
fn the_auditor_who_has_audited_the_folder_catches_the_crook() {
    hold(
        |sight| if sight.site.is_empty() && sight.folder.is_empty() { sight.again } else { sight.folder },
        runners::audit_folder_again,
    );
}

#[test]
fn the_auditor_of_a_site_catches_the_crook() {
    hold(|sight| sight.site, runners::audit_site);
}

#[test]
fn the_library_alone_catches_the_crook_but_for_hashes_that_it_does_not_read() {
    for Case(name, make, sight) in cases() {
        let cheat = make();
        let of_hashes = |(path, _): &(String, Vec<u8>)| !path.contains("entries") && path != "checkpoint";
        let unread = !cheat.site.is_empty() && cheat.site.iter().all(of_hashes);
        let ran = runners::library(&cheat);
        assert_eq!(ran.code == 1, !sight.site.is_empty() && !unread, "{name}: {}", ran.said);
    }
    for size in HONEST {
        let ran = runners::library(&Cheat::of(Forged::honest(size)));
        assert!(ran.code == 0 && ran.said == format!("{size} entries"), "{}", ran.said);
    }
}

#[test]
fn what_the_library_fetches_twice_has_to_be_the_same() {
    let audited = Cheat::of(cases_erasure::rightly_audited());
    let ran = runners::library_fetching(&audited, |before, mut bundle| {
        if before > 0 {
            bundle[40] ^= 1;
        }
        bundle
    });
    assert!(ran.code == 1 && ran.said.contains("not what it was"), "{}", ran.said);
}

#[test]
fn what_an_erasure_rests_on_is_compared_also_where_all_was_known_before() {
    for (mut ledger, words) in [
        (Cheat::of(cases_erasure::rightly_audited()), &[][..]),
        (cases_erasure::elsewhere(), &["entry 323", "two histories"][..]),
    ] {
        ledger.before = Some(ledger.ledger.clone());
        let ran = runners::audit_folder_again(&ledger, &Place::new());
        assert_eq!(fault(&ran, words), None);
    }
}

#[test]
fn the_auditor_who_comes_again_catches_the_crook() {
    hold(|sight| sight.again, runners::audit_site_again);
}

#[test]
fn the_follower_catches_the_crook_and_keeps_the_evidence() {
    hold(|sight| sight.follower, runners::follow);
}

/// What the verifier in Python does not ask again, and says so: the catalogue and due process.
const BEYOND_PYTHON: &[&str] = &[
    "strips one of two signatures",
    "drops what a later entry refers to",
    "reorders a record and its end",
    "records before it has happened",
    "uses a type that has expired",
    "takes a decision without its document",
    "uses a type that was never adopted",
    "takes a record about a minor",
    "takes a record about genes",
    "takes a record without notice",
];

/// Runs the verifier in Python over all cases: it finds a fault where ours does, but for what is beyond it.
fn agree(words_of: fn(&Sight) -> Words, run: fn(&Cheat, &Place) -> Ran) {
    let (cases, next, wrong) = (cases().collect::<Vec<_>>(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let take = || {
        while let Some(Case(name, make, sight)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let ran = run(&make(), &Place::new());
            let caught = !words_of(sight).is_empty() && !BEYOND_PYTHON.contains(name);
            if ran.code != i32::from(caught) || caught && !ran.said.contains("\"code\"") {
                wrong.lock().unwrap().push(format!("{name}: exit code {}: {}", ran.code, ran.said.trim()));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(take);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_verifier_in_python_agrees_about_folders() {
    agree(|sight| sight.folder, runners::python_folder);
}

#[test]
fn the_verifier_in_python_agrees_about_sites() {
    agree(|sight| sight.site, runners::python_site);
}

#[test]
fn the_verifier_in_python_accepts_honest_ledgers() {
    for size in HONEST {
        let honest = Cheat::of(Forged::honest(size));
        for run in [runners::python_folder, runners::python_site] {
            assert_eq!(fault(&run(&honest, &Place::new()), &[]), None, "{size} entries");
        }
    }
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
