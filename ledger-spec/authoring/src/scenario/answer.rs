//! The answers that a case file can ask for: every question of the one door by its name, and where one event stands.

use super::ledger::ScenarioLedger;
use ledger_spec::casefile::{AsOf, CaseFile, Viewer};
use ledger_spec::definition::Domain;
use ledger_spec::event::{DisclosedField, Event};
use ledger_spec::governance::Governance;
use ledger_spec::id::{EventId, ListCode, SubjectId};
use ledger_spec::projection::{
    CaseFileSource, CityAnswer, CityAsked, CityQuestion, Events, Page, Projector, Question, SubjectQuestion,
    Unanswered,
};
use ledger_spec::time::RecordedTime;
use serde_json::{Error, Value, json, to_value};
use std::sync::Arc;
use tlog::defect::{OrDefect as _, as_usize, defect};
use tlog::position::EntryIndex;

/// Who asks at which instants.
pub(super) struct Reader<'a> {
    pub(super) ledger: &'a ScenarioLedger,
    pub(super) as_of: AsOf,
    pub(super) viewer: Viewer,
}

/// An answer as JSON; `None` where no question has that name.
type Answer = Option<Result<Value, Error>>;

impl CaseFileSource for ScenarioLedger {
    type Error = Unanswered;

    fn governance(&self) -> &Governance {
        self.ledger.governance()
    }

    fn case_file(&self, subject: &SubjectId) -> Result<Arc<CaseFile>, Unanswered> {
        Ok(Arc::new(self.ledger.subject(subject)))
    }

    fn event(&self, entry: EntryIndex) -> Result<Event, Unanswered> {
        Ok(Events::event(self, entry).or_defect("a case file holds entries of its ledger"))
    }

    fn fields(&self, entry: EntryIndex) -> Result<Vec<DisclosedField>, Unanswered> {
        Ok(Events::fields(self, entry))
    }

    fn recorded_at(&self, entry: EntryIndex) -> Result<RecordedTime, Unanswered> {
        let recorded = self.recorded.get(as_usize(entry.get())).copied();
        Ok(recorded.or_defect("a question takes entries of its ledger into account"))
    }

    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Arc<CityAnswer>, Unanswered> {
        let governance = self.ledger.governance();
        Ok(Arc::new(self.city.city(CityAsked { question, governance, as_of, viewer })))
    }
}

impl Events for ScenarioLedger {
    fn event(&self, entry: EntryIndex) -> Option<Event> {
        self.stated.get(as_usize(entry.get())).map(|event| Event::clone(event))
    }

    fn fields(&self, entry: EntryIndex) -> Vec<DisclosedField> {
        self.fields.get(&entry).map_or_else(Vec::new, |fields| fields.iter().cloned().collect())
    }
}

impl Reader<'_> {
    /// What is asked about a subject, and the indicators of a place.
    pub(super) fn about(&self, view: &str, subject: &SubjectId, domain: Option<&str>) -> Answer {
        let domain = match domain {
            Some(domain) => Some(Domain::parse(domain)?),
            None => None,
        };
        let subject = subject.clone();
        Some(self.ask(&match view {
            "indicators" if domain.is_none() => Question::Indicators { place: subject },
            view => Question::Subject {
                subject,
                what: SubjectQuestion::parse(view, domain)?,
                page: Page::default(),
            },
        }))
    }

    /// A list's edition, or what has left it.
    pub(super) fn list(&self, view: &str, list: &str) -> Answer {
        let list = ListCode::parse(list).ok()?;
        Some(self.ask(&match view {
            "list" => Question::Edition { list, page: Page::default() },
            "departures" => Question::Departures { list, page: Page::default() },
            _ => return None,
        }))
    }

    /// The departments' work, and who may sign.
    pub(super) fn whole(&self, view: &str) -> Answer {
        if view == "retention" {
            return Some(self.retention());
        }
        Some(self.ask(&match view {
            "oversight" => Question::Oversight,
            "directory" => Question::Directory,
            _ => return None,
        }))
    }

    /// What may be erased: asked by the ledger's owner.
    fn retention(&self) -> Result<Value, Error> {
        match self.ledger.city(&CityQuestion::Retention, self.as_of, self.viewer).as_deref() {
            Ok(CityAnswer::Retention(retention)) => to_value(retention),
            Ok(_) => defect("an answer is to its own question"),
            Err(error) => unanswered(error.clone()),
        }
    }

    /// A list that is not for the reader, which a server refuses to show, is here what it is to that reader: how
    /// many are left out.
    fn ask(&self, question: &Question) -> Result<Value, Error> {
        match question.answer(self.ledger, self.as_of, self.viewer) {
            Ok(answer) => to_value(answer),
            Err(Unanswered::NotForReader { list, .. }) => {
                let edition = Question::edition(self.ledger, &list, Page::default(), self.as_of, self.viewer);
                edition.map_or_else(unanswered, to_value)
            }
            Err(error) => unanswered(error),
        }
    }

    /// Where one event stands, and whether the reader sees it.
    pub(super) fn line(&self, subject: &SubjectId, event: &EventId) -> Result<Value, Error> {
        let governance = self.ledger.governance();
        let file = self.ledger.ledger.subject(subject);
        let read =
            Projector::new(subject, &file, governance, self.as_of, self.viewer).with_events(self.ledger);
        let found = file.find(event).and_then(|(number, _)| Some((number, read.line(number)?)));
        let Some((number, line)) = found else { return Ok(json!({ "life": "unknown", "shown": false })) };
        let mut line = to_value(line)?;
        if let Some(fields) = line.as_object_mut() {
            fields.insert("shown".into(), read.shows(number).into());
        }
        Ok(line)
    }
}

fn unanswered(why: Unanswered) -> Result<Value, Error> {
    Ok(json!({ "members": [], "unanswered": why.to_string() }))
}
