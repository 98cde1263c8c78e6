//! Files by purpose: records by class, the occupational view, the civil servants' file in its six
//! dimensions, and the rural view. Each is a choice among what the subject's case file holds.

use super::{MeasureLine, Projector, RatingLine, RecordLine, RepairLine, Sight};
use crate::casefile::{Fact, ItemNumber};
use crate::definition::{Direction, Disclosure};
use crate::event::Class;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// A subject's applications for repair, with every step and deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repairs {
    /// In the log's order.
    pub repairs: Vec<RepairLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// What belongs to a person's occupation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Occupation {
    /// Licences, sanctions and honours, by the occupation that they name.
    pub occupations: BTreeMap<String, Vec<RecordLine>>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// A civil servant's file (plan 3.1-3). Never shared, never public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CivilServant {
    /// 廉洁
    pub probity: Vec<RecordLine>,
    /// 守法
    pub law: Vec<RecordLine>,
    /// 履职
    pub duty: Vec<RecordLine>,
    /// 纳税
    pub tax: Vec<RecordLine>,
    /// 公德
    pub ethics: Vec<RecordLine>,
    /// 借贷
    pub loan: Vec<RecordLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
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
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

impl Projector<'_> {
    /// Records by class.
    pub fn records(&self) -> Records {
        let seen = self.seen(Class::Record);
        let mut records = Records {
            public: Vec::new(),
            shared: Vec::new(),
            restricted: Vec::new(),
            withheld: seen.withheld,
        };
        for line in self.lines(&seen.numbers, |number| self.record_line(number)) {
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
        Repairs { repairs: self.lines(&numbers, |number| self.repair_line(number)), withheld }
    }

    /// The occupational view: what types tagged `occupation` or `licence` say.
    pub fn occupation(&self) -> Occupation {
        let (numbers, withheld) = self.tagged(|tag| tag == "occupation" || tag == "licence");
        let mut occupations: BTreeMap<String, Vec<RecordLine>> = BTreeMap::new();
        for line in self.lines(&numbers, |number| self.record_line(number)) {
            let named = line.details.get("occupation").cloned();
            occupations.entry(named.unwrap_or_else(|| line.record_type.to_string())).or_default().push(line);
        }
        Occupation { occupations, withheld }
    }

    /// The civil servants' file: restricted whatever the catalogue says of a record elsewhere.
    pub fn civil_servant(&self) -> CivilServant {
        let mut withheld = 0;
        let mut dimension = |name: &str| {
            let tag = format!("cs:{name}");
            let (numbers, hidden) = self.tagged(|found| found == tag);
            if self.sight < Sight::Restricted {
                withheld += hidden + numbers.len();
                return Vec::new();
            }
            withheld += hidden;
            self.lines(&numbers, |number| self.record_line(number))
        };
        let (probity, law, duty) = (dimension("probity"), dimension("law"), dimension("duty"));
        let (tax, ethics, loan) = (dimension("tax"), dimension("ethics"), dimension("loan"));
        CivilServant { probity, law, duty, tax, ethics, loan, withheld }
    }

    /// The rural view: types tagged `rural:…`, schemes and incentives `rural.…`.
    pub fn rural(&self) -> Rural {
        let (numbers, hidden) = self.tagged(|tag| tag.starts_with("rural:"));
        let (ratings, measures) = (self.seen(Class::Rating), self.measures());
        let is_rural = |number: &ItemNumber| {
            matches!(self.case.file.get(*number).map(|item| &item.fact),
                Some(Fact::Rating(rating)) if rating.scheme.as_str().starts_with("rural."))
        };
        Rural {
            records: self.lines(&numbers, |number| self.record_line(number)),
            ratings: ratings
                .numbers
                .iter()
                .filter(|number| is_rural(number))
                .filter_map(|p| self.rating(*p))
                .collect(),
            incentives: measures
                .measures
                .into_iter()
                .filter(|line| line.direction == Some(Direction::Incentive))
                .collect(),
            withheld: hidden + ratings.withheld + measures.withheld,
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
            if self.case.shows(number, self.sight) {
                numbers.push(number);
            } else {
                withheld += usize::from(self.is_withheld(number));
            }
        }
        (numbers, withheld)
    }
}
