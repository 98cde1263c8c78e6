//! What a policy's witnesses cosigned last of a log, asked of each: for whoever holds it against their own copy.
//!
//! Two witnesses who were shown two histories cannot know it of each other; whoever asks both does.

use crate::tile_client::{TileClient, TileClientError};
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::policy::{Policy, PolicyWitness};
use tlog::witness::folder_of;

/// What one witness shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the policy calls it.
    pub witness: String,
    /// The checkpoint, if it is one that the log signed: whoever shows it, the log is bound by it.
    pub signed: Option<SignedCheckpoint>,
    /// Why the witness does not vouch for it, or shows none.
    pub missing: Option<String>,
}

/// Asks every witness of a policy for what it cosigned last of the log whose checkpoints `vkey` verifies.
pub fn ask(policy: &Policy, vkey: &VerifierKey) -> Vec<Shown> {
    policy.witnesses().iter().map(|witness| ask_one(witness, vkey)).collect()
}

fn ask_one(witness: &PolicyWitness, vkey: &VerifierKey) -> Shown {
    let (signed, missing) = match read(witness, vkey) {
        Ok(signed) => {
            let missing = match witness.key.time_of(signed.note()) {
                Ok(Some(_)) => None,
                Ok(None) => Some("it shows a checkpoint without its own cosignature".into()),
                Err(error) => Some(error.to_string()),
            };
            (Some(signed), missing)
        }
        Err(reason) => (None, Some(reason)),
    };
    Shown { witness: witness.name.clone(), signed, missing }
}

/// The checkpoint of the operator's that a witness shows, asked for once and not waited for.
pub fn signed_by(witness: &PolicyWitness, vkey: &VerifierKey) -> Result<SignedCheckpoint, String> {
    shown(witness, vkey, TileClient::hasty)
}

fn read(witness: &PolicyWitness, vkey: &VerifierKey) -> Result<SignedCheckpoint, String> {
    shown(witness, vkey, TileClient::new)
}

fn shown(
    witness: &PolicyWitness,
    vkey: &VerifierKey,
    client: fn(&str) -> Result<TileClient, TileClientError>,
) -> Result<SignedCheckpoint, String> {
    let url = witness.url.as_deref().ok_or("the policy gives no URL for it")?;
    // A policy may name the address that checkpoints are submitted to.
    let url = url.trim_end_matches('/').trim_end_matches("/add-checkpoint");
    let remote = client(url).map_err(|error| error.to_string())?;
    match remote.cosigned(&folder_of(vkey.name().as_str())) {
        Err(TileClientError::Status { status: 404, .. }) => Err("it has cosigned nothing of this log".into()),
        other => {
            let note = other.map_err(|error| error.to_string())?;
            SignedCheckpoint::verify(&note, vkey).map_err(|error| format!("what it shows: {error}"))
        }
    }
}
