//! Which cosignatures a checkpoint needs (C2SP tlog-policy): any of some witnesses, all, or k of n, nested.

use crate::cosignature::CosignerKey;
use crate::note::{KeyError, VerifierKey};
use std::collections::HashMap;

/// The most of each; the specification asks for 32 at least. A note of 64 lines holds the log's and one of
/// each witness.
const MOST: usize = crate::note::SignedNote::MAX_SIGNATURES - 1;

/// A policy, read and consistent.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses that it knows.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the cosignatures of those witnesses for whom `signed` is true suffice.
    pub fn is_met(&self, signed: impl Fn(&PolicyWitness) -> bool) -> bool {
        self.quorum.is_none_or(|quorum| self.holds(quorum, &signed))
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
    use crate::cosignature::Cosigner;
    use crate::note::{KeyName, NoteSigner};

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
