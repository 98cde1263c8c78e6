//! Holds the house in order: who may name whom, who may read a clock or a file, how long a file is,
//! and that the specification's text names every kind and every rule.

use crate::walk;
use ledger_spec::admission::Rule;
use ledger_spec::event::Kind;
use ledger_spec::rule::ProjectionRule;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src/` from bottom to top, with the rooms that each names: what it really uses, and no more.
const ROOMS: [(&str, &[&str]); 21] = [
    ("clock", &[]),
    ("parallel", &[]),
    ("progress", &[]),
    ("storage", &[]),
    ("tile_client", &[]),
    ("log", &["storage", "parallel", "progress"]),
    ("index", &[]),
    ("case_files", &["parallel"]),
    ("snapshot", &["log", "index", "case_files"]),
    ("keeper", &["parallel", "log", "case_files", "snapshot"]),
    ("sequencer", &["log", "index", "snapshot"]),
    ("query", &["log", "case_files", "snapshot", "keeper", "sequencer"]),
    ("api", &["sequencer", "query"]),
    (
        "ledger",
        &["clock", "progress", "storage", "log", "index", "case_files", "snapshot", "keeper", "sequencer"],
    ),
    ("audit", &["parallel", "progress", "storage", "tile_client", "log"]),
    (
        "mirror",
        &[
            "clock",
            "progress",
            "storage",
            "tile_client",
            "log",
            "index",
            "snapshot",
            "keeper",
            "ledger",
            "audit",
        ],
    ),
    ("monitor", &["snapshot", "query"]),
    ("witness", &["clock", "storage", "tile_client", "snapshot"]),
    ("http", &["parallel", "log", "snapshot", "keeper", "sequencer", "query", "api", "ledger", "witness"]),
    (
        "server",
        &["clock", "storage", "snapshot", "keeper", "sequencer", "ledger", "mirror", "witness", "http"],
    ),
    (
        "cli",
        &[
            "clock",
            "progress",
            "storage",
            "tile_client",
            "snapshot",
            "sequencer",
            "query",
            "api",
            "ledger",
            "audit",
            "mirror",
            "monitor",
            "witness",
            "server",
        ],
    ),
];

/// Files outside of `src/clock.rs` that may read a clock, and why.
const CLOCKS: &[(&str, &str)] = &[
    ("src/http/mod.rs", "how long a request took, for the metrics"),
    ("src/http/metrics.rs", "how long a request took, for the metrics"),
    ("src/cli/talk.rs", "how often a progress bar is drawn"),
];

/// Files that may go on with a value of their own where a number does not fit, and why.
const MADE_UP: &[(&str, &str)] = &[];

/// The longest file, in lines.
const LONGEST: usize = 500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `folder`, as (path from the root, text).
pub fn sources(folder: &str) -> Vec<(String, String)> {
    let named = walk::files(&root().join(folder), ".rs").into_iter().map(|path| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&path).unwrap())
    });
    let found: Vec<_> = named.collect();
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// The code of a file: without its comments, and without its unit tests, which stand last.
pub fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a text names by `crate::`.
fn named(code: &str) -> Vec<String> {
    let word =
        |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            // use crate::{a::X, b::{Y, Z}}: the word at each item of the outer braces.
            Some(inside) => {
                let (mut depth, mut start) = (1, true);
                for (at, c) in inside.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => start = true,
                        c if depth == 1 && start && !c.is_whitespace() => {
                            rooms.push(word(&inside[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            None => rooms.push(word(rest)),
        }
    }
    rooms
}

#[test]
fn rooms_name_only_what_lies_below_them() {
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for (path, text) in sources("src") {
        let room = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap();
        if matches!(room, "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{path}: no room {room} in the plan"));
            continue;
        };
        for name in named(&code(&text)) {
            let is_room = ROOMS.iter().any(|(known, _)| *known == name);
            used.insert((room.to_owned(), name.clone()));
            if is_room && name != room && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{path} names crate::{name}"));
            }
        }
    }
    for (room, allowed) in ROOMS {
        let below = ROOMS.iter().take_while(|(below, _)| *below != room).map(|(below, _)| *below);
        let below: Vec<_> = below.collect();
        for name in allowed {
            if !below.contains(name) {
                wrong.push(format!("{room} stands below {name}"));
            }
            if !used.contains(&(room.to_owned(), (*name).to_owned())) {
                wrong.push(format!("{room} may name {name} and does not"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_names_reads_every_form() {
    let text = "use crate::log::Log;\nuse crate::{index::{A, B}, query};\nlet x = crate::clock::now();";
    assert_eq!(named(text), ["log", "index", "query", "clock"]);
    assert_eq!(code("a\n// crate::log\nb\n#[cfg(test)]\nmod tests { use crate::log; }"), "a\nb");
}

#[test]
fn the_specification_is_pure() {
    const BANNED: [&str; 16] = [
        "std::fs",
        "std::net",
        "std::time",
        "std::thread",
        "std::process",
        "std::env",
        "std::io",
        "std::os",
        "tokio",
        "getrandom",
        "rand::",
        "rand_core",
        "SystemTime",
        "Instant::now",
        "thread_local!",
        "println!",
    ];
    for (path, text) in sources("ledger-spec").into_iter().filter(|(path, _)| path.contains("/src/")) {
        let code = code(&text);
        for banned in BANNED {
            assert!(!code.contains(banned), "{path} names {banned}");
        }
    }
    let manifest = fs::read_to_string(root().join("ledger-spec/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
    for banned in ["tokio", "axum", "sled", "rand", "getrandom", "reqwest", "hyper", "rayon", "chrono"] {
        let named = dependencies
            .lines()
            .any(|line| line.strip_prefix(banned).is_some_and(|rest| rest.starts_with(['.', ' ', '='])));
        assert!(!named, "ledger-spec depends on {banned}");
    }
}

#[test]
fn tools_depend_on_the_specification_only() {
    for (path, text) in sources("tools") {
        assert!(!code(&text).contains("credit_ledger"), "{path} names the server");
    }
    let manifest = fs::read_to_string(root().join("tools/Cargo.toml")).unwrap();
    assert!(!manifest.lines().any(|line| line.starts_with("credit-ledger")), "tools/Cargo.toml");
}

#[test]
fn each_store_is_named_in_one_room() {
    for (store, room) in [("sled::", "src/index/"), ("fjall::", "src/case_files/")] {
        let naming: Vec<_> =
            sources("src").into_iter().filter(|(_, text)| code(text).contains(store)).collect();
        assert!(!naming.is_empty(), "nobody names {store}");
        for (path, _) in naming {
            assert!(path.starts_with(room), "{path} names {store}");
        }
    }
}

#[test]
fn only_the_clock_reads_the_clock() {
    let reads =
        |text: &str| ["SystemTime::now", "Instant::now", "Utc::now"].iter().any(|call| text.contains(call));
    for (path, text) in sources("src") {
        let excused = CLOCKS.iter().any(|(known, _)| *known == path) || path == "src/clock.rs";
        assert!(excused || !reads(&code(&text)), "{path} reads a clock");
    }
}

/// The conversions that go on with a made-up value where a number does not fit, each from its name to that.
fn made_up(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["try_from(", "try_into("] {
        for (at, _) in code.match_indices(call) {
            let inside = &code[at + call.len()..];
            let mut depth = 1;
            let closing = |c: char| {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth == 0
            };
            let Some((value, rest)) = inside.find(closing).map(|end| inside.split_at(end)) else { continue };
            let rest = rest[1..].trim_start().trim_start_matches(".ok()").trim_start();
            if rest.starts_with(".unwrap_or") {
                let how: String = rest.chars().take_while(|c| *c != '(').collect();
                found.push(format!("{call}{value}){how}"));
            }
        }
    }
    found
}

#[test]
fn what_cannot_be_is_no_default() {
    for folder in ["src", "ledger-spec"] {
        for (path, text) in sources(folder).into_iter().filter(|(path, _)| !path.contains("/tests/")) {
            let found = made_up(&code(&text));
            let excused = MADE_UP.iter().any(|(known, _)| *known == path);
            assert!(excused || found.is_empty(), "{path}: {found:?}: an error, or a defect (`tlog::defect`)");
            assert!(!excused || !found.is_empty(), "{path} is excused and need not be");
        }
    }
}

#[test]
fn every_form_of_a_made_up_number_is_found() {
    for text in [
        "u64::try_from(a.len()).unwrap_or(u64::MAX)",
        "u8::try_from((a + 1) % f(b))\n    .unwrap_or_default()",
        "u8::try_from(a).unwrap_or_else(|_| 7)",
        "u8::try_from(a).ok().unwrap_or(7)",
        "a.try_into().unwrap_or(7)",
    ] {
        assert_eq!(made_up(text).len(), 1, "{text}");
    }
    assert!(made_up("u8::try_from(a).ok()?; b.unwrap_or(0); u8::try_from(a).or_defect(\"b\")").is_empty());
}

#[test]
fn the_specification_names_every_kind_and_every_rule() {
    let readme = fs::read_to_string(root().join("ledger-spec/README.md")).unwrap();
    let kinds = Kind::all().map(Kind::name);
    let rules = Rule::ALL.iter().map(|rule| rule.id());
    let slugs = Rule::ALL.iter().map(|rule| rule.slug());
    let projections = ProjectionRule::ALL.iter().map(|rule| rule.id());
    let missing: Vec<_> = kinds
        .chain(rules)
        .chain(slugs)
        .chain(projections)
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "ledger-spec/README.md does not name {missing:?}");
}

#[test]
fn every_system_of_the_plan_has_its_row_and_what_shows_it() {
    // The groups of the inventory of the plan, with the number of rows of each.
    const GROUPS: [(&str, usize); 11] = [
        ("A", 45),
        ("B", 14),
        ("C", 31),
        ("D", 16),
        ("E", 14),
        ("F", 34),
        ("G", 23),
        ("H", 9),
        ("I", 15),
        ("J", 15),
        ("L", 11),
    ];
    let readme = fs::read_to_string(root().join("ledger-spec/README.md")).unwrap();
    let table = readme.split("## Systems of the plan").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| row"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let expected: Vec<String> =
        GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |n| format!("{group}{n}"))).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), expected);
    let tests: String = sources("tests").into_iter().map(|(_, text)| text).collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let [id, _, state, shown] = row[..] else { panic!("{row:?}") };
        assert!(["works", "refused", "outside", "not yet"].contains(&state), "{id}: {state}");
        let shown: Vec<_> =
            shown.split(", ").filter(|name| !name.is_empty()).map(|name| name.trim_matches('`')).collect();
        if shown.is_empty() && matches!(state, "works" | "refused") {
            wrong.push(format!("{id} is shown by nothing"));
        }
        for name in shown {
            let case = root().join("ledger-spec/scenarios").join(format!("{name}.toml"));
            let told = |path: &Path| fs::read_to_string(path).unwrap().contains(&format!("\"{id}\""));
            let test = name.rsplit("::").next().unwrap();
            let exists = if case.is_file() { told(&case) } else { tests.contains(&format!("fn {test}()")) };
            if !exists {
                wrong.push(format!("{id}: {name} does not show it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for folder in ["src", "ledger-spec", "tools", "tests", "benches"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            if lines > LONGEST {
                wrong.push(format!("{path} has {lines} lines"));
            }
            if !text.starts_with("//!") {
                wrong.push(format!("{path} does not begin with what it is"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folders_of_tests_are_made_by_tempfile_which_takes_them_away() {
    let own = ["temp", "_dir()"].concat();
    for folder in ["src", "ledger-spec", "tools", "tests", "benches"] {
        for (path, text) in sources(folder) {
            assert!(!text.contains(&own), "{path} makes a folder that a failing test leaves behind");
        }
    }
}

#[test]
fn no_member_of_the_workspace_has_unsafe_code() {
    let manifest = |path: &Path| fs::read_to_string(path.join("Cargo.toml")).unwrap();
    assert!(manifest(&root()).contains("unsafe_code = \"forbid\""));
    for member in ["", "ledger-spec", "ledger-spec/authoring", "ledger-spec/tlog", "tools", "tools/backends"]
    {
        let text = manifest(&root().join(member));
        assert!(text.contains("[lints]\nworkspace = true"), "{member:?} takes the workspace's lints");
    }
}

#[test]
fn nothing_lies_at_the_top_but_what_belongs_there() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "src",
        "ledger-spec",
        "tools",
        "tests",
        "benches",
    ];
    // What running the program or building it leaves behind is not part of the project.
    let left_behind = ["target", "demo-ledger"];
    for file in fs::read_dir(root()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let belongs = name.starts_with('.') || known.contains(&name.as_str());
        assert!(belongs || left_behind.contains(&name.as_str()), "{name} lies at the top");
    }
}

#[test]
fn commands_do_not_borrow_from_commands() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src/cli/command") {
        let own = path.trim_start_matches("src/cli/command/").split(['/', '.']).next().unwrap().to_owned();
        let code = code(&text);
        let named = code.split("command::").skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        wrong.extend(named.filter(|name| *name != own).map(|name| format!("{path} names command::{name}")));
        if code.contains("super::super::") {
            wrong.push(format!("{path} reaches beyond its folder by super::super"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
