//! Audits a ledger that somebody serves, with the library alone: `audit_served_ledger 127.0.0.1:8413 VKEY`.
//!
//! The key has to come from elsewhere than the ledger. Nothing that is served is believed: every entry's
//! signatures, rules and links are checked again, and the tree over all of them is the one that the key signed.

use ledger_spec::audit::AuditedLedger;
use ledger_spec::tlog::{note::VerifierKey, tile::TILE_MAX_LEN};
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, vkey] = arguments.as_slice() else {
        return Err("audit_served_ledger ADDRESS VKEY".into());
    };
    println!("{}", run(address, vkey)?);
    Ok(())
}

/// What is to be printed of the ledger at `address`, if all of it is right.
pub fn run(address: &str, vkey: &str) -> Result<String, Box<dyn Error>> {
    let key = VerifierKey::parse(vkey)?;
    let note = get(address, "/checkpoint")?;
    let audited = AuditedLedger::audit(&note, &key, |tile| get(address, &format!("/tile/{tile}")))?;
    let signed = audited.checkpoint();
    Ok(format!("{}\n{} entries\nroot {}", signed.origin(), signed.size(), signed.root()))
}

/// The body of what a server answers, no longer than a tile can be.
fn get(address: &str, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(4096 + TILE_MAX_LEN as u64).read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no HTTP")?;
    match String::from_utf8_lossy(answer.get(9..12).ok_or("no HTTP")?).as_ref() {
        "200" => Ok(answer.split_off(head + 4)),
        status => Err(format!("{path}: status {status}").into()),
    }
}
