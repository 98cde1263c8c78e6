//! The rules of signed requests: what a request carries before it is answered as its signer's.

macro_rules! request_rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal $slug:literal;)+) => {
        /// A rule of signed requests. Its page is in `README.md`, "Signed requests".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RequestRule { $($(#[$doc])* $variant),+ }

        impl RequestRule {
            /// Every rule, by id.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its id in the specification.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// Its name at the edge: the last part of the problem type.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }
        }
    };
}

request_rules! {
    /// R01: the request is signed: `Signature-Input` and `Signature` stand in it, each once.
    Signed = "R01" "request-unsigned";
    /// R02: both fields hold one signature, under one label.
    OneSignature = "R02" "request-signature-form";
    /// R03: the signature covers what the profile wants covered, each component once, and nothing else.
    Components = "R03" "request-components";
    /// R04: the signature has the profile's six parameters, each once and of its type, and no other.
    Parameters = "R04" "request-parameters";
    /// R05: the algorithm is Ed25519.
    Algorithm = "R05" "request-algorithm";
    /// R06: the signature was made for this purpose: its tag is `credit-ledger`.
    Tag = "R06" "request-tag";
    /// R07: the key's id is spelled as everywhere here, and names a key that strict verifiers accept.
    KeyId = "R07" "request-key-id";
    /// R08: the nonce is long enough to be nobody else's.
    Nonce = "R08" "request-nonce";
    /// R09: the request expires, and soon after it was made.
    Lifetime = "R09" "request-lifetime";
    /// R10: the request is of now.
    Fresh = "R10" "request-not-fresh";
    /// R11: each field that is covered, or has to be, stands in the request once and can be read.
    Field = "R11" "request-field";
    /// R12: the signature holds strictly, under the key that it names, over the request as it came.
    Holds = "R12" "request-signature";
    /// R13: the body is the one whose digest was signed.
    Body = "R13" "request-body";
    /// R14: the key is enrolled in this ledger.
    KeyEnrolled = "R14" "unknown-key";
    /// R15: no request with this nonce came from the key before.
    Once = "R15" "request-repeated";
    /// R16: not too many requests of one authority are remembered at once.
    Few = "R16" "too-many-requests";
    /// R17: who asks for more than everybody may know says what it is asked for.
    PurposeStated = "R17" "purpose-missing";
    /// R18: the purpose is one that there is.
    PurposeKnown = "R18" "unknown-purpose";
    /// R19: the readers' table lets one of its roles ask this for that purpose.
    PurposeOfRole = "R19" "purpose-not-for-role";
    /// R20: the matter that it is asked in is named.
    CaseStated = "R20" "case-missing";
    /// R21: what is asked lies in the competence of who asks.
    OwnCompetence = "R21" "outside-competence";
    /// R22: a subject asks about itself.
    OwnFile = "R22" "not-its-own-file";
    /// R23: the consent that is named is there, and names who asks.
    ConsentGiven = "R23" "consent-not-given";
    /// R24: the consent holds.
    ConsentHolds = "R24" "consent-ended";
    /// R25: the request is for a host of the server's own.
    OwnHost = "R25" "another-host";
    /// R26: a look is withheld from its subject for a while, where the readers' table allows that.
    Withheld = "R26" "not-to-be-withheld";
    /// R27: who asks for a code has itself looked at who stands there, and said so.
    VerifiedHere = "R27" "not-verified";
    /// R28: it was just now.
    VerifiedNow = "R28" "verification-over";
    /// R29: the subject itself asked for something, and that is the matter.
    OwnMatter = "R29" "not-a-matter-of-it";
}

impl RequestRule {
    /// Whether the readers' table asks it: of who asks, and not of the request's bytes.
    #[must_use]
    pub const fn is_of_readers(self) -> bool {
        matches!(
            self,
            Self::PurposeStated
                | Self::PurposeOfRole
                | Self::CaseStated
                | Self::OwnCompetence
                | Self::OwnFile
                | Self::ConsentGiven
                | Self::ConsentHolds
                | Self::Withheld
                | Self::VerifiedHere
                | Self::VerifiedNow
                | Self::OwnMatter
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_rule_has_its_own_id_and_name() {
        let ids: Vec<_> = RequestRule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), RequestRule::ALL.len());
        let slugs: HashSet<_> = RequestRule::ALL.iter().map(|rule| rule.slug()).collect();
        assert_eq!(slugs.len(), RequestRule::ALL.len());
    }
}
