//! Signatures, most of them wrong: drawn at random and broken in one bit, and every combination of what
//! can stand at the edges of the curve. The same every time: all chance is a hash of a counter.

use curve25519_dalek::constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha512};

/// A signature to check.
pub struct Case {
    /// What is special about it.
    pub about: String,
    /// The key's bytes, whatever they are.
    pub key: [u8; 32],
    /// The message.
    pub message: Vec<u8>,
    /// R ‖ S.
    pub signature: [u8; 64],
}

/// The group's order.
pub const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// So many cases under 300 keys: a third of them as they were signed, the others broken in one bit of R, S,
/// the message or the key.
pub fn random(count: u64) -> Vec<Case> {
    let keys: Vec<_> = (0..300).map(|n| SigningKey::from_bytes(&chance("key", n))).collect();
    let case = |n: u64| {
        let [which, kind, at, bit, length, ..] = chance("case", n);
        let secret = &keys[usize::try_from(n).unwrap() % keys.len()];
        let message: Vec<u8> = chance("message", n).repeat(6)[..usize::from(length % 192)].to_vec();
        let mut case = Case {
            about: format!("random {n}"),
            key: secret.verifying_key().to_bytes(),
            signature: secret.sign(&message).to_bytes(),
            message,
        };
        let (at, flip) = (usize::from(at), 1 << (bit % 8));
        match (which % 3, kind % 4) {
            (0, _) => {}
            (_, 0) => case.signature[at % 32] ^= flip,
            (_, 1) => case.signature[32 + at % 32] ^= flip,
            (_, 2) => case.key[at % 32] ^= flip,
            _ if case.message.is_empty() => case.message.push(bit),
            _ => {
                let at = at % case.message.len();
                case.message[at] ^= flip;
            }
        }
        case
    };
    (0..count).map(case).collect()
}

/// A point by its bytes, with the multiple of the base in it (nought for a point of small order), where
/// somebody can know it.
struct Point {
    about: String,
    bytes: [u8; 32],
    base: Scalar,
}

/// Every key, with every R, with every S.
pub fn edges() -> Vec<Case> {
    let mut keys = points("key", 1);
    let mut rs = points("r", 2);
    for (list, what) in [(&mut keys, "A"), (&mut rs, "R")] {
        list.iter_mut().for_each(|point| point.about = format!("{what} = {}", point.about));
    }
    let mut cases = Vec::new();
    for (key, r) in keys.iter().flat_map(|key| rs.iter().map(move |r| (key, r))) {
        let message = format!("{}, {}", key.about, r.about).into_bytes();
        let hash = Sha512::new().chain_update(r.bytes).chain_update(key.bytes).chain_update(&message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let right = r.base + k * key.base;
        for (what, s) in [
            ("right", right.to_bytes()),
            ("right + L", plus_l(right.to_bytes())),
            ("right + 1", (right + Scalar::ONE).to_bytes()),
            ("−right", (-right).to_bytes()),
            ("0", [0; 32]),
            ("L", L),
            ("all bits", [0xff; 32]),
        ] {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&r.bytes);
            signature[32..].copy_from_slice(&s);
            let about = format!("{}, {}, S = {what}", key.about, r.about);
            cases.push(Case { about, key: key.bytes, message: message.clone(), signature });
        }
    }
    cases
}

fn points(seed: &str, multiples: u64) -> Vec<Point> {
    let mut points = Vec::new();
    for n in 0..multiples {
        let base = Scalar::from_bytes_mod_order(chance(seed, n));
        for (order, torsion) in EIGHT_TORSION.iter().enumerate() {
            let point = ED25519_BASEPOINT_TABLE * &base + torsion;
            let bytes = point.compress().to_bytes();
            points.push(Point { about: format!("multiple {n} + torsion {order}"), bytes, base });
        }
    }
    let mut plain = |about: String, bytes| points.push(Point { about, bytes, base: Scalar::ZERO });
    for (order, torsion) in EIGHT_TORSION.iter().enumerate() {
        plain(format!("torsion {order}"), torsion.compress().to_bytes());
    }
    // The second encodings: y = p + n for each n below 19, and x = 0 with the sign of an x. Whether there
    // is a point at all varies; nobody knows the multiple of those that are not of small order.
    for n in 0..19_u8 {
        let mut y = [0xff; 32];
        y[0] = 0xed + n;
        for sign in [0x7f, 0xff] {
            y[31] = sign;
            plain(format!("p + {n}, {sign:x}"), y);
        }
    }
    let mut one = EdwardsPoint::default().compress().to_bytes();
    one[31] |= 0x80;
    plain("1 with a sign".into(), one);
    let mut minus_one = EIGHT_TORSION[4].compress().to_bytes();
    minus_one[31] |= 0x80;
    plain("−1 with a sign".into(), minus_one);
    plain("no point".into(), [2; 32]);
    points
}

/// The number with L added, in 32 bytes.
pub fn plus_l(mut number: [u8; 32]) -> [u8; 32] {
    let mut carry = 0;
    for (byte, order) in number.iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    number
}

fn chance(what: &str, n: u64) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::new().chain_update(what).chain_update(n.to_le_bytes()).finalize().into();
    *hash.first_chunk().unwrap()
}
