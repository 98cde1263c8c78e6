//! Many verifications in one run: each a line of JSON with what would be given, each answered by a line of JSON.

use super::given::{File, Given, Unproven};
use crate::cli::failure::Failure;
use crate::cli::{Outcome, talk};
use crate::words::{say, told};
use ledger_spec::json::Json;
use ledger_spec::json::fields::{FieldError, FieldFault, Fields};
use ledger_spec::wording::{Language, Words};
use serde_json::json;
use tlog::bytes::from_base64;
use tlog::note::VerifierKey;

/// Answers each line; in the end says how many were not right.
pub(super) fn run(lines: &[u8]) -> Outcome {
    let (mut all, mut wrong) = (0_u64, 0_u64);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        all += 1;
        match given(line).map_err(Unproven::from).and_then(|given| given.verdict()) {
            Ok(right) => {
                talk::put_json(&right)?;
                continue;
            }
            Err(Unproven::Wrong(reason)) => talk::put_json(&json!({"right": false, "fault": reason}))?,
            Err(Unproven::Unusable(failure)) => {
                talk::put_json(&json!({"right": false, "unusable": failure.message.text(Language::En)}))?;
            }
        }
        wrong += 1;
    }
    if wrong == 0 { Ok(()) } else { Err(Failure::wrong(say!("{} of {} are not right", wrong, all))) }
}

/// What a line gives, under the options' names: files in base64, keys and disclosures as texts.
fn given(line: &[u8]) -> Result<Given, Failure> {
    let unusable = |error: FieldError| Failure::usage(error.words());
    let json = Json::parse(line).map_err(|error| Failure::usage(told(&error)))?;
    let mut fields = Fields::of("", json).map_err(unusable)?;
    let given = Given {
        receipt: file(&mut fields, "receipt")?,
        entry: file(&mut fields, "entry")?,
        opening: file(&mut fields, "opening")?,
        event: file(&mut fields, "event")?,
        older: file(&mut fields, "older")?,
        proof: file(&mut fields, "proof")?,
        policy: file(&mut fields, "policy")?,
        statement: file(&mut fields, "statement")?,
        disclosures: disclosures(&mut fields)?,
        vkey: key(&mut fields, "vkey")?,
        auditor: key(&mut fields, "auditor")?,
    };
    fields.finish().map_err(unusable)?;
    Ok(given)
}

fn text(fields: &mut Fields<'_>, name: &str) -> Result<Option<String>, Failure> {
    match fields.take(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.into_owned())),
        Some(_) => Err(Failure::usage(say!("{}: a text is expected", Words::data(name)))),
    }
}

fn file(fields: &mut Fields<'_>, name: &str) -> Result<Option<File>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    let wrong = |error| Failure::usage(say!("{}: {}", Words::data(name), told(&error)));
    Ok(Some(File { name: name.to_owned(), bytes: from_base64(&text).map_err(wrong)? }))
}

fn key(fields: &mut Fields<'_>, name: &str) -> Result<Option<VerifierKey>, Failure> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    let wrong = |error| Failure::usage(say!("{}: {}", Words::data(name), told(&error)));
    VerifierKey::parse(&text).map(Some).map_err(wrong)
}

fn disclosures(fields: &mut Fields<'_>) -> Result<Vec<String>, Failure> {
    let read = fields.array("disclosure", 0, usize::MAX).and_then(|items| {
        let one = |(path, item)| Fields::item(path, item, |text| Ok::<_, FieldFault>(text.to_owned()));
        items.into_iter().map(one).collect()
    });
    read.map_err(|error: FieldError| Failure::usage(error.words()))
}
