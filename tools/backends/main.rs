//! What one backend of the curve's arithmetic says of some 36,000 signatures, the edges included: the three
//! ways in which they are checked, folded into a digest. `tools/backends.sh` builds this for each backend
//! and compares. With `rates` it measures the three ways on one core instead.

// What cannot be set up or does not agree has nothing to print.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
#[path = "../../ledger-spec/tlog/tests/edges/mod.rs"]
mod edges;

use edges::Case;

use sha2::{Digest as _, Sha512};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tlog::key::{Check, PublicKey};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("rates") => rates(),
        _ => digest(),
    }
}

/// Prints the backend that answers on this CPU where the best is allowed, how many hold, and the digest.
fn digest() {
    let mut cases = edges::random(10_000);
    cases.append(&mut edges::edges());
    let (mut hash, mut good, mut differing) = (Sha512::new(), 0_u32, Vec::new());
    let keys: Vec<_> = cases.iter().map(|case| PublicKey::parse(case.key).ok()).collect();
    let asked: Vec<(&Case, &PublicKey)> =
        cases.iter().zip(&keys).filter_map(|(case, key)| Some((case, key.as_ref()?))).collect();
    let checks: Vec<Check<'_>> =
        asked.iter().map(|(case, key)| (*key, case.message.as_slice(), &case.signature)).collect();
    let each = PublicKey::verify_each(&checks);
    // The cases were made by this backend's arithmetic, so their bytes belong to what has to be the same.
    for (case, key) in cases.iter().zip(&keys) {
        hash.update(case.key);
        hash.update(&case.message);
        hash.update(case.signature);
        hash.update([u8::from(key.is_some())]);
    }
    assert_eq!(each.len(), asked.len());
    for ((case, key), each) in asked.iter().zip(each) {
        let strict = key.verify(&case.message, &case.signature).is_ok();
        let batch = PublicKey::verify_batch(&[&case.message], vec![case.signature], vec![**key]);
        let whole = PublicKey::parse_to_enrol(*key.as_bytes()).is_ok();
        hash.update([strict, each, batch, whole].map(u8::from));
        good += u32::from(strict);
        if strict != each {
            differing.push(case.about.as_str());
        }
    }
    assert!(differing.is_empty(), "verify_each differs from verify_strict: {differing:?}");
    // Pippenger's way, which batches take from 190 points on.
    let signed: Vec<_> = asked.iter().filter(|(case, key)| holds(case, key)).take(512).collect();
    let messages: Vec<&[u8]> = signed.iter().map(|(case, _)| case.message.as_slice()).collect();
    let signatures: Vec<_> = signed.iter().map(|(case, _)| case.signature).collect();
    let keys: Vec<_> = signed.iter().map(|(_, key)| **key).collect();
    assert!(PublicKey::verify_batch(&messages, signatures.clone(), keys.clone()), "512 that hold");
    let mut broken = signatures;
    broken[300][0] ^= 1;
    assert!(!PublicKey::verify_batch(&messages, broken, keys), "one of 512 does not hold");
    let digest = tlog::bytes::to_hex(hash.finalize().first_chunk::<16>().unwrap());
    println!("{} {good} {} {digest}", best(), cases.len());
}

fn holds(case: &Case, key: &PublicKey) -> bool {
    key.verify(&case.message, &case.signature).is_ok()
}

/// The best backend that this CPU can run: what curve25519-dalek asks before it chooses.
fn best() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512ifma") && is_x86_feature_detected!("avx512vl") {
            return "avx512";
        }
        if is_x86_feature_detected!("avx2") {
            return "simd";
        }
    }
    "serial"
}

/// Prints how many signatures a second each way checks on one core, of 4096 under 300 keys: the best of some
/// runs, since what else the machine does only ever takes away.
fn rates() {
    let cases: Vec<_> = edges::random(4096 * 4);
    let keys: Vec<_> = cases.iter().map(|case| PublicKey::parse(case.key).ok()).collect();
    let good: Vec<(PublicKey, &Case)> = cases
        .iter()
        .zip(&keys)
        .filter_map(|(case, key)| Some(((*key)?, case)))
        .filter(|(key, case)| holds(case, key))
        .take(4096)
        .collect();
    assert_eq!(good.len(), 4096);
    let one_by_one = || good.iter().for_each(|(key, case)| assert!(holds(case, key)));
    let each = || {
        for some in good.chunks(512) {
            let checks: Vec<Check<'_>> =
                some.iter().map(|(key, case)| (key, case.message.as_slice(), &case.signature)).collect();
            assert!(PublicKey::verify_each(&checks).iter().all(|holds| *holds));
        }
    };
    let batches = |size| {
        for some in good.chunks(size) {
            let messages: Vec<&[u8]> = some.iter().map(|(_, case)| case.message.as_slice()).collect();
            let signatures = some.iter().map(|(_, case)| case.signature).collect();
            let keys = some.iter().map(|(key, _)| *key).collect();
            assert!(black_box(PublicKey::verify_batch(&messages, signatures, keys)));
        }
    };
    // Each way in turn, so that a busy moment does not fall upon one of them alone.
    let mut best = [Duration::MAX; 4];
    for _ in 0..7 {
        let took = [time(one_by_one), time(each), time(|| batches(512)), time(|| batches(4096))];
        best.iter_mut().zip(took).for_each(|(best, took)| *best = took.min(*best));
    }
    let ways = ["verify_strict", "verify_each", "verify_batch of 512", "verify_batch of 4096"];
    for (way, best) in ways.iter().zip(best) {
        println!("{way:<22} {:>9.0}/s", 4096.0 / best.as_secs_f64());
    }
}

fn time(work: impl Fn()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}
