//! The admission rules: their ids, their names at the edge, and the law behind them.
//!
//! `L` rules keep the ledger itself in order, `A` rules are the catalogue draft's admission rules, `D`
//! rules hold the rest of due process. What each asks is in `README.md`, "Admission rules"; the law is
//! named as the catalogue draft gives it.

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal $slug:literal $basis:expr;)+) => {
        /// A rule of admission. Its page is in `README.md`, "Admission rules".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule { $($(#[$doc])* $variant),+ }

        impl Rule {
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

            /// The law or decision that it rests on, as the catalogue draft gives it; `None` for rules
            /// that only keep the ledger itself in order.
            pub const fn basis(self) -> Option<&'static str> {
                match self { $(Self::$variant => $basis),+ }
            }
        }
    };
}

rules! {
    /// A01: the type, list, measure or scheme is in the catalogue, and in force when the decision was taken.
    InCatalogue = "A01" "not-in-catalogue" Some("国办发〔2020〕49号：目录管理，目录之外不得纳入");
    /// A02: the issuer is competent for the type, list, measure or scheme.
    Competence = "A02" "not-competent" Some("行政处罚法第十七条：在法定职权范围内实施");
    /// A03: a negative record names the whole decision document.
    DecisionComplete = "A03" "decision-incomplete" Some("国办发〔2020〕49号：以具有法律效力的文书为依据");
    /// A04: the subject was heard before.
    NoticeServed = "A04" "notice-not-served" Some("国办发〔2020〕49号：事先告知");
    /// A05: a natural person is an adult of full civil capacity, at conduct and at filing.
    FullCapacity = "A05" "no-full-capacity"
        Some("湖南省社会信用条例第二条；预防未成年人犯罪法第五十九条");
    /// A06: conduct was discovered within limitation.
    Limitation = "A06" "time-barred" Some("行政处罚法第三十六条");
    /// A07: no prohibited data, and none that needs consent without it.
    ProhibitedData = "A07" "prohibited-data" Some("征信业管理条例第十四条");
    /// A08: a negative record says how severe it is, and only a negative one does.
    SeverityGiven = "A08" "severity" Some("信用修复管理办法（国家发展改革委令第36号）：轻微、一般、严重");
    /// A09: a record is not published longer than its tier or the law's own restriction allows.
    PublicityWithinTier = "A09" "publicity-too-long"
        Some("信用修复管理办法（国家发展改革委令第36号）");
    /// A10: one conduct, one negative record.
    OneConduct = "A10" "conduct-already-recorded" Some("国办发〔2020〕49号：过惩相当");
    /// A11: a negative record says whether its decision is under review.
    ReviewStatus = "A11" "review-status-missing"
        Some("行政复议法第二十条；行政诉讼法第四十五条、第四十六条");
    /// A12: a person's record is public only on a cited basis, and masked.
    PublicationBasis = "A12" "no-publication-basis"
        Some("国办发〔2020〕49号；个人信息保护法第二十五条、第三十四条、第五十五条");
    /// A13: nothing secret is public.
    Secrecy = "A13" "secret" Some("政府信息公开条例第十四条、第十五条");
    /// D01: a filer narrows the catalogue's class of disclosure, never widens it.
    DisclosureNarrowed = "D01" "disclosure-widened" Some("规划四（一）4：社会公开类、共享类");
    /// D02: what has no settled legal basis is recorded only on a cited one.
    BasisRequired = "D02" "basis-required" Some("国办发〔2020〕49号：以法律、法规或者党中央、国务院政策文件为依据");
    /// D03: a repealed or excluded type takes no records; a reference only with consent.
    Recordable = "D03" "not-recordable" Some("国办发〔2020〕49号：目录之外不得纳入");
    /// D04: a type's own fields are filled as the catalogue asks, with values in force at the conduct.
    DetailsFit = "D04" "details-do-not-fit" None;
    /// D05: an entry on a list rests on what the list asks for, and lasts no longer than it allows.
    ListConditions = "D05" "list-conditions" Some("国办发〔2020〕49号：严重失信主体名单的认定标准和程序");
    /// D06: no natural person is on a list without a cited basis.
    PersonOnList = "D06" "person-on-list" Some("国办发〔2020〕49号；个人信息保护法");
    /// D07: a measure follows what the catalogue lets it follow, as long as it allows.
    MeasureConditions = "D07" "measure-conditions" Some("国办发〔2020〕49号：失信惩戒措施清单");
    /// D08: what the catalogue wants reviewed carries a second signature.
    SecondSignature = "D08" "second-signature" Some("行政处罚法第五十八条：法制审核");
    /// D09: the steward files no records; who filed does not decide the objection.
    SeparateDuties = "D09" "separation-of-duties" None;
    /// D10: nothing is sealed while a hold stands.
    OnHold = "D10" "on-hold" Some("规划四（二）4（3）：诉讼管理");
    /// D11: a grade, a rule or a number of points is the scheme's.
    SchemeFits = "D11" "scheme-does-not-fit" None;
    /// D12: what needs the subject's consent has it.
    Consent = "D12" "consent-missing" Some("个人信息保护法；征信业管理条例第十三条、第十八条");
    /// D13: repair is granted once its conditions are met.
    RepairConditions = "D13" "repair-conditions" Some("信用修复管理办法（国家发展改革委令第36号）");
    /// D14: an older register's record comes in through an open migration of its filer.
    MigrationWindow = "D14" "migration-window" None;
    /// D15: what the catalogue says is personal travels beside the event, and nothing else does.
    PersonalFields = "D15" "personal-fields" Some("个人信息保护法 第四十七条");
    /// L01: an event names the ledger that it is meant for.
    Origin = "L01" "wrong-origin" None;
    /// L02: `ledger.opened` is entry 0 and no other entry; its operator key signs it, and nobody else is
    /// operator.
    Genesis = "L02" "genesis" None;
    /// L03: the issuer is enrolled.
    IssuerEnrolled = "L03" "unknown-issuer" None;
    /// L04: every signing key is the issuer's, and none signs twice.
    KeyOfIssuer = "L04" "key-not-of-issuer" None;
    /// L05: no signing key is revoked.
    KeyInForce = "L05" "key-revoked" None;
    /// L06: the issuer has a role that may issue the kind.
    Role = "L06" "role-not-entitled" None;
    /// L08: an event id stands in a subject's stream once.
    IdOnce = "L08" "id-reused" None;
    /// L09: the issuer that names a version has seen all that the stream holds.
    SeenVersion = "L09" "stale-seen-version" None;
    /// L10: no fact begins in the future.
    NotInFuture = "L10" "time-in-future" None;
    /// L11: the kind, the type and the list fit the subject.
    SubjectFits = "L11" "subject-does-not-fit" None;
    /// L13: an enrolled key is one that every strict verifier accepts, and free of torsion.
    StrongKey = "L13" "weak-key" None;
    /// L14: a key belongs to one authority for ever.
    KeyNew = "L14" "key-already-known" None;
    /// L15: what an event refers to stands in the same subject's stream.
    ReferenceKnown = "L15" "unknown-reference" None;
    /// L16: a step starts from a phase that it may start from; what has ended cannot end again.
    InPhase = "L16" "wrong-phase" None;
    /// L17: who filed it ends it; who recognised it repairs it.
    SourceDecides = "L17" "not-the-source"
        Some("信用修复管理办法（国家发展改革委令第36号）：谁认定、谁修复");
    /// L18: a row has exactly the list's columns.
    RowFits = "L18" "row-does-not-fit" None;
    /// L19: nothing is adopted, enrolled or registered twice.
    NotTwice = "L19" "already-known" None;
    /// L20: nothing ends before it begins.
    OrderOfTime = "L20" "ends-before-it-begins" None;
    /// L22: no name, identity number, telephone number or bank card of a person in clear.
    NoPersonalData = "L22" "personal-data-in-clear" Some("个人信息保护法");
    /// L23: an authority that is suspended or has a successor issues nothing.
    Acting = "L23" "authority-not-acting" None;
    /// L24: a code that fails the standard's check, or is a person's number too, is admitted by name first.
    IdentifierAccepted = "L24" "identifier-not-accepted" Some("GB 32100-2015");
    /// L25: the operator and the registrars never lose their last key.
    LastKey = "L25" "last-key" None;
    /// L26: what is erased takes with it what rests on it, and is not under a hold.
    ErasureWhole = "L26" "erasure-not-whole" Some("个人信息保护法 第四十七条");
    /// L27: what the ledger says is erased is what orders name, all of it and once.
    ErasedAsOrdered = "L27" "not-what-was-ordered" None;
    /// L28: nothing new begins under a pseudonym of another identity key than the ledger's newest.
    PseudonymCurrent = "L28" "old-pseudonym" None;
    /// L29: an auditing witness had vouched for what is erased, where one is named.
    AuditedBefore = "L29" "erased-without-audit" None;
    /// L30: an access journal holds looks, and nothing else does.
    JournalAlone = "L30" "not-of-an-access-journal" None;
    /// L31: a look is what its reader signed.
    LookSigned = "L31" "look-not-signed" None;
    /// L32: whoever is said to be the subject was looked at whole.
    VerifiedWhole = "L32" "verification-incomplete" None;
}

impl Rule {
    /// Rules that a migration may leave unchecked: they cannot be met looking back.
    pub const LOOKBACK: [Self; 9] = [
        Self::DecisionComplete,
        Self::NoticeServed,
        Self::FullCapacity,
        Self::Limitation,
        Self::OneConduct,
        Self::ReviewStatus,
        Self::DetailsFit,
        Self::ListConditions,
        Self::SecondSignature,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_and_slugs_are_unique_and_in_order() {
        let ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), Rule::ALL.len());
        assert_eq!(Rule::ALL.iter().map(|rule| rule.slug()).collect::<HashSet<_>>().len(), Rule::ALL.len());
    }
}
