//! Holds the house in order: who may name whom, who may read a clock or a file, how long a file is.

use crate::walk;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src/` from bottom to top, with the rooms that each names: what it really uses, and no more.
const ROOMS: [(&str, &[&str]); 35] = [
    ("clock", &[]),
    ("parallel", &[]),
    ("progress", &[]),
    ("damage", &[]),
    ("words", &[]),
    ("storage", &[]),
    ("signing", &["clock"]),
    ("tile_client", &["signing"]),
    ("known", &["storage"]),
    ("asked", &["tile_client", "known"]),
    ("sealed_files", &["parallel", "damage", "storage"]),
    ("log", &["damage", "storage", "parallel", "progress", "known", "sealed_files"]),
    ("audited_checkpoint", &["storage", "known"]),
    ("row_cipher", &[]),
    ("index", &["row_cipher"]),
    ("case_files", &["parallel", "row_cipher"]),
    ("streams", &["log", "index", "case_files"]),
    ("snapshot", &["log", "case_files", "streams"]),
    ("keeper", &["parallel", "log", "case_files", "snapshot"]),
    ("sequencer", &["known", "log", "index", "streams", "snapshot"]),
    ("query", &["parallel", "words", "log", "case_files", "streams", "snapshot", "keeper"]),
    ("api", &["snapshot", "sequencer", "query"]),
    (
        "ledger",
        &[
            "audited_checkpoint",
            "clock",
            "progress",
            "storage",
            "known",
            "asked",
            "log",
            "index",
            "case_files",
            "streams",
            "snapshot",
            "keeper",
            "sequencer",
            "sealed_files",
        ],
    ),
    ("audit", &["parallel", "progress", "storage", "tile_client", "sealed_files", "log", "ledger"]),
    (
        "mirror",
        &[
            "clock",
            "progress",
            "storage",
            "tile_client",
            "sealed_files",
            "log",
            "index",
            "streams",
            "snapshot",
            "keeper",
            "ledger",
            "audit",
        ],
    ),
    ("restore", &["progress", "storage", "tile_client", "known", "sealed_files", "log", "ledger", "audit"]),
    ("monitor", &["snapshot", "query"]),
    (
        "witness",
        &[
            "audited_checkpoint",
            "clock",
            "progress",
            "storage",
            "tile_client",
            "known",
            "asked",
            "snapshot",
            "sequencer",
            "mirror",
        ],
    ),
    ("identities", &["words"]),
    ("replays", &["words"]),
    ("codes", &[]),
    ("journal", &["snapshot", "sequencer", "ledger"]),
    (
        "http",
        &[
            "parallel",
            "words",
            "log",
            "streams",
            "snapshot",
            "keeper",
            "sequencer",
            "query",
            "api",
            "ledger",
            "witness",
            "identities",
            "replays",
            "codes",
            "journal",
        ],
    ),
    (
        "server",
        &[
            "clock",
            "progress",
            "storage",
            "asked",
            "log",
            "snapshot",
            "keeper",
            "sequencer",
            "ledger",
            "mirror",
            "witness",
            "identities",
            "journal",
            "http",
        ],
    ),
    (
        "cli",
        &[
            "clock",
            "progress",
            "words",
            "storage",
            "signing",
            "tile_client",
            "known",
            "asked",
            "snapshot",
            "sequencer",
            "query",
            "api",
            "ledger",
            "audit",
            "mirror",
            "restore",
            "monitor",
            "witness",
            "http",
            "server",
        ],
    ),
];

/// Files outside of `src/clock.rs` that may read a clock, and why.
const CLOCKS: &[(&str, &str)] = &[
    ("src/case_files/kept.rs", "how long an answer may be shown to others"),
    ("src/case_files/mod.rs", "how long an answer took, which that depends on"),
    ("src/keeper.rs", "how long ago it began again what it waits to begin again"),
    ("src/http/even_times.rs", "when an answer leaves, whatever it took"),
    ("src/http/mod.rs", "how long a request took, for the metrics"),
    ("src/http/pace.rs", "when the next answer to a reader who reads too much may leave"),
];

/// The longest file, in lines.
const LONGEST: usize = 500;

pub fn root() -> PathBuf {
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
    for pure in ["ledger-spec", "ledger-spec/tlog", "ledger-spec/authoring"] {
        let manifest = fs::read_to_string(root().join(pure).join("Cargo.toml")).unwrap();
        let named = dependencies(&manifest);
        assert!(named.len() > 3, "{pure}: {named:?}");
        for banned in IMPURE {
            assert!(!named.iter().any(|name| name == banned), "{pure} depends on {banned}");
        }
    }
}

/// Crates that know a clock, a file, a socket, a thread or chance.
const IMPURE: [&str; 18] = [
    "async-std",
    "axum",
    "chrono",
    "fs-err",
    "getrandom",
    "hyper",
    "jiff",
    "memmap2",
    "rand",
    "rand_core",
    "rayon",
    "reqwest",
    "sled",
    "smol",
    "tempfile",
    "time",
    "tokio",
    "ureq",
];

/// What a manifest depends on, but for tests.
fn dependencies(manifest: &str) -> Vec<String> {
    let tables = manifest.split("\n[").filter_map(|table| table.split_once("]\n"));
    let of_program = tables.filter(|(name, _)| {
        name.ends_with("dependencies") && !name.starts_with("dev-") && !name.contains(".dev-")
    });
    of_program
        .flat_map(|(_, rows)| rows.lines())
        .filter_map(|row| {
            row.split(['.', ' ', '=']).next().filter(|name| !name.is_empty() && !name.starts_with('#'))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn dependencies_are_read_from_every_table_of_a_manifest() {
    let manifest = "[package]\nname = \"a\"\n\n[dependencies]\n# b\nc.workspace = true\nd = { version = \"1\" }\n\n\
        [target.'cfg(unix)'.dependencies]\ne = \"1\"\n\n[dev-dependencies]\nf = \"1\"\n\n[lints]\nworkspace = true\n";
    assert_eq!(dependencies(manifest), ["c", "d", "e"]);
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
        assert!(!excused || reads(&code(&text)), "{path} is excused and reads no clock");
    }
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
    let left_behind = ["target", "demo-ledger", "demo-ledger.master.key", "demo-ledger.master.key.of"];
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
