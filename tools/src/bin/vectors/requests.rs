//! Cases of signed requests: each refusal of the profile, and what is accepted in any order.

use super::case::{Case, Expected};
use ledger_spec::request::{Case as Matter, NewRequest, Purpose, signature_base};
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::bytes::{to_base64, to_hex};
use tlog::key::SecretKey;

/// When the requests are made, in seconds.
const MADE: u64 = 1_764_550_840;
const PATH: &str = "/v1/subjects/uscc:914403001922038216/standing";
const QUERY: &str = "valid_at=2026-01-01";
const HOST: &str = "credit.example";
/// RFC 9530's own: SHA-256 of `{"hello": "world"}` and a line feed.
const BODY: &str = "{\"hello\": \"world\"}\n";
const DIGEST: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";

fn key() -> SecretKey {
    SecretKey::from_seed(&[5; 32])
}

/// A request, part by part, so that each can be made wrong.
#[derive(Clone)]
struct Making {
    method: &'static str,
    path: &'static str,
    query: Option<&'static str>,
    /// The components and what the signature says they are.
    covered: Vec<(&'static str, String)>,
    /// What stands between a component's name and the next, such as `;sf`.
    behind: &'static str,
    parameters: Vec<(&'static str, String)>,
    labels: [&'static str; 2],
    /// Fields besides those of the signature.
    fields: Vec<(&'static str, String)>,
    body: Option<&'static str>,
    seconds: u64,
}

fn good() -> Making {
    let text = |text: &str| format!("\"{text}\"");
    Making {
        method: "POST",
        path: "/v1/identities",
        query: None,
        covered: [
            ("@method", "POST"),
            ("@authority", HOST),
            ("@path", "/v1/identities"),
            ("@query", "?"),
            ("content-digest", DIGEST),
            ("credit-purpose", "procurement"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into(),
        behind: "",
        parameters: vec![
            ("created", MADE.to_string()),
            ("expires", (MADE + 60).to_string()),
            ("nonce", text("BwcHBwcHBwcHBwcHBwcHBw")),
            ("keyid", text(&key().public().id())),
            ("alg", text("ed25519")),
            ("tag", text("credit-ledger")),
        ],
        labels: ["ledger", "ledger"],
        fields: [("host", HOST), ("content-digest", DIGEST), ("credit-purpose", "procurement")]
            .map(|(name, value)| (name, value.to_owned()))
            .into(),
        body: Some(BODY),
        seconds: MADE + 1,
    }
}

impl Making {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Another parameter in the place of the one of this name.
    fn parameter(self, name: &str, value: &str) -> Self {
        self.with(|making| {
            let found = making.parameters.iter_mut().find(|(known, _)| *known == name).unwrap();
            value.clone_into(&mut found.1);
        })
    }

    fn field(self, name: &str, value: &str) -> Self {
        self.with(|making| {
            let found = making.fields.iter_mut().find(|(known, _)| *known == name).unwrap();
            value.clone_into(&mut found.1);
        })
    }

    /// The two fields of the signature.
    fn signature(&self) -> [(&'static str, String); 2] {
        let names: Vec<_> =
            self.covered.iter().map(|(name, _)| format!("\"{name}\"{}", self.behind)).collect();
        let parameters: String =
            self.parameters.iter().map(|(name, value)| format!(";{name}={value}")).collect();
        let params = format!("({}){parameters}", names.join(" "));
        let base = signature_base(self.covered.iter().map(|(name, value)| (*name, value.as_str())), &params);
        let signature = to_base64(&key().sign(base.as_bytes()));
        let [input, label] = self.labels;
        [("signature-input", format!("{input}={params}")), ("signature", format!("{label}=:{signature}:"))]
    }

    fn input(&self) -> Value {
        let fields = self.fields.iter().cloned().chain(self.signature()).collect();
        self.of(fields)
    }

    fn of(&self, fields: Vec<(&'static str, String)>) -> Value {
        let mut input = json!({
            "method": self.method, "path": self.path, "fields": fields, "now": self.seconds * 1_000_000,
        });
        if let Some(query) = self.query {
            input["query"] = json!(query);
        }
        if let Some(body) = self.body {
            input["body"] = json!(body);
        }
        input
    }
}

/// One that this program makes itself, of everything that the profile knows.
fn made() -> Value {
    let case = Matter::parse("（2026）湘0381执1号").unwrap();
    let new = NewRequest {
        method: "GET",
        authority: "Credit.Example:8413",
        path: PATH,
        query: Some(QUERY),
        body: None,
        purpose: Some(Purpose::JudicialEnquiry),
        case: Some(&case),
        visible_from: None,
    };
    let mut fields = vec![("host", "Credit.Example:8413".to_owned())];
    fields.extend(new.sign(&key(), RecordedTime::from_micros(MADE * 1_000_000), &[7; 16]));
    let whole = Making { method: "GET", path: PATH, query: Some(QUERY), body: None, ..good() };
    whole.of(fields)
}

pub fn cases() -> Vec<Case> {
    let accepted = |name, about, input| Case::accepted("request", name, about, input);
    let refused = |rule: &'static str, name: &str, about, input| {
        let name = format!("{}-{name}", rule.to_lowercase());
        Case::new("request", &name, about, input, Expected::By(rule))
    };
    let by = |rule, name, about, making: Making| refused(rule, name, about, making.input());
    let twice = |more: (&'static str, String)| {
        let making = good();
        making.of(making.fields.iter().cloned().chain(making.signature()).chain([more]).collect())
    };
    let two = |name: &str| {
        let making = good();
        let doubled = making.signature().map(|(known, value)| match known == name {
            true => (known, format!("{value}, other={}", value.split_once('=').unwrap().1)),
            false => (known, value),
        });
        making.of(making.fields.iter().cloned().chain(doubled).collect())
    };
    let other_key = to_hex(SecretKey::from_seed(&[6; 32]).public().as_bytes());
    let quoted = |text: &str| format!("\"{text}\"");
    let mut cases = vec![
        accepted("body", "a request with a body and a purpose", good().input()),
        accepted(
            "made-here",
            "one without a body, with a query, a purpose and a case that is not ASCII",
            made(),
        ),
        accepted(
            "another-order",
            "components and parameters in another order, and another label",
            good()
                .with(|making| {
                    making.covered.reverse();
                    making.parameters.reverse();
                    making.labels = ["sig1", "sig1"];
                })
                .input(),
        ),
        accepted(
            "skew",
            "made by a clock that is 30 seconds ahead",
            Making { seconds: MADE - 30, ..good() }.input(),
        ),
        accepted("skew-late", "expired 30 seconds ago", Making { seconds: MADE + 90, ..good() }.input()),
        accepted(
            "longest-life",
            "two minutes",
            good().parameter("expires", &(MADE + 120).to_string()).input(),
        ),
        refused("R01", "unsigned", "no signature", good().of(good().fields)),
        refused("R02", "two-signatures", "two signatures", two("signature")),
        refused("R02", "label-twice", "two inputs", two("signature-input")),
        by(
            "R02",
            "labels-differ",
            "a signature of another label",
            good().with(|making| making.labels = ["a", "b"]),
        ),
        refused(
            "R02",
            "no-dictionary",
            "an input that cannot be read",
            good().of([("signature-input", "a=(".to_owned()), ("signature", "a=:AA==:".to_owned())].into()),
        ),
        refused("R02", "short-signature", "63 bytes", {
            let making = good();
            let [input, (name, _)] = making.signature();
            let short = (name, format!("ledger=:{}:", to_base64(&[7; 63])));
            making.of(making.fields.iter().cloned().chain([input, short]).collect())
        }),
        by("R03", "missing", "the path is not covered", good().with(|making| drop(making.covered.remove(2)))),
        by(
            "R03",
            "purpose-uncovered",
            "a purpose that is there and not covered",
            good().with(|making| drop(making.covered.remove(5))),
        ),
        by(
            "R03",
            "digest-uncovered",
            "a digest that is there and not covered",
            good().with(|making| drop(making.covered.remove(4))),
        ),
        by(
            "R03",
            "unknown",
            "another field covered",
            good().with(|making| {
                making.covered.push(("content-type", "application/json".to_owned()));
                making.fields.push(("content-type", "application/json".to_owned()));
            }),
        ),
        by(
            "R03",
            "absent-covered",
            "a case covered that is not there",
            good().with(|making| making.covered.push(("credit-case", "\"1\"".to_owned()))),
        ),
        by(
            "R03",
            "doubled",
            "the method twice",
            good().with(|making| making.covered.push(("@method", "POST".to_owned()))),
        ),
        by("R03", "with-parameter", "components with parameters", Making { behind: ";req", ..good() }),
        by("R04", "no-nonce", "no nonce", good().with(|making| drop(making.parameters.remove(2)))),
        by(
            "R04",
            "another",
            "another parameter",
            good().with(|making| making.parameters.push(("context", quoted("a")))),
        ),
        by(
            "R04",
            "doubled",
            "created twice",
            good().with(|making| making.parameters.push(("created", MADE.to_string()))),
        ),
        by("R04", "type", "created as a text", good().parameter("created", &quoted(&MADE.to_string()))),
        by("R05", "algorithm", "another algorithm", good().parameter("alg", &quoted("hmac-sha256"))),
        by("R06", "tag", "made for another service", good().parameter("tag", &quoted("web-bot-auth"))),
        by(
            "R07",
            "capitals",
            "the key's id in capitals",
            good().parameter("keyid", &quoted(&key().public().id().to_uppercase())),
        ),
        by(
            "R07",
            "base64",
            "the key's id in base64url",
            good().parameter("keyid", &quoted(&key().public().to_base64url())),
        ),
        by(
            "R07",
            "weak",
            "a key of small order",
            good().parameter("keyid", &quoted(&format!("01{}", "0".repeat(62)))),
        ),
        by("R08", "short", "a nonce of 15 bytes", good().parameter("nonce", &quoted("BwcHBwcHBwcHBwcHBwcH"))),
        by(
            "R08",
            "not-base64url",
            "a nonce in another alphabet",
            good().parameter("nonce", &quoted("++++++++++++++++++++++++")),
        ),
        by("R09", "long", "two minutes and a second", good().parameter("expires", &(MADE + 121).to_string())),
        by("R09", "none", "expired as it was made", good().parameter("expires", &MADE.to_string())),
        by(
            "R09",
            "backwards",
            "expired before it was made",
            good().parameter("expires", &(MADE - 1).to_string()),
        ),
        by("R10", "expired", "expired 31 seconds ago", Making { seconds: MADE + 91, ..good() }),
        by("R10", "future", "made 31 seconds ahead", Making { seconds: MADE - 31, ..good() }),
        refused("R11", "purpose-twice", "two purposes", twice(("credit-purpose", "procurement".to_owned()))),
        by("R11", "no-host", "no host", good().with(|making| drop(making.fields.remove(0)))),
        by(
            "R11",
            "digest",
            "another algorithm of the digest",
            good().field("content-digest", "sha-512=:AA==:"),
        ),
        by("R11", "purpose", "a purpose that is none", good().field("credit-purpose", "Procurement")),
        by("R18", "unknown", "a purpose that nobody has", good().field("credit-purpose", "curiosity")),
        by(
            "R11",
            "case",
            "a case in another spelling",
            good().with(|making| making.fields.push(("credit-case", "a".to_owned()))),
        ),
        by("R12", "another-method", "another method", Making { method: "GET", ..good() }),
        by("R12", "another-path", "another path", Making { path: "/v1/events", ..good() }),
        by("R12", "another-query", "another query", Making { query: Some("a=b"), ..good() }),
        by("R12", "another-host", "another host", good().field("host", "other.example")),
        by("R12", "another-purpose", "another purpose", good().field("credit-purpose", "audit")),
        by(
            "R12",
            "another-digest",
            "another body and its digest",
            good()
                .field("content-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:")
                .with(|making| making.body = None),
        ),
        by(
            "R12",
            "another-key",
            "signed by another key than it names",
            good().parameter("keyid", &quoted(&other_key)),
        ),
        by("R13", "another-body", "another body", Making { body: Some("{}"), ..good() }),
        by("R13", "no-body", "the body is missing", Making { body: None, ..good() }),
    ];
    cases.push(by(
        "R13",
        "body-unsigned",
        "a body whose digest is not signed",
        good().with(|making| {
            making.covered.remove(4);
            making.fields.remove(1);
        }),
    ));
    cases
}
