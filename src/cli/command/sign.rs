//! `sign`: from an event's bytes to an envelope.

use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::cli::input::{or_stdin, read_file};
use crate::cli::personal::PersonalByDay;
use crate::cli::{Outcome, keyfile, talk};
use crate::words::{say, told};
use clap::Args;
use ledger_authoring::splitting::split;
use ledger_spec::event::{DisclosedField, DisclosedFields, Event, Kind, seal_with};
use ledger_spec::id::{Sealing, SubjectId};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::Words;
use serde_json::{Map, Value};
use std::path::PathBuf;
use tlog::bytes::to_base64url;
use tlog::key::SecretKey;

/// Sign events: print a DSSE envelope, one a line, for each file. Nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger sign --key market.key event.json > envelope.json
  credit-ledger sign --key market.key --key legal.key event.json   two signatures
  credit-ledger sign --key market.key --new event.json | credit-ledger append --url URL

  credit-ledger sign --key market.key --new --url URL event.json   personal fields are split off

What the catalogue says is personal (names of persons, addresses) travels beside the event: it is written
into the body like everything else, and --url, --dir or --personal take it out, name its digest in
`private` and put it beside the envelope as `disclosures`. Without them the bytes are signed as they are.

The event's exact bytes are what is signed and stored. An event looks like this:
  { \"origin\": \"credit.example/ledger\", \"id\": \"0193b2c4-...\", \"kind\": \"record.filed\",
    \"issuer\": \"market-regulation.430381\", \"subject\": \"uscc:914403001922038216\",
    \"valid_from\": \"2026-11-01T00:00:00+08:00\", \"salt\": \"vD0c...\", \"body\": { ... } }
The salt is 16 random bytes in base64url. Events of authorities, the catalogue and the ledger have none.")]
pub(in crate::cli) struct Sign {
    /// A secret key file (`keygen`); up to four.
    #[arg(long, required = true)]
    key: Vec<PathBuf>,
    /// Put a new id into each event, and a salt where it is to be sealed. It must have neither yet.
    #[arg(long)]
    new: bool,
    /// Split off the fields that the catalogue of this server says are personal.
    #[arg(long, conflicts_with = "dir")]
    url: Option<String>,
    /// The same by the catalogue in a ledger's folder.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Split off this field, by its path in the body, such as details.holder or summary.
    #[arg(long, value_name = "PATH")]
    personal: Vec<String>,
    /// Files with one event each; `-` or none reads stdin.
    files: Vec<PathBuf>,
}

impl Sign {
    pub(in crate::cli) fn run(self) -> Outcome {
        let keys: Vec<SecretKey> = self
            .key
            .iter()
            .map(|path| keyfile::read(path).map(|signer| signer.secret_key()))
            .collect::<Result<_, _>>()?;
        let signers: Vec<&SecretKey> = keys.iter().collect();
        let client = self.url.as_deref().map(Client::new).transpose()?;
        let by_catalogue = match (&self.dir, &client) {
            (Some(dir), _) => Some(PersonalByDay::of_folder(dir)?),
            (None, Some(client)) => Some(PersonalByDay::of_server(client)),
            (None, None) => None,
        };
        let splits = by_catalogue.is_some() || !self.personal.is_empty();
        for path in or_stdin(self.files) {
            let wrong = |reason: Words| Failure::usage(say!("{}: {}", Words::data(path.display()), reason));
            let (mut bytes, mut fields) = (read_file(&path)?, Vec::new());
            if self.new || splits {
                let mut event: Draft = serde_json::from_slice(&bytes).map_err(|error| wrong(told(&error)))?;
                if self.new {
                    add_new(&mut event, &wrong)?;
                }
                if splits {
                    let by_catalogue = by_catalogue.as_ref().map(|known| asked(known, &event)).transpose()?;
                    let names = [by_catalogue.unwrap_or_default(), self.personal.clone()].concat();
                    fields = split_off(&mut event, &names, &wrong)?;
                    let is_missing =
                        |name: &&String| !fields.iter().any(|field| field.name() == name.as_str());
                    if let Some(name) = self.personal.iter().find(is_missing) {
                        return Err(wrong(say!(
                            "--personal {}: the body holds no text there",
                            Words::data(name)
                        )));
                    }
                }
                bytes = serde_json::to_vec(&event).map_err(|error| wrong(told(&error)))?;
            }
            let read = Event::parse(&bytes).map_err(|error| wrong(told(&error)))?;
            let texts: Vec<_> = fields.iter().map(|field| field.text().to_owned()).collect();
            // What `append` would refuse is not signed.
            let _ = DisclosedFields::of(&read.private, &texts).map_err(|error| wrong(told(&error)))?;
            talk::put_line(&seal_with(&bytes, &fields, &signers))?;
        }
        Ok(())
    }
}

/// An event that is not signed yet.
type Draft = Map<String, Value>;
/// What is wrong with a file.
type Wrong<'a> = &'a dyn Fn(Words) -> Failure;

fn add_new(event: &mut Draft, wrong: Wrong<'_>) -> Outcome {
    let id = keyfile::new_event_id()?.to_string();
    let mut new = vec![("id", id)];
    if kind_of(event).is_some_and(|kind| kind.sealing() == Sealing::Sealed) {
        new.push(("salt", keyfile::new_salt()?.to_string()));
    }
    for (field, value) in new {
        if event.insert(field.into(), value.into()).is_some() {
            let reason = say!(
                "{} is there already; --new is for events that have neither id nor salt",
                Words::data(field),
            );
            return Err(wrong(reason));
        }
    }
    Ok(())
}

fn kind_of(event: &Draft) -> Option<Kind> {
    event.get("kind").and_then(Value::as_str).and_then(Kind::parse)
}

/// The personal fields that the catalogue asks of the event.
fn asked(known: &PersonalByDay<'_>, event: &Draft) -> Result<Vec<String>, Failure> {
    let text = |field: &str| event.get(field).and_then(Value::as_str);
    let (subject, valid_from) =
        (text("subject").map(SubjectId::parse), text("valid_from").map(ValidTime::parse));
    match (kind_of(event), subject, valid_from, event.get("body")) {
        (Some(kind), Some(Ok(subject)), Some(Ok(from)), Some(body)) => {
            known.names(kind, &subject, from, body)
        }
        // What is wrong with it is told when it is read.
        _ => Ok(Vec::new()),
    }
}

/// Takes fields out of the body and names their digests in `private`.
fn split_off(event: &mut Draft, names: &[String], wrong: Wrong<'_>) -> Result<Vec<DisclosedField>, Failure> {
    let Some(body) = event.get_mut("body") else { return Ok(Vec::new()) };
    let fields = split(body, names, &mut |_| keyfile::new_salt())?;
    if fields.is_empty() {
        return Ok(fields);
    }
    let mut digests: Vec<_> = fields.iter().map(DisclosedField::digest).collect();
    digests.sort_unstable();
    let private: Vec<_> = digests.iter().map(|digest| to_base64url(digest)).collect();
    if event.insert("private".into(), private.into()).is_some() {
        return Err(wrong(say!(
            "private is there already: the fields that it names are not here to be sent"
        )));
    }
    Ok(fields)
}
