//! The specification of the credit ledger as pure code: bytes, rules, proofs, projections, audit.
//!
//! A credit ledger is a [transparency log](tlog) of signed events: which authority recorded what about whom, by
//! which rule, and what became of it. Whatever can be recomputed from the log's bytes is computed here and nowhere
//! else, so that an auditor needs this crate and the log, and no trust in whoever runs the server. Every byte and
//! every rule is also told in words, in this crate's `README.md`; `vectors/` has a file per case for whoever writes
//! it a second time.
//!
//! # Auditing a whole ledger
//!
//! With the ledger's key from somewhere that it cannot change, and anything that fetches its tiles:
//!
//! ```
//! # use std::error::Error;
//! # use tlog::tile::push_entry;
//! # let read = |json: &str| serde_json::from_str::<serde_json::Value>(json);
//! # let whole = read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/audit/whole.json")))?;
//! # let base = read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/ledger/base.json")))?;
//! # let (note, vkey) = (&whole["input"]["checkpoint"], &whole["input"]["vkey"]);
//! # let (note, vkey) = (note.as_str().ok_or("a note")?, vkey.as_str().ok_or("a key")?);
//! # let mut bundle = Vec::new();
//! # for entry in base["accepted"]["entries"].as_array().ok_or("entries")? {
//! #     let hex = entry.as_str().ok_or("hex")?.as_bytes().chunks(2);
//! #     let bytes = hex.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap());
//! #     push_entry(&mut bundle, &bytes.collect::<Vec<_>>()).ok_or("an entry")?;
//! # }
//! # let get = |path: &str| -> Result<Vec<u8>, Box<dyn Error>> {
//! #     match path {
//! #         "/checkpoint" => Ok(note.as_bytes().to_vec()),
//! #         "/tile/entries/000.p/12" => Ok(bundle.clone()),
//! #         other => Err(other.into()),
//! #     }
//! # };
//! use ledger_spec::audit::AuditedLedger;
//! use ledger_spec::tlog::note::VerifierKey;
//!
//! let key = VerifierKey::parse(vkey)?;
//! let audited = AuditedLedger::audit(&get("/checkpoint")?, &key, |tile| get(&format!("/tile/{tile}")))?;
//!
//! // Every signature, every rule, every link, and the tree that the operator signed: all as they should be.
//! let signed = audited.checkpoint();
//! println!("{}: {} entries, root {}", signed.origin(), signed.size(), signed.root());
//! // And what they add up to.
//! assert_eq!(audited.ledger().governance().origin.as_ref(), Some(signed.origin()));
//! # assert_eq!(signed.size().get(), 12);
//! # Ok::<(), Box<dyn Error>>(())
//! ```
//!
//! `examples/audit_served_ledger.rs` is that as a program, with a `get` of twelve lines. For less than a whole
//! ledger there are [`audit::ProvenEntry`] (a receipt), [`audit::VerifiedEntry`] (an entry by itself),
//! [`SignedCheckpoint::goes_on_from`](tlog::checkpoint::SignedCheckpoint::goes_on_from) (two checkpoints) and
//! [`Policy::met_by`](tlog::policy::Policy::met_by) (witnesses).
//!
//! # Areas
//!
//! From bottom to top: each names only those above it in this table, and [`tlog`], which knows none of them.
//!
//! | area | what is in it |
//! |---|---|
//! | [`wording`] | what people read, in both languages: wordings, and what is said in them |
//! | [`time`] | the two times of a fact, days, periods, working days |
//! | [`rule`] | the ids of the rules |
//! | [`id`] | identifiers of subjects, authorities, events and what the catalogue holds |
//! | [`json`] | JSON that is read in one way only |
//! | [`spelling`] | names and numbers of decisions, the same however they are written |
//! | [`entry`] | an entry of the log byte for byte, and the hash chain |
//! | [`definition`] | what the catalogue says of a type, list, measure, scheme, calendar, procedure, instrument |
//! | [`request`] | requests over HTTP that are signed (RFC 9421): made, read, verified |
//! | [`event`] | what an authority states: kinds, bodies, the signed envelope |
//! | [`sealed`] | what a sealed entry commits to, what opens it, and how that is kept beside the log |
//! | [`identity`] | pseudonyms of persons and households, and the request by which an authority has numbers resolved |
//! | [`compromise`] | which keys may have been in wrong hands, and since when |
//! | [`authority`] | who may sign what, folded from the log |
//! | [`auditing`] | whose cosignature says that everything below it was opened and admitted |
//! | [`catalogue`] | what may be recorded, folded from the log |
//! | [`casefile`] | what is known of one subject, folded from the log |
//! | [`mergers`] | which subjects went on in which |
//! | [`erasures`] | what was ordered to be erased, and what is |
//! | [`governance`] | directory and catalogue together, the same for all subjects |
//! | [`admission`] | may this event enter now, and by which rule not |
//! | [`readers`] | who may know what, for which purpose |
//! | [`state`] | what entries add up to for admission, and the one fold; wherever its streams are kept |
//! | [`projection`] | answers at two instants, each with the entries and rules that it rests on |
//! | [`audit`] | is the whole log what all this says; receipts and entries alone |
//!
//! # Absent on purpose
//!
//! Clock, files, network, randomness, threads, async runtime: the recorded time is given, bytes are given, and the
//! same arguments always give the same answer. A test in the root package (`tests/it/house.rs`) holds that. No
//! score: nothing here computes a number that judges a subject. What only whoever writes events needs (the shipped
//! catalogue, mappings of tables, editions, scenarios) is the crate `ledger-authoring`.
//!
//! # Features
//!
//! `openapi`: the OpenAPI schema of every answer, from the same derivation as its JSON.

pub mod admission;
pub mod audit;
pub mod auditing;
pub mod authority;
pub mod casefile;
pub mod catalogue;
mod compact;
pub mod compromise;
pub mod definition;
pub mod entry;
pub mod erasures;
pub mod event;
pub mod governance;
pub mod id;
pub mod identity;
pub mod json;
pub mod mergers;
pub mod projection;
pub mod readers;
pub mod request;
pub mod rule;
pub mod sealed;
pub mod spelling;
pub mod state;
pub mod time;
pub mod wording;

pub use tlog;
