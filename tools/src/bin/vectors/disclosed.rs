//! Cases about fields that travel beside an event: what a disclosure is, which an event has, and D15.

use crate::base::{
    DEPARTMENT, FIRM, LIST_ADOPTED, Making, STEWARD, a_list, filing, merge, name, person, registering,
    type_adopted, with, without,
};
use crate::case::{Case, accepted, accepted_after, after, by};
use ledger_spec::event::{DisclosedField, Kind, Salt};
use serde_json::{Value, json};
use tlog::bytes::to_base64url;

const SALT: &str = "BwcHBwcHBwcHBwcHBwcHBw";

fn field(number: u8, name: &str, value: &str) -> DisclosedField {
    DisclosedField::new(&Salt::from_bytes([number; Salt::LEN]), name, value)
}

fn digest(field: &DisclosedField) -> String {
    to_base64url(&field.digest())
}

pub fn cases() -> Vec<Case> {
    let mut cases = forms();
    cases.extend(sets());
    cases.extend(records());
    cases.extend(rows());
    cases.extend(others());
    cases
}

/// One text that stands alone in `private`, so that nothing is at fault but its form.
fn one(name: &str, about: &str, text: &str, is_right: bool) -> Case {
    use sha2::{Digest as _, Sha256};
    let private = to_base64url(&Sha256::digest(text.as_bytes()));
    let input = json!({ "private": [private], "disclosures": [text] });
    let made = if is_right { Case::accepted } else { Case::refused };
    made("disclosure", name, about, input)
}

fn forms() -> Vec<Case> {
    let text = |json: &str| to_base64url(json.as_bytes());
    let array = |name: &str, value: &str| text(&format!("[\"{SALT}\",\"{name}\",\"{value}\"]"));
    let right = array("name", "张三");
    let wrong = |name: &str, about: &str, text: &str| one(name, about, text, false);
    vec![
        one("one", "a name", &right, true),
        one(
            "spaced",
            "as libraries for RFC 9901 write it",
            &text("[\"BwcHBwcHBwcHBwcHBwcHBw\", \"name\", \"\\u5f20\"]"),
            true,
        ),
        one("lines", "words of several lines", &array("summary", "一\\n二"), true),
        one("empty-value", "a cell in which nothing stands", &array("row.since", ""), true),
        wrong("empty", "no bytes", ""),
        wrong(
            "padded",
            "base64url with padding",
            &format!("{}=", text("[\"BwcHBwcHBwcHBwcHBwcHBw\",\"name\",\"ab\"]")),
        ),
        wrong(
            "standard-alphabet",
            "the other alphabet of base64",
            &right.replace(['-', '_'], "+").replacen('W', "+", 1),
        ),
        wrong("bits-behind", "bits after the last byte that are not zero", "W11"),
        wrong("no-json", "not JSON", &text("[1,2")),
        wrong("no-array", "an object", &text("{}")),
        wrong(
            "two-parts",
            "an element of an array, as RFC 9901 has them",
            &text(&format!("[\"{SALT}\",\"张三\"]")),
        ),
        wrong("four-parts", "one more", &text(&format!("[\"{SALT}\",\"name\",\"张三\",1]"))),
        wrong("value-number", "a value that is no text", &text(&format!("[\"{SALT}\",\"name\",3]"))),
        wrong("value-null", "no value", &text(&format!("[\"{SALT}\",\"name\",null]"))),
        wrong("salt-short", "a salt of 15 bytes", &text("[\"BwcHBwcHBwcHBwcHBwcH\",\"name\",\"张三\"]")),
        wrong("salt-long", "a salt of 17 bytes", &text("[\"BwcHBwcHBwcHBwcHBwcHBwc\",\"name\",\"张三\"]")),
        wrong("salt-padded", "a salt with padding", &text(&format!("[\"{SALT}==\",\"name\",\"张三\"]"))),
        wrong("name-empty", "no name", &array("", "张三")),
        wrong("name-hidden", "a character in the name that nobody sees", &array("na\u{200b}me", "张三")),
        wrong("name-long", "a name of 129 characters", &array(&"n".repeat(129), "张三")),
        wrong("value-control", "a control character", &array("name", "张\\u0007三")),
        wrong("value-long", "a value of 4001 characters", &array("name", &"张".repeat(4001))),
    ]
}

fn sets() -> Vec<Case> {
    let (a, b, c) = (field(1, "name", "张三"), field(2, "summary", "某事"), field(3, "name", "李四"));
    let input = |private: &[&DisclosedField], sent: &[&DisclosedField]| {
        let private: Vec<_> = private.iter().map(|field| digest(field)).collect();
        let sent: Vec<_> = sent.iter().map(|field| field.text()).collect();
        json!({ "private": private, "disclosures": sent })
    };
    let case = |name, about, private: &[&DisclosedField], sent: &[&DisclosedField]| {
        Case::refused("disclosure", name, about, input(private, sent))
    };
    let any_order = input(&[&b, &a], &[&a, &b]);
    let long: Vec<_> = (0..11).map(|n| field(n, &format!("row.{n}"), &"长".repeat(2000))).collect();
    let long: Vec<_> = long.iter().collect();
    vec![
        Case::accepted(
            "disclosure",
            "any-order",
            "sent in another order: they are kept in that of `private`",
            any_order,
        ),
        Case::accepted("disclosure", "none", "an event without fields", input(&[], &[])),
        case("missing", "one that the event names is not sent", &[&a, &b], &[&b]),
        case("all-missing", "none is", &[&a], &[]),
        case("superfluous", "one more than the event names", &[&a], &[&a, &b]),
        case("unnamed", "one beside an event that names none", &[], &[&a]),
        case("altered", "another value in the place of the one that was signed", &[&a], &[&c]),
        case("salt-altered", "the same words under another salt", &[&a], &[&field(4, "name", "张三")]),
        case("doubled", "the same twice", &[&a, &b], &[&a, &b, &a]),
        case("name-twice", "two that are both named by the event and of one field", &[&a, &c], &[&a, &c]),
        case("too-long", "more than 65,536 bytes together", &long, &long),
    ]
}

/// A type whose records say whose licence it is, and where.
fn of_holders(id: u8) -> Making {
    let field = |code: &str, zh: &str, more: Value| {
        let mut field = json!({ "name": code, "title": name(zh, code) });
        merge(&mut field, more);
        field
    };
    let manner = json!({ "personal": true, "values": [{ "value": "home", "title": name("住所", "Home") }] });
    let fields = json!([
        field("holder", "持有人", json!({ "personal": true, "required": true })),
        field("street", "地址", json!({ "personal": true })),
        field("kind_of_place", "场所", manner),
        field("trade", "行业", json!({ "required": true })),
    ]);
    type_adopted(id, "penalty.holder", json!({ "fields": fields }))
}

fn of_holder(id: u8, fields: Vec<DisclosedField>) -> Making {
    let making = with(without(filing(id), "summary"), "type", json!("penalty.holder"));
    with(making, "details", json!({ "trade": "retail" })).beside(fields)
}

fn records() -> Vec<Case> {
    let (id, adopted) = (40, &[of_holders(30)]);
    let holder = || field(1, "details.holder", "张三");
    let refused = |name: &str, about: &str, event: Making| after("D15", name, about, adopted, &event);
    let with_value = |value: &str| of_holder(id, vec![field(1, "details.holder", value)]);
    let details = |details: Value, fields| with(of_holder(id, fields), "details", details);
    vec![
        accepted_after(
            "personal-field",
            "the holder's name travels beside the event",
            adopted,
            &of_holder(id, vec![holder()]),
        ),
        accepted_after(
            "personal-fields-and-summary",
            "with an address, a value of the catalogue's, and what is told in words",
            adopted,
            &of_holder(
                id,
                vec![
                    holder(),
                    field(2, "details.street", "某街 1 号"),
                    field(3, "details.kind_of_place", "home"),
                    field(4, "summary", "一\n二"),
                ],
            ),
        ),
        refused(
            "personal-in-clear",
            "the name stands in the body",
            details(json!({ "trade": "retail", "holder": "张三" }), vec![]),
        ),
        refused(
            "personal-in-both",
            "in the body and beside it",
            details(json!({ "trade": "retail", "holder": "张三" }), vec![holder()]),
        ),
        refused("personal-missing", "the name is nowhere", of_holder(id, vec![])),
        refused(
            "personal-another",
            "an address in the place of the name: as many digests as there may be, and the wrong field",
            of_holder(id, vec![field(2, "details.street", "某街 1 号")]),
        ),
        refused(
            "not-personal",
            "a field beside the event that the type does not call personal",
            of_holder(id, vec![holder(), field(2, "details.trade", "retail")]),
        ),
        refused(
            "no-such-field",
            "one that the type does not have",
            of_holder(id, vec![holder(), field(2, "details.phone", "无")]),
        ),
        refused(
            "summary-in-both",
            "a summary beside the event and in it",
            with(of_holder(id, vec![holder(), field(2, "summary", "某事")]), "summary", json!("某事")),
        ),
        refused("personal-too-many", "more digests than there may be fields", {
            let fields = (1..=5).map(|n| field(n, &format!("details.f{n}"), "甲")).collect();
            of_holder(id, fields)
        }),
        refused(
            "personal-hidden-character",
            "a name in which nobody sees a character",
            with_value("张\u{200b}三"),
        ),
        refused("personal-two-lines", "a name of two lines", with_value("张\n三")),
        refused(
            "personal-too-long",
            "a value of more characters than a field may have",
            with_value(&"张".repeat(1001)),
        ),
        refused(
            "personal-other-value",
            "a value that the catalogue does not have",
            of_holder(id, vec![holder(), field(3, "details.kind_of_place", "car")]),
        ),
        after(
            "L22",
            "number-beside",
            "an identity number beside the event",
            adopted,
            &with_value("张三 11010519491231002X"),
        ),
        after(
            "L22",
            "phone-beside",
            "a mobile number beside it",
            adopted,
            &with_value("张三，电话 138 0013 8000"),
        ),
        after(
            "D04",
            "personal-and-no-trade",
            "a field that stands in the body is missing",
            adopted,
            &details(json!({}), vec![holder()]),
        ),
    ]
}

fn rows() -> Vec<Case> {
    let named = || {
        let mut body = a_list();
        let more = json!({ "subjects": ["uscc", "person"], "persons": "with_basis", "columns": ["name", "since", "manager"],
            "personal": ["manager"], "personal_of_persons": ["name"] });
        merge(&mut body, more);
        Making::new(30, LIST_ADOPTED, STEWARD, "catalogue:list.market.named", body)
            .valid_from("2025-01-01T00:00:00+08:00")
    };
    let entered = |row: Value, fields| {
        let body = json!({ "list": "market.named", "row": row });
        Making::new(40, Kind::ListingEntered, DEPARTMENT, FIRM, body).beside(fields)
    };
    let manager = || field(1, "row.manager", "张三");
    let inside = || json!({ "name": "某某有限公司", "since": "2025-11-01" });
    vec![
        accepted_after(
            "personal-column",
            "a firm's row, its manager beside it",
            &[named()],
            &entered(inside(), vec![manager()]),
        ),
        accepted_after(
            "personal-column-empty",
            "of which nothing is known",
            &[named()],
            &entered(inside(), vec![field(1, "row.manager", "")]),
        ),
        after(
            "D15",
            "column-in-clear",
            "the manager in the row",
            &[named()],
            &with(
                entered(inside(), vec![]),
                "row",
                json!({ "name": "某", "since": "2025-11-01", "manager": "张三" }),
            ),
        ),
        after(
            "D15",
            "column-missing",
            "a row without its personal column",
            &[named()],
            &entered(inside(), vec![]),
        ),
        after(
            "D15",
            "column-of-firm",
            "a firm's name beside the event: it is a person's that would be",
            &[named()],
            &entered(json!({ "since": "2025-11-01" }), vec![manager(), field(2, "row.name", "某")]),
        ),
        after(
            "D15",
            "person-in-clear",
            "a person's name in the row",
            &[named()],
            &Making { subject: person(), ..entered(inside(), vec![manager()]) },
        ),
        after(
            "L18",
            "column-short",
            "a column that stands in the row is missing",
            &[named()],
            &entered(json!({ "name": "某" }), vec![manager()]),
        ),
        by("D15", "list-without", "a field beside a row of a list without personal columns", &{
            let body = json!({ "list": "market.serious", "row": inside() });
            Making::new(40, Kind::ListingEntered, DEPARTMENT, FIRM, body)
                .beside(vec![field(1, "row.name", "某")])
        }),
    ]
}

fn others() -> Vec<Case> {
    let registered = |fields| without(registering(40, &person()), "name").beside(fields);
    vec![
        accepted(
            "person-named-beside",
            "a person's name travels beside the registration",
            &registered(vec![field(1, "name", "张三")]),
        ),
        accepted("person-without-name", "it need not be told", &registered(vec![])),
        by(
            "D15",
            "person-name-long",
            "a name of 201 characters",
            &registered(vec![field(1, "name", &"张".repeat(201))]),
        ),
        by("D15", "person-name-empty", "an empty name", &registered(vec![field(1, "name", "")])),
        by(
            "D15",
            "firm-named-beside",
            "a firm's name is told in the event",
            &without(registering(40, "uscc:91110000100000001W"), "name").beside(vec![field(
                1,
                "name",
                "某公司",
            )]),
        ),
        by(
            "D15",
            "kind-without-fields",
            "a kind of event that has none",
            &crate::base::revoking(40, 9).beside(vec![field(1, "reason", "某事")]),
        ),
        by(
            "D15",
            "clear-kind",
            "an event that stands in the clear, where nothing could be kept beside it",
            &type_adopted(40, "penalty.new", json!({})).beside(vec![field(1, "title", "某")]),
        ),
    ]
}
