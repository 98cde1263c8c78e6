//! What an append answers.

use crate::sequencer::Appended;
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;

/// An event that stands in the ledger, with its whole receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppendAnswer {
    /// Its entry.
    pub index: u64,
    /// When it was committed, RFC 3339.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// The entry's leaf in the tree, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub entry_hash: String,
    /// The version of the subject's stream with it.
    pub version: u64,
    /// Whether it stood there before: the same event was sent again.
    pub repeat: bool,
    /// The receipt: a C2SP tlog-proof.
    pub receipt: String,
}

/// An event that every rule would let in; nothing was appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Admissible {
    /// `admissible`, or `repeat` where it stands in the ledger already.
    pub status: &'static str,
}

/// The answer to one line of a batch. Documentation only: the lines are written by
/// [`write_placed`] and by the problems themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppendedLine {
    /// The line of the request, from 1.
    pub line: u64,
    /// What became of it.
    pub status: LineStatus,
    /// Its entry, where it is in the ledger.
    pub index: Option<u64>,
    /// When it was committed.
    #[schema(format = DateTime)]
    pub recorded_at: Option<String>,
    /// The entry's leaf in the tree, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub entry_hash: Option<String>,
    /// The version of the subject's stream with it.
    pub version: Option<u64>,
    /// The receipt, with `receipts=full`.
    pub receipt: Option<String>,
    /// Why it is not in the ledger: an RFC 9457 problem.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<String>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastLine {
    /// The signed checkpoint that covers every line placed.
    pub checkpoint: String,
}

impl Admissible {
    /// The answer for one event.
    pub const fn of(placed: &Appended) -> Self {
        Self { status: if placed.repeat { "repeat" } else { "admissible" } }
    }
}

impl AppendAnswer {
    /// The answer for one event.
    pub fn of(placed: &Appended, receipt: String) -> Self {
        Self {
            index: placed.index.get(),
            recorded_at: placed.recorded_at.to_text(),
            entry_hash: placed.leaf.to_string(),
            version: placed.version.get(),
            repeat: placed.repeat,
            receipt,
        }
    }
}

/// Writes the answer's members for a placed line, without the closing brace. By hand: this is the hot
/// path, and no value in it needs escaping. `recorded_at` is the time's text, which a batch shares.
pub fn write_placed(out: &mut String, line: usize, placed: &Appended, recorded_at: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let status = if placed.repeat { "repeat" } else { "placed" };
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        r#"{{"line":{line},"status":"{status}","index":{},"recorded_at":"{recorded_at}","entry_hash":""#,
        placed.index
    );
    for byte in placed.leaf.as_bytes() {
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
    let _ = write!(out, r#"","version":{}"#, placed.version);
}
