//! Why a record is shown to fewer than the catalogue would have it shown to.

use super::case::Case;
use super::details::Named;
use super::{Refusal, Rule, refuse};
use crate::definition::Disclosure;
use crate::event::{RecordFiled, Secrecy};
use crate::time::Date;
use crate::wording::{Words, say};

/// D01: what the catalogue would show to more is kept from them by law, which is named, or is a secret, or its type keeps it
/// so. Nobody has to be told why less is shown of a natural person.
pub(super) fn by_law(
    case: &Case<'_>,
    (named, body): (&Named<'_>, &RecordFiled),
    (class, stated): (Disclosure, Disclosure),
    decided: Date,
) -> Result<(), Refusal> {
    let kept = named.circle().map_or(class, |circle| circle.max(class));
    if stated <= kept || body.secrecy != Secrecy::None || case.event.subject.is_natural() {
        return Ok(());
    }
    let catalogue = &case.governance.catalogue;
    let cited = body.narrowed_by.as_ref().map(|cited| &cited.instrument);
    let code = body.record_type.as_str();
    let keeps = |cited| {
        let instrument = catalogue.instrument_at(cited, decided.start_of_day(), case.known());
        instrument.is_some_and(|law| law.narrows.iter().any(|pattern| pattern.covers(code)))
    };
    if cited.is_some_and(keeps) {
        return Ok(());
    }
    let found = cited.map_or_else(|| say!("absent"), Words::from);
    let expected = say!(
        "an instrument in force on {} by which {} may be {} and no wider",
        decided,
        Words::data(code),
        stated
    );
    Err(refuse(Rule::DisclosureNarrowed, "body.narrowed_by", found, expected))
}
