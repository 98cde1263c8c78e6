//! The admission rules: their ids, their names at the edge, and the law behind them.

/// A rule of admission. Its page is in `README.md`, "Admission rules".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// L01: an event names the ledger that it is meant for.
    Origin,
    /// L02: `ledger.opened` is entry 0 and no other entry; its operator key signs it.
    Genesis,
    /// L03: the issuer is enrolled.
    IssuerEnrolled,
    /// L04: every signing key is the issuer's, and none signs twice.
    KeyOfIssuer,
    /// L05: no signing key is revoked.
    KeyInForce,
    /// L06: the issuer has a role that may issue the kind.
    Role,
    /// L07: the issuer is competent for the type, list or scheme (A02).
    Competence,
    /// L08: an event id stands in a subject's stream once.
    IdOnce,
    /// L09: the issuer that names a version has seen all that the stream holds.
    SeenVersion,
    /// L10: no fact begins in the future.
    NotInFuture,
    /// L11: the kind, the type and the list fit the subject.
    SubjectFits,
    /// L12: the type or list is in the catalogue, and in force when the fact begins (A01).
    InCatalogue,
    /// L13: an enrolled key is one that every strict verifier accepts.
    StrongKey,
    /// L14: a key belongs to one authority for ever.
    KeyNew,
    /// L15: what an event refers to stands in the same subject's stream.
    ReferenceKnown,
    /// L16: what has ended cannot end again.
    NotEnded,
    /// L17: who filed it ends it; who recognised it repairs it.
    SourceDecides,
    /// L18: a row has exactly the list's columns.
    RowFits,
    /// L19: nothing is adopted, enrolled or registered twice.
    NotTwice,
    /// L20: nothing ends before it begins.
    OrderOfTime,
    /// L21: a negative record says how severe it is, and only a negative one does (A08).
    SeverityGiven,
    /// L22: no name of a person or household in clear.
    NoPersonalData,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 22] = [
        Self::Origin,
        Self::Genesis,
        Self::IssuerEnrolled,
        Self::KeyOfIssuer,
        Self::KeyInForce,
        Self::Role,
        Self::Competence,
        Self::IdOnce,
        Self::SeenVersion,
        Self::NotInFuture,
        Self::SubjectFits,
        Self::InCatalogue,
        Self::StrongKey,
        Self::KeyNew,
        Self::ReferenceKnown,
        Self::NotEnded,
        Self::SourceDecides,
        Self::RowFits,
        Self::NotTwice,
        Self::OrderOfTime,
        Self::SeverityGiven,
        Self::NoPersonalData,
    ];

    /// Its id in the specification.
    pub const fn id(self) -> &'static str {
        self.row().0
    }

    /// Its name at the edge: the last part of the problem type.
    pub const fn slug(self) -> &'static str {
        self.row().1
    }

    /// The law or decision that it rests on, as the catalogue draft gives it; `None` for rules that
    /// only keep the ledger itself in order.
    pub const fn basis(self) -> Option<&'static str> {
        self.row().2
    }

    const fn row(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Origin => ("L01", "wrong-origin", None),
            Self::Genesis => ("L02", "genesis", None),
            Self::IssuerEnrolled => ("L03", "unknown-issuer", None),
            Self::KeyOfIssuer => ("L04", "key-not-of-issuer", None),
            Self::KeyInForce => ("L05", "key-revoked", None),
            Self::Role => ("L06", "role-not-entitled", None),
            Self::Competence => ("L07", "not-competent", Some("A02: 谁认定、谁负责 (NDRC Order 45)")),
            Self::IdOnce => ("L08", "id-reused", None),
            Self::SeenVersion => ("L09", "stale-seen-version", None),
            Self::NotInFuture => ("L10", "time-in-future", None),
            Self::SubjectFits => ("L11", "subject-does-not-fit", None),
            Self::InCatalogue => ("L12", "not-in-catalogue", Some("A01: 国办发〔2020〕49号, 目录管理")),
            Self::StrongKey => ("L13", "weak-key", None),
            Self::KeyNew => ("L14", "key-already-known", None),
            Self::ReferenceKnown => ("L15", "unknown-reference", None),
            Self::NotEnded => ("L16", "already-ended", None),
            Self::SourceDecides => {
                ("L17", "not-the-source", Some("信用修复管理办法 (NDRC Order 36): 谁认定、谁修复"))
            }
            Self::RowFits => ("L18", "row-does-not-fit", None),
            Self::NotTwice => ("L19", "already-known", None),
            Self::OrderOfTime => ("L20", "ends-before-it-begins", None),
            Self::SeverityGiven => {
                ("L21", "severity", Some("A08: 信用修复管理办法 (NDRC Order 36), 轻微、一般、严重"))
            }
            Self::NoPersonalData => ("L22", "personal-data-in-clear", Some("个人信息保护法")),
        }
    }
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
