//! Notes and checkpoints against the crates `signed_note` and `tlog_tiles`.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::note::{KeyName, NoteSigner, SignedNote, VerifierKey};
use tlog::position::TreeSize;

const NAME: &str = "[a-z0-9./\u{4e00}-\u{4e0f}-]{1,30}";

fn known(key: &VerifierKey) -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(&key.to_string()).unwrap())])
}

proptest! {
    #[test]
    fn they_verify_what_we_sign_and_sign_the_same(
        name in NAME, seed in any::<[u8; 32]>(), text in "([ -~\u{4e00}-\u{4e0f}]{0,20}\n){1,6}",
    ) {
        let signer = NoteSigner::from_seed(KeyName::parse(&name).unwrap(), &seed);
        let ours = SignedNote::sign(text.clone(), &[&signer]).unwrap().to_string();
        let read = Note::from_bytes(ours.as_bytes()).unwrap();
        prop_assert_eq!(read.text(), text.as_bytes());
        prop_assert_eq!(read.verify(&known(&signer.verifier_key())).unwrap().0.len(), 1);

        let mut theirs = Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&StandardSigner::new(&signer.secret_text()).unwrap()]).unwrap();
        prop_assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), ours);
    }

    /// A changed byte: we and they read the same, print the same and believe the same. Each signs
    /// with one key, so what differs in strictness shows.
    #[test]
    fn they_refuse_what_we_refuse(
        text in "([ -~]{0,9}\n){1,3}", at in any::<prop::sample::Index>(),
        with in prop_oneof![any::<u8>(), Just(b'\n'), Just(b' '), Just(b'+')], delete in any::<bool>(),
    ) {
        let signers = ["a", "b"].map(|name| NoteSigner::from_seed(KeyName::parse(name).unwrap(), &[3; 32]));
        let key = signers[0].verifier_key();
        let mut bytes = SignedNote::sign(text, &[&signers[0], &signers[1]]).unwrap().to_string().into_bytes();
        let at = at.index(bytes.len());
        if delete { bytes.remove(at); } else { bytes[at] = with; }
        let (ours, theirs) = (SignedNote::parse(&bytes), Note::from_bytes(&bytes));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.to_string().into_bytes(), bytes.clone());
            prop_assert_eq!(ours.text().as_bytes(), theirs.text());
            let believed = ours.verify(std::slice::from_ref(&key)).is_ok();
            prop_assert_eq!(believed, theirs.verify(&known(&key)).is_ok());
        }
    }

    #[test]
    fn tlog_tiles_reads_our_checkpoints(
        name in NAME, size in any::<u64>(), root in any::<[u8; 32]>(),
    ) {
        let origin = Origin::parse(&name).unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[3; 32]);
        let checkpoint = Checkpoint::new(origin, TreeSize::new(size), TreeHash::from_bytes(root));
        let signed = SignedCheckpoint::sign(&checkpoint, &signer).unwrap();
        let text = signed.note().text();
        prop_assert_eq!(Checkpoint::parse(text), Ok(checkpoint));
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        prop_assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (name.as_str(), size, root));
    }
}
