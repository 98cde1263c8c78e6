//! What an append answers.

use crate::sequencer::Appended;
use ledger_spec::entry::StreamVersion;
use ledger_spec::time::RecordedTime;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tlog::hash::TreeHash;
use tlog::position::EntryIndex;
use utoipa::ToSchema;

/// An event that stands in the ledger, with its whole receipt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppendAnswer {
    /// Its entry.
    pub index: EntryIndex,
    /// When it was committed, RFC 3339.
    pub recorded_at: RecordedTime,
    /// The entry's leaf in the tree, in hex.
    pub entry_hash: TreeHash,
    /// The version of the subject's stream with it; not where it stood there before: whoever has seen an event could ask so how
    /// many came before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub version: Option<StreamVersion>,
    /// Whether it stood there before: the same event was sent again.
    pub repeat: bool,
    /// What proves it.
    #[serde(flatten)]
    pub proof: Proof,
}

/// What proves that an event stands in the ledger, by itself and for ever.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The receipt: a C2SP tlog-proof for the entry.
    pub receipt: String,
    /// The entry's bytes in base64, as the log shows them to everybody.
    pub entry: String,
    /// What proves that the entry holds this event, where it is sealed. It is for the issuer: whoever has it can show for
    /// ever what the event says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    pub opening: Option<Box<RawValue>>,
}

/// An event that every rule would let in; nothing was appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Admissible {
    /// `admissible`, or `repeat` where it stands in the ledger already.
    pub status: LineStatus,
}

/// What one event is answered with: that it stands in the ledger, or, in a dry run, that it could.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(missing_docs)] // each is what it holds
pub enum AppendOrDryRun {
    Appended(AppendAnswer),
    Admissible(Admissible),
}

/// The answer to one line of a batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AppendedLine {
    /// The line of the request, from 1.
    pub line: usize,
    /// What became of it.
    pub status: LineStatus,
    /// Its entry, where it is in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub index: Option<EntryIndex>,
    /// When it was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub recorded_at: Option<RecordedTime>,
    /// The entry's leaf in the tree, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub entry_hash: Option<TreeHash>,
    /// The version of the subject's stream with it; not where it was there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub version: Option<StreamVersion>,
    // Not a flattened [`Proof`], which serde reads by way of values of its own: an opening could not be read back as it
    // was written.
    /// With `receipts=full` the receipt: a C2SP tlog-proof for the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub receipt: Option<String>,
    /// With it the entry's bytes in base64, as the log shows them to everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub entry: Option<String>,
    /// With it what proves that the entry holds this event, where it is sealed. It is for the issuer: whoever has it can
    /// show for ever what the event says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    pub opening: Option<Box<RawValue>>,
    /// Why it is not in the ledger: an RFC 9457 problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    pub problem: Option<Box<RawValue>>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineStatus {
    /// It is in the ledger now.
    Placed,
    /// It was there before.
    Repeat,
    /// Every rule would let it in; nothing was appended (`dry_run=true`).
    Admissible,
    /// It was refused.
    Refused,
    /// It was not tried, because another line of the atomic batch was refused.
    NotAttempted,
}

/// The last line of a batch's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastLine {
    /// The signed checkpoint that covers every line placed.
    pub checkpoint: String,
}

impl Admissible {
    /// The answer for one event.
    pub const fn of(placed: &Appended) -> Self {
        Self { status: LineStatus::of_check(placed) }
    }
}

impl AppendAnswer {
    /// The answer for one event.
    pub fn of(placed: &Appended, proof: Proof) -> Self {
        Self {
            index: placed.index,
            recorded_at: placed.recorded_at,
            entry_hash: placed.leaf,
            version: placed.new_version(),
            repeat: placed.repeat,
            proof,
        }
    }
}

impl AppendedLine {
    /// A line of which no more is said than what became of it.
    pub const fn of_status(line: usize, status: LineStatus) -> Self {
        Self {
            line,
            status,
            index: None,
            recorded_at: None,
            entry_hash: None,
            version: None,
            receipt: None,
            entry: None,
            opening: None,
            problem: None,
        }
    }

    /// A line whose event is in the ledger.
    pub fn placed(line: usize, placed: &Appended, proof: Option<Proof>) -> Self {
        let status = if placed.repeat { LineStatus::Repeat } else { LineStatus::Placed };
        let (receipt, entry, opening) = match proof {
            Some(Proof { receipt, entry, opening }) => (Some(receipt), Some(entry), opening),
            None => (None, None, None),
        };
        Self {
            index: Some(placed.index),
            recorded_at: Some(placed.recorded_at),
            entry_hash: Some(placed.leaf),
            version: placed.new_version(),
            receipt,
            entry,
            opening,
            ..Self::of_status(line, status)
        }
    }

    /// A line whose event was refused.
    pub fn refused(line: usize, problem: Box<RawValue>) -> Self {
        Self { problem: Some(problem), ..Self::of_status(line, LineStatus::Refused) }
    }
}

impl LineStatus {
    /// What a check says of an event that every rule would let in.
    pub const fn of_check(placed: &Appended) -> Self {
        if placed.repeat { Self::Repeat } else { Self::Admissible }
    }

    /// Whether every rule would let the event in, or it stands in the ledger already.
    pub const fn may_enter(self) -> bool {
        matches!(self, Self::Admissible | Self::Repeat)
    }

    /// Whether the event stands in the ledger.
    pub const fn is_in(self) -> bool {
        matches!(self, Self::Placed | Self::Repeat)
    }
}
