//! No circles between files: whoever reads one never has to read it again for what it rests on.
//!
//! Read from the text: every path in code that begins with `crate`, `super` or `self` is followed to the file that
//! defines what it names, through re-exports. A module and its own parts are one: the parts may name what the module
//! defines, and the module what they do.

use crate::house::{code, sources};
use std::collections::{BTreeMap, BTreeSet};

/// The crates whose files are looked at; of the tools, those of several files.
const CRATES: [&str; 6] = [
    "src",
    "ledger-spec/src",
    "ledger-spec/tlog/src",
    "ledger-spec/authoring/src",
    "tools/src/bin/load",
    "tools/src/bin/vectors",
];

/// A module's path within its crate; the crate's root is empty.
type Module = Vec<String>;

/// The files of one crate, by module.
struct Crate {
    files: BTreeMap<Module, String>,
    /// Of each module, what it gives on under which name, and where that is defined.
    given_on: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Crate {
    fn read(root: &str) -> Self {
        let files: BTreeMap<Module, String> = sources(root)
            .into_iter()
            .filter(|(path, _)| path.starts_with(&format!("{root}/")))
            .filter(|(path, _)| {
                !CRATES
                    .iter()
                    .any(|other| *other != root && other.len() > root.len() && path.starts_with(other))
            })
            .map(|(path, text)| (module_of(&path[root.len() + 1..]), code(&text)))
            .collect();
        let given_on = files.iter().map(|(module, text)| (module.clone(), re_exports(text))).collect();
        Self { files, given_on }
    }

    /// The module whose file defines what a path names.
    fn owner(&self, path: &[String], depth: usize) -> Option<Module> {
        let known = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = (path[..known].to_vec(), &path[known..]);
        let given = rest.first().and_then(|name| self.given_on.get(&module)?.get(name));
        match given {
            Some(target) if depth < 8 => self.owner(&absolute(&module, target)?, depth + 1).or(Some(module)),
            _ => Some(module),
        }
    }

    /// What each file names of others.
    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, text) in &self.files {
            for path in paths(text) {
                let Some(path) = absolute(module, &path) else { continue };
                let Some(owner) = self.owner(&path, 0) else { continue };
                let related = owner.starts_with(module) || module.starts_with(&owner);
                if !related {
                    edges.entry(module.clone()).or_default().insert(owner);
                }
            }
        }
        edges
    }
}

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| !matches!(*part, "lib" | "main" | "mod")).map(str::to_owned).collect()
}

/// A path from the crate's root.
fn absolute(module: &[String], path: &[String]) -> Option<Module> {
    let mut base = module.to_vec();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                base.pop()?;
                rest = &rest[1..];
            }
        }
        _ => {}
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// Every path of a text that begins within the crate, groups taken apart.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            expand(&text[at..], &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Reads one path, or the group at its end; gives what was read of the text.
fn expand(text: &str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let (mut at, depth) = (0, prefix.len());
    loop {
        let rest = &text[at..];
        let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if !word.is_empty() {
            at += word.len();
            prefix.push(word);
            if text[at..].starts_with("::") {
                at += 2;
                continue;
            }
        } else if rest.starts_with('{') {
            at += 1;
            while let Some(next) = text[at..].chars().next() {
                match next {
                    '}' => {
                        at += 1;
                        break;
                    }
                    c if c.is_ascii_alphanumeric() || c == '_' || c == '{' => {
                        at += expand(&text[at..], prefix, found).max(1);
                    }
                    c => at += c.len_utf8(),
                }
            }
            prefix.truncate(depth);
            return at;
        }
        found.push(prefix.clone());
        prefix.truncate(depth);
        return at;
    }
}

/// What a module's file brings in by `use`, under the name that others can ask it by.
fn re_exports(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut given = BTreeMap::new();
    for statement in text.split(';') {
        let Some((_, used)) = statement.rsplit_once("use ") else { continue };
        let mut found = Vec::new();
        expand(used.trim(), &mut Vec::new(), &mut found);
        for path in found {
            if let Some(name) = path.last().cloned() {
                given.insert(name, path);
            }
        }
    }
    given
}

/// The first circle there is.
fn circle(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    fn walk(
        at: &Module,
        edges: &BTreeMap<Module, BTreeSet<Module>>,
        way: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<Module>> {
        if let Some(first) = way.iter().position(|module| module == at) {
            return Some(way[first..].to_vec());
        }
        if !done.insert(at.clone()) {
            return None;
        }
        way.push(at.clone());
        let found = edges.get(at).into_iter().flatten().find_map(|next| walk(next, edges, way, done));
        way.pop();
        found
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|module| walk(module, edges, &mut Vec::new(), &mut done))
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    for root in CRATES {
        let edges = Crate::read(root).edges();
        let least = if root == "tools/src/bin/load" { 1 } else { 6 };
        assert!(edges.len() >= least, "{root}: {} files name others", edges.len());
        if let Some(circle) = circle(&edges) {
            let names: Vec<_> = circle.iter().map(|module| module.join("::")).collect();
            panic!("{root}: {} and again the first", names.join(" names "));
        }
    }
}

#[test]
fn the_reader_of_paths_follows_groups_and_re_exports() {
    let text = "use super::{a::{B, c::D}, e};\nlet x = crate::f::g();";
    let read: Vec<_> = paths(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(read, ["crate::f::g", "super::a::B", "super::a::c::D", "super::e"]);
    let module = |text: &str| -> Module { text.split("::").map(str::to_owned).collect() };
    let house = Crate {
        files: BTreeMap::from([
            (module("a"), "mod b;\npub use b::Thing;".to_owned()),
            (module("a::b"), "use crate::c::Other;".to_owned()),
            (module("c"), "use crate::a::Thing;".to_owned()),
        ]),
        given_on: BTreeMap::from([(module("a"), re_exports("mod b;\npub use b::Thing;"))]),
    };
    let circle = circle(&house.edges()).unwrap();
    assert_eq!(circle, [module("a::b"), module("c")], "found through the re-export");
}
