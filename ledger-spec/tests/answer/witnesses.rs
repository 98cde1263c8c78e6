//! Cosignatures, policies, what a witness says, and what an auditor states.

use super::{Answer, refused, text};
use ledger_spec::audit::AuditStatement;
use serde_json::{Map, Value, json};
use tlog::bytes::{from_base64_exact, to_base64};
use tlog::checkpoint::{Checkpoint, Origin};
use tlog::cosignature::CosignerKey;
use tlog::hash::TreeHash;
use tlog::note::{SignedNote, VerifierKey};
use tlog::policy::Policy;
use tlog::position::TreeSize;
use tlog::witness::{AddCheckpoint, Refusal};

fn texts<'a>(input: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    input[name].as_array().unwrap().iter().map(|value| value.as_str().unwrap())
}

/// When each of some cosigners signed a note.
pub fn cosignature(input: &Value) -> Answer {
    let keys = texts(input, "vkeys").map(CosignerKey::parse);
    let keys: Vec<_> = keys.collect::<Result<_, _>>().map_err(refused)?;
    let note = SignedNote::parse(text(input, "note").as_bytes()).map_err(refused)?;
    let mut times = Map::new();
    for key in keys {
        let at = key.time_of(&note).map_err(refused)?;
        times.extend(at.map(|at| (key.name().to_string(), at.into())));
    }
    Ok(json!({ "times": times }))
}

/// Whether the cosignatures of some of a policy's witnesses suffice.
pub fn policy(input: &Value) -> Answer {
    let policy = Policy::parse(text(input, "policy")).map_err(refused)?;
    let names: Vec<_> = policy.witnesses().iter().map(|witness| &witness.name).collect();
    let met = policy.is_met(|witness| texts(input, "cosigned").any(|name| name == witness.name));
    Ok(json!({ "witnesses": names, "met": met }))
}

/// What a witness says to a request.
pub fn witness(input: &Value) -> Answer {
    let says = |refusal: Refusal| json!({ "error": refusal.to_string(), "status": refusal.status() });
    let keys: Vec<_> = texts(input, "vkeys").map(|key| VerifierKey::parse(key).unwrap()).collect();
    let request = text(input, "request");
    let as_of = AddCheckpoint::parse(request.as_bytes()).map_err(says)?;
    assert_eq!(as_of.to_string(), request, "what is read prints as the same bytes");
    let last = |origin: &str| {
        let last = input["last"].as_object()?;
        let root = from_base64_exact(last["root"].as_str()?).map(TreeHash::from_bytes).unwrap();
        let size = TreeSize::new(last["size"].as_u64()?);
        Some(Checkpoint::new(Origin::parse(origin).unwrap(), size, root))
    };
    let signed = as_of.judge(&keys, last).map_err(says)?;
    let stated = signed.checkpoint();
    Ok(json!({ "size": stated.size().get(), "root": to_base64(stated.root().as_bytes()) }))
}

/// What an auditor states.
pub fn statement(input: &Value) -> Answer {
    let auditor = VerifierKey::parse(text(input, "vkey")).unwrap();
    let stated = AuditStatement::verify(text(input, "note").as_bytes(), &auditor).map_err(refused)?;
    let rows = stated.erased().iter().map(|row| [row.first.get(), row.last.get()]);
    Ok(json!({
        "origin": stated.origin().as_str(), "size": stated.size().get(),
        "root": to_base64(stated.root().as_bytes()), "audited_at": stated.audited_at().micros(),
        "erased": rows.collect::<Vec<_>>(),
    }))
}
