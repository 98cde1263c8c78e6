//! Asking those who may know more of a log than its folder holds: the witnesses of a policy, and mirrors. What they answer is a
//! claim until the operator's signature on it holds.

mod policy_file;
mod shown;

pub use policy_file::{PolicyFileError, policy_of};
pub use shown::{Shown, ask, signed_by};

use crate::known::{Known, Teller};
use crate::tile_client::TileClient;
use std::thread;
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::policy::Policy;

/// Asks all of them at once which checkpoints of the operator's they have. Who does not answer within seconds is none who knows:
/// a start waits for nobody who is down.
pub fn everybody(policy: Option<&Policy>, mirrors: &[String], vkey: &VerifierKey) -> Vec<Known> {
    let witnesses = policy.map(Policy::witnesses).unwrap_or_default();
    thread::scope(|scope| {
        let asked = witnesses.iter().filter(|witness| witness.url.is_some()).map(|witness| {
            let by = Teller::Witness(witness.name.clone());
            (by, scope.spawn(|| signed_by(witness, vkey)))
        });
        let asked: Vec<_> = asked.collect();
        let of_mirrors = mirrors.iter().map(|url| {
            let by = Teller::Mirror(url.clone());
            (by, scope.spawn(|| shown_by_mirror(url, vkey)))
        });
        let asked = asked.into_iter().chain(of_mirrors.collect::<Vec<_>>());
        let answered = asked.filter_map(|(by, asking)| match asking.join() {
            Ok(Ok(signed)) => Some(Known { by, signed }),
            Ok(Err(reason)) => {
                tracing::warn!(who = %by, reason, "whether more is known there than here could not be asked");
                None
            }
            Err(_) => None,
        });
        answered.collect()
    })
}

/// What a mirror shows.
fn shown_by_mirror(url: &str, vkey: &VerifierKey) -> Result<SignedCheckpoint, String> {
    let remote = TileClient::hasty(url).map_err(|error| error.to_string())?;
    let note = remote.checkpoint().map_err(|error| error.to_string())?;
    SignedCheckpoint::verify(&note, vkey).map_err(|error| format!("what it shows: {error}"))
}
