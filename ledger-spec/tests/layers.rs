//! Holds the table of areas on the front page: every area stands in it, and names only those above it.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used)]

mod walk;

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust files of an area.
fn files_of(area: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (file, folder) = (source.join(format!("{area}.rs")), source.join(area));
    let mut files = if folder.is_dir() { walk::files(&folder, ".rs") } else { Vec::new() };
    files.extend(file.is_file().then_some(file));
    files
}

/// Whether code names an area of this crate: `crate::area`, or `area::` within `crate::{…}`.
fn names(code: &str, area: &str) -> bool {
    let word = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(area);
    code.split("crate::").skip(1).any(|rest| match rest.strip_prefix('{') {
        Some(inside) => inside.split(';').next().unwrap().split([',', '{']).any(|item| word(item.trim())),
        None => word(rest),
    })
}

#[test]
fn areas_name_only_those_above_them_in_the_table() {
    let page = include_str!("../src/lib.rs");
    let rows = page.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next());
    let table: Vec<&str> = rows.collect();
    let mut declared: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut wrong = Vec::new();
    for (place, area) in table.iter().enumerate() {
        declared.retain(|other| other != area);
        let files = files_of(area);
        assert!(!files.is_empty(), "no files of {area}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap().lines();
            let code: String = code
                .filter(|line| !line.trim_start().starts_with("//"))
                .map(|line| format!("{line}\n"))
                .collect();
            let below = table[place + 1..].iter().filter(|below| names(&code, below));
            wrong.extend(below.map(|below| format!("{} names {below}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(declared.is_empty(), "not in the table: {declared:?}");
}

#[test]
fn what_names_an_area_is_seen() {
    assert!(names("use crate::time::Date;", "time") && names("use crate::{id, time::{A, B}};", "time"));
    assert!(!names("use crate::timely::Date; use super::time;", "time"));
}
