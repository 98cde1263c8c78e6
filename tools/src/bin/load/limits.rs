//! What the machine can do at most, on the same events: signatures verified, bytes made durable.

use super::{cores, rate, together};
use ledger_spec::event::envelope::pre_authentication_encoding;
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tlog::bytes::{from_base64, from_base64_exact};
use tlog::key::PublicKey;

/// Events a second whose signatures are checked strictly on all cores: nothing is parsed, admitted or kept.
pub fn verify_strict(envelopes: &[String]) -> f64 {
    let checks: Vec<_> = envelopes.iter().take(20_000).map(|envelope| check_of(envelope)).collect();
    let next = AtomicUsize::new(0);
    let elapsed = together(cores(), |_| {
        while let Some((key, message, signature)) = checks.get(next.fetch_add(1, Ordering::Relaxed)) {
            key.verify(message, signature).unwrap();
        }
    });
    rate(checks.len(), elapsed)
}

fn check_of(envelope: &str) -> (PublicKey, Vec<u8>, [u8; 64]) {
    let envelope: Value = serde_json::from_str(envelope).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let signature = &envelope["signatures"][0];
    let key = PublicKey::bytes_from_id(&text(&signature["keyid"])).unwrap();
    let event = from_base64(&text(&envelope["payload"])).unwrap();
    let bytes = from_base64_exact(&text(&signature["sig"])).unwrap();
    (PublicKey::parse(key).unwrap(), pre_authentication_encoding(&event), bytes)
}

/// Events a second whose bytes are appended to a file, synced after each batch.
pub fn append(folder: &Path, envelopes: &[String], batch: usize) -> f64 {
    // An entry is its event and about 250 bytes: links, signature, frame.
    let entry = |envelope: &String| check_of(envelope).1.len() + 250;
    let batches: Vec<Vec<u8>> =
        envelopes.chunks(batch).take(200).map(|batch| vec![0x5a; batch.iter().map(entry).sum()]).collect();
    let count = envelopes.len().min(200 * batch);
    let path = folder.join("load-append.tmp");
    let mut file = File::create(&path).unwrap();
    let begin = Instant::now();
    for bytes in &batches {
        file.write_all(bytes).unwrap();
        file.sync_data().unwrap();
    }
    let elapsed = begin.elapsed();
    std::fs::remove_file(path).unwrap();
    rate(count, elapsed)
}

/// The CPU time that a process has used, in seconds, by the system's own count (a hundred a second on Linux).
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name, in parentheses, may hold anything; user and system time are the 12th and 13th fields after it.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u32 = fields[11..13].iter().map(|field| field.parse::<u32>().unwrap()).sum();
    f64::from(ticks) / 100.0
}

/// The memory of a process that is resident, in KiB.
pub fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// What a folder takes on disk: files can be allocated and mostly empty.
pub fn disk_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let items = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path());
    items
        .map(
            |path| {
                if path.is_dir() {
                    disk_bytes(&path)
                } else {
                    std::fs::metadata(path).unwrap().blocks() * 512
                }
            },
        )
        .sum()
}

/// Seconds since 1970.
pub fn seconds_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
