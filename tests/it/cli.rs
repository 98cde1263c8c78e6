//! The program through its binary: exit code, stdout and stderr of every command.
//!
//! Every test that wrote a ledger ends with `audit`.

mod auditors;
mod catalogue;
mod codes;
mod demo;
mod disclosures;
mod import;
mod init;
mod offline;
mod pages;
mod retention;
mod rotation;
mod scenario;
mod spoken;
mod states;
mod strangers;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What a command did.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The output of a command that went well.
    fn right(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// Asserts the exit code and that stderr holds `said`.
    fn failed(self, code: i32, said: &str) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(self.err.contains(said), "{:?} is not in: {}", said, self.err);
        self
    }
}

/// A folder of a test's own, in which the program is run.
struct Folder(crate::support::Folder);

impl Folder {
    fn new() -> Self {
        Self(crate::support::Folder::new("cli"))
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Ran {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
        command
            .args(arguments)
            .current_dir(&*self.0)
            .env("LANG", "C")
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES");
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        name.to_owned()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A ledger with a registrar, a steward and the department `dept`, which owns `reg.*` lists and
    /// `market.*` types: one of each is adopted. Served.
    fn ledger(&self) -> Served<'_> {
        self.run(&["init", "--dir", "l", "--origin", ORIGIN, "--operator", "op", "--registrar", "registrar"])
            .right();
        let served = self.serve();
        let key = |id: &str| {
            let out = format!("{id}.key");
            self.run(&["keygen", "--name", id, "--out", &out]).right().trim().to_owned()
        };
        let (steward, dept) = (key("steward"), key("dept"));
        let enrol = |id: &str, role: &str, key: &str, competence: &str| {
            let name = r#"{"zh":"甲","en":"A"}"#;
            let keys =
                format!(r#"{{"name":{name},"roles":[{role}],"keys":["{key}"],"competence":{competence}}}"#);
            event("authority.enrolled", "registrar", &format!("authority:{id}"), &keys)
        };
        let adopt = |what: &str, more: &str| {
            let body = format!(
                r#"{{"title":{{"zh":"乙","en":"B"}},"polarity":"negative","disclosure":"public","subjects":["ext","uscc"],"basis":[{{"title":"C"}}],"confidence":"U"{more}}}"#
            );
            let kind =
                if what.starts_with("list") { "catalogue.list_adopted" } else { "catalogue.type_adopted" };
            event(kind, "steward", &format!("catalogue:{what}"), &body)
        };
        let competence = r#"{"types":["market.*"],"lists":["reg.*"],"subjects":["uscc"]}"#;
        served
            .append("l/keys/registrar.key", &enrol("steward", r#""auditor","steward""#, &steward, "{}"))
            .right();
        served.append("l/keys/registrar.key", &enrol("dept", r#""department""#, &dept, competence)).right();
        served.append("steward.key", &adopt("type.market.penalty", "")).right();
        served.append("steward.key", &adopt("list.reg.list", r#","columns":["who","what"]"#)).right();
        served
    }

    fn serve(&self) -> Served<'_> {
        self.serves(&["serve", "--dir", "l", "--listen", "127.0.0.1:0"])
    }

    /// A command that serves, once it has said where.
    fn serves(&self, arguments: &[&str]) -> Served<'_> {
        self.serves_logging(arguments, "info")
    }

    /// The same, which logs so much into `served.log`.
    fn serves_logging(&self, arguments: &[&str], level: &str) -> Served<'_> {
        let log = File::options().create(true).append(true).open(self.path("served.log")).unwrap();
        let mut command = self.command(arguments);
        let mut child = command.env("RUST_LOG", level).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut urls = said.into_iter().filter(|line| line.starts_with("http"));
        let url = urls.next().unwrap();
        Served { folder: self, child, url }
    }

    fn audit(&self, dir: &str) {
        let said = self.run(&["audit", "--dir", dir, "--json"]).right();
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["right"], true);
    }
}

/// As what one reads to be given what opens the entries: the steward is an auditor too.
const OPENED: [&str; 4] = ["--auditor-key", "steward.key", "--case", "2026-1"];
const ORIGIN: &str = "credit.example/cli";

/// An event's text without an id.
fn event(kind: &str, issuer: &str, subject: &str, body: &str) -> String {
    format!(
        r#"{{"origin":"{ORIGIN}","kind":"{kind}","issuer":"{issuer}","subject":"{subject}","valid_from":"2017-01-01T00:00:00+08:00","body":{body}}}"#
    )
}

/// A server of a test's folder.
struct Served<'a> {
    folder: &'a Folder,
    child: Child,
    url: String,
}

impl Served<'_> {
    /// Signs an event and appends it.
    fn append(&self, key: &str, event: &str) -> Ran {
        let envelope = self.folder.run_with(&["sign", "--key", key, "--new"], event).right();
        self.folder.run_with(&["append", "--url", &self.url], &envelope)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut all = arguments.to_vec();
        all.extend(["--url", &self.url]);
        self.folder.run(&all)
    }

    /// Stops the server as an operator would, and audits.
    fn stop(self) {
        let folder = self.folder;
        self.end();
        folder.audit("l");
    }

    /// Stops it as an operator would.
    fn end(mut self) {
        let killed = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a file below its header.
fn rows_of(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// Every file below a folder, with its bytes.
fn files_under(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()) {
        if path.is_dir() {
            files.extend(files_under(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.push((path, bytes));
        }
    }
    files
}

/// Whether bytes hold a text.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn from_a_new_ledger_to_a_verified_receipt() {
    let folder = Folder::new();
    let served = folder.ledger();
    let subject = "uscc:914403001922038216";
    let record = event(
        "record.filed",
        "dept",
        subject,
        r#"{"type":"market.penalty","severity":"general","review":"none","notice":{"served_on":"2017-01-01","statement":"answered"},"decision":{"number":"7","date":"2017-01-01","issued_by":"甲","article":"乙法第一条","served_on":"2017-01-01","document":"0000000000000000000000000000000000000000000000000000000000000000"}}"#,
    );
    // Checked first, by the server and from the folder: what is admissible and what is not.
    let envelope = folder.run_with(&["sign", "--key", "dept.key", "--new"], &record).right();
    let unheard =
        record.replace(r#""statement":"answered""#, r#""statement":"none""#).replace("general", "grave");
    assert!(served.run(&["check"]).failed(2, "holds no envelope").out.is_empty());
    let asked = folder.run_with(&["check", "--url", &served.url], &envelope).right();
    assert_eq!(asked, "{\"line\":1,\"status\":\"admissible\"}\n");
    assert_eq!(folder.run_with(&["check", "--dir", "l"], &envelope).right(), asked);
    folder.run_with(&["sign", "--key", "dept.key", "--new"], &unheard).failed(2, "severity");
    let secret = record.replace(r#""review":"none","#, "");
    let secret = folder.run_with(&["sign", "--key", "dept.key", "--new"], &secret).right();
    for source in [["--url", &served.url], ["--dir", "l"]] {
        let refused = folder.run_with(&["check", source[0], source[1]], &secret);
        let refused = refused.failed(1, "1 of 1 events would be refused");
        assert!(
            refused.out.contains(r#""rule":"A11""#)
                && refused.out.contains("Administrative Reconsideration Law"),
            "{}",
            refused.out
        );
    }
    let receipt = served.append("dept.key", &record).right();
    folder.write("receipt.json", &receipt);
    let vkey = folder.run(&["vkey", "--dir", "l"]).right();
    assert_eq!(served.run(&["vkey"]).right(), vkey);
    folder.write("l.vkey", &vkey);

    let verified = folder.run(&["verify", "receipt.json", "--vkey", "l.vkey", "--json"]).right();
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    assert_eq!(verified["subject"], subject);
    let line: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!((&line["status"], &line["entry_hash"]), (&"placed".into(), &verified["entry_hash"]));

    // The proof alone, with the entry beside it; then with another entry's bytes.
    folder.write("proof.txt", line["receipt"].as_str().unwrap());
    let entry = tlog::bytes::from_base64(line["entry"].as_str().unwrap()).unwrap();
    std::fs::write(folder.path("entry.bin"), &entry).unwrap();
    let opened = |opening: &str| {
        folder.run(&[
            "verify",
            "proof.txt",
            "--entry",
            "entry.bin",
            "--opening",
            opening,
            "--vkey",
            vkey.trim(),
        ])
    };
    // The entry is sealed: 82 bytes, and what opens them by itself, in `append`'s line, or as the server gives it to all.
    assert_eq!((entry.len(), entry[0]), (82, 2));
    folder
        .run(&["verify", "proof.txt", "--entry", "entry.bin", "--vkey", vkey.trim()])
        .failed(1, "entry 5 is sealed, and no opening is given");
    folder.write("opening.json", &line["opening"].to_string());
    folder.write("public.json", &served.run(&["show", "entry", "5", "--json"]).right());
    for opening in ["opening.json", "receipt.json", "public.json"] {
        assert!(opened(opening).right().contains(subject), "{opening}");
    }
    folder.run(&["verify", "--entry", "entry.bin", "--opening", "opening.json"]).right();
    // Of another content it opens nothing.
    let mut other = line["opening"].clone();
    other["content"] = line["opening"]["content"].as_str().unwrap().replacen('A', "B", 1).into();
    assert_ne!(other, line["opening"]);
    folder.write("other.json", &other.to_string());
    opened("other.json").failed(1, "entry 5: ");
    folder.run(&["verify", "proof.txt", "--vkey", "l.vkey"]).failed(2, "--entry");
    folder.write("other.json", "{}");
    folder
        .run(&["verify", "receipt.json", "--event", "other.json", "--vkey", "l.vkey"])
        .failed(1, "another event");
    let mut bent = entry;
    *bent.last_mut().unwrap() ^= 1;
    std::fs::write(folder.path("entry.bin"), &bent).unwrap();
    let bent =
        ["verify", "proof.txt", "--entry", "entry.bin", "--opening", "opening.json", "--vkey", "l.vkey"];
    let refused = folder.run(&[&bent[..], &["--json"]].concat()).failed(1, "receipt: ");
    assert!(refused.out.starts_with(r#"{"fault":"#), "{}", refused.out);

    let from_server = served.run(&["show", "subject", subject, "--valid-at", "2017-02-01", "--json"]).right();
    let from_folder = folder
        .run(&[
            "show",
            "subject",
            subject,
            "--dir",
            "l",
            "--sight",
            "public",
            "--valid-at",
            "2017-02-01",
            "--json",
        ])
        .right();
    assert_eq!(but_when_asked(&from_server), but_when_asked(&from_folder));
    let words = served.run(&["show", "subject", subject, "--lang", "zh"]).right();
    assert!(words.contains("有有效记录") && words.contains("#5 乙（market.penalty）"), "{words}");
    let before = served.run(&["show", "subject", subject, "--known-at", "5"]).right();
    assert!(!before.contains("no record here") && before.contains("more may exist"), "{before}");
    for what in [&["authorities"][..], &["catalogue"], &["entry", "5"], &["events", subject], &["checkpoint"]]
    {
        let mut arguments = vec!["show"];
        arguments.extend(what);
        let from_server = served.run(&arguments).right();
        arguments.extend(["--dir", "l"]);
        assert_eq!(folder.run(&arguments).right(), from_server, "{what:?}");
        assert!(!from_server.trim().is_empty());
    }
    served.stop();
    folder.run(&["rebuild", "--dir", "l"]).right();
    folder.audit("l");
}

/// A JSON answer without the moment of asking, which is another each time.
pub fn but_when_asked(answer: &str) -> serde_json::Value {
    let mut answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    assert!(answer.as_object_mut().unwrap().remove("asked_at").is_some(), "{answer}");
    answer
}

#[test]
fn refusals_say_why_and_exit_codes_say_what_kind() {
    let folder = Folder::new();
    let served = folder.ledger();
    // A rule refuses: 1, with the problem on stdout.
    let stranger = event("subject.registered", "dept", "ext:r:1", r#"{"name":"n"}"#);
    let refused = served.append("dept.key", &stranger).failed(1, "1 of 1 events are not in the ledger");
    assert!(
        refused.out.contains(r#""status":"refused""#) && refused.out.contains("urn:credit-ledger:problem:")
    );
    served.run(&["show", "list", "no.such"]).failed(1, "no.such");
    served.run(&["show", "entry", "99", "--json"]).failed(1, "/v1/entries/99");
    folder.run(&["show", "entry", "99", "--dir", "l"]).failed(1, "99");
    // Arguments or their files: 2.
    folder.run(&["show", "authorities"]).failed(2, "--dir or --url");
    folder.run(&["append", "--url", "gopher://x"]).failed(2, "http://HOST");
    folder.run_with(&["append", "--url", &served.url], "").failed(2, "holds no envelope");
    folder.run_with(&["sign", "--key", "dept.key"], "{}").failed(2, "origin");
    folder.run(&["keygen", "--name", "dept", "--out", "dept.key"]).failed(2, "dept.key");
    folder
        .run(&["init", "--dir", "l", "--origin", "a", "--operator", "o", "--registrar", "r"])
        .failed(2, "exists");
    // Nobody there, or nothing: 3.
    folder.run(&["show", "authorities", "--url", "http://127.0.0.1:1"]).failed(3, "127.0.0.1:1");
    folder.run(&["show", "authorities", "--dir", "nothing"]).failed(3, "nothing");
    folder.run(&["serve", "--dir", "l"]).failed(3, "lock");
    folder.run(&["audit", "--dir", "nothing"]).failed(3, "nothing");
    served.stop();
    // A flipped bit: 1, with its place.
    let segment = std::fs::read_dir(folder.path("l/log"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let found = folder.run(&["audit", "--dir", "l", "--json"]).failed(1, "error: ");
    assert!(found.out.starts_with(r#"{"right":false,"fault":"#), "{}", found.out);
}

#[test]
fn help_and_completions() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).right();
    assert!(help.contains("Exit codes:") && help.contains("First steps:"), "{help}");
    assert!(folder.run(&["completions", "bash"]).right().contains("credit-ledger"));
    folder.run(&["import"]).failed(2, "Usage");
}
