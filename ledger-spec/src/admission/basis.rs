//! On which law something rests, and whether that law is about it.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::definition::{Basis, BasisSource, Citation, Common, Instrument, Level, Status};
use crate::event::{Publication, Role};
use crate::id::BasisCode;
use crate::time::Date;
use crate::wording::{Joint, Words, say};

/// An item of the catalogue, as far as it is asked what it rests on.
#[derive(Clone, Copy)]
pub(super) struct Catalogued<'a> {
    pub(super) code: &'a str,
    pub(super) common: &'a Common,
}

impl Catalogued<'_> {
    fn rests_on(&self, code: &BasisCode) -> bool {
        let named = |basis: &Basis| matches!(&basis.source, BasisSource::Instrument(one) if one == code);
        self.common.basis.iter().any(named)
    }

    fn is_covered_by(&self, instrument: &Instrument) -> bool {
        instrument.covers.iter().any(|pattern| pattern.covers(self.code))
    }
}

impl Case<'_> {
    /// D02, D03: the status of a definition lets something rest on it.
    pub(super) fn recordable(
        &self,
        field: &'static str,
        item: Catalogued<'_>,
        status: Status,
        cited: &[Citation],
        day: Date,
    ) -> Result<(), Refusal> {
        match status {
            Status::Active | Status::Reference => Ok(()),
            Status::BasisRequired => self.on_basis(Rule::BasisRequired, "body.basis", Some(item), cited, day),
            Status::Repealed | Status::Excluded => {
                let found = say!("{}, which is {}", Words::data(item.code), status);
                Err(refuse(Rule::Recordable, field, found, say!("a code that takes records")))
            }
        }
    }

    /// One of the instruments cited is registered, in force on the day, of a level that can carry it, and about this: named by
    /// the item of the catalogue that it is cited for, or carrying its subject matter.
    pub(super) fn on_basis(
        &self,
        rule: Rule,
        field: &'static str,
        item: Option<Catalogued<'_>>,
        cited: &[Citation],
        day: Date,
    ) -> Result<(), Refusal> {
        let carries = |citation: &Citation| {
            let instrument = self.governance.catalogue.instrument_at(
                &citation.instrument,
                day.start_of_day(),
                self.known(),
            );
            let is_about = |instrument: &Instrument| {
                item.is_none_or(|item| item.rests_on(&citation.instrument) || item.is_covered_by(instrument))
            };
            instrument.is_some_and(|instrument| {
                is_about(instrument)
                    && match instrument.level {
                        Level::Law
                        | Level::AdminRegulation
                        | Level::CentralPolicy
                        | Level::LocalRegulation => true,
                        Level::JudicialInterpretation => self.is(Role::Court),
                        _ => false,
                    }
            })
        };
        if cited.iter().any(carries) {
            return Ok(());
        }
        let found = match cited {
            [] => say!("absent"),
            cited => Words::several(cited.iter().map(|citation| &citation.instrument), Joint::And),
        };
        let expected = match item {
            None => say!(
                "a law, administrative regulation, central policy or local regulation that is registered, in force on {}",
                day,
            ),
            Some(item) => say!(
                "a law, administrative regulation, central policy or local regulation that is registered, in force on {}, and about {}",
                day,
                Words::data(item.code),
            ),
        };
        Err(refuse(rule, field, found, expected))
    }

    /// A12, D06: personal information is published on a cited basis, masked.
    pub(super) fn published_on_basis(
        &self,
        rule: Rule,
        item: Catalogued<'_>,
        publication: Option<&Publication>,
        day: Date,
    ) -> Result<(), Refusal> {
        let Some(publication) = publication else {
            let expected = say!("the basis on which personal information is published");
            return Err(refuse(rule, "body.publication", say!("absent"), expected));
        };
        if !publication.masked {
            return Err(refuse(rule, "body.publication.masked", Words::data("false"), Words::data("true")));
        }
        let cited = std::slice::from_ref(&publication.basis);
        self.on_basis(rule, "body.publication.basis", Some(item), cited, day)
    }
}
