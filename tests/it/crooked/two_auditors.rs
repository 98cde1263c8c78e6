//! Two auditors of one ledger who are given different openings of the same entry: each holds what he is given against what
//! the entry commits to, so the one who is lied to notices by himself, with nothing but the log that everybody has.

use super::cases_openings::{of_another_attempt, other_words};
use super::forge::{Forged, LEN, MARK, vkey};
use super::runners::{Place, Ran, audit_site_blind, evidence, show, shown};
use super::site::Site;
use super::{Cheat, cases_openings, fault};
use serde_json::Value;

/// What is said of an entry of which nothing is left, and that is not erased.
const LOST: &str = "does not say that it is erased";

/// The log as everybody sees it, and what an auditor is given at an address of his own.
struct Given {
    log: Site,
    openings: Site,
}

impl Given {
    fn of(cheat: &Cheat) -> Self {
        let (openings, log) = shown(cheat).into_iter().partition(|(path, _)| path.starts_with("openings/"));
        Self { log: Site::of(log), openings: Site::of(openings) }
    }

    fn audit(&self, place: &Place, more: &[&str]) -> Ran {
        let (log, openings, vkey) = (self.log.url(), self.openings.url(), vkey().to_string());
        let audit = ["audit", "--url", &log, "--openings", &openings, "--vkey", &vkey];
        show(place.path(), &[&audit[..], more].concat())
    }

    fn watch(&self, command: &str, place: &Place, more: &[&str]) -> Ran {
        let (log, openings, vkey) = (self.log.url(), self.openings.url(), vkey().to_string());
        let watch = [command, &log, "--openings", &openings, "--dir", "copy", "--vkey", &vkey, "--once"];
        show(place.path(), &[&watch[..], more].concat())
    }
}

#[test]
fn who_is_given_another_opening_than_others_notices_by_himself() {
    let honest = Given::of(&Cheat::of(Forged::honest(LEN)));
    let (one, state) = (Place::new(), ["--statement", "stated", "--key", "office.key"]);
    assert_eq!(show(one.path(), &["keygen", "--name", "office", "--out", "office.key"]).code, 0);
    let right = honest.audit(&one, &state);
    assert_eq!(fault(&right, &[]), None);
    assert!(one.path().join("stated").exists());
    let seen = honest.watch("monitor", &one, &["--subject", "ext:firm:31"]);
    assert_eq!(fault(&seen, &[]), None);
    assert!(seen.said.contains(&format!("\"index\":{MARK}")), "{}", seen.said);

    // Other secrets for the same words; other words; nothing but links, as if the entry were erased; nothing at all.
    let mut gone = Forged::honest(LEN);
    gone.openings[MARK] = None;
    let commitment = ["entry 151", "commitment"];
    let others: [(Cheat, [&'static str; 2]); 4] = [
        (of_another_attempt(), commitment),
        (other_words(), commitment),
        (Cheat::of(Forged::honest(LEN).without(&[MARK])), ["entry 151", LOST]),
        (Cheat::of(gone), ["entry 151", "nothing opens this sealed entry"]),
    ];
    for (other, words) in others {
        let (words, place): (&'static [&'static str], _) = (words.to_vec().leak(), Place::new());
        let given = Given::of(&other);
        // It is one log that both read, to the byte, and whoever opens nothing finds nothing wrong with it.
        assert_eq!(other.ledger.entries, Forged::honest(LEN).entries);
        assert_eq!(other.ledger.checkpoint, Forged::honest(LEN).checkpoint);
        let blind = audit_site_blind(&other, &place);
        assert!(blind.code == 0 && blind.said.contains("were not opened"), "{}", blind.said);
        // No statement is signed about what was not opened.
        std::fs::copy(one.path().join("office.key"), place.path().join("office.key")).unwrap();
        assert_eq!(fault(&given.audit(&place, &state), words), None);
        assert!(!place.path().join("stated").exists());
        let told = given.watch("monitor", &place, &["--subject", "ext:firm:31"]);
        assert_eq!(fault(&told, words), None);
        let report = told.said.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap();
        assert!(report["fault"].as_str().unwrap().contains(words[0]), "{report}");
        // What shows it is kept: the ledger's own checkpoint, and what was wrong.
        let kept = evidence(&place.path().join("copy/evidence"));
        assert_eq!(kept.get("checkpoint"), Some(&other.ledger.checkpoint), "{:?}", kept.keys());
        assert!(kept.contains_key("fault.txt"));
        // Once he is given what the others were given, he goes on from there, unless he holds what tells of a loss: that he
        // remembers, after a restart too.
        let after = honest.watch("follow", &place, &[]);
        if words == ["entry 151", LOST] {
            assert_eq!(fault(&after, words), None);
        } else {
            assert_eq!(fault(&after, &[]), None);
            assert_eq!(fault(&show(place.path(), &["audit", "--dir", "copy"]), &[]), None);
        }
    }
}

#[test]
fn whoever_opens_nothing_claims_to_see_none_of_these_cheats() {
    for super::Case(name, make, _) in cases_openings::CASES {
        let ran = audit_site_blind(&make(), &Place::new());
        assert!(
            ran.code == 0 && ran.said.contains("were not opened"),
            "{name}: exit code {}: {}",
            ran.code,
            ran.said
        );
    }
}
