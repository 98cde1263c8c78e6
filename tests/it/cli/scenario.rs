//! `scenario`: a case that comes out as it says, one that does not, and one that is none.

use super::Folder;

const CASE: &str = r#"title = { zh = "红牌", en = "A red card" }
rows = ["G18"]
law = "norm.env-credit-2013"
story = "甲厂评为红牌。"
subjects = { "甲厂" = "uscc:914403001922038216" }

[[step]]
at = 2026-05-14T09:00:00+08:00
by = "ecology-environment.430381"
kind = "rating.assigned"
about = "甲厂"
name = "评价"
expect = "accepted"
why = "红牌是该评价的等级。"
body = { scheme = "env.rating", grade = "red" }

[[ask]]
at = 2026-05-14
view = "line"
of = "@评价"
why = "公开。"
says = { shown = true }
"#;

#[test]
fn cases_are_run_and_every_difference_is_told() {
    let folder = Folder::new();
    folder.write("cases/a/right.toml", CASE);
    let told = folder.run(&["scenario", "cases"]).right();
    assert!(told.contains("ok") && told.contains("A red card"), "{told}");

    folder.write("cases/wrong.toml", &CASE.replace("\"red\"", "\"black\""));
    let ran = folder.run(&["scenario", "cases"]).failed(1, "1 of 2 cases");
    for part in ["right.toml", "step 1 (评价)", "refused: D11", "expected: accepted"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = folder.run(&["scenario", "cases/wrong.toml", "--json"]).failed(1, "1 of 1 cases");
    assert!(ran.out.contains("\"mismatches\":[\"step 1"), "{}", ran.out);

    folder.write("none.toml", &CASE.replace("expect =", "expects ="));
    folder.run(&["scenario", "none.toml"]).failed(2, "expects");
    folder.run(&["scenario", "nowhere"]).failed(2, "nowhere");
}
