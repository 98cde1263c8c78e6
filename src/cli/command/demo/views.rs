//! One event of the demo as three see it: its issuer, a stranger who reads the log, and an auditor who may open it.

use crate::api::AppendedLine;
use crate::audit::{AuditOptions, AuditReport, audit_remote};
use crate::cli::client::{Client, opening_of};
use crate::cli::failure::Failure;
use crate::cli::proven::{Beside, Found as _, Proven, instant};
use crate::cli::talk::{self, Bar};
use crate::server::Running;
use crate::signing::{Signing, Stated};
use crate::tile_client::TileClient;
use crate::words::say;
use ledger_spec::audit::ProvenEntry;
use ledger_spec::request::{Case, Purpose};
use ledger_spec::sealed::{Opening, SealedEntry, read_bundle};
use ledger_spec::wording::Words;
use serde_json::value::RawValue;
use std::sync::Arc;
use tlog::bytes::{from_base64, to_hex};
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;
use tlog::key::SecretKey;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;
use tlog::tile::{TileId, TileKind};

/// The matter in which the demo is audited.
pub(super) const CASE: &str = "demo";

/// What each of them sees.
pub(super) struct Seen {
    /// The issuer, whose receipt came with what opens the entry.
    pub(super) proven: Proven,
    /// A stranger: the entry's bytes, in hex.
    pub(super) stranger: String,
    /// An auditor: the event.
    pub(super) auditor: Box<RawValue>,
}

/// An auditor's office: all that it has is the ledger's key, its address, and a key of its own that is enrolled.
pub(super) struct Auditor {
    /// As everybody reads the log.
    pub(super) log: TileClient,
    /// As an auditor, who is given what opens it.
    pub(super) openings: TileClient,
    /// The key that it had from elsewhere.
    pub(super) vkey: VerifierKey,
}

/// Shows what its issuer, a stranger and an auditor see of an event that was just appended.
pub(super) fn of_one(client: &Client, auditor: &Auditor, line: AppendedLine) -> Result<Seen, Failure> {
    let index = line.index.ok_or_else(|| Failure::unreachable(say!("an answer without an index")))?;
    let proven = prove(client, line)?;
    talk::say(&say!("6. What entry {} shows, to whom:", index));
    let (entry, stranger) = stranger(client, index)?;
    let auditor = auditor.event(&entry)?;
    Ok(Seen { proven, stranger, auditor })
}

/// Verifies a receipt the way its issuer can for ever: proof, entry, opening and key, and nothing else.
fn prove(client: &Client, line: AppendedLine) -> Result<Proven, Failure> {
    let (Some(receipt), Some(entry)) = (line.receipt, line.entry) else {
        return Err(Failure::unreachable(say!("an answer without a receipt")));
    };
    let (entry, key) = (from_base64(&entry).map_err(Failure::wrong)?, opening_of(client)?.operator);
    let opening = line.opening.map(|json| Opening::from_json(json.get().as_bytes())).transpose();
    let opening = match opening.map_err(Failure::wrong)? {
        Some(Opening::Content(opening)) => Some(opening),
        _ => None,
    };
    let proven =
        ProvenEntry::verify(receipt.as_bytes(), &entry, opening.as_ref(), &key).map_err(Failure::wrong)?;
    let proven = Proven::of(&proven, Vec::new(), Beside::default());
    talk::say(&say!(
        "5. Repair applied for; its receipt verified offline with {}:\n   {}",
        Words::data(key),
        proven.in_words()
    ));
    Ok(proven)
}

/// Whoever reads the log has these bytes, now and when the event has long been erased.
fn stranger(client: &Client, index: EntryIndex) -> Result<(SealedEntry, String), Failure> {
    let bytes = client.get_bytes(&format!("/v1/entries/{index}/raw"))?;
    let entry = SealedEntry::decode(&bytes).map_err(Failure::wrong)?;
    let hex = to_hex(&bytes);
    talk::say(&say!(
        "   a stranger, {} bytes: number {}, recorded {}, the entry before, a commitment, and nothing else\n   {}",
        bytes.len(),
        entry.index,
        instant(entry.recorded_at),
        Words::data(&hex)
    ));
    Ok((entry, hex))
}

impl Auditor {
    /// One who knows where a server answers, and with what key its ledger signs.
    pub(super) fn of(running: &Running, vkey: VerifierKey, key: SecretKey) -> Result<Self, Failure> {
        let log = TileClient::new(&running.url()).map_err(Failure::unreachable)?;
        let case = Some(Case::parse(CASE).or_defect("the demo's own is one"));
        let stated = Stated { purpose: Some(Purpose::Audit), case, visible_from: None };
        let signing = Signing { key: Arc::new(key), stated };
        Ok(Self { openings: log.clone().signing(signing), log, vkey })
    }

    /// Is given what opens an entry, holds it against what the entry commits to, and reads what that was made of.
    fn event(&self, entry: &SealedEntry) -> Result<Box<RawValue>, Failure> {
        let size = entry.index.covering_size();
        let bundle = TileId::all(TileKind::Entries, entry.index.get(), size).next();
        let bundle = bundle.or_defect("an entry stands in a bundle");
        let openings = self.openings.openings(bundle).map_err(Failure::unreachable)?;
        let mut openings =
            read_bundle(&openings, usize::from(bundle.width())).map_err(Failure::unreachable)?;
        let Some(Some(Opening::Auditor(opening))) = openings.pop() else {
            return Err(Failure::wrong(say!("nothing opens entry {}", entry.index)));
        };
        let origin = Origin::parse(self.vkey.name().as_str()).map_err(Failure::wrong)?;
        let opened = opening.recall(entry, &origin).map_err(Failure::wrong)?;
        let event = serde_json::from_slice::<Box<RawValue>>(&opened.event).map_err(Failure::wrong)?;
        talk::say(&say!(
            "   an auditor, who is given what opens it, the event that it was made of:\n   {}",
            Words::data(event.get())
        ));
        Ok(event)
    }

    /// Audits everything from outside, as `audit --url … --auditor-key …` does.
    pub(super) fn audit(&self) -> Result<AuditReport, Failure> {
        let bar = Bar::new(&say!("auditing"));
        let options = AuditOptions { vkey: Some(self.vkey.clone()), ..AuditOptions::default() };
        audit_remote(&self.log, Some(&self.openings), options, &bar).map_err(Failure::wrong)
    }
}
