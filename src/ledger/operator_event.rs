//! What the ledger states itself, in its operator's name.

use ledger_spec::admission::Governance;
use ledger_spec::event::envelope::{EnvelopeError, seal};
use ledger_spec::event::{Draft, Kind, Salt, SentEvent, WholeEvent};
use ledger_spec::id::{EventId, Sealing, SubjectId};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::Value;
use tlog::checkpoint::Origin;
use tlog::note::NoteSigner;

/// A new event of the operator's, of the time `now`, signed and whole; why there is none, in words.
pub(crate) fn operator_event(
    (origin, signer): (&Origin, &NoteSigner),
    governance: &Governance,
    (kind, subject, body): (Kind, &SubjectId, Value),
    now: RecordedTime,
) -> Result<WholeEvent, String> {
    let key = signer.secret_key();
    let operator = governance.directory.owner(key.public().as_bytes());
    let operator = operator.ok_or_else(|| "the operator's key is not the ledger's".to_owned())?;
    let salt = match kind.sealing() {
        Sealing::Sealed => random()?,
        // What stands in the clear has none.
        Sealing::Clear => [0; Salt::LEN],
    };
    let draft = Draft {
        origin,
        id: EventId::of_day(now.micros() / 1000, random()?),
        kind,
        issuer: &operator.id,
        subject,
        valid_from: ValidTime::at_recorded(now).map_err(|error| error.to_string())?,
        seen_version: None,
        salt: Salt::from_bytes(salt),
        body,
    };
    let bytes = draft.to_bytes().map_err(|error| error.to_string())?;
    let verified = SentEvent::read(seal(&bytes, &[&key]).as_bytes()).and_then(SentEvent::verify);
    verified.map_err(|error: EnvelopeError| error.to_string())
}

fn random<const N: usize>() -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| format!("randomness: {error}"))?;
    Ok(bytes)
}
