//! Rules for `record.filed`: due process (A01 to A13), and what the catalogue asks besides.

use super::basis::Catalogued;
use super::case::{Case, Over, waived};
use super::details::Named;
use super::notice::Asks;
use super::{Refusal, Rule, licence, narrowing, notice, once, penalty, refuse, subject, went_on};
use crate::authority::Migration;
use crate::casefile::{Details, Fact, Item, ItemNumber, NameHash, RecordFact};
use crate::definition::{
    Disclosure, Polarity, Pole, ProcedurePeriod, RecordType, Severity, Status, TierBound, Validity,
};
use crate::event::{Class, Phase, RecordFiled, Secrecy};
use crate::time::Date;
use crate::wording::{Joint, Words, say};

/// A record before the rules.
struct Filing<'c, 'a> {
    case: &'c Case<'a>,
    body: &'a RecordFiled,
    definition: &'a RecordType,
    migration: Option<&'a Migration>,
    polarity: Polarity,
    decided: Date,
    code: String,
    /// What its own fields say.
    said: Details,
}

/// A01 to A13, D01 to D04, D08, D12, D14, L10, L11, L15, L16.
pub(super) fn filing(case: &Case<'_>, body: &RecordFiled) -> Result<(), Refusal> {
    let (code, decided) = (body.record_type.to_string(), body.decision.date);
    let types = &case.governance.catalogue.types;
    let Some(definition) = types.at(&body.record_type, decided.start_of_day(), case.known()) else {
        return Err(match case.governance.catalogue.types.last_status(&body.record_type) {
            // What the law has done away with is refused for that, not for its date.
            Some(definition) if definition.status == Status::Repealed => {
                let found = say!("{}, which is repealed", Words::data(&code));
                refuse(Rule::Recordable, "body.type", found, say!("a code that takes records"))
            }
            _ => case.not_in_catalogue("body.type", &code, types.ever(&body.record_type), decided),
        });
    };
    let item = Catalogued { code: &code, common: &definition.common };
    // That a type takes no records is said before who would be competent for it: nobody is.
    if matches!(definition.status, Status::Repealed | Status::Excluded) {
        case.recordable("body.type", item, definition.status, &body.basis, decided)?;
    }
    case.competent("body.type", &code, Over::Types)?;
    case.of_level("body.type", &code, definition.least_level)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    case.recordable("body.type", item, definition.status, &body.basis, decided)?;
    let migration = case.migration(body.migration.as_ref(), decided)?;
    let polarity = polarity(body, definition)?;
    let (said, code) = (Details::of(&body.details), code.clone());
    let filing = Filing { case, body, definition, migration, polarity, decided, code, said };
    filing.times()?;
    subject::exists(case, decided)?;
    if !filing.waives(Rule::DetailsFit) {
        penalty::amounts(&filing.said, case.event.subject.is_natural())?;
    }
    filing.severity()?;
    filing.restriction()?;
    filing.details()?;
    filing.data()?;
    filing.person()?;
    filing.disclosure()?;
    filing.ground()?;
    if !filing.waives(Rule::DecisionComplete) {
        licence::filed(case, definition, (body, &filing.said))?;
    }
    if polarity == Polarity::Negative {
        if !filing.waives(Rule::DecisionComplete) {
            case.whole_decision(Some(&body.decision))?;
        }
        filing.heard()?;
        filing.limitation()?;
        if !filing.waives(Rule::OneConduct) {
            once::one_decision(case, body)?;
            once::one_conduct(case, body)?;
            went_on::one_decision(case, body)?;
            went_on::one_conduct(case, body)?;
        }
        filing.publicity()?;
        if body.review.is_none() && !filing.waives(Rule::ReviewStatus) {
            let expected = say!("none, pending, upheld or expired");
            return Err(refuse(Rule::ReviewStatus, "body.review", say!("absent"), expected));
        }
    }
    case.reviewed(definition.legal_review, migration)
}

/// A08, first half: a type that leaves the polarity open has each record state it, and only such a type.
fn polarity(body: &RecordFiled, definition: &RecordType) -> Result<Polarity, Refusal> {
    match (definition.polarity, body.polarity) {
        (Pole::Fixed(polarity), None) => Ok(polarity),
        (Pole::Mixed, Some(polarity)) => Ok(polarity),
        (Pole::Fixed(fixed), Some(found)) => {
            let expected = say!("no polarity: the type is {}", fixed);
            Err(refuse(Rule::SeverityGiven, "body.polarity", found, expected))
        }
        (Pole::Mixed, None) => {
            let expected = say!("positive, neutral or negative: the type leaves it open");
            Err(refuse(Rule::SeverityGiven, "body.polarity", say!("absent"), expected))
        }
    }
}

/// A09: a restriction that a record states ends no later than one of its type may.
pub(super) fn within_longest(
    case: &Case<'_>,
    definition: &RecordType,
    (polarity, severity, decided): (Polarity, Severity, Date),
    until: Date,
) -> Result<(), Refusal> {
    let bounded = polarity == Polarity::Negative || matches!(definition.validity, Validity::Between { .. });
    let last = case.as_of().longest_restriction(definition, severity, decided).filter(|_| bounded);
    match last.filter(|last| until > *last) {
        None => Ok(()),
        Some(last) => {
            let expected =
                say!("{} or earlier: a longer ban is a measure that rests on a record without it", last);
            Err(refuse(Rule::PublicityWithinTier, "body.restriction_until", until, expected))
        }
    }
}

impl Filing<'_, '_> {
    fn waives(&self, rule: Rule) -> bool {
        waived(self.migration, rule)
    }

    /// L10 for every day that the body names as past.
    fn times(&self) -> Result<(), Refusal> {
        self.case.decision_begun(Some(&self.body.decision))?;
        self.case.day_begun("body.notice.served_on", self.body.notice.map(|notice| notice.served_on))?;
        let conduct = self.body.conduct.as_ref();
        self.case.day_begun("body.conduct.ended_on", conduct.map(|conduct| conduct.ended_on))?;
        self.case
            .day_begun("body.conduct.discovered_on", conduct.and_then(|conduct| conduct.discovered_on))?;
        if self.polarity != Polarity::Negative {
            return Ok(());
        }
        // What is punished has happened and come to light by then.
        let days = [
            ("body.conduct.ended_on", conduct.map(|conduct| conduct.ended_on)),
            ("body.conduct.discovered_on", conduct.and_then(|conduct| conduct.discovered_on)),
        ];
        match days.into_iter().find_map(|(field, day)| Some((field, day.filter(|day| *day > self.decided)?)))
        {
            None => self.told_once_known(),
            Some((field, day)) => {
                let expected = match field {
                    "body.conduct.ended_on" => {
                        say!(
                            "{} or earlier, when it was decided; of conduct that goes on, that day",
                            self.decided
                        )
                    }
                    _ => say!("{} or earlier, when it was decided", self.decided),
                };
                Err(refuse(Rule::OrderOfTime, field, day, expected))
            }
        }
    }

    /// L20: what is to be decided is told once it has come to light and been looked into (行政处罚法第四十四、五十四条).
    fn told_once_known(&self) -> Result<(), Refusal> {
        let discovered = self.body.conduct.as_ref().and_then(|conduct| conduct.discovered_on);
        match (self.body.notice, discovered) {
            (Some(notice), Some(discovered)) if notice.served_on < discovered => {
                let expected = say!("{} or later, when it was discovered", discovered);
                Err(refuse(Rule::OrderOfTime, "body.notice.served_on", notice.served_on, expected))
            }
            _ => Ok(()),
        }
    }

    /// A09: what is published by tiers is not kept longer by a restriction, since a ban that lasts longer is a measure; nor is
    /// what lasts as decided within bounds.
    fn restriction(&self) -> Result<(), Refusal> {
        let Some(until) = self.body.restriction_until else { return Ok(()) };
        let severity = self.body.severity.unwrap_or(Severity::Serious);
        within_longest(self.case, self.definition, (self.polarity, severity, self.decided), until)
    }

    /// A08.
    fn severity(&self) -> Result<(), Refusal> {
        let refused = |found: Words, expected: Words| {
            Err(refuse(Rule::SeverityGiven, "body.severity", found, expected))
        };
        let allowed = &self.definition.severities;
        let names = |all: &[Severity]| Words::several(all.iter().copied(), Joint::Or);
        match (self.polarity == Polarity::Negative, self.body.severity) {
            (true, None) if allowed.is_empty() => {
                refused(say!("absent"), say!("minor, general or serious: the record is negative"))
            }
            (true, None) => refused(say!("absent"), say!("{}: the record is negative", names(allowed))),
            (true, Some(found)) if !allowed.is_empty() && !allowed.contains(&found) => {
                refused(found.into(), say!("{} for {}", names(allowed), Words::data(&self.code)))
            }
            (false, Some(found)) => refused(found.into(), say!("no severity: the record is not negative")),
            (true, Some(found)) => {
                let natural = self.case.event.subject.is_natural();
                penalty::severity(&self.said, found, *allowed == [Severity::Minor], natural)
            }
            (false, None) => Ok(()),
        }
    }

    /// Its own fields, by the type as the conduct's day has their values.
    fn named(&self) -> Named<'_> {
        let day = self.body.conduct.as_ref().map_or(self.decided, |conduct| conduct.ended_on);
        let (definition, code) = (self.definition, &self.body.record_type);
        Named { definition, code, fields: &self.body.details, day }
    }

    /// D01, D04.
    fn details(&self) -> Result<(), Refusal> {
        if self.waives(Rule::DetailsFit) {
            return Ok(());
        }
        let named = self.named();
        named.fit(false)?;
        named.are_as_narrow(self.case, self.body.disclosure)?;
        named.end_after_they_begin(&self.said, self.decided)?;
        named.are_whole()
    }

    /// A07, D12.
    fn data(&self) -> Result<(), Refusal> {
        let data = &self.body.data;
        if let Some(forbidden) = data.iter().find(|category| category.is_forbidden()) {
            let expected = say!("no such data, with or without consent");
            return Err(refuse(Rule::ProhibitedData, "body.data", *forbidden, expected));
        }
        let code = Some(self.code.as_str());
        if let Some(sensitive) = data.first()
            && self.case.consented(self.body.consent.as_ref(), code).is_err()
        {
            let expected =
                say!("such data only with the subject's written consent, live and covering the type");
            return Err(refuse(Rule::ProhibitedData, "body.data", *sensitive, expected));
        }
        let natural = self.case.event.subject.is_natural();
        let asks =
            (natural && self.definition.has_tag("consented")) || self.definition.status == Status::Reference;
        if asks || self.body.consent.is_some() {
            return self.case.consented(self.body.consent.as_ref(), code);
        }
        Ok(())
    }

    /// A05. A household is no person: its members are.
    fn person(&self) -> Result<(), Refusal> {
        let is_person = matches!(self.case.event.subject, crate::id::SubjectId::Person(_));
        if !is_person || self.waives(Rule::FullCapacity) {
            return Ok(());
        }
        let refused =
            |field, found: Words, expected: Words| Err(refuse(Rule::FullCapacity, field, found, expected));
        let Some(person) = self.body.person else {
            return refused(
                "body.person",
                say!("absent"),
                say!("what the filer attests about age and capacity"),
            );
        };
        if !person.adult_at_filing || !person.full_capacity {
            return refused(
                "body.person",
                say!("no adult of full civil capacity"),
                say!("an adult of full civil capacity"),
            );
        }
        if self.polarity == Polarity::Negative && !person.adult_at_conduct {
            return refused(
                "body.person.adult_at_conduct",
                Words::data("false"),
                say!("at least 18 when the conduct happened"),
            );
        }
        Ok(())
    }

    /// A12, A13, D01.
    fn disclosure(&self) -> Result<(), Refusal> {
        let subject = &self.case.event.subject;
        let mut class = self.definition.disclosure_for(subject);
        let widest = self.definition.disclosure;
        if subject.is_natural() && self.body.publication.is_some() {
            class = class.min(widest);
        }
        if let Some(stated) = self.body.disclosure {
            if stated < class {
                let expected = say!("{} or narrower", class);
                return Err(refuse(Rule::DisclosureNarrowed, "body.disclosure", stated, expected));
            }
            narrowing::by_law(self.case, (&self.named(), self.body), (class, stated), self.decided)?;
            class = stated;
        }
        if class != Disclosure::Public {
            return Ok(());
        }
        if self.body.secrecy != Secrecy::None {
            let expected = say!("none for what is public, or a narrower body.disclosure");
            return Err(refuse(Rule::Secrecy, "body.secrecy", self.body.secrecy, expected));
        }
        // Honours and licences of persons are public only as their type says, which rests on its own law.
        if subject.is_natural() {
            let item = Catalogued { code: &self.code, common: &self.definition.common };
            return self.case.published_on_basis(
                Rule::PublicationBasis,
                item,
                self.body.publication.as_ref(),
                self.decided,
            );
        }
        Ok(())
    }

    /// L15, L16: a record that only shows another names a record that is not of that sort itself.
    fn ground(&self) -> Result<(), Refusal> {
        let Some(id) = &self.body.rests_on else { return Ok(()) };
        let (number, item) = self.case.refers("body.rests_on", id, Class::Record)?;
        let fits =
            |record: &RecordFact| record.rests_on.is_none() && record.record_type != self.body.record_type;
        if !matches!(&item.fact, Fact::Record(record) if fits(record)) {
            let expected = say!("a record of another type that does not rest on another itself");
            return Err(refuse(Rule::ReferenceKnown, "body.rests_on", id, expected));
        }
        self.case.stands("body.rests_on", (number, item), &[Phase::Filed])?;
        self.as_grave_as_shown(number, item)
    }

    /// A08: one decision is of one severity, by whatever types it is shown.
    fn as_grave_as_shown(&self, number: ItemNumber, item: &Item) -> Result<(), Refusal> {
        let Fact::Record(shown) = &item.fact else { return Ok(()) };
        let same = shown.decision == NameHash::of_decision(&self.body.decision.number)
            && shown.decided_on == self.decided;
        match self.case.as_of().severity(number).zip(self.body.severity) {
            Some((shown, stated)) if same && shown != stated => {
                let expected = say!("{}, as the record of the same decision that it shows", shown);
                Err(refuse(Rule::SeverityGiven, "body.severity", stated, expected))
            }
            _ => Ok(()),
        }
    }

    /// A04.
    fn heard(&self) -> Result<(), Refusal> {
        if self.waives(Rule::NoticeServed) {
            return Ok(());
        }
        once::no_graver_than_decided(self.case, (self.definition, self.body, &self.said))?;
        once::no_graver_than_shown(self.case, (self.body, &self.said))?;
        let Some(served) = self.body.notice else {
            let expected = say!("when notice was served, and whether a statement came in");
            return Err(refuse(Rule::NoticeServed, "body.notice", say!("absent"), expected));
        };
        if served.served_on > self.decided {
            let expected = say!("{} or earlier, when it was decided", self.decided);
            return Err(refuse(Rule::NoticeServed, "body.notice.served_on", served.served_on, expected));
        }
        let natural = self.case.event.subject.is_natural();
        let asks = if notice::is_heard(self.case, self.definition, &self.said) {
            Asks::Hearing
        } else if penalty::is_simple(&self.said, natural, self.decided)
            && self.body.restriction_until.is_none()
        {
            Asks::OnTheSpot
        } else {
            Asks::Statement
        };
        let in_time = |asks| notice::in_time(&self.case.as_of(), (&served, self.decided), asks);
        in_time(asks)
            .map_err(|(field, found, expected)| refuse(Rule::NoticeServed, field, found, expected))?;
        // Decided before there was time for a statement, it was decided on the spot.
        match self.body.severity {
            Some(found)
                if asks == Asks::OnTheSpot
                    && found != Severity::Minor
                    && in_time(Asks::Statement).is_err() =>
            {
                let expected = say!("minor: what is decided on the spot, by simple procedure, is no more");
                Err(refuse(Rule::SeverityGiven, "body.severity", found, expected))
            }
            _ => Ok(()),
        }
    }

    /// A06, for types that rest on administrative penalties; those that only name a period are asked where conduct is stated.
    fn limitation(&self) -> Result<(), Refusal> {
        let own = self.definition.limitation_period;
        if !self.definition.limitation && own.is_none() || self.waives(Rule::Limitation) {
            return Ok(());
        }
        let Some(conduct) = &self.body.conduct else {
            if !self.definition.limitation {
                return Ok(());
            }
            let expected = say!("the conduct, and when it ended");
            return Err(refuse(Rule::Limitation, "body.conduct", say!("absent"), expected));
        };
        // It is that of who decided, whoever files.
        let maker = once::maker(self.case, self.body).unwrap_or(self.case.issuer);
        let own = own.or(maker.competence.limitation_period);
        let discovered = conduct.discovered_on.unwrap_or(self.decided);
        let as_of = self.case.as_of();
        let last =
            as_of.deadline(own.unwrap_or(ProcedurePeriod::PenaltyLimitation), conduct.ended_on, self.decided);
        // The longer period helps where it was law before the shorter one was over (行政处罚法第三十七条).
        let general = own.is_none_or(|own| own == ProcedurePeriod::PenaltyLimitation);
        let longer = last
            .filter(|_| general && conduct.harm)
            .and_then(|last| as_of.deadline(ProcedurePeriod::PenaltyLimitationHarm, conduct.ended_on, last));
        match longer.or(last) {
            Some(last) if discovered > last => {
                let expected = say!("discovered by {}", last);
                Err(refuse(Rule::Limitation, "body.conduct", say!("discovered on {}", discovered), expected))
            }
            _ => Ok(()),
        }
    }

    /// A09: by the tiers in force on the day of the document; without any, nothing is enforced here. Who shortens it goes no
    /// lower than the tier's least: before that nothing is published less, but by repair.
    fn publicity(&self) -> Result<(), Refusal> {
        let Some(publicity) = &self.body.publicity else { return Ok(()) };
        let field = "body.publicity.until";
        let severity = self.body.severity.unwrap_or(Severity::Serious);
        if severity == Severity::Minor && publicity.need.is_none() {
            let expected = say!("why a minor record has to be published at all, or no publicity");
            return Err(refuse(Rule::PublicityWithinTier, "body.publicity.need", say!("absent"), expected));
        }
        let tier = ProcedurePeriod::of_tier(severity, TierBound::Max);
        let as_of = self.case.as_of();
        match as_of.deadline(tier, self.decided, self.decided) {
            Some(latest) if publicity.until > latest => {
                Err(refuse(Rule::PublicityWithinTier, field, publicity.until, say!("{} or earlier", latest)))
            }
            _ => match as_of.deadline(
                ProcedurePeriod::of_tier(severity, TierBound::Min),
                self.decided,
                self.decided,
            ) {
                Some(least) if publicity.until < least => {
                    Err(refuse(Rule::PublicityWithinTier, field, publicity.until, say!("{} or later", least)))
                }
                _ => Ok(()),
            },
        }
    }
}
