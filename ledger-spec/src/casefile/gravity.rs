//! How grave a record is: what no correction makes graver, and no second filing of the same decision (A04).

use super::graver::Graver;
use super::restriction::Restriction;
use super::{Details, NameHash, PenaltyKinds};
use crate::definition::{RecordType, Severity};
use crate::time::Date;

/// How grave a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gravity {
    severity: Option<Severity>,
    kinds: Option<PenaltyKinds>,
    fine: Option<u64>,
    forfeited: Option<u64>,
    certificate: Option<NameHash>,
    restriction: Restriction,
}

impl Gravity {
    /// That of what a correction says; what it does not say stays as it is.
    #[must_use]
    pub fn corrected(severity: Option<Severity>, said: &Details, restriction: Option<Date>) -> Self {
        let restriction = restriction.map_or(Restriction::None, Restriction::Until);
        let Details { kinds, fine, forfeited, certificate, .. } = *said;
        Self { severity, kinds, fine, forfeited, certificate, restriction }
    }

    /// That of what was decided.
    pub(super) fn decided(severity: Option<Severity>, said: &Details, restriction: Restriction) -> Self {
        Self { restriction, ..Self::corrected(severity, said, None) }
    }

    /// That of a record of this type that is filed so.
    #[must_use]
    pub fn filed(
        definition: &RecordType,
        (severity, said): (Option<Severity>, &Details),
        restriction: Option<Date>,
    ) -> Self {
        let filed = Self::corrected(severity, said, restriction);
        match filed.restriction {
            Restriction::None => Self { restriction: Restriction::of(Some(definition), said.kinds), ..filed },
            _ => filed,
        }
    }

    /// Its severity.
    #[must_use]
    pub const fn severity(&self) -> Option<Severity> {
        self.severity
    }

    /// In what this is another penalty than what was decided, though no graver one: it is of other kinds, or takes another
    /// certificate. That takes a decision made after notice, or a review (行政处罚法第四十四条).
    #[must_use]
    pub fn other_than(&self, was: &Self) -> Option<Graver> {
        let other = self.certificate.zip(was.certificate).is_some_and(|(now, was)| now != was);
        if self.kinds.zip(was.kinds).is_some_and(|(now, was)| now.replaces(was)) {
            return Some(Graver::Kinds);
        }
        other.then_some(Graver::Certificate)
    }

    /// In what this is graver than what was decided: no amount that was stated grows; no kind of penalty comes to all that there
    /// were, nor do graver ones take their place; and no restriction is added or becomes longer. To state the end of one that
    /// stated none does neither.
    #[must_use]
    pub fn graver_than(&self, was: &Self) -> Option<Graver> {
        let grows = |was: Option<u64>, now: Option<u64>| was.zip(now).is_some_and(|(was, now)| now > was);
        if let Some((now, was)) = self.severity.zip(was.severity).filter(|(now, was)| now > was) {
            return Some(Graver::Severity { now, was });
        }
        let graver = |(now, was): (PenaltyKinds, PenaltyKinds)| now.adds_to(was) || now.outweighs(was);
        if self.kinds.zip(was.kinds).is_some_and(graver) {
            return Some(Graver::Kinds);
        }
        if grows(was.fine, self.fine) {
            return Some(Graver::Fine);
        }
        if grows(was.forfeited, self.forfeited) {
            return Some(Graver::Forfeited);
        }
        // Of what named no kinds yet, those that it names now say whether it restricts.
        let named = was.kinds.is_none() && self.kinds.is_some_and(PenaltyKinds::lasts);
        let was = if named { was.restriction.max(Restriction::Open) } else { was.restriction };
        self.restriction.longer_than(was)
    }
}
