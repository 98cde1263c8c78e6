//! Holds the specification's text against the code: every kind, every rule, the table of steps, the systems of the
//! plan.

use crate::house::{root, sources};
use ledger_spec::admission::Rule;
use ledger_spec::event::{Kind, Phase, StepKind, Who};
use ledger_spec::readers::Readers;
use ledger_spec::request::Purpose;
use ledger_spec::rule::{ProjectionRule, RequestRule};
use std::fs;
use std::path::Path;

/// The cells of the table of the specification's text that stands first behind a heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string(root().join("ledger-spec/README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("\n{heading}\n")).unwrap();
    let rows =
        rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| -> Vec<String> {
        let inside = line.strip_prefix('|').unwrap().strip_suffix('|').unwrap();
        inside.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    // Without the names of the columns and the line below them.
    rows.skip(2).map(cells).collect()
}

#[test]
fn the_specifications_table_of_steps_is_the_codes() {
    let who = |who: Who| match who {
        Who::Source => "source",
        Who::SourceOrCourt => "source, or a court",
        Who::SourceOrReviewer => "source, or a court, or who reviews its decisions",
        Who::SourceOrWindow => "source, or a window",
        Who::Recognizer => "recognizer",
        Who::RecognizerOrWindow => "recognizer, or a window",
        Who::Addressee => "the authority that the transfer names",
        Who::AnyRole => "anyone",
    };
    let of_code: Vec<Vec<String>> = StepKind::ALL
        .iter()
        .map(|step| {
            let row = step.row();
            let roles: Vec<_> = row.roles.iter().map(|role| role.name()).collect();
            let from: Vec<_> = row.from.iter().map(|phase| phase.name()).collect();
            vec![
                format!("`{}`", row.name),
                format!("`{}` ({})", row.reference, format!("{:?}", row.class).to_lowercase()),
                from.join(" "),
                row.to.map_or("stays", Phase::name).to_owned(),
                if row.reason { "`reason`!" } else { "" }.to_owned(),
                format!("{}; {}", who(row.who), roles.join(", ")),
            ]
        })
        .collect();
    let mut of_text = table("### Steps");
    // Of the fields, the rows of the code know only whether a reason has to be given.
    for row in &mut of_text {
        row[4] = row[4].split(", ").find(|field| *field == "`reason`!").unwrap_or_default().to_owned();
    }
    for (text, code) in of_text.iter().zip(&of_code) {
        assert_eq!(text, code);
    }
    assert_eq!(of_text.len(), of_code.len());
}

#[test]
fn the_specifications_tables_of_readers_are_the_data() {
    let purposes: Vec<_> = Purpose::ALL
        .iter()
        .map(|one| {
            vec![format!("`{}`", one.name()), one.chinese().into(), one.english().into(), one.plan().into()]
        })
        .collect();
    assert_eq!(table("### Purposes"), purposes);
    let rows: Vec<_> = Readers::shipped()
        .rows()
        .iter()
        .map(|row| {
            let purposes: Vec<_> = row.purposes.iter().map(|purpose| purpose.name()).collect();
            let about: Vec<_> = row.about.iter().map(|about| about.name()).collect();
            let needs: Vec<_> = row.needs.iter().map(|need| need.name()).collect();
            vec![
                row.who.name().to_owned(),
                purposes.join(" "),
                about.join(" "),
                row.sight.name().to_owned(),
                if row.own { "yes" } else { "" }.to_owned(),
                needs.join(" "),
                if row.withhold { "yes" } else { "" }.to_owned(),
            ]
        })
        .collect();
    assert_eq!(table("### Who may read what"), rows);
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
        .chain(RequestRule::ALL.iter().flat_map(|rule| [rule.id(), rule.slug()]))
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "ledger-spec/README.md does not name {missing:?}");
}

#[test]
fn every_system_of_the_plan_has_its_row_and_what_shows_it() {
    // The groups of the inventory of the plan, with the number of rows of each, and the paragraphs without one.
    const GROUPS: [(&str, usize); 13] = [
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
        ("K", 7),
        ("L", 11),
        ("M", 4),
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
