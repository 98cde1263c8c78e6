//! Tables as departments keep them: CSV, TSV and the first sheet of an XLSX, read as texts.

use super::failure::Failure;
use crate::words::{quoted, say, told};
use calamine::{Data, Reader as _};
use ledger_spec::wording::Words;
use std::path::Path;

/// A table with its header.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    /// The rows below the header, with their numbers in the file (from 1, the header included).
    pub(super) rows: Vec<(u64, Vec<String>)>,
}

/// Reads a table by its file's extension. Every row must be as long as the header.
pub(super) fn read(path: &Path) -> Result<Table, Failure> {
    let extension = path.extension().and_then(|text| text.to_str()).unwrap_or_default().to_lowercase();
    let table = match extension.as_str() {
        "csv" => read_text(path, b',', true),
        // Quotes have no meaning between tabs.
        "tsv" => read_text(path, b'\t', false),
        "xlsx" => read_workbook(path),
        _ => Err(Failure::usage(say!("{}: .csv, .tsv or .xlsx is expected", Words::data(path.display())))),
    }?;
    let mut seen = std::collections::BTreeSet::new();
    match table.header.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => {
            Err(wrong(path, 1, say!("column {} stands there twice", Words::data(format_args!("{twice:?}")))))
        }
        None => Ok(table),
    }
}

fn read_text(path: &Path, delimiter: u8, quotes: bool) -> Result<Table, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quotes)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut records = Vec::new();
    for record in reader.byte_records() {
        let record = record
            .map_err(|error| Failure::usage(say!("{}: {}", Words::data(path.display()), told(&error))))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells = Vec::with_capacity(record.len());
        for (at, cell) in record.iter().enumerate() {
            let cell = std::str::from_utf8(cell)
                .map_err(|_| wrong(path, line, say!("field {} is not UTF-8", Words::data(at + 1))))?;
            cells.push(cell.to_owned());
        }
        records.push((line, cells));
    }
    tabulate(path, records)
}

fn read_workbook(path: &Path) -> Result<Table, Failure> {
    let failed = |error: Words| Failure::usage(say!("{}: {}", Words::data(path.display()), error));
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook(path).map_err(|error: calamine::XlsxError| failed(told(&error)))?;
    let sheet = book.worksheet_range_at(0).ok_or_else(|| failed(say!("holds no sheet")))?;
    let sheet = sheet.map_err(|error| failed(told(&error)))?;
    let first = sheet.start().map_or(0, |(row, _)| u64::from(row));
    let mut records = Vec::new();
    for (row, line) in sheet.rows().zip(first + 1..) {
        let cells = row.iter().enumerate().map(|(at, cell)| {
            as_text(cell).map_err(|reason| {
                wrong(path, line, say!("field {}: {}", Words::data(at + 1), quoted(reason)))
            })
        });
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        if cells.iter().any(|cell| !cell.is_empty()) {
            records.push((line, cells));
        }
    }
    tabulate(path, records)
}

/// A cell as the text that somebody sees: whole numbers without a point, days as YYYY-MM-DD.
fn as_text(cell: &Data) -> Result<String, String> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00")
            }
        }
        Data::DateTime(duration) => duration.as_f64().to_string(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        other => return Err(format!("the cell says {other}")),
    })
}

fn tabulate(path: &Path, records: Vec<(u64, Vec<String>)>) -> Result<Table, Failure> {
    let mut records = records.into_iter();
    let Some((_, header)) = records.next() else { return Err(wrong(path, 1, say!("the header is missing"))) };
    let rows: Vec<_> = records.collect();
    if let Some((line, cells)) = rows.iter().find(|(_, cells)| cells.len() != header.len()) {
        let (found, expected) = (cells.len(), header.len());
        return Err(wrong(
            path,
            *line,
            say!("{} fields where the header has {}", Words::data(found), Words::data(expected)),
        ));
    }
    Ok(Table { header, rows })
}

/// A fault with its place.
pub(super) fn wrong(path: &Path, line: u64, reason: Words) -> Failure {
    Failure::usage(say!("{}: line {}: {}", Words::data(path.display()), Words::data(line), reason))
}
