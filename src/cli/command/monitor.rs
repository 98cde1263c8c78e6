//! `monitor`: tells an authority or a subject what a ledger records that concerns them.

use crate::cli::Outcome;
use crate::cli::auditors::{AuditChange, Auditors, Within};
use crate::cli::delivery::{Delivery, Receiver};
use crate::cli::failure::Failure;
use crate::cli::input::{client, read_vkey};
use crate::cli::look::{WitnessChange, Witnesses};
use crate::cli::opened_by::OpenedBy;
use crate::cli::talk::{self, Bar};
use crate::clock;
use crate::mirror::{Mirror, MirrorError};
use crate::monitor::{LateDelistings, Reason, Sighting, Watch};
use crate::snapshot::Snapshots;
use crate::words::{quoted, say, told};
use clap::Args;
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use tlog::bytes::from_hex;
use tlog::position::EntryIndex;

/// Watch a ledger for what concerns you, on a copy in which everything was verified, and report it: events
/// by you or about you, events signed with your key, changes of keys and catalogue, late delistings.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger monitor URL --dir copy --vkey ledger.vkey --governance --policy my.policy
  credit-ledger monitor URL --dir copy --vkey ledger.vkey --audited-within 24h --auditor office.vkey
  credit-ledger monitor URL --auditor-key auditor.key --case 2026-1 --dir opened --vkey ledger.vkey --subject uscc:914403001922038216
  credit-ledger monitor URL --auditor-key auditor.key --case 2026-1 --dir opened --vkey ledger.vkey --authority market-regulation.430381
  credit-ledger monitor URL --auditor-key auditor.key --case 2026-1 --dir opened --vkey ledger.vkey --key 5f…e1 --webhook https://office.example/hook
  credit-ledger monitor URL --auditor-key auditor.key --case 2026-1 --dir opened --vkey ledger.vkey --late-delistings --command 'mail -s late me'

Without --auditor-key the copy is blind: of authorities, keys and the catalogue everything is seen, of
subjects nothing. With it everything is, and the copy holds what opens it.

--audited-within tells when no auditing witness (`witness --opened`) whose key --auditor gives has cosigned for so
long, or what it cosigned leaves out entries that are older: what opens the ledger may then be lost.

Each report is one line of JSON, on stdout or to where it is sent: `reasons` and the entry,
`late_delistings`, a `witness` or `audited_within` and what is `missing` there, or a `fault`. What could not be
delivered is delivered later: a report may come twice, and none is lost. One that the receiver refuses
(status 400, 413, 415 or 422; exit status 65 of a command) is kept in `monitor.parked` of the
folder, of an entry only why and which (`show entry` tells the rest), and the others go on. It is told from the copy's beginning on, once; the folder remembers how far.
Exit code 1: the ledger contradicts what it had signed; this too is reported. 3: it cannot be reached,
or a report was refused.")]
pub(in crate::cli) struct Monitor {
    /// The ledger's server, or any C2SP tlog-tiles mirror of it.
    url: String,
    /// The copy's folder; made where it is not there.
    #[arg(long)]
    dir: PathBuf,
    #[command(flatten)]
    opened_by: OpenedBy,
    /// The verifier key that you trust, or a file that holds it.
    #[arg(long)]
    vkey: String,
    /// Tell of events by or about this authority.
    #[arg(long, value_parser = |text: &str| AuthorityId::parse(text).map_err(|error| error.to_string()))]
    authority: Vec<AuthorityId>,
    /// Tell of events signed with this key, in hex.
    #[arg(long, value_parser = |text: &str| from_hex::<32>(text).map_err(|error| error.to_string()))]
    key: Vec<[u8; 32]>,
    /// Tell of events about this subject.
    #[arg(long, value_parser = |text: &str| SubjectId::parse(text).map_err(|error| error.to_string()))]
    subject: Vec<SubjectId>,
    /// Tell of changes of keys, competences and the catalogue.
    #[arg(long)]
    governance: bool,
    /// Tell of authorities whose delistings are late.
    #[arg(long)]
    late_delistings: bool,
    /// Ask the witnesses of this C2SP tlog-policy what they were shown, hold it against the copy, and tell of
    /// those that show nothing.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Tell when none of the auditing witnesses has cosigned for so long: 90s, 30m, 24h, 7d.
    #[arg(long, value_name = "DURATION", requires = "auditor", value_parser = Within::parse)]
    audited_within: Option<Within>,
    /// The verifier key of an auditing witness, or a file that holds it.
    #[arg(long, value_name = "VKEY", requires = "audited_within")]
    auditor: Vec<String>,
    /// Send each report to this URL, in place of stdout.
    #[arg(long, conflicts_with = "command")]
    webhook: Option<String>,
    /// Run this for each report, which it reads on stdin, in place of stdout.
    #[arg(long)]
    command: Option<String>,
    /// End once all that there is was told.
    #[arg(long)]
    once: bool,
    /// How often to look, in seconds.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

/// How far a monitor has told, in the copy's folder.
const TOLD: &str = "monitor.next";

#[derive(Serialize)]
#[serde(untagged)]
enum Report<'a> {
    Entry(Sighting),
    Late { late_delistings: LateDelistings },
    Witness(&'a WitnessChange),
    Audit(&'a AuditChange),
    Fault { fault: String },
}

/// What is kept of a report that its receiver refuses.
#[derive(Serialize)]
#[serde(untagged)]
enum Kept<'a> {
    /// Where the entry stands: what it says of whom is in the copy, encrypted, and goes from there when it is erased.
    Entry { reasons: &'a [Reason], index: u64, recorded_at: &'a str },
    /// What is about nobody.
    Whole(&'a Report<'a>),
}

impl Report<'_> {
    fn kept(&self) -> Kept<'_> {
        match self {
            Self::Entry(Sighting { reasons, index, recorded_at, .. }) => {
                Kept::Entry { reasons, index: *index, recorded_at }
            }
            whole => Kept::Whole(whole),
        }
    }

    fn deliver(&self, delivery: &mut Delivery) -> Outcome {
        delivery.deliver(self, &self.kept())
    }
}

impl Monitor {
    pub(in crate::cli) fn run(self) -> Outcome {
        talk::log_to_stderr();
        self.says_what_it_sees()?;
        let watch = Watch {
            authorities: self.authority.clone(),
            keys: self.key.clone(),
            subjects: self.subject.clone(),
            governance: self.governance,
            late_delistings: self.late_delistings,
        };
        let (remote, openings) =
            (client("URL", &self.url, None)?, self.opened_by.client(("URL", &self.url), None)?);
        let vkey = read_vkey(&self.vkey)?;
        let mut witnesses = Witnesses::new(self.policy.as_deref(), &vkey)?;
        let auditors =
            self.audited_within.clone().map(|within| Auditors::new(&self.auditor, within, &self.url, &vkey));
        let mut auditors = auditors.transpose()?;
        let mut follower = {
            let bar = Bar::new(&say!("reading the copy"));
            Mirror::open(&self.dir, remote, openings, vkey, &bar).map_err(Failure::from)?
        };
        let mut late = BTreeMap::new();
        let mut delivery = Delivery::new(self.receiver(), &self.dir);
        loop {
            // Asked first: what was cosigned was published before.
            let cosigned = auditors.as_ref().map(Auditors::ask);
            let looked = witnesses.look(&mut follower).and_then(|look| {
                let judged =
                    auditors.as_ref().zip(cosigned).map(|(own, cosigned)| own.judge(&cosigned, &follower));
                Ok((look, judged.transpose()?.flatten()))
            });
            match looked {
                Ok((look, audit)) => {
                    for change in look.changes {
                        if self.deliver(&mut delivery, &Report::Witness(&change))? {
                            witnesses.told(change);
                        }
                    }
                    if let (Some(change), Some(auditors)) = (audit, &mut auditors)
                        && self.deliver(&mut delivery, &Report::Audit(&change))?
                    {
                        auditors.told(change);
                    }
                    if let Some(fault) = look.behind {
                        talk::say(&told(&*fault));
                        thread::sleep(Duration::from_secs(1));
                        continue;
                    }
                }
                Err(MirrorError::Unreachable(fault)) if !self.once => talk::say(&told(&fault)),
                Err(error) => {
                    if matches!(error, MirrorError::Fault { .. }) {
                        Report::Fault { fault: error.to_string() }.deliver(&mut delivery)?;
                    }
                    return Err(Failure::from(error));
                }
            }
            let told = follower
                .snapshots()
                .map_or(Ok(()), |snapshots| self.tell(&watch, &snapshots, &mut late, &mut delivery));
            match told {
                // What could not be delivered is tried again.
                Err(error) if !self.once => talk::say(&error.message),
                other => other?,
            }
            if self.once {
                follower.close().map_err(Failure::from)?;
                return delivery.end();
            }
            thread::sleep(Duration::from_secs(self.every));
        }
    }

    /// Delivers a report; says whether that was done, or is to be tried again later.
    fn deliver(&self, delivery: &mut Delivery, report: &Report<'_>) -> Result<bool, Failure> {
        match report.deliver(delivery) {
            Ok(()) => Ok(true),
            Err(error) if !self.once => {
                talk::say(&error.message);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// A blind copy knows nothing of subjects: whoever watches for one is not left to wait in vain.
    fn says_what_it_sees(&self) -> Outcome {
        if self.opened_by.is_opened() {
            return Ok(());
        }
        let asked = [("--subject", !self.subject.is_empty()), ("--late-delistings", self.late_delistings)];
        if let Some((option, _)) = asked.into_iter().find(|(_, asked)| *asked) {
            return Err(Failure::usage(say!(
                "{} needs --auditor-key: without it, what is about subjects is not seen",
                Words::data(option)
            )));
        }
        talk::say(&say!(
            "blind: of sealed entries nothing is told; with --auditor-key the ledger gives what opens them"
        ));
        Ok(())
    }

    fn receiver(&self) -> Receiver {
        match (&self.webhook, &self.command) {
            (Some(url), _) => Receiver::Webhook(url.clone()),
            (None, Some(command)) => Receiver::Command(command.clone()),
            (None, None) => Receiver::Stdout,
        }
    }

    /// Tells of what has come since the last time.
    fn tell(
        &self,
        watch: &Watch,
        snapshots: &Snapshots,
        late: &mut BTreeMap<String, LateDelistings>,
        delivery: &mut Delivery,
    ) -> Outcome {
        let next = read_told(&self.dir)?;
        let unread =
            |error: &dyn std::fmt::Display| Failure::unreachable(say!("the copy: {}", quoted(error)));
        for entry in snapshots.log().frames(next) {
            let entry = entry.map_err(|error| unread(&error))?;
            let next = entry.entry().index().covering_size().next_index();
            // What is sealed says nothing to a blind copy.
            if entry.is_sealed() && !snapshots.log().is_opened() {
                continue;
            }
            // What is erased says nothing any more.
            let opened = snapshots.log().open_unless_erased(entry).map_err(|error| unread(&error))?;
            let Some(entry) = opened else { continue };
            if let Some(sighting) = watch.see(entry.entry()).map_err(|error| unread(&error))? {
                Report::Entry(sighting).deliver(delivery)?;
                write_told(&self.dir, next)?;
            }
        }
        write_told(&self.dir, snapshots.log().size().next_index())?;
        let now = ValidTime::at_recorded(clock::now()).map_err(|error| unread(&error))?;
        let found = watch.late_delistings(snapshots, now).map_err(|error| unread(&error))?;
        for (authority, line) in &found {
            if late.get(authority).is_none_or(|known| known.overdue != line.overdue) {
                Report::Late { late_delistings: line.clone() }.deliver(delivery)?;
            }
        }
        *late = found;
        Ok(())
    }
}

fn read_told(dir: &Path) -> Result<EntryIndex, Failure> {
    let path = dir.join(TOLD);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(EntryIndex::new(0)),
        other => other.map_err(|error| {
            Failure::unreachable(say!("{}: {}", Words::data(path.display()), told(&error)))
        })?,
    };
    let number = text.trim().parse().map_err(|_| {
        Failure::usage(say!(
            "{}: an entry's index is expected; take the file away to begin anew",
            Words::data(path.display())
        ))
    });
    number.map(EntryIndex::new)
}

fn write_told(dir: &Path, next: EntryIndex) -> Outcome {
    let (path, new) = (dir.join(TOLD), dir.join(format!("{TOLD}.new")));
    let written = std::fs::write(&new, format!("{next}\n")).and_then(|()| std::fs::rename(&new, &path));
    written.map_err(|error| Failure::unreachable(say!("{}: {}", Words::data(path.display()), told(&error))))
}
