//! The rules by which answers follow from entries.

macro_rules! projection_rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal;)+) => {
        /// A rule by which an answer follows from entries. Its page is in `README.md`, "Projections".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProjectionRule { $($(#[$doc])* $variant),+ }

        impl ProjectionRule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its id in the specification.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }
    };
}

projection_rules! {
    /// P01: a subject without entries has no record here; that says nothing about it.
    NoRecord = "P01";
    /// P02: a subject is registered from the valid time of its registration.
    Registered = "P02";
    /// P03: a record is in force from its valid time.
    RecordInForce = "P03";
    /// P04: a record ends at the valid time of its revocation.
    RecordRevoked = "P04";
    /// P05: an entry is on a list from its valid time.
    Listed = "P05";
    /// P06: an entry leaves a list at the valid time of its removal.
    Removed = "P06";
    /// P07: an application for repair is pending until it is returned, granted or refused.
    Repair = "P07";
    /// P08: a repair granted ends publicity, sharing, use and measures, from its valid time until it is
    /// rescinded; a ban that outlives publicity stays.
    Repaired = "P08";
    /// P09: what has a term ends with its last day, computed from the instants and never stored.
    Expired = "P09";
    /// P10: what rests on something falls with it.
    GroundEnded = "P10";
    /// P11: a sealed record is shown to courts alone, and nothing rests on it any more.
    Sealed = "P11";
    /// P12: a measure, rating, charge or consent ends at the valid time of what takes it back.
    TakenBack = "P12";
    /// P13: a later grade of the same scheme takes the place of an earlier one.
    Superseded = "P13";
    /// P14: an objection marks what it is about at once.
    Objected = "P14";
    /// P15: an objection that is overdue or upheld suspends publication.
    PublicationSuspended = "P15";
    /// P16: a hold stands until it is released; where it says so, publication is stayed.
    Held = "P16";
    /// P17: a ruling of reorganisation or composition masks repairable records and lifts measures for as
    /// long as it is in force.
    Masked = "P17";
    /// P18: publication ends with the tier's maximum or the earlier day that the decision names.
    PublicityEnded = "P18";
    /// P19: who may see something follows from the catalogue of its decision's date, narrowed by its filer.
    Disclosure = "P19";
    /// P20: what came in through a migration was not verified by this ledger in the rules that it names.
    NotVerified = "P20";
    /// P21: a deadline is overdue when its last day has passed without the step.
    Overdue = "P21";
    /// P22: an exemption sets a measure aside until its last day.
    Exempted = "P22";
    /// P23: points count within the cycle of their charge; a threshold proposes and never lists.
    Points = "P23";
    /// P24: an indicator is counted from the log over the population declared for it.
    Indicator = "P24";
    /// P25: a subject may take part unless a measure in force closes the domain.
    Eligible = "P25";
    /// P26: what was signed with a key that may have been in wrong hands by then is marked, from the revocation on that
    /// says so; it stands until somebody takes it back.
    CompromisedKey = "P26";
    /// P27: what the law of its type lets go may be erased, with all that follows it or rests on it; it is proposed and
    /// never done by itself.
    Retention = "P27";
    /// P28: an entry on a red list and an incentive fall with an entry on a list of the seriously dishonest.
    Displaced = "P28";
    /// P29: who was merged into another goes on in it, with what is imposed on it, until that is stated anew.
    Merged = "P29";
}
