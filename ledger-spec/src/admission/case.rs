//! One event before the rules, with what it touches, and the questions that many rules share.

use super::{Between, Refusal, Rule, begun, refuse};
use crate::authority::{Authority, AuthorityNumber, Migration, Recorded};
use crate::casefile::{AsOf, CaseAsOf, CaseFile, Fact, Item, ItemNumber};
use crate::definition::{AuthorityLevel, EndsBy, ListDefinition, Pattern, Polarity, Scheme};
use crate::event::envelope::VerifiedEvent;
use crate::event::{Body, Class, Decision, Event, Phase, Role};
use crate::id::{AuthorityId, EventId, ListCode, SubjectId, SubjectKind};
use crate::time::{Date, ValidTime};
use crate::wording::{Joint, Words, say};
use std::sync::Arc;
use tlog::position::TreeSize;

/// One event before the rules.
pub(super) struct Case<'a> {
    pub(super) event: &'a Event,
    pub(super) signed: &'a VerifiedEvent,
    pub(super) issuer: &'a Authority,
    pub(super) governance: &'a super::Governance,
    /// The stream that it is to stand in: what it refers to stands here.
    pub(super) file: &'a CaseFile,
    /// All that is known of its subject, under any name. Its numbers are of its own: they are none of `file`'s.
    pub(super) person: &'a CaseFile,
    /// All names of its subject, where it has more than one.
    pub(super) names: &'a [SubjectId],
    /// How its subject stands to the other that it names.
    pub(super) between: Between,
    /// The files of those that went on in its subject, where a record is filed.
    pub(super) went_on: &'a [Arc<CaseFile>],
    /// Who registered the body that its subject is to be merged into.
    pub(super) into_registrar: Option<AuthorityNumber>,
    pub(super) at: Recorded,
}

/// What an authority may be competent for, as messages and patterns name it.
#[derive(Clone, Copy)]
pub(super) enum Over {
    Types,
    Lists,
    Measures,
    Ratings,
    Points,
}

impl<'a> Case<'a> {
    /// What was known before this event: everything.
    pub(super) fn known(&self) -> TreeSize {
        TreeSize::new(self.at.index.get())
    }

    /// The case file when the event begins to hold.
    pub(super) fn as_of(&self) -> CaseAsOf<'a> {
        self.when(self.file, self.event.valid_from)
    }

    /// The same of all that is known of the subject, under any name.
    pub(super) fn person_as_of(&self) -> CaseAsOf<'a> {
        self.when(self.person, self.event.valid_from)
    }

    pub(super) fn when(&self, file: &'a CaseFile, valid_at: ValidTime) -> CaseAsOf<'a> {
        let instants = AsOf { valid_at, known: self.known() };
        let governance = self.governance;
        CaseAsOf::new(&self.event.subject, file, (&governance.catalogue, &governance.directory), instants)
    }

    /// A file as what bars the event is asked of it: when it begins to hold, and now as well, unless a document with a
    /// number and a date shows that it was decided before. Else whoever is barred would begin earlier.
    pub(super) fn barred_as_of(&self, file: &'a CaseFile, decision: Option<&Decision>) -> Vec<CaseAsOf<'a>> {
        // A clock past the year 2199 is past everything that a valid time can hold.
        let now = ValidTime::at_recorded(self.at.at).unwrap_or(ValidTime::MAX);
        let now = decision.is_none().then(|| self.when(file, now.max(self.event.valid_from)));
        std::iter::once(self.when(file, self.event.valid_from)).chain(now).collect()
    }

    /// The day on which the event begins to hold.
    pub(super) fn day(&self) -> Date {
        self.event.valid_from.date()
    }

    /// The day whose catalogue counts: the decision's, else the day on which the event begins to hold.
    pub(super) fn decided(&self, decision: Option<&Decision>) -> Date {
        decision.map_or_else(|| self.day(), |decision| decision.date)
    }

    /// L24: a code that fails its standard's check, or that is a person's number too, was accepted by name.
    pub(super) fn subject_stands(&self) -> Result<(), Refusal> {
        let by_name = match &self.event.subject {
            SubjectId::External(id) => id.credit_code().is_some(),
            SubjectId::Uscc(code) => code.is_resident_number(),
            _ => false,
        };
        if !by_name || self.file.is_accepted() {
            return Ok(());
        }
        if matches!(self.event.body, Body::IdentifierAccepted(_)) {
            return Ok(());
        }
        let expected = say!("a code that a subject.identifier_accepted event admits");
        Err(refuse(Rule::IdentifierAccepted, "subject", &self.event.subject, expected))
    }

    /// L11: the event is about someone whose credit is recorded.
    pub(super) fn about_a_subject(&self) -> Result<Scheme, Refusal> {
        match Scheme::of(&self.event.subject) {
            Some(scheme) => Ok(scheme),
            None => {
                let expected = say!("a uscc:, person:, household:, place: or ext: subject");
                Err(refuse(Rule::SubjectFits, "subject", &self.event.subject, expected))
            }
        }
    }

    /// L11, L15: the event is about an authority that is enrolled.
    pub(super) fn enrolled_subject(&self) -> Result<&'a Authority, Refusal> {
        let SubjectId::Authority(id) = &self.event.subject else {
            let expected = Words::data("authority:<id>");
            return Err(refuse(Rule::SubjectFits, "subject", &self.event.subject, expected));
        };
        self.enrolled("subject", id)
    }

    /// L15: an authority that is enrolled.
    pub(super) fn enrolled(&self, field: &'static str, id: &AuthorityId) -> Result<&'a Authority, Refusal> {
        let found = self.governance.directory.get(id);
        found.ok_or_else(|| refuse(Rule::ReferenceKnown, field, id, say!("an enrolled authority")))
    }

    /// L15: an event of the same subject's stream, begun by `class`.
    pub(super) fn refers(
        &self,
        field: &'static str,
        id: &EventId,
        class: Class,
    ) -> Result<(ItemNumber, &'a Item), Refusal> {
        self.refers_any(field, id, &[class])
    }

    /// The same for one of several classes.
    pub(super) fn refers_any(
        &self,
        field: &'static str,
        id: &EventId,
        classes: &[Class],
    ) -> Result<(ItemNumber, &'a Item), Refusal> {
        let found = self.refers_any_kept(field, id, classes)?;
        self.stays(field, found.1)?;
        Ok(found)
    }

    /// The same of what may be ordered to be erased.
    pub(super) fn refers_any_kept(
        &self,
        field: &'static str,
        id: &EventId,
        classes: &[Class],
    ) -> Result<(ItemNumber, &'a Item), Refusal> {
        let Some((number, item)) = self.file.find(id) else {
            let expected = say!("an event of the stream of {}", &self.event.subject);
            return Err(refuse(Rule::ReferenceKnown, field, id, expected));
        };
        if item.opens().is_some_and(|(class, _)| classes.contains(&class)) {
            return Ok((number, item));
        }
        let found = say!("{}, another kind of event ({})", id, self.told(item));
        let expected = Words::several(classes.iter().map(|class| class.begun_by()), Joint::Or);
        Err(refuse(Rule::ReferenceKnown, field, found, expected))
    }

    /// Where something stands in the file, as a refusal says it: to whose it is its entry, to others that it is another's.
    pub(super) fn told(&self, item: &Item) -> Words {
        if *self.governance.directory.id_of(item.issuer) == self.issuer.id {
            return say!("in entry {}", item.entry);
        }
        say!("by another authority")
    }

    /// L16: what is ordered to be erased goes, and nothing begins that would need it.
    pub(super) fn stays(&self, field: &'static str, item: &Item) -> Result<(), Refusal> {
        match self.governance.erasures.ordered(item.entry) {
            None => Ok(()),
            Some(_) => {
                let found = say!("something {}, whose erasure is ordered", self.told(item));
                Err(refuse(Rule::InPhase, field, found, say!("something that stays")))
            }
        }
    }

    /// L16, L20: what the event rests on still stands, and began before.
    pub(super) fn stands(
        &self,
        field: &'static str,
        (number, item): (ItemNumber, &Item),
        phases: &[Phase],
    ) -> Result<(), Refusal> {
        let phase = self.file.last_phase(number);
        if !phase.is_some_and(|phase| phases.contains(&phase)) {
            let class = item.opens().map_or(Class::Plain, |(class, _)| class);
            let found = phase.map_or_else(|| say!("unknown"), |phase| phase.of(class));
            let expected = Words::several(phases.iter().map(|phase| phase.of(class)), Joint::Or);
            return Err(refuse(Rule::InPhase, field, found, expected));
        }
        self.not_before(field, item.from)
    }

    /// L20: the event does not hold before what it follows.
    pub(super) fn not_before(&self, field: &'static str, from: ValidTime) -> Result<(), Refusal> {
        if self.event.valid_from >= from {
            return Ok(());
        }
        let expected = say!("{} or later, when {} begins", from, Words::data(field));
        Err(refuse(Rule::OrderOfTime, "valid_from", self.event.valid_from, expected))
    }

    /// What stands in the event's own stream by its number among all that is known of the subject: what makes it end may stand
    /// under another name (P13, P28).
    pub(super) fn of_person(&self, number: ItemNumber) -> Option<ItemNumber> {
        self.person.number_of(self.file.get(number)?.entry)
    }

    /// Whether something of the event's own stream holds when the event begins to.
    pub(super) fn holds(&self, number: ItemNumber) -> bool {
        self.of_person(number).is_some_and(|number| self.person_as_of().in_force(number))
    }

    /// Refuses by `rule` what no longer holds when the event begins to: repaired, expired, fallen.
    pub(super) fn live(&self, rule: Rule, field: &'static str, number: ItemNumber) -> Result<(), Refusal> {
        if self.of_person(number).is_some_and(|number| self.person_as_of().stands(number)) {
            return Ok(());
        }
        let end = self.of_person(number).and_then(|number| self.person_as_of().end(number));
        let found = match end {
            Some(end) => say!("{} on {}", end.cause, end.at.date()),
            None => say!("not in force"),
        };
        Err(refuse(rule, field, found, say!("something in force on {}", self.day())))
    }

    /// L17: the issuer is, or follows, who decided `item`.
    pub(super) fn by_source(&self, item: &Item) -> Result<(), Refusal> {
        self.by(self.maker(item))
    }

    /// L17: the issuer is, or follows, who issued `item`.
    pub(super) fn by_filer(&self, item: &Item) -> Result<(), Refusal> {
        self.by(item.issuer)
    }

    fn by(&self, source: AuthorityNumber) -> Result<(), Refusal> {
        if self.governance.directory.acts_for(&self.issuer.id, source) {
            return Ok(());
        }
        let source = self.governance.directory.by_number(source);
        let expected = source.map_or_else(|| say!("unknown"), |source| Words::from(&source.id));
        Err(refuse(Rule::SourceDecides, "issuer", &self.issuer.id, expected))
    }

    /// Whether the issuer is, or follows, who decided `item`.
    pub(super) fn is_source(&self, item: &Item) -> bool {
        self.governance.directory.acts_for(&self.issuer.id, self.maker(item))
    }

    /// Who decided `item`: of a record whom its document names, else who issued it.
    pub(super) fn maker(&self, item: &Item) -> AuthorityNumber {
        let number = self.file.number_of(item.entry);
        number.and_then(|number| self.as_of().maker(number)).unwrap_or(item.issuer)
    }

    /// Whether the issuer has this role.
    pub(super) fn is(&self, role: Role) -> bool {
        self.issuer.is_any(&[role])
    }

    /// L15: the list is named exactly where what the event follows concerns one.
    pub(super) fn same_list(&self, found: Option<&ListCode>, item: &Item) -> Result<(), Refusal> {
        let expected = item.fact.list();
        if found == expected {
            return Ok(());
        }
        let name = |list: Option<&ListCode>| list.map_or_else(|| say!("absent"), Words::from);
        Err(refuse(Rule::ReferenceKnown, "body.list", name(found), name(expected)))
    }

    /// A02: the issuer is competent for a code.
    pub(super) fn competent(&self, field: &'static str, code: &str, over: Over) -> Result<(), Refusal> {
        let competence = &self.issuer.competence;
        let patterns = match over {
            Over::Types => &competence.types,
            Over::Lists => &competence.lists,
            Over::Measures => &competence.measures,
            Over::Ratings => &competence.ratings,
            Over::Points => &competence.points,
        };
        if patterns.iter().any(|pattern| pattern.covers(code)) {
            return Ok(());
        }
        let held: Vec<_> = patterns.iter().map(Pattern::as_str).collect();
        let held = match &held[..] {
            [] => say!("nothing of the kind"),
            held => Words::several(held.iter().map(Words::data), Joint::And),
        };
        let expected = say!("one that {} is competent for: {}", &self.issuer.id, held);
        Err(refuse(Rule::Competence, field, Words::data(code), expected))
    }

    /// A02: what the law reserves to a level of authority is that of one of this level, or above.
    pub(super) fn of_level(
        &self,
        field: &'static str,
        code: &str,
        least: Option<AuthorityLevel>,
    ) -> Result<(), Refusal> {
        let Some(least) = least else { return Ok(()) };
        let level = self.issuer.competence.level;
        if level.is_some_and(|level| level >= least) {
            return Ok(());
        }
        let level = level.map_or_else(|| say!("of no known level"), Words::from);
        let found = say!("{} by {}, which is {}", Words::data(code), &self.issuer.id, level);
        Err(refuse(Rule::Competence, field, found, say!("an authority of the level {} or above", least)))
    }

    /// Whether the issuer reviews the decision of `item`.
    pub(super) fn reviews(&self, item: &Item) -> bool {
        let directory = &self.governance.directory;
        let own = directory.number(&self.issuer.id);
        own.is_some_and(|own| directory.reviews(own, self.maker(item), item.fact.code()))
    }

    /// An entry, on a list of the seriously dishonest, on the directory of abnormal operations or on a list that is left by
    /// application, that holds when the event begins to.
    pub(super) fn badly_listed(&self, decision: Option<&Decision>) -> Option<&'a Item> {
        let until_cured =
            |list: &ListDefinition| list.ends.as_ref().is_some_and(|ends| ends.by == EndsBy::Application);
        self.listed(decision, |list| list.serious || list.abnormal || until_cured(list))
    }

    /// An entry on a list of seriously dishonest subjects that holds when the event begins to.
    pub(super) fn seriously_listed(&self, decision: Option<&Decision>) -> Option<&'a Item> {
        self.listed(decision, |list| list.serious)
    }

    /// An entry on a negative list of this sort that holds when the event begins to.
    fn listed(
        &self,
        decision: Option<&Decision>,
        is_such: impl Fn(&ListDefinition) -> bool,
    ) -> Option<&'a Item> {
        let on_list = |as_of: CaseAsOf<'a>| {
            let is_on = |item: &Item| {
                let Fact::Listing(listing) = &item.fact else { return false };
                let adopted = as_of.list_of(item, listing);
                adopted.is_some_and(|list| list.polarity == Polarity::Negative && is_such(list))
            };
            let mut listings = self.person.of_class(Class::Listing);
            listings.find(|(number, item)| is_on(item) && as_of.in_force(*number)).map(|(_, item)| item)
        };
        self.barred_as_of(self.person, decision).into_iter().find_map(on_list)
    }

    /// A01 for what the catalogue does not have on the day of the decision.
    pub(super) fn not_in_catalogue(&self, field: &'static str, code: &str, ever: bool, day: Date) -> Refusal {
        let found = if ever {
            say!("{}, which is not in force on {}", Words::data(code), day)
        } else {
            Words::data(code)
        };
        refuse(Rule::InCatalogue, field, found, say!("a code that the catalogue holds on {}", day))
    }

    /// L11: the subject is one that a definition is for.
    pub(super) fn fits(&self, schemes: &[Scheme], kinds: &[SubjectKind]) -> Result<(), Refusal> {
        if !Scheme::of(&self.event.subject).is_some_and(|scheme| schemes.contains(&scheme)) {
            let expected = schemes.iter().map(|scheme| Words::data(format_args!("{}:", scheme.name())));
            let expected = Words::several(expected, Joint::Or);
            return Err(refuse(Rule::SubjectFits, "subject", &self.event.subject, expected));
        }
        match self.file.kind_of(&self.event.subject) {
            Some(kind) if !kinds.is_empty() && !kinds.contains(&kind) => {
                let expected = Words::several(kinds.iter().copied(), Joint::Or);
                Err(refuse(Rule::SubjectFits, "subject", kind, expected))
            }
            _ => Ok(()),
        }
    }

    /// A03: the document that decides is named whole, and was served after it was made.
    pub(super) fn whole_decision(&self, decision: Option<&Decision>) -> Result<(), Refusal> {
        let Some(decision) = decision else {
            let expected =
                say!("the decision document: its number, date, body, article, day of service and hash");
            return Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected));
        };
        let missing = [
            ("body.decision.issued_by", decision.issued_by.is_none(), say!("the body that decided")),
            (
                "body.decision.article",
                decision.article.is_none(),
                say!("the law and article that it applies"),
            ),
            ("body.decision.served_on", decision.served_on.is_none(), say!("the day on which it was served")),
            ("body.decision.document", decision.document.is_none(), say!("the hash of the document")),
        ];
        // All that is missing is named, and nothing that is there.
        let missing: Vec<_> = missing.into_iter().filter(|(_, absent, _)| *absent).collect();
        if let Some((field, ..)) = missing.first() {
            let field = *field;
            let expected = Words::several(missing.into_iter().map(|(.., what)| what), Joint::And);
            return Err(refuse(Rule::DecisionComplete, field, say!("absent"), expected));
        }
        match decision.served_on {
            Some(served) if served < decision.date => {
                let expected = say!("{} or later, when it was decided", decision.date);
                Err(refuse(Rule::DecisionComplete, "body.decision.served_on", served, expected))
            }
            _ => Ok(()),
        }
    }

    /// D08: a second officer has signed what the catalogue wants reviewed.
    pub(super) fn reviewed(&self, legal_review: bool, migration: Option<&Migration>) -> Result<(), Refusal> {
        let signatures = self.signed.signers().count();
        if !legal_review || signatures >= 2 || waived(migration, Rule::SecondSignature) {
            return Ok(());
        }
        let expected = say!("two signatures by keys of the issuer: the catalogue asks for legal review");
        Err(refuse(Rule::SecondSignature, "signatures", signatures, expected))
    }

    /// D14: the migration that a fact names is open, is the issuer's, and covers the day of the decision.
    pub(super) fn migration(
        &self,
        id: Option<&EventId>,
        day: Date,
    ) -> Result<Option<&'a Migration>, Refusal> {
        let Some(id) = id else { return Ok(None) };
        let refused = |found: Words, expected: Words| {
            Err(refuse(Rule::MigrationWindow, "body.migration", found, expected))
        };
        let Some(migration) = self.governance.directory.migration(id) else {
            return refused(Words::from(id), say!("a migration.opened event"));
        };
        if migration.authority != self.issuer.id {
            return refused(say!("one of {}", &migration.authority), say!("one of {}", &self.issuer.id));
        }
        if let Some(closed) = migration.closed {
            return refused(say!("closed by entry {}", closed.index), say!("one that is open"));
        }
        if day < migration.from || day > migration.until {
            let expected = say!("a decision from {} to {}", migration.from, migration.until);
            return refused(say!("a decision of {}", day), expected);
        }
        Ok(Some(migration))
    }

    /// D12: a consent of this stream, live when the event begins to hold, that covers a code.
    pub(super) fn consented(&self, id: Option<&EventId>, code: Option<&str>) -> Result<(), Refusal> {
        const FIELD: &str = "body.consent";
        let Some(id) = id else {
            return Err(refuse(
                Rule::Consent,
                FIELD,
                say!("absent"),
                say!("a consent.granted event of the subject"),
            ));
        };
        let (number, item) = self.refers(FIELD, id, Class::Consent)?;
        self.live(Rule::Consent, FIELD, number)?;
        let Fact::Consent { scope, .. } = &item.fact else { return Ok(()) };
        match code {
            Some(code) if !scope.iter().any(|pattern| pattern.covers(code)) => {
                let held = Words::several(scope.iter().map(Words::data), Joint::And);
                Err(refuse(Rule::Consent, FIELD, held, say!("a consent that covers {}", Words::data(code))))
            }
            _ => Ok(()),
        }
    }

    /// L10 for days inside a body.
    pub(super) fn day_begun(&self, field: &'static str, day: Option<Date>) -> Result<(), Refusal> {
        day.map_or(Ok(()), |day| begun(field, day.start_of_day(), self.at))
    }

    /// L10, L20 for the document that decides: nothing takes effect before it.
    pub(super) fn decision_begun(&self, decision: Option<&Decision>) -> Result<(), Refusal> {
        let Some(decision) = decision else { return Ok(()) };
        self.day_begun("body.decision.date", Some(decision.date))?;
        if self.day() < decision.date {
            let expected = say!("{} or later, when it was decided", decision.date);
            return Err(refuse(Rule::OrderOfTime, "valid_from", self.event.valid_from, expected));
        }
        self.day_begun("body.decision.served_on", decision.served_on)
    }
}

/// Whether a migration leaves a rule unchecked.
pub(super) fn waived(migration: Option<&Migration>, rule: Rule) -> bool {
    migration.is_some_and(|migration| migration.unchecked.contains(&rule))
}
