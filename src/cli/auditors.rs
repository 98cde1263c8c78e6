//! What `monitor --audited-within` watches: whether an auditing witness has cosigned lately all that was not recorded just now.
//!
//! Such a witness cosigns only what it has opened, so the age of its cosignature tells whoever opens nothing that somebody
//! still can.

use super::failure::Failure;
use super::input::{client, read_key};
use super::talk;
use crate::clock;
use crate::ledger::LedgerError;
use crate::mirror::{Mirror, MirrorError};
use crate::tile_client::{TileClient, TileClientError};
use crate::words::told;
use ledger_spec::time::RecordedTime;
use serde::Serialize;
use std::fmt::Display;
use tlog::checkpoint::SignedCheckpoint;
use tlog::cosignature::CosignerKey;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;

/// How long ago, at most: `90s`, `30m`, `24h`, `7d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Within {
    text: String,
    seconds: u64,
}

/// The auditing witnesses whose cosignatures are watched, any of which will do.
pub(super) struct Auditors {
    keys: Vec<CosignerKey>,
    within: Within,
    remote: TileClient,
    vkey: VerifierKey,
    /// What was told last to be missing.
    told: Option<String>,
}

/// The auditing witnesses stopped cosigning, or one of them began again.
#[derive(Serialize)]
pub(super) struct AuditChange {
    audited_within: String,
    /// What is missing; nothing where all is well again.
    missing: Option<String>,
}

/// A checkpoint that one of them has cosigned, and when, in seconds since 1970.
pub(super) struct Cosigned {
    by: String,
    at: u64,
    signed: SignedCheckpoint,
}

impl Within {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?}: a number of s, m, h or d is expected, such as 24h");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let number = text.strip_suffix(unit).and_then(|number| number.parse::<u64>().ok());
        let seconds = number.filter(|number| *number > 0).and_then(|number| number.checked_mul(seconds));
        Ok(Self { text: text.to_owned(), seconds: seconds.ok_or_else(wrong)? })
    }

    /// Whether one instant is not further from another than this, in either direction: a clock that is ahead by more vouches
    /// for nothing.
    const fn spans(&self, at: u64, now: u64) -> bool {
        at.abs_diff(now) <= self.seconds
    }
}

impl Auditors {
    pub(super) fn new(
        keys: &[String],
        within: Within,
        url: &str,
        vkey: &VerifierKey,
    ) -> Result<Self, Failure> {
        let keys = keys.iter().map(|key| read_key("--auditor", key, CosignerKey::parse));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self { keys, within, remote: client("URL", url, None)?, vkey: vkey.clone(), told: None })
    }

    /// What the ledger shows that one of them has cosigned. Asked before the copy is brought up to date: what was cosigned was
    /// published before.
    /// What cannot be had is not there: whoever keeps it back has nothing to show.
    pub(super) fn ask(&self) -> Vec<Cosigned> {
        let mut found = Vec::new();
        for note in [self.remote.checkpoint(), self.remote.witnessed()] {
            let note = match note {
                // A mirror, or a ledger without a policy.
                Err(TileClientError::Status { status: 404, .. }) => continue,
                Err(error) => {
                    talk::say(&told(&error));
                    continue;
                }
                Ok(note) => note,
            };
            // What is wrong with the ledger's own signature, the copy finds.
            let Ok(signed) = SignedCheckpoint::verify(&note, &self.vkey) else { continue };
            for key in &self.keys {
                // A line that is not that key's is no cosignature.
                let Ok(Some(at)) = key.time_of(signed.note()) else { continue };
                found.push(Cosigned { by: key.name().to_string(), at, signed: signed.clone() });
            }
        }
        found
    }

    /// Holds what was cosigned against the copy. Gives what is not as it was told last.
    pub(super) fn judge(
        &self,
        cosigned: &[Cosigned],
        copy: &Mirror,
    ) -> Result<Option<AuditChange>, MirrorError> {
        let missing = self.missing(cosigned, copy, clock::now())?;
        let change = AuditChange { audited_within: self.within.text.clone(), missing };
        Ok((change.missing != self.told).then_some(change))
    }

    /// A change was told, and is none any more.
    pub(super) fn told(&mut self, change: AuditChange) {
        self.told = change.missing;
    }

    fn missing(
        &self,
        cosigned: &[Cosigned],
        copy: &Mirror,
        now: RecordedTime,
    ) -> Result<Option<String>, MirrorError> {
        let now = now.micros() / SECOND;
        let mut best = None;
        for Cosigned { by, at, signed } in cosigned {
            let size = signed.checkpoint().size();
            if copy.hold_against(by, signed)?.is_some() {
                let why = format!("{by} has cosigned {size} entries, and the ledger shows fewer");
                best = best.max(Some((size, *at, why)));
                continue;
            }
            let left_out = recorded_at(copy, size.next_index())?;
            let why = if !self.within.spans(*at, now) {
                format!("{by} has cosigned last at {}", text_of(*at))
            } else if let Some(old) =
                left_out.filter(|left_out| !self.within.spans(left_out.micros() / SECOND, now))
            {
                format!("{by} has cosigned {size} entries; the next was recorded at {}", old.to_text())
            } else {
                return Ok(None);
            };
            best = best.max(Some((size, *at, why)));
        }
        let none = || format!("the ledger shows no cosignature of {}", listed(&self.keys));
        Ok(Some(best.map_or_else(none, |(_, _, why)| why)))
    }
}

/// In microseconds.
const SECOND: u64 = 1_000_000;

/// When an entry of the copy was recorded, if it has one there.
fn recorded_at(copy: &Mirror, entry: EntryIndex) -> Result<Option<RecordedTime>, LedgerError> {
    let Some(snapshots) = copy.snapshots().filter(|snapshots| entry.is_in(snapshots.log().size())) else {
        return Ok(None);
    };
    Ok(Some(snapshots.log().raw(entry)?.entry().recorded_at()))
}

fn text_of(seconds: u64) -> String {
    RecordedTime::from_micros(seconds.saturating_mul(SECOND)).to_text()
}

fn listed(keys: &[CosignerKey]) -> impl Display {
    keys.iter().map(|key| key.name().to_string()).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_one_form_and_reach_both_ways() {
        let seconds = |text| Within::parse(text).map(|within| within.seconds);
        assert_eq!(
            ["90s", "30m", "24h", "7d"].map(|text| seconds(text).unwrap()),
            [90, 1_800, 86_400, 604_800]
        );
        for wrong in ["", "s", "0s", "90", "1w", "-1s", "1.5h", "99999999999999999d", "1時"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        let within = Within::parse("10s").unwrap();
        assert!(within.spans(90, 100) && within.spans(110, 100));
        assert!(!within.spans(89, 100) && !within.spans(111, 100));
    }
}
