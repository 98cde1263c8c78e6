//! Each route has its gate, nobody else says who reads, and our own command line signs what it asks.

use crate::gate::{FIRM, Kept, Read, furnish, serve, shown, signed_by};
use crate::house::{code, sources};
use crate::http_server::{Answer, Server};
use crate::people::{self, department};
use crate::support::Folder;
use credit_ledger::clock;
use ledger_spec::request::{Case, Purpose};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use tlog::note::{KeyName, NoteSigner};

/// What stands before a route.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Gate {
    /// Nothing is asked there that not everybody may know, and no signature is read.
    Open,
    /// The readers' gate.
    Readers,
    /// What is sent is signed by itself.
    Envelope,
    /// A one-time code.
    Code,
    /// The session itself, which ends.
    Session,
}

/// Every route of the document, with its gate.
const GATES: &[(&str, Gate)] = &[
    ("delete /v1/sessions", Gate::Session),
    ("get /access/checkpoint", Gate::Open),
    ("get /access/openings/{bundle}", Gate::Readers),
    ("get /access/tile/{tile}", Gate::Open),
    ("get /checkpoint", Gate::Open),
    ("get /checkpoint/witnessed", Gate::Open),
    ("get /docs", Gate::Open),
    ("get /healthz", Gate::Open),
    ("get /metrics", Gate::Open),
    ("get /openapi.json", Gate::Open),
    ("get /openings/{bundle}", Gate::Readers),
    ("get /portal", Gate::Open),
    ("get /portal/portal.css", Gate::Open),
    ("get /portal/portal.js", Gate::Open),
    ("get /portal/words.json", Gate::Open),
    ("get /readyz", Gate::Open),
    ("get /tile/{tile}", Gate::Open),
    ("get /v1/authorities", Gate::Open),
    ("get /v1/catalogue", Gate::Readers),
    ("get /v1/consistency", Gate::Open),
    ("get /v1/directory", Gate::Readers),
    ("get /v1/entries/{index}", Gate::Readers),
    ("get /v1/entries/{index}/raw", Gate::Open),
    ("get /v1/feed", Gate::Open),
    ("get /v1/indicators/{id}", Gate::Readers),
    ("get /v1/lists/{code}", Gate::Readers),
    ("get /v1/lists/{code}/departures", Gate::Readers),
    ("get /v1/oversight", Gate::Readers),
    ("get /v1/receipts/{index}", Gate::Open),
    ("get /v1/subjects/{id}", Gate::Readers),
    ("get /v1/subjects/{id}/civil-servant", Gate::Readers),
    ("get /v1/subjects/{id}/commitments", Gate::Readers),
    ("get /v1/subjects/{id}/eligibility", Gate::Readers),
    ("get /v1/subjects/{id}/events", Gate::Readers),
    ("get /v1/subjects/{id}/measures", Gate::Readers),
    ("get /v1/subjects/{id}/objections", Gate::Readers),
    ("get /v1/subjects/{id}/occupation", Gate::Readers),
    ("get /v1/subjects/{id}/points", Gate::Readers),
    ("get /v1/subjects/{id}/ratings", Gate::Readers),
    ("get /v1/subjects/{id}/records", Gate::Readers),
    ("get /v1/subjects/{id}/repairs", Gate::Readers),
    ("get /v1/subjects/{id}/rural", Gate::Readers),
    ("get /v1/subjects/{id}/standing", Gate::Readers),
    ("get /v1/subjects/{id}/uses", Gate::Readers),
    ("post /v1/accesses", Gate::Readers),
    ("post /v1/codes", Gate::Readers),
    ("post /v1/events", Gate::Envelope),
    ("post /v1/identities", Gate::Readers),
    ("post /v1/questions/{view}", Gate::Readers),
    ("post /v1/sessions", Gate::Code),
];

#[test]
fn every_route_has_its_gate() {
    let document = credit_ledger::http::document();
    let routes: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    let listed: BTreeSet<String> = GATES.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(routes, listed, "a route without a gate, or a gate without its route");
    let server = serve("gate-routes", None);
    let own = department();
    for (route, gate) in GATES {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path
            .replace("/v1/subjects/{id}", &format!("/v1/subjects/{FIRM}"))
            .replace("{id}", "place:430381")
            .replace("{code}", people::LIST)
            .replace("{index}", "9")
            .replace("{bundle}", "000")
            .replace("{view}", "standing");
        let body = (method == "post").then_some("{}");
        let wrong = Read::by(&own, Purpose::Audit).fields(&method.to_uppercase(), "/elsewhere", body);
        let answer = match body {
            Some(body) => server.post_to(&path, &format!("content-type: application/json\r\n{wrong}"), body),
            None if path.contains('{') || path == "/v1/feed" => continue,
            None => server.get_with(&path, &wrong),
        };
        let reads_signatures = answer.status == 401 && answer.problem() == "request-signature";
        assert_eq!(reads_signatures, *gate == Gate::Readers, "{route}: {}", answer.status);
    }
    server.finish();
}

#[test]
fn only_the_gate_says_by_which_sight_somebody_reads() {
    let mut others = Vec::new();
    for (path, text) in sources("src/http").into_iter().filter(|(path, _)| path != "src/http/gate.rs") {
        for named in ["Sight", "Viewer::", ".viewer(", "Readers::", "Granted", "journal.record"] {
            if code(&text).contains(named) {
                others.push(format!("{path} names {named}"));
            }
        }
    }
    assert!(others.is_empty(), "{others:?}");
}

/// The program's answer, in a folder that holds the department's key.
fn run(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credit-ledger"));
    let ran =
        command.args(arguments).current_dir(folder.as_ref() as &std::path::Path).env("LANG", "C").output();
    let ran = ran.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn the_command_line_signs_what_it_asks_of_this_machines_own_server() {
    let journal = Arc::new(Kept::default());
    // No host is named: this machine's are, with the port.
    let server = Server::start_journalled("gate-cli", clock::now, journal.clone(), |_| {});
    furnish(&server);
    let folder = Folder::new("gate-cli");
    let key = NoteSigner::from_seed(KeyName::parse("department").unwrap(), &[4; 32]);
    std::fs::write(folder.join("department.key"), key.secret_text().as_bytes()).unwrap();
    let url = format!("http://{}", server.address);
    let asked = ["show", "view", "records", FIRM, "--url", &url, "--json"];
    let signed = |more: &[&str]| run(&folder, &[&asked[..], &["--key", "department.key"], more].concat());
    let records = |out: &str| {
        let body = out.as_bytes().to_vec();
        shown(&Answer { status: 200, head: String::new(), body })
    };
    let (code, out, err) = run(&folder, &asked);
    assert!(code == 0 && !records(&out).contains("base.restricted"), "{err}");
    assert!(journal.taken().is_empty());
    let (code, out, err) = signed(&["--purpose", "handling", "--case", "受理7号"]);
    assert!(code == 0 && records(&out).contains("base.restricted"), "{err}");
    let looks = journal.taken();
    assert!(
        looks.iter().all(|look| signed_by(look).case().map(Case::as_str) == Some("受理7号")),
        "{looks:?}"
    );
    assert!(!looks.is_empty());
    let (code, _, err) = signed(&["--purpose", "procurement"]);
    assert!(code != 0 && err.contains("R20"), "{err}");
    let (code, _, err) = run(&folder, &[&asked[..], &["--purpose", "procurement"]].concat());
    assert!(code == 2 && err.contains("--purpose, --case and --visible-from go with --key"), "{code} {err}");
    let (code, _, err) = signed(&["--purpose", "curiosity"]);
    assert!(code == 2 && err.contains("judicial-enquiry"), "{code} {err}");
    server.finish();
}
