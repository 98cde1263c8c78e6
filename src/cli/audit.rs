//! `audit`: is every byte of a ledger as it should be?

use super::Outcome;
use super::failure::Failure;
use super::talk::{self, Bar};
use super::verify::read_vkey;
use crate::service::{self, AuditFailure};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Check a ledger's folder: frames, chain, tree, checkpoint, every signature, and that every entry was
/// rightly admitted. Names the first fault and where it is.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger audit --dir ledger
  credit-ledger audit --dir copy --vkey ledger.vkey     with a key that you had from elsewhere

Takes no lock: a ledger can be audited while it is served. Without --vkey the key is the one that
entry 0 names, which shows that the ledger agrees with itself, not that it is the one you know.
Exit code 1: a fault was found. 3: the folder could not be read, so nothing is known.")]
pub(super) struct Audit {
    /// The ledger's folder.
    #[arg(long)]
    dir: PathBuf,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long)]
    vkey: Option<String>,
}

#[derive(Serialize)]
struct Report {
    right: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vkey: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_given: Option<bool>,
}

impl Audit {
    pub(super) fn run(self, json: bool) -> Outcome {
        let vkey = self.vkey.as_deref().map(read_vkey).transpose()?;
        let audited = {
            let bar = Bar::new("auditing");
            service::audit(&self.dir, vkey, &bar)
        };
        match audited {
            Ok(report) => {
                if json {
                    return talk::put_json(&Report {
                        right: true,
                        fault: None,
                        origin: Some(report.origin),
                        entries: Some(report.size.get()),
                        root: Some(report.root.to_string()),
                        vkey: Some(report.vkey),
                        key_given: Some(report.key_given),
                    });
                }
                let whose = if report.key_given { "the given key" } else { "the key that entry 0 names" };
                talk::put_line(&format!(
                    "right: {} entries of {}, root {}, checkpoint verified with {whose}: {}",
                    report.size, report.origin, report.root, report.vkey
                ))
            }
            Err(error @ (AuditFailure::Unreadable(_) | AuditFailure::Panicked)) => {
                Err(Failure::unreachable(error))
            }
            Err(fault) => {
                if json {
                    let fault = Some(fault.to_string());
                    let (origin, root, vkey) = (None, None, None);
                    let report =
                        Report { right: false, fault, origin, entries: None, root, vkey, key_given: None };
                    talk::put_json(&report)?;
                }
                Err(Failure::wrong(fault))
            }
        }
    }
}
