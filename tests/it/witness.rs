//! Witnesses as an auditor's office runs them, and a ledger that collects their cosignatures: through HTTP and
//! the program alone.

use crate::people;
use crate::support::Folder;
use credit_ledger::ledger::Settings;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tlog::bytes::to_base64;
use tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use tlog::cosignature::CosignerKey;
use tlog::hash::TreeHash;
use tlog::merkle::root_of;
use tlog::note::{KeyName, NoteSigner, VerifierKey};
use tlog::position::TreeSize;
use tlog::witness::folder_of;

fn folder(name: &str) -> Folder {
    Folder::new(name)
}

/// A process of the program that prints its address.
pub struct Process {
    child: Child,
    pub url: String,
    /// What it printed after the address.
    pub said: String,
}

impl Process {
    pub fn start(arguments: &[&str], lines: usize) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || out.next().unwrap_or_else(|| panic!("{arguments:?} ended")).unwrap();
        let url = line();
        let said = (1..lines).map(|_| line()).collect();
        Self { child, url, said }
    }

    pub fn witness(dir: &Path, name: &str, log: &str, listen: &str) -> Self {
        let dir = dir.to_str().unwrap();
        Self::start(&["witness", "--dir", dir, "--name", name, "--log", log, "--listen", listen], 2)
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub fn request(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let length = body.len();
        write!(
            stream,
            "{head} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        self.request(&format!("GET {path}"), "")
    }

    /// AsOf again until it answers so, or half a minute is over.
    pub fn until(&self, path: &str, right: impl Fn(u16, &str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let (status, body) = self.get(path);
            if right(status, &body) {
                return body;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{path}: {status} {body}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asked to end, and ended.
    pub fn stop(mut self) {
        let asked = Command::new("kill").arg(self.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap();
    }

    /// Ended without being asked.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn leaves(count: usize, seed: &[u8]) -> Vec<TreeHash> {
    (0..count).map(|n| TreeHash::leaf(&[seed, &n.to_be_bytes()].concat())).collect()
}

fn log() -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse("log.example/l").unwrap(), &[7; 32])
}

/// A signed checkpoint over leaves.
fn note(leaves: &[TreeHash]) -> String {
    let origin = tlog::checkpoint::Origin::parse("log.example/l").unwrap();
    let size = TreeSize::new(u64::try_from(leaves.len()).unwrap());
    SignedCheckpoint::sign(&Checkpoint::new(origin, size, root_of(leaves)), &log()).unwrap().to_string()
}

/// A request from `old` to all of the leaves, proven by a second way: the whole right part hashed.
fn request(old: usize, leaves: &[TreeHash]) -> String {
    let proof = match old {
        0 => Vec::new(),
        old if old == leaves.len() => Vec::new(),
        // A power of two is a complete subtree: the rest proves itself, piece by piece.
        old => {
            assert!(old.is_power_of_two() && leaves.len() <= old * 2);
            vec![root_of(&leaves[old..])]
        }
    };
    let lines: String = proof.iter().map(|hash| to_base64(hash.as_bytes()) + "\n").collect();
    format!("old {old}\n{lines}\n{}", note(leaves))
}

#[test]
fn a_witness_answers_with_every_status_and_forgets_nothing_when_killed() {
    let dir = folder("statuses");
    let vkey = log().verifier_key().to_string();
    let witness = Process::witness(&dir, "office.example/w", &vkey, "127.0.0.1:0");
    let key = CosignerKey::parse(&witness.said).unwrap();
    let add = |witness: &Process, body: &str| witness.request("POST /add-checkpoint", body);
    let path = format!("/{}/checkpoint", folder_of("log.example/l"));
    assert_eq!(witness.get(&path).0, 404);
    let all = leaves(8, b"a");
    let (status, lines) = add(&witness, &request(0, &all[..4]));
    assert_eq!(status, 200, "{lines}");
    let signed = SignedCheckpoint::verify(note(&all[..4]).as_bytes(), &log().verifier_key()).unwrap();
    let lines = tlog::note::NoteSignature::parse_lines(lines.as_bytes()).unwrap();
    assert!(key.time_of(signed.with(lines).unwrap().note()).unwrap().is_some());
    assert_eq!(add(&witness, &request(0, &all)), (409, "4\n".to_owned()));
    // Killed, not stopped: what it answered is what it remembers.
    witness.kill();
    let witness = Process::witness(&dir, "office.example/w", &vkey, "127.0.0.1:0");
    assert_eq!(CosignerKey::parse(&witness.said).unwrap(), key);
    assert!(witness.get(&path).1.contains("\n4\n"));
    let fork = leaves(8, b"b");
    assert_eq!(add(&witness, &request(4, &fork)).0, 422);
    assert_eq!(std::fs::read_dir(dir.join("evidence")).unwrap().count(), 1, "the contradiction is kept");
    assert_eq!(add(&witness, &request(4, &fork[..4])).0, 422, "another tree of the same size");
    assert_eq!(add(&witness, &request(4, &all)).0, 200);
    assert_eq!(add(&witness, &request(8, &all)).0, 200, "the same again");
    assert_eq!(add(&witness, &request(8, &all).replace("\n8\n", "\n9\n")).0, 403);
    assert_eq!(add(&witness, &request(8, &all).replace("log.example", "other.example")).0, 404);
    assert_eq!(add(&witness, &request(8, &all).replace("old 8", "old 9")).0, 400);
    assert_eq!(add(&witness, "old x\n\n").0, 400);
    assert_eq!(add(&witness, &"x".repeat(300_000)).0, 413);
    // Two processes on one memory could cosign two histories.
    let second = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["witness", "--dir", dir.to_str().unwrap(), "--name", "office.example/w", "--log", &vkey])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3), "{}", String::from_utf8_lossy(&second.stderr));
    drop(witness);
    // A memory that was tampered with is none.
    let stored = dir.join(folder_of("log.example/l")).join("checkpoint");
    let text = std::fs::read_to_string(&stored).unwrap();
    std::fs::write(&stored, text.replace("\n8\n", "\n4\n")).unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args(["witness", "--dir", dir.to_str().unwrap(), "--name", "office.example/w", "--log", &vkey])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("must not go on"));
}

#[test]
fn of_two_histories_shown_at_once_one_is_cosigned() {
    let dir = folder("race");
    let vkey = log().verifier_key().to_string();
    let witness = Process::witness(&dir, "office.example/w", &vkey, "127.0.0.1:0");
    let (one, other) = (leaves(4, b"a"), leaves(4, b"fork"));
    let statuses = std::thread::scope(|scope| {
        let ask = |leaves| {
            let witness = &witness;
            scope.spawn(move || witness.request("POST /add-checkpoint", &request(0, leaves)).0)
        };
        let asked = [&one[..], &other[..], &one[..], &other[..], &one[..], &other[..]].map(ask);
        asked.into_iter().map(|asked| asked.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    drop(witness);
}

/// A ledger's folder with a policy, set up, and its verifier key.
fn ledger(dir: &Path, policy: &str) -> String {
    ledger_by(dir, policy, |_| {})
}

pub fn ledger_by(dir: &Path, policy: &str, change: impl FnOnce(&mut Settings)) -> String {
    let mut founding = people::founding();
    change(&mut founding.settings);
    founding.settings.policy = Some("witnesses.policy".into());
    credit_ledger::ledger::create(dir, &founding).unwrap();
    std::fs::write(dir.join("witnesses.policy"), policy).unwrap();
    NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator())
        .verifier_key()
        .to_string()
}

pub fn serve(dir: &Path) -> Process {
    Process::start(&["serve", "--dir", dir.to_str().unwrap(), "--listen", "127.0.0.1:0"], 1)
}

pub fn append(ledger: &Process, envelope: &str) {
    let mut stream = TcpStream::connect(ledger.address()).unwrap();
    let length = envelope.len();
    write!(stream, "POST /v1/events HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{envelope}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[test]
fn what_is_published_as_witnessed_meets_the_policy_and_a_witness_that_is_down_holds_up_nothing() {
    let root = folder("policy");
    let origin_key = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = origin_key.verifier_key().to_string();
    let start = |name: &str, listen: &str| {
        Process::witness(&root.join(name), &format!("office.example/{name}"), &vkey, listen)
    };
    let (one, two, three) =
        (start("w1", "127.0.0.1:0"), start("w2", "127.0.0.1:0"), start("w3", "127.0.0.1:0"));
    let line = |name: &str, witness: &Process| format!("witness {name} {} {}\n", witness.said, witness.url);
    let policy = format!(
        "log {vkey}\n{}{}{}group two 2 w1 w2 w3\nquorum two\n",
        line("w1", &one),
        line("w2", &two),
        line("w3", &three)
    );
    let (address, keys) = (three.address().to_owned(), [one.said.clone(), two.said.clone()]);
    three.kill();
    let dir = root.join("ledger");
    assert_eq!(ledger(&dir, &policy), vkey);
    let served = serve(&dir);
    let right =
        |size: u64| move |status: u16, body: &str| status == 200 && body.contains(&format!("\n{size}\n"));
    let witnessed = served.until("/checkpoint/witnessed", right(1));
    let signed = SignedCheckpoint::verify(witnessed.as_bytes(), &origin_key.verifier_key()).unwrap();
    for key in keys {
        assert!(CosignerKey::parse(&key).unwrap().time_of(signed.note()).unwrap().is_some());
    }
    for envelope in people::setup() {
        append(&served, &envelope);
    }
    served.until("/checkpoint/witnessed", right(5));
    let (_, ready) = served.get("/readyz");
    assert!(ready.starts_with("ready\n") && ready.contains("witness w3: 0 entries, failing"), "{ready}");
    // One of two that are needed goes down too: nothing new is witnessed, and nobody waits.
    two.kill();
    append(&served, &people::penalty(1, "ext:test:a"));
    served.until("/metrics", |_, body| body.contains("credit_ledger_witness_up{witness=\"w2\"} 0"));
    served.until("/checkpoint", |_, body| body.contains("office.example/w1"));
    assert!(right(5)(200, &served.get("/checkpoint/witnessed").1));
    // The third comes back, from nothing: two of three have cosigned again.
    let three = start("w3", &address);
    served.until("/checkpoint/witnessed", right(6));
    let (_, metrics) = served.get("/metrics");
    for metric in ["credit_ledger_witnessed_size 6", "credit_ledger_witness_size{witness=\"w3\"} 6"] {
        assert!(metrics.contains(metric), "{metrics}");
    }
    // Whoever is given the checkpoint holds it against a policy of their own.
    let own =
        |quorum: &str| format!("log {vkey}\n{}{}quorum {quorum}\n", line("w1", &one), line("w3", &three));
    std::fs::write(root.join("noted"), served.get("/checkpoint/witnessed").1).unwrap();
    for (policy, code) in
        [(own("w1"), 0), (own("none"), 0), (policy.replace("group two 2", "group two all"), 1)]
    {
        std::fs::write(root.join("own.policy"), policy).unwrap();
        let verified = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args(["verify", "noted", "--vkey", &vkey, "--policy", "own.policy"])
            .current_dir(&root)
            .output()
            .unwrap();
        assert_eq!(verified.status.code(), Some(code), "{}", String::from_utf8_lossy(&verified.stderr));
    }
    served.kill();
    // What was witnessed is shown again at once, before anybody was asked.
    drop((one, three));
    let served = serve(&dir);
    assert!(right(6)(200, &served.get("/checkpoint/witnessed").1));
    drop(served);
    let report = credit_ledger::audit::audit(&dir, None, &credit_ledger::progress::Unwatched).unwrap();
    assert_eq!(report.size, TreeSize::new(6));
}

#[test]
fn a_quiet_ledger_is_cosigned_anew_at_intervals() {
    let root = folder("quiet");
    let operator = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = operator.verifier_key().to_string();
    let witness = Process::witness(&root.join("w"), "office.example/w", &vkey, "127.0.0.1:0");
    let policy = format!("log {vkey}\nwitness w {} {}\nquorum w\n", witness.said, witness.url);
    let dir = root.join("ledger");
    ledger_by(&dir, &policy, |settings| settings.cosign_seconds = 1);
    let served = serve(&dir);
    let key = CosignerKey::parse(&witness.said).unwrap();
    let cosigned_at = |body: &str| {
        let signed = SignedCheckpoint::verify(body.as_bytes(), &operator.verifier_key()).unwrap();
        key.time_of(signed.note()).unwrap().unwrap()
    };
    let first = cosigned_at(&served.until("/checkpoint/witnessed", |status, _| status == 200));
    // Nothing grew, and every cosignature is of a later second than the one before; the note has one of each witness.
    for path in ["/checkpoint/witnessed", "/checkpoint"] {
        let later = served.until(path, |_, body| cosigned_at(body) > first);
        assert_eq!((later.lines().nth(1), later.matches("\u{2014}").count()), (Some("1"), 2), "{later}");
    }
    drop(served);
}

#[test]
fn a_witness_that_never_cosigned_has_no_made_up_number_and_its_name_is_escaped() {
    let root = folder("never");
    let vkey = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = vkey.verifier_key().to_string();
    let witness = Process::witness(&root.join("w"), "office.example/w", &vkey, "127.0.0.1:0");
    let (said, url) = (witness.said.clone(), witness.url.clone());
    witness.kill();
    let dir = root.join("ledger");
    // A policy's names are any words, quotes and backslashes too.
    ledger(&dir, &format!("log {vkey}\nwitness audit\"office\\1 {said} {url}\nquorum none\n"));
    let served = serve(&dir);
    let label = r#"{witness="audit\"office\\1"}"#;
    let down = format!("credit_ledger_witness_up{label}");
    let text = served.until("/metrics", |_, body| body.contains(&down));
    let samples = crate::metrics::samples(&text);
    assert_eq!(samples[&down], 0.0);
    assert!(samples[&format!("credit_ledger_witness_failures_total{label}")] >= 1.0, "{samples:?}");
    assert_eq!(samples[&format!("credit_ledger_witness_alarm{label}")], 0.0);
    for absent in ["witness_size", "witness_age", "witnessed_size", "witnessed_age"] {
        let found = samples.keys().find(|name| name.starts_with(&format!("credit_ledger_{absent}")));
        assert_eq!(found, None);
    }
    drop(served);
}

#[test]
fn two_histories_shown_to_one_witness_raise_an_alarm_with_the_evidence_kept() {
    let root = folder("alarm");
    let vkey = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = vkey.verifier_key().to_string();
    let witness = Process::witness(&root.join("w"), "office.example/w", &vkey, "127.0.0.1:0");
    let policy = format!("log {vkey}\nwitness w {} {}\nquorum w\n", witness.said, witness.url);
    // The same operator, the same name, two ledgers.
    let (first, second) = (root.join("first"), root.join("second"));
    ledger(&first, &policy);
    ledger(&second, &policy);
    let one = serve(&first);
    for envelope in people::setup() {
        append(&one, &envelope);
    }
    one.until("/checkpoint/witnessed", |status, body| status == 200 && body.contains("\n5\n"));
    // While nobody tells the other at its start.
    let address = witness.address().to_owned();
    witness.kill();
    let two = serve(&second);
    let witness = Process::witness(&root.join("w"), "office.example/w", &vkey, &address);
    let ready = two.until("/readyz", |status, _| status == 503);
    assert!(ready.contains("known-elsewhere") && ready.contains("the witness w knows of 5"), "{ready}");
    // It stops first, and keeps what it was shown then.
    two.until("/metrics", |_, body| body.contains("credit_ledger_witness_alarm{witness=\"w\"} 1"));
    assert_eq!(two.get("/checkpoint/witnessed").0, 404);
    let kept: Vec<_> =
        std::fs::read_dir(second.join("evidence")).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    for name in ["checkpoint", "answer", "fault.txt"] {
        assert!(kept[0].join(name).exists(), "{name}");
    }
    drop((one, two, witness));
}

/// The program's exit code and both its outputs, once it has ended.
fn run(root: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_credit-ledger")).args(arguments).current_dir(root).output().unwrap();
    let text = [ran.stdout, ran.stderr].concat();
    (ran.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn two_histories_shown_to_two_witnesses_are_found_by_whoever_asks_both() {
    let root = folder("both");
    let vkey = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let vkey = vkey.verifier_key().to_string();
    let line = |name: &str, witness: &Process| format!("witness {name} {} {}\n", witness.said, witness.url);
    let start = |name: &str| {
        let witness =
            Process::witness(&root.join(name), &format!("office.example/{name}"), &vkey, "127.0.0.1:0");
        let policy = format!("log {vkey}\n{}quorum {name}\n", line(name, &witness));
        (witness, policy)
    };
    let ((left, left_policy), (right, right_policy)) = (start("left"), start("right"));
    std::fs::write(
        root.join("both.policy"),
        [line("left", &left), line("right", &right)].concat() + "quorum none\n",
    )
    .unwrap();
    ledger(&root.join("first"), &left_policy);
    let first = serve(&root.join("first"));
    people::setup().iter().for_each(|envelope| append(&first, envelope));
    let covers =
        |size: u64| move |status: u16, body: &str| status == 200 && body.contains(&format!("\n{size}\n"));
    first.until("/checkpoint/witnessed", covers(5));
    let ask = |command: &str, copy: &str, more: &[&str]| {
        let arguments =
            [command, &first.url, "--dir", copy, "--vkey", &vkey, "--policy", "both.policy", "--once"];
        run(&root, &[&arguments, more].concat())
    };
    // One witness has seen nothing: that is told, and nothing is wrong.
    let (code, said) = ask("follow", "early", &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("witness right: it has cosigned nothing of this log"), "{said}");
    let (code, said) = ask("monitor", "early", &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains(r#"{"witness":"right","missing":"it has cosigned nothing of this log"}"#),
        "{said}"
    );
    // The operator shows the other witness another history of the same ledger.
    ledger(&root.join("second"), &right_policy);
    let second = serve(&root.join("second"));
    people::setup()[..3].iter().for_each(|envelope| append(&second, envelope));
    second.until("/checkpoint/witnessed", covers(4));
    for command in ["follow", "monitor"] {
        let (code, said) = ask(command, command, &[]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("the witness right was shown the root"), "{said}");
        let mut kept = std::fs::read_dir(root.join(command).join("evidence")).unwrap();
        let kept = kept.next().unwrap().unwrap().path();
        let noted = std::fs::read(kept.join("older.checkpoint")).unwrap();
        let shown = SignedCheckpoint::verify(&noted, &VerifierKey::parse(&vkey).unwrap()).unwrap();
        let right = CosignerKey::parse(&right.said).unwrap();
        assert!(right.time_of(shown.note()).unwrap().is_some(), "the witness vouches for the evidence");
        assert!(kept.join("newer.checkpoint").exists());
    }
    // The other history grows beyond what is shown here: less is shown than was signed.
    for n in 0..3 {
        append(&second, &people::penalty(n, "ext:test:a"));
    }
    second.until("/checkpoint/witnessed", covers(7));
    let (code, said) = ask("follow", "later", &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the checkpoint covers 5 entries, after one over 7 was signed"), "{said}");
    drop((first, second, left, right));
}

#[test]
fn a_policy_that_is_not_the_ledgers_or_none_is_refused_at_the_start() {
    let root = folder("refused");
    let stranger = log().verifier_key();
    for (n, (policy, said)) in [
        ("quorum none\nquorum none\n".to_owned(), "line 2"),
        (format!("log {stranger}\nquorum none\n"), "no log line has this ledger's key"),
    ]
    .into_iter()
    .enumerate()
    {
        let dir = root.join(n.to_string());
        ledger(&dir, &policy);
        let refused = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
            .args(["serve", "--dir", dir.to_str().unwrap(), "--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(said), "{said}");
    }
}
