//! One event of the demo as three see it: its issuer, a stranger who reads the log, and an auditor who may open it.

use crate::api::AppendedLine;
use crate::cli::client::{Client, opening_of};
use crate::cli::failure::Failure;
use crate::cli::proven::{Found as _, Proven};
use crate::cli::talk;
use crate::query::Reading;
use crate::snapshot::Snapshots;
use ledger_spec::audit::ProvenEntry;
use ledger_spec::sealed::{Opening, SealedEntry};
use serde_json::value::RawValue;
use tlog::bytes::{from_base64, to_hex};
use tlog::position::EntryIndex;

/// What each of them sees.
pub(super) struct Seen {
    /// The issuer, whose receipt came with what opens the entry.
    pub(super) proven: Proven,
    /// A stranger: the entry's bytes, in hex.
    pub(super) stranger: String,
    /// An auditor: the event.
    pub(super) auditor: Box<RawValue>,
}

/// Shows what its issuer, a stranger and an auditor see of an event that was just appended.
pub(super) fn of_one(client: &Client, snapshots: &Snapshots, line: AppendedLine) -> Result<Seen, Failure> {
    let index = line.index.ok_or_else(|| Failure::unreachable("an answer without an index"))?;
    let proven = prove(client, line)?;
    talk::say(&format!("6. What entry {index} shows, to whom:"));
    let stranger = stranger(client, index)?;
    let auditor = auditor(snapshots, index)?;
    Ok(Seen { proven, stranger, auditor })
}

/// Verifies a receipt the way its issuer can for ever: proof, entry, opening and key, and nothing else.
fn prove(client: &Client, line: AppendedLine) -> Result<Proven, Failure> {
    let (Some(receipt), Some(entry)) = (line.receipt, line.entry) else {
        return Err(Failure::unreachable("an answer without a receipt"));
    };
    let (entry, key) = (from_base64(&entry).map_err(Failure::wrong)?, opening_of(client)?.operator);
    let opening = line.opening.map(|json| Opening::from_json(json.get().as_bytes())).transpose();
    let opening = match opening.map_err(Failure::wrong)? {
        Some(Opening::Content(opening)) => Some(opening),
        _ => None,
    };
    let proven =
        ProvenEntry::verify(receipt.as_bytes(), &entry, opening.as_ref(), &key).map_err(Failure::wrong)?;
    let proven = Proven::of(&proven, Vec::new(), None);
    talk::say(&format!(
        "5. Repair applied for; its receipt verified offline with {key}:\n   {}",
        proven.in_words()
    ));
    Ok(proven)
}

/// Whoever reads the log has these bytes, now and when the event has long been erased.
fn stranger(client: &Client, index: EntryIndex) -> Result<String, Failure> {
    let bytes = client.get_bytes(&format!("/v1/entries/{index}/raw"))?;
    let entry = SealedEntry::decode(&bytes).map_err(Failure::wrong)?;
    let hex = to_hex(&bytes);
    talk::say(&format!(
        "   a stranger, {} bytes: number {}, recorded {}, the entry before, a commitment, and nothing else\n   {hex}",
        bytes.len(),
        entry.index,
        entry.recorded_at.to_text(),
    ));
    Ok(hex)
}

/// Who may open the ledger's entries reads what the bytes were made of, and checks that they were.
fn auditor(snapshots: &Snapshots, index: EntryIndex) -> Result<Box<RawValue>, Failure> {
    let found = Reading::new(snapshots).any_entry(index).map_err(Failure::unreachable)?;
    let event =
        serde_json::from_slice::<Box<RawValue>>(&found.entry.entry().event).map_err(Failure::wrong)?;
    talk::say(&format!("   an auditor, the event that it was made of:\n   {}", event.get()));
    Ok(event)
}
