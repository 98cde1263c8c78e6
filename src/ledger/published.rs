//! What readers see of a log: what governs it, folded from the entries that the index names, and where it ends.

use super::{LedgerError, Settings};
use crate::log::Said;
use crate::snapshot::{Snapshot, Snapshots};
use crate::streams::StreamReader;
use ledger_spec::admission::Governance;
use ledger_spec::audit::Opening;
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{Filed, Named};
use ledger_spec::entry::ChainHash;
use ledger_spec::event::Event;
use ledger_spec::id::{SubjectId, SubjectStream};
use ledger_spec::state::LogEnd;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;

/// What readers see of a log that was just opened.
pub(super) fn published_view(
    streams: StreamReader,
    settings: &Settings,
    vkey: &VerifierKey,
) -> Result<Snapshots, LedgerError> {
    Ok(Snapshots::new(published_of(&streams, settings, vkey)?, streams))
}

/// What a log's checkpoint covers, of which the index may know more.
pub(crate) fn published_of(
    streams: &StreamReader,
    settings: &Settings,
    vkey: &VerifierKey,
) -> Result<Snapshot, LedgerError> {
    let checkpoint = streams.log().checkpoint();
    let size = checkpoint.checkpoint().size();
    let last = size.last_index().ok_or(LedgerError::Empty)?;
    let mut governance = Governance::default();
    let mut revocations = Vec::new();
    for at in streams.index().governance_entries().into_iter().filter(|at| at.is_in(size)) {
        // A hold that was erased is gone with its release: the two leave nothing behind.
        let Said::Event(read) = streams.log().said(at)? else { continue };
        let event =
            Event::parse(&read.entry().event).map_err(|error| LedgerError::Event { index: at, error })?;
        if at == EntryIndex::new(0) {
            opened_by(&event, settings, vkey)?;
        }
        let recorded = Recorded { index: at, at: read.entry().recorded_at };
        let signers = read.entry().signers();
        governance.apply(Filed { event: &event, recorded, signers: &signers });
        if event.annuls_decision_of().is_some() {
            revocations.push((event, recorded, signers));
        }
    }
    // A revocation names the record: by which decision that is, its file says, which is read once every issuer is known.
    for (event, recorded, signers) in &revocations {
        let Some((record, from)) = event.annuls_decision_of() else { continue };
        let file = streams.file(&event.subject_stream(), size, &governance.directory)?;
        let annulled = file.find(&record).and_then(|(of, _)| file.annulment(of, from, recorded.index));
        if let Some(annulment) = annulled {
            governance.annul(annulment, Filed { event, recorded: *recorded, signers });
        }
    }
    // Who has several names is one subject to erasures, and links of names do not govern: of those few they are read here.
    let persons: Vec<SubjectId> = governance.erasures.persons().cloned().collect();
    for person in persons {
        let file = |name: &SubjectId| {
            streams.file(&SubjectStream::sealed(name.clone()), size, &governance.directory)
        };
        let named = Named::ever_of(file, &person, size)?;
        governance.name(named.names());
    }
    let last = streams.log().raw(last)?;
    let chain = ChainHash::of_entry(last.bytes());
    let end = LogEnd { size, chain, recorded_at: last.entry().recorded_at() };
    Ok(Snapshot { checkpoint, end, governance })
}

fn opened_by(event: &Event, settings: &Settings, vkey: &VerifierKey) -> Result<(), LedgerError> {
    let opening = Opening::of(event).map_err(|error| LedgerError::Opening(error.to_string()))?;
    if opening.operator == *vkey && opening.origin == settings.origin {
        return Ok(());
    }
    Err(LedgerError::Mismatch { found: opening.operator.to_string(), expected: vkey.to_string() })
}
