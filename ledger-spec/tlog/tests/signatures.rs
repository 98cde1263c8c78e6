//! `PublicKey::verify_each` against ed25519-dalek's `verify_strict`, verdict for verdict, and what is known
//! of batches against what is written about them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod edges;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use edges::Case;
use sha2::{Digest as _, Sha512};
use tlog::key::{Check, KeyError, PublicKey};

/// What ed25519-dalek says, of keys as they come.
fn strict(case: &Case) -> bool {
    let signature = Signature::from_bytes(&case.signature);
    VerifyingKey::from_bytes(&case.key).is_ok_and(|key| key.verify_strict(&case.message, &signature).is_ok())
}

/// What this crate says of them all at once; of a key that it refuses, that nothing holds.
fn each(cases: &[Case]) -> Vec<bool> {
    let keys: Vec<_> = cases.iter().map(|case| PublicKey::parse(case.key).ok()).collect();
    let asked = |(case, key)| Some((Option::as_ref(key)?, case));
    let asked = cases.iter().zip(&keys).filter_map(asked);
    let checks: Vec<Check<'_>> =
        asked.map(|(key, case): (_, &Case)| (key, case.message.as_slice(), &case.signature)).collect();
    let mut verdicts = PublicKey::verify_each(&checks).into_iter();
    let all = keys.iter().map(|key| key.is_some() && verdicts.next().unwrap()).collect();
    assert_eq!(verdicts.next(), None);
    all
}

/// How many of the cases hold, if all agree.
fn compare(cases: &[Case]) -> usize {
    let verdicts = each(cases);
    for (case, ours) in cases.iter().zip(&verdicts) {
        assert_eq!(*ours, strict(case), "{}", case.about);
    }
    verdicts.iter().filter(|holds| **holds).count()
}

#[test]
fn ten_thousand_random_signatures_get_the_verdicts_of_verify_strict() {
    let good = compare(&edges::random(10_000));
    assert!((3_000..4_000).contains(&good), "a third is as it was signed: {good}");
}

#[test]
fn every_combination_at_the_edges_gets_the_verdict_of_verify_strict() {
    let cases = edges::edges();
    let good = compare(&cases);
    // Two honest pairs, and those where the parts of small order of R and kA cancel: about 1 in 8.
    assert!((8..40).contains(&good), "{good} of {} hold", cases.len());
    // The looser check of RFC 8032 takes more: R or A of small order, which the table is to contain.
    let loose = cases.iter().filter(|case| {
        let signature = Signature::from_bytes(&case.signature);
        let key = VerifyingKey::from_bytes(&case.key);
        key.is_ok_and(|key| ed25519_dalek::Verifier::verify(&key, &case.message, &signature).is_ok())
    });
    let loose = loose.count();
    assert!(loose > good + 8, "{loose} hold loosely, {good} strictly");
}

#[test]
fn a_verdict_does_not_depend_on_what_is_checked_beside_it() {
    let cases = edges::random(200);
    let alone: Vec<bool> = cases.iter().flat_map(|case| each(std::slice::from_ref(case))).collect();
    assert!(alone.contains(&true) && alone.contains(&false));
    for count in [0, 1, 63, 64, 65, 128, 129, 200] {
        assert_eq!(each(&cases[..count]), alone[..count], "{count} at once");
        assert_eq!(each(&cases[200 - count..]), alone[200 - count..], "the last {count} at once");
    }
}

/// A secret scalar and its key, with a point of small order added to the key.
fn key_with(torsion: EdwardsPoint) -> (Scalar, [u8; 32]) {
    let secret = SigningKey::from_bytes(&[7; 32]).to_scalar();
    (secret, (EdwardsPoint::mul_base(&secret) + torsion).compress().to_bytes())
}

/// A signature whose R has a part of small order, by whoever holds the secret.
fn sign_with(torsion: EdwardsPoint, secret: Scalar, key: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let nonce = Scalar::from_bytes_mod_order_wide(&Sha512::digest(message).into());
    let r = (EdwardsPoint::mul_base(&nonce) + torsion).compress().to_bytes();
    let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
    let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(s.as_bytes());
    signature
}

/// Of 400 signatures, each alone in a batch: how many hold strictly, how many as a batch, how many both ways.
fn holding(in_key: EdwardsPoint, in_r: EdwardsPoint) -> [usize; 3] {
    let (secret, key) = key_with(in_key);
    let parsed = PublicKey::parse(key).unwrap();
    let mut holding = [0; 3];
    for n in 0..400_u16 {
        let message = n.to_le_bytes();
        let signature = sign_with(in_r, secret, &key, &message);
        let strict = parsed.verify(&message, &signature).is_ok();
        let batch = PublicKey::verify_batch(&[&message], vec![signature], vec![parsed]);
        for (count, holds) in holding.iter_mut().zip([strict, batch, strict && batch]) {
            *count += usize::from(holds);
        }
    }
    holding
}

#[test]
fn a_batch_takes_an_r_with_torsion_as_often_as_is_written() {
    let nothing = EdwardsPoint::default();
    assert_eq!(holding(nothing, nothing), [400; 3]);
    // The points of EIGHT_TORSION are the multiples of one of order 8.
    for (order, at) in [(2, 4), (4, 2), (8, 1)] {
        let [strict, batch, _] = holding(nothing, EIGHT_TORSION[at]);
        assert_eq!(strict, 0, "strict verifiers refuse an R of mixed order");
        let expected = 400 / order;
        assert!(batch.abs_diff(expected) < 35, "order {order}: {batch} where about {expected} are expected");
    }
}

#[test]
fn under_a_key_with_torsion_no_verdict_follows_from_the_other_so_none_is_enrolled() {
    let [strict, batch, both] = holding(EIGHT_TORSION[1], EdwardsPoint::default());
    assert!(both < strict && both < batch, "{strict} strictly, {batch} as batches, {both} both ways");
    for (at, torsion) in EIGHT_TORSION.into_iter().enumerate() {
        let (_, key) = key_with(torsion);
        assert!(PublicKey::parse(key).is_ok(), "torsion {at}");
        let expected = if at == 0 { Ok(key) } else { Err(KeyError::Torsion) };
        assert_eq!(PublicKey::parse_to_enrol(key).map(|key| *key.as_bytes()), expected, "torsion {at}");
    }
    assert_eq!(PublicKey::parse_to_enrol([2; 32]), Err(KeyError::NotAPoint));
}
