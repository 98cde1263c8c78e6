//! `audit`: is every byte of a ledger as it should be?

use crate::audit::{AuditFailure, AuditOptions, AuditReport, Counts};
use crate::cli::failure::Failure;
use crate::cli::input::{authorities, client, read_file, read_vkey};
use crate::cli::opened_by::OpenedBy;
use crate::cli::talk::{self, Bar};
use crate::cli::{Outcome, keyfile};
use crate::clock;
use crate::ledger::{ACCESS, Settings};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::audit::{AuditStatement, Scope};
use ledger_spec::wording::Words;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tlog::note::NoteSigner;

/// Check a ledger: chain, tree, checkpoint, every signature, and that every entry was rightly admitted; of a
/// folder every file, over HTTP every tile. Names the first fault and where it is.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger audit --dir ledger
  credit-ledger audit --dir copy --vkey ledger.vkey     with a key that you had from elsewhere
  credit-ledger audit --url http://127.0.0.1:8413 --vkey ledger.vkey      what everybody can see
  credit-ledger audit --url http://127.0.0.1:8413 --auditor-key auditor.key --case 2026-1 --vkey ledger.vkey
  credit-ledger audit --url https://credit.example --ca city-ca.pem --vkey ledger.vkey
  credit-ledger audit --url URL --vkey ledger.vkey --save audited.checkpoint
  credit-ledger audit --url URL --vkey ledger.vkey --from audited.checkpoint --save audited.checkpoint
  credit-ledger audit --url URL --auditor-key auditor.key --case 2026-1 --vkey ledger.vkey --statement city.audited --key auditor.key

Takes no lock: a ledger can be audited while it is served. Without --vkey the key is the one that
entry 0 names, which shows that the ledger agrees with itself, not that it is the one you know.
Over https the certificates to trust are this machine's, those of the file that SSL_CERT_FILE names, or of --ca.
--from goes on from a checkpoint that an earlier audit covered: what lies below is read and held
against it, but signatures and rules there are not gone through again.
Blind, an audit checks chain, tree and layout of everything, and rules and signatures of what stands in
the clear: authorities, catalogue, migrations. Opened, it checks everything of every event: of a folder
with the master key that its ledger.toml names, over HTTP with --auditor-key.
--statement writes, if all is right, what an opened audit from the first entry on has found, signed by the
auditor: size and root, and which entries were not opened, being erased. `verify --statement` reads it.
The access journal of a ledger is a folder of its own: --dir ledger/access.
Exit code 1: a fault was found. 3: the ledger could not be read, so nothing is known.")]
pub(in crate::cli) struct Audit {
    /// The ledger's folder.
    #[arg(long, required_unless_present = "url", conflicts_with = "url")]
    dir: Option<PathBuf>,
    /// The ledger's server, or any C2SP tlog-tiles mirror of it.
    #[arg(long)]
    url: Option<String>,
    /// Over https: a file of the certificates to trust, in PEM, in the place of this machine's.
    #[arg(long, value_name = "FILE", requires = "url", conflicts_with = "dir")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    opened_by: OpenedBy,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long)]
    vkey: Option<String>,
    /// A checkpoint that an earlier audit covered (what --save wrote).
    #[arg(long)]
    from: Option<PathBuf>,
    /// See only what the log shows to everybody, also where more could be opened.
    #[arg(long)]
    blind: bool,
    /// Where to write the checkpoint that this audit covered, if all is right.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Where to write a signed statement of what this audit found, if all is right. Of an opened audit.
    #[arg(long, requires = "key", conflicts_with_all = ["blind", "from"])]
    statement: Option<PathBuf>,
    /// The auditor's key, which signs the statement (what `keygen` wrote).
    #[arg(long, requires = "statement")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Right {
    right: bool,
    origin: String,
    entries: u64,
    root: String,
    vkey: String,
    key_given: bool,
    /// `opened`, or `blind`: then of sealed entries it was seen that they stand there.
    scope: &'static str,
    /// Sealed entries of which nothing else was seen.
    unopened: u64,
    /// Sealed entries that are erased, each as an order names it.
    erased: u64,
    /// Fields that travel beside events and are erased; absent where it was not seen which are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields_erased: Option<u64>,
    /// Entries that an earlier audit had covered.
    known: u64,
    /// Entries whose admission was asked again.
    rules_rerun: u64,
    signatures: u64,
    /// Entries by authority, of those whose admission was asked.
    authorities: BTreeMap<String, u64>,
    checkpoint: String,
    /// Entries that the log does not hold and of which something stands beside it; a running server may be writing them.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<Behind>,
}

#[derive(Serialize)]
struct Behind {
    entries: u64,
    first: u64,
    last: u64,
}

#[derive(Serialize)]
struct Wrong {
    right: bool,
    fault: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

impl Audit {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        if self.statement.is_some() && self.dir.is_none() && !self.opened_by.is_opened() {
            return Err(Failure::usage(say!(
                "--statement needs --auditor-key: a blind audit has nothing to state"
            )));
        }
        if self.opened_by.is_opened() && (self.dir.is_some() || self.blind) {
            return Err(Failure::usage(say!(
                "--auditor-key and --openings go with --url, and not with --blind"
            )));
        }
        let auditor = self.key.as_deref().map(keyfile::read).transpose()?;
        let options = AuditOptions {
            vkey: self.vkey.as_deref().map(read_vkey).transpose()?,
            known: self.from.as_deref().map(read_file).transpose()?,
            blind: self.blind,
        };
        let audited = {
            let bar = Bar::new(&say!("auditing"));
            match (&self.url, &self.dir) {
                (Some(url), _) => {
                    let trusted = self.ca.as_deref().map(authorities).transpose()?;
                    let remote = client("--url", url, trusted.clone())?;
                    let openings = self.opened_by.client(("--url", url), trusted)?;
                    crate::audit::audit_remote(&remote, openings.as_ref(), options, &bar)
                }
                (None, Some(dir)) => crate::audit::audit_with(dir, options, &bar),
                (None, None) => return Err(Failure::usage(say!("give --dir or --url"))),
            }
        };
        match audited {
            Ok(report) => self.right(report, auditor.as_ref(), json),
            Err(error) if error.is_unreadable() => Err(Failure::unreachable(error)),
            Err(fault) => {
                if json {
                    talk::put_json(&wrong(&fault))?;
                }
                Err(Failure::wrong(fault))
            }
        }
    }

    /// Writes what an opened audit has found, signed by the auditor.
    fn state(&self, report: &AuditReport, auditor: &NoteSigner) -> Outcome {
        let Some(path) = &self.statement else { return Ok(()) };
        match report.scope {
            Scope::Opened => {}
            Scope::Blind => {
                let why =
                    say!("the folder names no master key, so this audit was blind and has nothing to state");
                return Err(Failure::usage(say!("--statement: {}", why)));
            }
        }
        let stated =
            AuditStatement::new(report.checkpoint.checkpoint(), clock::now(), &report.erased.entries);
        let note =
            stated.sign(auditor).map_err(|error| Failure::usage(say!("--statement: {}", told(&error))))?;
        std::fs::write(path, note.to_string()).map_err(Failure::file(path))?;
        let by = Words::data(auditor.verifier_key());
        talk::say(&say!("{}: signed by {}", Words::data(path.display()), by));
        Ok(())
    }

    fn right(&self, report: AuditReport, auditor: Option<&NoteSigner>, json: bool) -> Outcome {
        auditor.map_or(Ok(()), |auditor| self.state(&report, auditor))?;
        let note = report.checkpoint.to_string();
        if let Some(path) = &self.save {
            std::fs::write(path, &note)
                .map_err(|error| Failure::usage(say!("{}: {}", Words::data(path.display()), told(&error))))?;
        }
        let AuditReport { origin, size, root, vkey, key_given, scope, counts, behind, .. } = report;
        let Counts { known, admitted, unopened, erased, fields_erased, signatures, authorities } = counts;
        if json {
            let authorities = authorities.into_iter().map(|(id, count)| (id.to_string(), count)).collect();
            return talk::put_json(&Right {
                right: true,
                origin,
                entries: size.get(),
                root: root.to_string(),
                vkey,
                key_given,
                scope: scope.name(),
                unopened,
                erased,
                fields_erased,
                known,
                rules_rerun: admitted,
                signatures,
                authorities,
                checkpoint: note,
                behind: behind.map(|behind| Behind {
                    entries: behind.count,
                    first: behind.first.get(),
                    last: behind.last.get(),
                }),
            });
        }
        let whose = if key_given { say!("the given key") } else { say!("the key that entry 0 names") };
        let seen = match scope {
            Scope::Opened if erased == 0 => say!("; everything was opened"),
            Scope::Opened => say!(
                "; everything was opened but {} that are erased, each as an order names it: what they said cannot be looked at any more",
                erased
            ),
            Scope::Blind => {
                say!(
                    "; {} sealed entries were not opened: of them it is shown that they stand there",
                    unopened
                )
            }
        };
        let fields = match (scope, fields_erased) {
            (Scope::Blind, _) | (_, Some(0)) => Words::data(""),
            (_, Some(fields)) => {
                say!("; of {} single fields too nothing is left, each as an order names it", fields)
            }
            (_, None) => say!("; which personal fields are kept beside events was not seen"),
        };
        let known = match known {
            0 => Words::data(""),
            known => say!(", {} of them known from an earlier audit", known),
        };
        talk::put_words(&say!(
            "right: {} entries of {}{}, root {}, checkpoint verified with {}: {}",
            size,
            Words::data(origin),
            known,
            Words::data(root),
            whose,
            Words::data(vkey)
        ))?;
        talk::put_words(&say!(
            "{} signatures verified, {} admissions asked again, {} authorities{}{}",
            signatures,
            admitted,
            authorities.len(),
            seen,
            fields
        ))?;
        if let Some(dir) = self.dir.as_deref().filter(|dir| keeps_no_looks(dir)) {
            let at = Words::data(dir.join(ACCESS).display());
            talk::put_words(&say!(
                "there is no access journal ({}): who looked is not known here, and a server answers nothing beyond what is public",
                at
            ))?;
        }
        behind.map_or(Ok(()), |behind| {
            talk::put_words(&say!(
                "behind the log stands what opens {} entries that it does not hold, from {} to {}: a running server may be writing them; where none runs, the next start takes them for never acknowledged and cuts them",
                behind.count,
                behind.first,
                behind.last
            ))
        })
    }
}

/// Whether a ledger's own folder, which is no copy and no journal itself, lacks the journal of who looked.
fn keeps_no_looks(dir: &Path) -> bool {
    let own = Settings::read(dir).is_ok_and(|settings| !settings.copy && !settings.is_journal());
    own && !dir.join(ACCESS).exists()
}

fn wrong(fault: &AuditFailure) -> Wrong {
    let place = fault.place();
    Wrong {
        right: false,
        fault: fault.to_string(),
        entry: fault.entry().map(tlog::position::EntryIndex::get),
        offset: place.as_ref().map(|place| place.offset),
        file: place.map(|place| place.file),
    }
}
