//! Other people's ciphers, held against the published test vectors: so that a change of version is seen here.
//! HMAC-SHA-256 is held against RFC 4231 where it is used.

use aes_kw::{KeyInit as _, KwAes256};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use tlog::bytes::{from_hex, to_hex};

const TEXT: &[u8] =
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
    sunscreen would be it.";
const KEY: &str = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
const AAD: &str = "50515253c0c1c2c3c4c5c6c7";

fn sealed<C: AeadInOut>(cipher: &C, nonce: &[u8]) -> (String, String) {
    let mut bytes = TEXT.to_vec();
    let aad: [u8; 12] = from_hex(AAD).unwrap();
    let nonce = nonce.try_into().unwrap();
    let tag = cipher.encrypt_inout_detached(nonce, &aad, bytes.as_mut_slice().into()).unwrap();
    let sealed = (to_hex(&bytes), to_hex(&tag));
    cipher.decrypt_inout_detached(nonce, &aad, bytes.as_mut_slice().into(), &tag).unwrap();
    assert_eq!(bytes, TEXT);
    sealed
}

fn key() -> [u8; 32] {
    from_hex(KEY).unwrap()
}

#[test]
fn chacha20_poly1305_as_rfc_8439_section_2_8_2_has_it() {
    let nonce: [u8; 12] = from_hex("070000004041424344454647").unwrap();
    let published = concat!(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b",
        "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc",
        "3ff4def08e4b7a9de576d26586cec64b6116",
    );
    let tag = "1ae10b594f09e26a7e902ecbd0600691".to_owned();
    assert_eq!(sealed(&ChaCha20Poly1305::new(&key().into()), &nonce), (published.to_owned(), tag));
}

#[test]
fn xchacha20_poly1305_as_draft_irtf_cfrg_xchacha_appendix_a_1_has_it() {
    let nonce: [u8; 24] = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657").unwrap();
    let published = concat!(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39",
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9",
        "21f9664c97637da9768812f615c68b13b52e",
    );
    let tag = "c0875924c1c7987947deafd8780acf49".to_owned();
    assert_eq!(sealed(&XChaCha20Poly1305::new(&key().into()), &nonce), (published.to_owned(), tag));
}

#[test]
fn aes_256_kw_as_rfc_3394_section_4_6_has_it() {
    let key: [u8; 32] = core::array::from_fn(|at| u8::try_from(at).unwrap());
    let data: [u8; 32] =
        from_hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f").unwrap();
    let cipher = KwAes256::new(&key.into());
    let mut wrapped = [0; 40];
    cipher.wrap_key(&data, &mut wrapped).unwrap();
    let published = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21";
    assert_eq!(to_hex(&wrapped), published);
    let mut back = [0; 32];
    cipher.unwrap_key(&wrapped, &mut back).unwrap();
    assert_eq!(back, data);
}
