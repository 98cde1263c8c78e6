//! In which fields two definitions differ: what somebody who signs an amendment wants to see.

use super::{Common, Definition};

/// Pushes the name of each field in which two values differ.
macro_rules! differing {
    ($before:expr, $after:expr, $names:expr; $($field:ident),+ $(,)?) => {
        $(if $before.$field != $after.$field {
            $names.push(stringify!($field));
        })+
    };
}

impl Definition {
    /// The fields in which the other definition differs from this one, by their names in bodies; of
    /// definitions of two sorts, `definition`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if let (Some(before), Some(after)) = (self.common(), other.common()) {
            before.differences(after, &mut names);
        }
        match (self, other) {
            (Self::Basis(a), Self::Basis(b)) => {
                differing!(a, b, names; title, number, level, covers, narrows, narrows_by, administration, confidence, plan, note);
            }
            (Self::Type(a), Self::Type(b)) => {
                differing!(a, b, names; polarity, severities, disclosure, person_disclosure, subjects, kinds);
                differing!(a, b, names; status, validity, filer, limitation, legal_review, file_within);
                differing!(a, b, names; fields, tags, limitation_period, special, least_level, repair_asks);
                differing!(a, b, names; published_from, retention, special_from);
            }
            (Self::List(a), Self::List(b)) => {
                differing!(a, b, names; polarity, disclosure, subjects, kinds, columns, personal);
                differing!(a, b, names; personal_of_persons, types);
                differing!(a, b, names; requires_record, months, early_months, exit_within, publish_within);
                differing!(a, b, names; notice_required, persons, legal_review, status, owner);
                differing!(a, b, names; early_from, max_extension_months, ends, serious, least_level);
                differing!(a, b, names; items, after_review, repair_asks, min_extension_months);
                differing!(a, b, names; as_long_as_record, least_severity, abnormal, ends_with_ban);
            }
            (Self::Measure(a), Self::Measure(b)) => {
                differing!(a, b, names; direction, disclosure, subjects, kinds, rests_on, min_months);
                differing!(a, b, names; max_months, lifetime, outlives_publicity, bars, legal_review, status);
                differing!(a, b, names; ends, least_level, least_severity, from_decision, heard, penalty_kinds);
            }
            (Self::Rating(a), Self::Rating(b)) => {
                differing!(a, b, names; subjects, kinds, grades, disclosure, public_grades, cycle_months);
                differing!(a, b, names; method, status);
            }
            (Self::Points(a), Self::Points(b)) => {
                differing!(a, b, names; subjects, kinds, cycle_months, rules, thresholds, disclosure, status);
            }
            (Self::Calendar(a), Self::Calendar(b)) => {
                differing!(a, b, names; year);
                differing!(a.days, b.days, names; holidays, workdays);
            }
            (Self::Procedure(a), Self::Procedure(b)) => differing!(a, b, names; periods),
            _ => return vec!["definition"],
        }
        names
    }
}

impl Common {
    fn differences(&self, other: &Self, names: &mut Vec<&'static str>) {
        differing!(self, other, names; title, basis, confidence, plan, note);
    }
}
