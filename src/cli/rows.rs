//! Rows of cells for people, each column as wide as the widest of its cells: a Chinese character is as wide as two letters.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use ledger_spec::json::characters::shown;

/// Rows under a header, a line each; without a header where that is empty. What nobody sees and what moves a cursor is
/// escaped: a cell may have come from anybody.
pub(super) fn aligned(header: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let cells = |row: Vec<String>| row.into_iter().map(|cell| one_line(&cell)).collect::<Vec<_>>();
    if !header.is_empty() {
        table.set_header(cells(header));
    }
    table.add_rows(rows.into_iter().map(cells));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn one_line(cell: &str) -> String {
    shown(cell).replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let rows = [["甲公司", "1"], ["ab", "22"]].map(|row| row.map(str::to_owned).into());
        let told = aligned(["名称", "n"].map(str::to_owned).into(), rows.clone());
        assert_eq!(told, "名称    n\n甲公司  1\nab      22\n");
        assert_eq!(aligned(Vec::new(), rows), "甲公司  1\nab      22\n");
        assert_eq!(aligned(Vec::new(), [vec!["a\nb".to_owned()]]), "a b\n");
    }
}
