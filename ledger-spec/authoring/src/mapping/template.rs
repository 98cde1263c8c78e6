//! The templates of a mapping file: text with `{column}` and `{column|filter|…}` in it.
//!
//! Filters: `trim` takes white space off both ends, `date` reads a day as tables write it and gives
//! `YYYY-MM-DD`, `identity` gives the pseudonym of the resident number that stands there: behind `person:` that of
//! the person, behind `household:` that of the household whose head has it. `optional` drops the whole field where the column is empty. `{{` and `}}` stand for
//! the braces themselves.

use super::RowError;
use ledger_spec::identity::PseudonymScheme;
use ledger_spec::time::Date;
use tlog::defect::OrDefect as _;

/// A template, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Column { name: String, trim: bool, date: bool, identity: Option<PseudonymScheme>, optional: bool },
}

/// What stands in a column of one row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The pseudonyms of the number that stands there, as far as they were asked for.
    pub(super) pseudonyms: Vec<(PseudonymScheme, String)>,
}

impl Cell {
    pub(super) fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), pseudonyms: Vec::new() }
    }

    fn pseudonym(&self, scheme: PseudonymScheme) -> Option<&str> {
        self.pseudonyms.iter().find(|(of, _)| *of == scheme).map(|(_, text)| text.as_str())
    }
}

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else if let Some(after) = from.strip_prefix('{') {
                let Some((inside, after)) = after.split_once('}') else {
                    return Err("`{` without `}`".into());
                };
                let behind = PseudonymScheme::ALL
                    .into_iter()
                    .find(|scheme| plain.strip_suffix(':').is_some_and(|text| text.ends_with(scheme.name())));
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::column(inside, behind)?);
                rest = after;
            } else {
                return Err("`}` without `{`; write `}}` for the character itself".into());
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The columns that it names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column { name, .. } => Some(name.as_str()),
        })
    }

    /// The columns that hold resident numbers, and whom they name.
    pub(super) fn identities(&self) -> impl Iterator<Item = (&str, PseudonymScheme)> {
        self.0.iter().filter_map(|part| match part {
            Part::Column { name, identity: Some(scheme), .. } => Some((name.as_str(), *scheme)),
            _ => None,
        })
    }

    /// The column, where it names exactly one.
    pub(super) fn only_column(&self) -> Option<&str> {
        let mut columns = self.columns();
        columns.next().filter(|_| columns.next().is_none())
    }

    /// Whether an empty column drops the field.
    pub(super) fn is_optional(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Column { optional: true, .. }))
    }

    /// The text for one row; `None` where an optional column is empty.
    pub(super) fn render(
        &self,
        cell: &dyn Fn(&str) -> Result<Cell, RowError>,
    ) -> Result<Option<String>, RowError> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Column { name, trim, date, identity, optional } => {
                    let cell = cell(name)?;
                    let value = &cell.text;
                    if value.trim().is_empty() {
                        if *optional {
                            return Ok(None);
                        }
                        let reason = "the column is empty".to_owned();
                        return Err(RowError { field: name.clone(), value: value.clone(), reason });
                    }
                    if let Some(scheme) = identity {
                        // Without the value: an error travels further than a number may.
                        text.push_str(cell.pseudonym(*scheme).ok_or_else(|| unresolved(name))?);
                        continue;
                    }
                    let wanted = if *trim || *date { value.trim() } else { value };
                    if *date {
                        let day = read_date(wanted).map_err(|reason| RowError {
                            field: name.clone(),
                            value: value.clone(),
                            reason,
                        })?;
                        text.push_str(&day.to_string());
                    } else {
                        text.push_str(wanted);
                    }
                }
            }
        }
        Ok(Some(text))
    }

    /// The text for one row, for a template without optional parts.
    pub(super) fn render_always(
        &self,
        cell: &dyn Fn(&str) -> Result<Cell, RowError>,
    ) -> Result<String, RowError> {
        self.render(cell).map(Option::unwrap_or_default)
    }
}

pub(super) fn unresolved(column: &str) -> RowError {
    let reason = "no resident number that was resolved stands there".to_owned();
    RowError { field: column.to_owned(), value: String::new(), reason }
}

impl Part {
    /// A column with its filters; `behind` is the scheme whose name stands right before it.
    fn column(inside: &str, behind: Option<PseudonymScheme>) -> Result<Self, String> {
        let mut words = inside.split('|');
        let name = words.next().or_defect("a text that is split has a first part").trim().to_owned();
        if name.is_empty() || name.contains('{') {
            return Err(format!("{{{inside}}} names no column"));
        }
        let (mut trim, mut date, mut identity, mut optional) = (false, false, false, false);
        for word in words {
            let flag = match word.trim() {
                "trim" => &mut trim,
                "date" => &mut date,
                "identity" => &mut identity,
                "optional" => &mut optional,
                other => {
                    return Err(format!(
                        "unknown filter {other:?} where trim, date, identity, optional are known"
                    ));
                }
            };
            *flag = true;
        }
        let identity = match (identity, behind) {
            (false, _) => None,
            (true, Some(scheme)) => Some(scheme),
            (true, None) => return Err(format!("{{{inside}}} stands behind no person: or household:")),
        };
        Ok(Self::Column { name, trim, date, identity, optional })
    }
}

/// A day as tables write it: `2017-05-01`, `2017/5/1`, `2017.5.1`, `2017年5月1日`.
fn read_date(text: &str) -> Result<Date, String> {
    let expected =
        || "a day is expected, as 2017-05-01, 2017/5/1, 2017.5.1 or 2017年5月1日 have it".to_owned();
    let parts: Vec<&str> = if let Some(chinese) = text.strip_suffix('日') {
        let (year, rest) = chinese.split_once('年').ok_or_else(expected)?;
        let (month, day) = rest.split_once('月').ok_or_else(expected)?;
        vec![year, month, day]
    } else {
        let separator = text.chars().find(|c| !c.is_ascii_digit()).ok_or_else(expected)?;
        if !matches!(separator, '-' | '/' | '.') {
            return Err(expected());
        }
        text.split(separator).collect()
    };
    let [year, month, day] = parts[..] else { return Err(expected()) };
    let fits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !(fits(year, 4, 4) && fits(month, 1, 2) && fits(day, 1, 2)) {
        return Err(expected());
    }
    let year = year.parse().map_err(|_| expected())?;
    let small = |part: &str| part.parse::<u8>().map_err(|_| expected());
    Date::new(year, small(month)?, small(day)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_tables_write_them() {
        for text in ["2017-05-01", "2017/5/1", "2017.5.01", "2017年5月1日", "2017年05月01日", "2017-5-1"]
        {
            assert_eq!(read_date(text).unwrap().to_string(), "2017-05-01", "{text}");
        }
        for text in ["", "20170501", "17/5/1", "2017/5", "2017/5/1/1", "2017-5/1", "2017年5月", "2017/+5/1"]
        {
            assert!(read_date(text).is_err(), "{text}");
        }
        assert_eq!(read_date("2017/13/1").unwrap_err(), "month 13 where 1 to 12 is possible");
    }

    #[test]
    fn braces_columns_and_text() {
        let render = |text: &str| {
            let cell = |column: &str| Ok(Cell::plain(if column == "b" { " x " } else { "" }));
            Template::parse(text).unwrap().render(&cell).map_err(|error| error.field)
        };
        assert_eq!(render("{{a}} {b}!"), Ok(Some("{a}  x !".into())));
        assert_eq!(render("{b|trim}{b}"), Ok(Some("x x ".into())));
        assert_eq!(render("{b} {a|optional}"), Ok(None));
        assert_eq!(render("{a}"), Err("a".into()));
        for text in ["{", "}", "{}", "{|trim}", "{a|x}", "{a{b}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
