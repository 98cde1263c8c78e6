//! Which cosignatures a checkpoint needs (C2SP tlog-policy): any of some witnesses, all, or k of n, nested.
//!
//! [`Policy::met_by`] holds a checkpoint against a policy, and says who cosigned it when.

use crate::checkpoint::SignedCheckpoint;
use crate::cosignature::{BadCosignature, CosignerKey};
use crate::note::{KeyError, VerifierKey};
use std::collections::HashMap;

/// The most of each; the specification asks for 32 at least. A note of 64 lines holds the log's and one of
/// each witness.
const MOST: usize = crate::note::SignedNote::MAX_SIGNATURES - 1;

/// A policy, read and consistent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `None` where no cosignature is asked for.
    quorum: Option<Member>,
}

/// A log that the policy is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// The key of its checkpoints.
    pub key: VerifierKey,
    /// Where it is read.
    pub url: Option<String>,
}

/// A witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: CosignerKey,
    /// Where checkpoints are submitted.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    least: usize,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A witness of a policy that cosigned a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cosigned<'a> {
    /// The witness.
    pub witness: &'a PolicyWitness,
    /// When it did, in seconds since 1970, by its own clock; the latest where it did more than once.
    pub at: u64,
}

/// Why a checkpoint does not meet a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[must_use]
pub enum Unmet {
    /// A witness's line is not its own: the whole note is rejected.
    #[error(transparent)]
    Bad(#[from] BadCosignature),
    /// None of the policy's logs has the name and the key that the checkpoint was verified with.
    #[error("the policy is for other logs: no log line has the key {key}")]
    OtherLog {
        /// The key.
        key: VerifierKey,
    },
    /// Those who cosigned do not suffice.
    #[error("the policy is not met: cosigned by [{}]", cosigned.join(", "))]
    TooFew {
        /// What the policy calls those who did.
        cosigned: Vec<String>,
    },
}

/// A line that is not a policy's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PolicyError {
    /// Its number, from 1; 0 where a line is missing.
    pub line: usize,
    /// What is wrong.
    pub fault: PolicyFault,
}

/// What can be wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// Another form than the line's.
    #[error("{found:?} is not {expected}")]
    Form {
        /// The line, shortened.
        found: String,
        /// The forms there are.
        expected: &'static str,
    },
    /// A key that cannot be read.
    #[error("key: {0}")]
    Key(KeyError),
    /// A key that stands there already.
    #[error("this public key stands in the policy already")]
    KeyTwice,
    /// A name that is taken, or reserved.
    #[error("name {0:?} is taken")]
    NameTaken(String),
    /// A name that no line above defines.
    #[error("name {0:?} is not defined above")]
    Unknown(String),
    /// A name that is a member already.
    #[error("{0:?} is a member already")]
    MemberTwice(String),
    /// Another threshold than the members allow.
    #[error("threshold {found:?} where any, all or 1 to {most} is expected")]
    Threshold {
        /// What stands there.
        found: String,
        /// How many members there are.
        most: usize,
    },
    /// Not exactly one quorum.
    #[error("one quorum line is expected")]
    Quorum,
    /// More lines of a sort than are read.
    #[error("more than {0} of a sort")]
    TooMany(usize),
}

/// The names that a policy has defined so far.
#[derive(Default)]
struct Names {
    known: HashMap<String, Member>,
    members: Vec<Member>,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut policy = Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None };
        let (mut names, mut quorum) = (Names::default(), false);
        for (at, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            let read = match words.as_slice() {
                [] => Ok(()),
                [first, ..] if first.starts_with('#') => Ok(()),
                ["log", key, url @ ..] if url.len() < 2 => policy.log(key, url.first()),
                ["witness", name, key, url @ ..] if url.len() < 2 => {
                    policy.witness(&mut names, name, key, url.first())
                }
                ["group", name, least, members @ ..] if !members.is_empty() => {
                    policy.group(&mut names, name, least, members)
                }
                ["quorum", _] if quorum => Err(PolicyFault::Quorum),
                ["quorum", name] => {
                    quorum = true;
                    policy.set_quorum(&names, name)
                }
                _ => Err(PolicyFault::Form {
                    found: line.chars().take(80).collect(),
                    expected: "log, witness, group or quorum with what belongs to it, or a comment",
                }),
            };
            read.map_err(|fault| PolicyError { line: at + 1, fault })?;
        }
        if quorum { Ok(policy) } else { Err(PolicyError { line: 0, fault: PolicyFault::Quorum }) }
    }

    fn log(&mut self, key: &str, url: Option<&&str>) -> Result<(), PolicyFault> {
        let key = VerifierKey::parse(key).map_err(PolicyFault::Key)?;
        self.is_new(key.public_key())?;
        self.logs.push(PolicyLog { key, url: url.map(|url| (*url).to_owned()) });
        bounded(self.logs.len())
    }

    fn witness(
        &mut self,
        names: &mut Names,
        name: &str,
        key: &str,
        url: Option<&&str>,
    ) -> Result<(), PolicyFault> {
        let key = CosignerKey::parse(key).map_err(PolicyFault::Key)?;
        self.is_new(key.public_key())?;
        names.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.to_owned(),
            key,
            url: url.map(|url| (*url).to_owned()),
        });
        bounded(self.witnesses.len())
    }

    fn group(
        &mut self,
        names: &mut Names,
        name: &str,
        least: &str,
        members: &[&str],
    ) -> Result<(), PolicyFault> {
        let members: Vec<Member> =
            members.iter().map(|member| names.take(member)).collect::<Result<_, _>>()?;
        let least = match least {
            "any" => Some(1),
            "all" => Some(members.len()),
            number => crate::checkpoint::decimal(number).and_then(|number| usize::try_from(number).ok()),
        }
        .filter(|least| (1..=members.len()).contains(least))
        .ok_or_else(|| PolicyFault::Threshold { found: least.to_owned(), most: members.len() })?;
        names.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { least, members });
        bounded(self.groups.len())
    }

    fn set_quorum(&mut self, names: &Names, name: &str) -> Result<(), PolicyFault> {
        if name != "none" {
            let member = names.known.get(name).ok_or_else(|| PolicyFault::Unknown(name.to_owned()))?;
            self.quorum = Some(*member);
        }
        Ok(())
    }

    fn is_new(&self, key: &[u8; 32]) -> Result<(), PolicyFault> {
        let known = self.logs.iter().any(|log| log.key.public_key() == key)
            || self.witnesses.iter().any(|witness| witness.key.public_key() == key);
        if known { Err(PolicyFault::KeyTwice) } else { Ok(()) }
    }

    /// The logs that it is for.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses that it knows.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the cosignatures of those witnesses for whom `signed` is true suffice.
    #[must_use]
    pub fn is_met(&self, signed: impl Fn(&PolicyWitness) -> bool) -> bool {
        self.quorum.is_none_or(|quorum| self.holds(quorum, &signed))
    }

    /// The witnesses that cosigned a checkpoint, in the policy's order. A wrong line of a witness that the policy
    /// knows rejects the note (C2SP signed-note); lines of others are passed over, and so are those of the log's own key:
    /// nobody is a witness of itself.
    pub fn cosigners_of(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosigned<'_>>, BadCosignature> {
        let mut cosigned = Vec::new();
        let operator = signed.key().public_key();
        for witness in self.witnesses.iter().filter(|witness| witness.key.public_key() != operator) {
            let at = witness.key.time_of(signed.note())?;
            cosigned.extend(at.map(|at| Cosigned { witness, at }));
        }
        Ok(cosigned)
    }

    /// Checks that a checkpoint carries the cosignatures that the policy asks for, and says whose it carries.
    ///
    /// Its log's own signature is verified already. Where the policy names logs, that one has to be among them, by name and
    /// key.
    ///
    /// ```
    /// use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
    /// use tlog::cosignature::Cosigner;
    /// use tlog::hash::TreeHash;
    /// use tlog::note::{KeyName, NoteSigner};
    /// use tlog::policy::Policy;
    /// use tlog::position::TreeSize;
    ///
    /// // A log, and two witnesses of which either suffices.
    /// let origin = Origin::parse("log.example/one")?;
    /// let log = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
    /// let court = Cosigner::from_seed(KeyName::parse("court.example")?, &[1; 32]);
    /// let press = Cosigner::from_seed(KeyName::parse("press.example")?, &[2; 32]);
    /// let policy = Policy::parse(&format!(
    ///     "log {}\nwitness court {}\nwitness press {}\ngroup either any court press\nquorum either\n",
    ///     log.verifier_key(),
    ///     court.key(),
    ///     press.key(),
    /// ))?;
    ///
    /// let checkpoint = Checkpoint::new(origin, TreeSize::new(1), TreeHash::leaf(b"an entry"));
    /// let signed = SignedCheckpoint::sign(&checkpoint, &log)?;
    /// assert!(policy.met_by(&signed).is_err());
    ///
    /// let cosigned = signed.with(vec![press.cosign(signed.note().text(), 1_790_000_000)])?;
    /// let witnesses = policy.met_by(&cosigned)?;
    /// assert_eq!((witnesses[0].witness.name.as_str(), witnesses[0].at), ("press", 1_790_000_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn met_by(&self, signed: &SignedCheckpoint) -> Result<Vec<Cosigned<'_>>, Unmet> {
        if !self.logs.is_empty() && self.logs.iter().all(|log| log.key != *signed.key()) {
            return Err(Unmet::OtherLog { key: signed.key().clone() });
        }
        let cosigned = self.cosigners_of(signed)?;
        if self.is_met(|witness| cosigned.iter().any(|found| found.witness.name == witness.name)) {
            Ok(cosigned)
        } else {
            let cosigned = cosigned.iter().map(|found| found.witness.name.clone()).collect();
            Err(Unmet::TooFew { cosigned })
        }
    }

    // Groups name only what is defined above them, so this ends.
    fn holds(&self, member: Member, signed: &impl Fn(&PolicyWitness) -> bool) -> bool {
        match member {
            Member::Witness(at) => self.witnesses.get(at).is_some_and(signed),
            Member::Group(at) => self.groups.get(at).is_some_and(|group| {
                group.members.iter().filter(|member| self.holds(**member, signed)).count() >= group.least
            }),
        }
    }
}

impl Names {
    fn define(&mut self, name: &str, member: Member) -> Result<(), PolicyFault> {
        if name == "none" || self.known.contains_key(name) {
            return Err(PolicyFault::NameTaken(name.to_owned()));
        }
        self.known.insert(name.to_owned(), member);
        Ok(())
    }

    fn take(&mut self, name: &str) -> Result<Member, PolicyFault> {
        let member = *self.known.get(name).ok_or_else(|| PolicyFault::Unknown(name.to_owned()))?;
        if self.members.contains(&member) {
            return Err(PolicyFault::MemberTwice(name.to_owned()));
        }
        self.members.push(member);
        Ok(member)
    }
}

fn bounded(count: usize) -> Result<(), PolicyFault> {
    if count > MOST { Err(PolicyFault::TooMany(MOST)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, Origin};
    use crate::cosignature::Cosigner;
    use crate::hash::TreeHash;
    use crate::note::{KeyName, NoteSigner};
    use crate::position::TreeSize;

    fn key(name: &str, seed: u8) -> String {
        Cosigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32]).key().to_string()
    }

    fn witnesses() -> String {
        let log = NoteSigner::from_seed(KeyName::parse("log.example").unwrap(), &[9; 32]).verifier_key();
        let witness = |n: u8| format!("witness w{n} {} http://127.0.0.1:{n}\n", key(&format!("w{n}"), n));
        format!("# who watches\nlog {log}\n\n{}", (1..=5).map(witness).collect::<String>())
    }

    fn met(rest: &str, signed: &[&str]) -> bool {
        let policy = Policy::parse(&(witnesses() + rest)).unwrap();
        policy.is_met(|witness| signed.contains(&witness.name.as_str()))
    }

    #[test]
    fn any_all_and_k_of_n() {
        let any = "group g any w1 w2\nquorum g\n";
        assert!(met(any, &["w2"]) && !met(any, &["w3"]) && !met(any, &[]));
        let all = "group g all w1 w2\nquorum g\n";
        assert!(met(all, &["w1", "w2"]) && !met(all, &["w1"]));
        let two = "group g\t2  w1 w2 w3\nquorum g\n";
        assert!(met(two, &["w3", "w1"]) && !met(two, &["w3", "w5"]));
        let nested = "group g 2 w1 w2 w3\ngroup h any w4 w5\ngroup all all g h\nquorum all\n";
        assert!(met(nested, &["w1", "w2", "w5"]) && !met(nested, &["w1", "w2", "w3"]));
        assert!(met("quorum w1", &["w1"]) && met("quorum none", &[]));
        let policy = Policy::parse(&(witnesses() + "quorum none")).unwrap();
        assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 5));
        assert_eq!(policy.witnesses()[0].url.as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn a_checkpoint_meets_a_policy_by_the_cosignatures_that_it_carries() {
        let origin = Origin::parse("log.example").unwrap();
        let log = NoteSigner::from_seed(origin.key_name().clone(), &[9; 32]);
        let checkpoint = Checkpoint::new(origin, TreeSize::new(1), TreeHash::leaf(b"x"));
        let signed = SignedCheckpoint::sign(&checkpoint, &log).unwrap();
        let line = |n: u8, text: &str| {
            Cosigner::from_seed(KeyName::parse(&format!("w{n}")).unwrap(), &[n; 32]).cosign(text, n.into())
        };
        let by = |numbers: &[u8]| {
            let lines = numbers.iter().map(|n| line(*n, signed.note().text())).collect();
            signed.with(lines).unwrap()
        };
        let policy = Policy::parse(&(witnesses() + "group g 2 w1 w2 w3\nquorum g\n")).unwrap();
        let met = |signed: &SignedCheckpoint| {
            let found = policy.met_by(signed)?;
            Ok(found.iter().map(|found| (found.witness.name.clone(), found.at)).collect::<Vec<_>>())
        };
        let named = |n: u8| (format!("w{n}"), u64::from(n));
        assert_eq!(met(&by(&[5, 3, 1])), Ok(vec![named(1), named(3), named(5)]), "in the policy's order");
        let too_few = |names: &[&str]| {
            Err(Unmet::TooFew { cosigned: names.iter().map(|name| (*name).to_owned()).collect() })
        };
        assert_eq!(met(&signed), too_few(&[]));
        assert_eq!(met(&by(&[3, 5])), too_few(&["w3", "w5"]));
        assert_eq!(met(&by(&[1, 7])), too_few(&["w1"]), "a stranger's line counts for nothing");
        // Enough are right, and one is not.
        let wrong = by(&[1, 2]).with(vec![line(4, "another\n")]).unwrap();
        assert!(matches!(met(&wrong), Err(Unmet::Bad(_))));
    }

    #[test]
    fn nobody_is_a_witness_of_itself_and_a_policy_is_for_the_logs_that_it_names() {
        let of = |name: &str, seed: u8| {
            let origin = Origin::parse(name).unwrap();
            let log = NoteSigner::from_seed(origin.key_name().clone(), &[seed; 32]);
            let checkpoint = Checkpoint::new(origin, TreeSize::new(1), TreeHash::leaf(b"x"));
            let signed = SignedCheckpoint::sign(&checkpoint, &log).unwrap();
            // Under another name too, its own key is its own.
            let own = Cosigner::from_seed(KeyName::parse("w1").unwrap(), &[seed; 32]);
            let w2 = Cosigner::from_seed(KeyName::parse("w2").unwrap(), &[2; 32]);
            let lines = [own, w2].map(|by| by.cosign(signed.note().text(), 5));
            signed.with(lines.to_vec()).unwrap()
        };
        let (signed, own) = (of("log.example", 9), key("w1", 9));
        let policy = |quorum: &str| format!("witness own {own}\nwitness w2 {}\n{quorum}\n", key("w2", 2));
        let met = |text: &str, signed: &SignedCheckpoint| {
            let policy = Policy::parse(text).unwrap();
            policy.met_by(signed).map(|found| found.len())
        };
        assert_eq!(met(&policy("quorum w2"), &signed), Ok(1));
        for quorum in ["quorum own", "group g all own w2\nquorum g", "group g 2 own w2\nquorum g"] {
            let unmet = met(&policy(quorum), &signed);
            let cosigned = vec!["w2".to_owned()];
            assert_eq!(unmet, Err(Unmet::TooFew { cosigned }), "{quorum}");
        }
        // Of another log it may be a witness.
        assert_eq!(met(&policy("quorum w2"), &of("other.example", 8)), Ok(1));
        // Where it names logs: by name and key.
        let named = witnesses() + "quorum none\n";
        assert_eq!(met(&named, &signed), Ok(1));
        for other in [of("other.example", 9), of("log.example", 8)] {
            let key = other.key().clone();
            assert_eq!(met(&named, &other), Err(Unmet::OtherLog { key }));
        }
    }

    #[test]
    fn each_refusal_names_its_line() {
        let refused = |rest: &str| Policy::parse(&(witnesses() + rest)).unwrap_err();
        let fault = |rest: &str| {
            let PolicyError { line, fault } = refused(rest);
            assert_eq!(line, 9, "{rest}");
            fault
        };
        assert_eq!(refused("").fault, PolicyFault::Quorum);
        assert_eq!(refused("quorum none\nquorum none").line, 10);
        assert_eq!(fault("quorum w9"), PolicyFault::Unknown("w9".into()));
        assert_eq!(fault("group g any w9"), PolicyFault::Unknown("w9".into()));
        assert_eq!(fault("group w1 any w2"), PolicyFault::NameTaken("w1".into()));
        assert_eq!(fault("group none any w2"), PolicyFault::NameTaken("none".into()));
        assert_eq!(fault("group g any w1 w1"), PolicyFault::MemberTwice("w1".into()));
        for least in ["0", "3", "01", "some", "-1"] {
            let expected = PolicyFault::Threshold { found: least.into(), most: 2 };
            assert_eq!(fault(&format!("group g {least} w1 w2")), expected);
        }
        assert_eq!(fault(&format!("witness again {}", key("again", 1))), PolicyFault::KeyTwice);
        assert!(matches!(fault("witness w8 x+y"), PolicyFault::Key(_)));
        for form in ["group g any", "quorum", "witness w", "logs x", "log a b c", "quorum a b"] {
            assert!(matches!(fault(form), PolicyFault::Form { .. }), "{form}");
        }
    }
}
