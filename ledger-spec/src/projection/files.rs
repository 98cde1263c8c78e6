//! Files by purpose: records by class, the occupational view, the civil servants' file in its six
//! dimensions, and the rural view. Each is a choice among what the subject's case file holds.

use super::{MarkLine, MeasureLine, Projector, RatingLine, RecordLine, RepairLine, Sight};
use crate::casefile::{Fact, ItemNumber};
use crate::definition::{Direction, Disclosure};
use crate::event::Class;
use serde::Serialize;
use std::collections::BTreeMap;
use tlog::position::EntryIndex;

/// A subject's records by class of disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Records {
    /// Everyone may see them.
    pub public: Vec<RecordLine>,
    /// Departments may.
    pub shared: Vec<RecordLine>,
    /// The subject and who is authorised may.
    pub restricted: Vec<RecordLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To a department, where a key may have been in wrong hands when it signed what ended something of this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// A subject's applications for repair, with every step and deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repairs {
    /// In the log's order.
    pub repairs: Vec<RepairLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// What belongs to a person's occupation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Occupation {
    /// Licences, sanctions and honours, by the occupation that they name.
    pub occupations: BTreeMap<String, Vec<RecordLine>>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// A civil servant's file (plan 3.1-3). Never shared, never public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CivilServant {
    /// Probity.
    pub probity: Vec<RecordLine>,
    /// Keeping of the law.
    pub law: Vec<RecordLine>,
    /// Performance of duty.
    pub duty: Vec<RecordLine>,
    /// Taxes.
    pub tax: Vec<RecordLine>,
    /// Public morals.
    pub ethics: Vec<RecordLine>,
    /// Loans.
    pub loan: Vec<RecordLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// A household, village, township or farm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rural {
    /// Its records.
    pub records: Vec<RecordLine>,
    /// Its grades by rural schemes.
    pub ratings: Vec<RatingLine>,
    /// The incentives that rest on them.
    pub incentives: Vec<MeasureLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// The tags of the civil servants' six dimensions, in the plan's order.
const DIMENSIONS: [&str; 6] = ["probity", "law", "duty", "tax", "ethics", "loan"];

impl Projector<'_> {
    /// Records by class.
    pub fn records(&self) -> Records {
        let seen = self.seen(Class::Record);
        let ([shown], next) = self.cut([seen.numbers]);
        let (public, shared, restricted) = (Vec::new(), Vec::new(), Vec::new());
        let (withheld, marks) = (self.told(seen.withheld), self.ended_by_compromised(&[Class::Record]));
        let mut records = Records { public, shared, restricted, withheld, marks, next };
        for line in self.lines(&shown, |number| self.record_line(number)) {
            match line.line.disclosure {
                Disclosure::Public => records.public.push(line),
                Disclosure::Shared => records.shared.push(line),
                Disclosure::Restricted => records.restricted.push(line),
            }
        }
        records
    }

    /// The history of repair.
    pub fn repairs(&self) -> Repairs {
        let (numbers, withheld) = self.seen_repairs();
        let ([shown], next) = self.cut([numbers]);
        let withheld = self.told(withheld);
        Repairs { repairs: self.lines(&shown, |number| self.repair_line(number)), withheld, next }
    }

    /// The occupational view: what types tagged `occupation` or `licence` say.
    pub fn occupation(&self) -> Occupation {
        let (numbers, withheld) = self.tagged(|tag| tag == "occupation" || tag == "licence");
        let ([shown], next) = self.cut([numbers]);
        let mut occupations: BTreeMap<String, Vec<RecordLine>> = BTreeMap::new();
        for line in self.lines(&shown, |number| self.record_line(number)) {
            let named = line.details.get("occupation").cloned();
            occupations.entry(named.unwrap_or_else(|| line.record_type.to_string())).or_default().push(line);
        }
        Occupation { occupations, withheld: self.told(withheld), next }
    }

    /// The civil servants' file: restricted whatever the catalogue says of a record elsewhere.
    pub fn civil_servant(&self) -> CivilServant {
        let mut withheld = 0;
        let numbers = DIMENSIONS.map(|name| {
            let tag = format!("cs:{name}");
            let (numbers, hidden) = self.tagged(|found| found == tag);
            withheld += hidden;
            if self.sight < Sight::Restricted {
                withheld += numbers.len();
                return Vec::new();
            }
            numbers
        });
        let (shown, next) = self.cut(numbers);
        let [probity, law, duty, tax, ethics, loan] =
            shown.map(|shown| self.lines(&shown, |number| self.record_line(number)));
        CivilServant { probity, law, duty, tax, ethics, loan, withheld: self.told(withheld), next }
    }

    /// The rural view: types tagged `rural:…`, schemes and incentives `rural.…`.
    pub fn rural(&self) -> Rural {
        let (records, hidden) = self.tagged(|tag| tag.starts_with("rural:"));
        let (mut ratings, mut measures) = (self.seen(Class::Rating), self.seen(Class::Measure));
        ratings.numbers.retain(|number| {
            matches!(self.case.file.get(*number).map(|item| &item.fact),
                Some(Fact::Rating(rating)) if rating.scheme.as_str().starts_with("rural."))
        });
        measures.numbers.retain(|number| {
            self.adopted(*number).is_some_and(|adopted| adopted.direction == Direction::Incentive)
        });
        let withheld = hidden + ratings.withheld + measures.withheld;
        let ([records, ratings, measures], next) = self.cut([records, ratings.numbers, measures.numbers]);
        Rural {
            records: self.lines(&records, |number| self.record_line(number)),
            ratings: self.lines(&ratings, |number| self.rating(number)),
            incentives: self.lines(&measures, |number| self.measure_line(number)),
            withheld: self.told(withheld),
            next,
        }
    }

    /// The records whose type carries a tag: those that the reader sees, and how many are left out.
    fn tagged(&self, fits: impl Fn(&str) -> bool) -> (Vec<ItemNumber>, usize) {
        let tagged = self.case.known(Class::Record).filter(|(_, item)| match &item.fact {
            Fact::Record(record) => {
                let tags = self.case.type_of(record).map(|definition| &definition.tags);
                tags.is_some_and(|tags| tags.iter().any(|tag| fits(tag)))
            }
            _ => false,
        });
        let (mut numbers, mut withheld) = (Vec::new(), 0);
        for (number, _) in tagged {
            if self.shows(number) {
                numbers.push(number);
            } else {
                withheld += usize::from(self.is_withheld(number));
            }
        }
        (numbers, withheld)
    }
}
