//! The answers that a case file can ask for: every projection by its name.

use super::world::World;
use ledger_spec::casefile::CaseFile;
use ledger_spec::definition::Domain;
use ledger_spec::id::{EventId, ListCode, SubjectId};
use ledger_spec::projection::{Asked, DirectoryAnswer, Edition, Sight, View};
use serde_json::{Error, Value, json, to_value};

/// Who asks at which instants.
pub(super) struct Reader<'a> {
    pub(super) world: &'a World,
    pub(super) asked: Asked,
    pub(super) sight: Sight,
}

/// An answer as JSON; `None` where no projection has that name.
type Answer = Option<Result<Value, Error>>;

impl Reader<'_> {
    /// Projections of one subject, and the indicators of a place.
    pub(super) fn about(&self, view: &str, subject: &SubjectId, domain: Option<&str>) -> Answer {
        let none = CaseFile::default();
        let governance = self.world.ledger.governance();
        let over = (&*governance.catalogue, &*governance.directory);
        let file = self.world.files.get(subject).unwrap_or(&none);
        let read = View::new(subject, file, over, self.asked, self.sight);
        Some(match (view, domain) {
            ("eligibility", Some(domain)) => to_value(read.eligibility(Domain::parse_word(domain).ok()?)),
            (_, Some(_)) => return None,
            ("standing", None) => to_value(read.standing()),
            ("records", None) => to_value(read.records()),
            ("repairs", None) => to_value(read.repairs()),
            ("measures", None) => to_value(read.measures()),
            ("objections", None) => to_value(read.objections()),
            ("uses", None) => to_value(read.uses()),
            ("commitments", None) => to_value(read.commitments()),
            ("ratings", None) => to_value(read.ratings()),
            ("points", None) => to_value(read.points()),
            ("occupation", None) => to_value(read.occupation()),
            ("civil-servant", None) => to_value(read.civil_servant()),
            ("rural", None) => to_value(read.rural()),
            ("indicators", None) => {
                to_value(self.world.city.indicators(subject, over, self.asked, self.sight))
            }
            _ => return None,
        })
    }

    /// A list's edition, or what has left it.
    pub(super) fn list(&self, view: &str, list: &str) -> Answer {
        let list = ListCode::parse(list).ok()?;
        let governance = self.world.ledger.governance();
        let over = (&*governance.catalogue, &*governance.directory);
        Some(match view {
            "list" => {
                let mut files: Vec<_> = self.world.files.iter().collect();
                files.sort_unstable_by_key(|(subject, _)| subject.to_string());
                let of =
                    |(subject, file)| View::new(subject, file, over, self.asked, self.sight).members(&list);
                to_value(Edition::of(&list, files.into_iter().map(of)))
            }
            "departures" => to_value(self.world.city.departures(&list, over, self.asked, self.sight)),
            _ => return None,
        })
    }

    /// The departments' work, and who may sign.
    pub(super) fn whole(&self, view: &str) -> Answer {
        let governance = self.world.ledger.governance();
        Some(match view {
            "oversight" => to_value(
                self.world.city.oversight((&governance.catalogue, &governance.directory), self.asked),
            ),
            "directory" => to_value(DirectoryAnswer::of(&governance.directory, self.asked)),
            _ => return None,
        })
    }

    /// Where one event stands, and whether the reader sees it.
    pub(super) fn line(&self, subject: &SubjectId, event: &EventId) -> Result<Value, Error> {
        let none = CaseFile::default();
        let governance = self.world.ledger.governance();
        let file = self.world.files.get(subject).unwrap_or(&none);
        let over = (&*governance.catalogue, &*governance.directory);
        let read = View::new(subject, file, over, self.asked, self.sight);
        let found = file.find(event).and_then(|(place, _)| Some((place, read.line(place)?)));
        let Some((place, line)) = found else { return Ok(json!({ "life": "unknown", "shown": false })) };
        let mut line = to_value(line)?;
        if let Some(fields) = line.as_object_mut() {
            fields.insert("shown".into(), read.lens.shows(place, self.sight).into());
        }
        Ok(line)
    }
}
