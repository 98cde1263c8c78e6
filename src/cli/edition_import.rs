//! `import --states`: the dated states of a list become the events that lead from each to the next.
//!
//! What to do is planned by `ledger_authoring::edition`; here files are read, members fetched, and events
//! signed and sent, a day at a time, oldest first.

use super::client::{Client, Problem, batches, encoded, origin_of};
use super::failure::Failure;
use super::locale::spoken;
use super::pages;
use super::personal::PersonalByDay;
use super::table;
use super::talk::{self, Bar};
use crate::api::LineStatus;
use crate::clock;
use crate::progress::Progress as _;
use crate::query::{Known, Reading};
use crate::words::{quoted, say, told};
use ledger_authoring::edition::{EditionDifference, StandingRow, difference, entering_id, removal_id};
use ledger_authoring::mapping::{Row, SubjectTemplate};
use ledger_authoring::splitting::split;
use ledger_spec::casefile::Sight;
use ledger_spec::event::{Draft, Kind, SaltKey, StepKind, seal_with};
use ledger_spec::id::{AuthorityId, EventId, ListCode, SubjectId};
use ledger_spec::projection::{CatalogueAt, Page, Question};
use ledger_spec::time::{Date, ValidTime};
use ledger_spec::wording::Words;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::key::SecretKey;

/// What to import into.
pub(super) struct Job {
    list: ListCode,
    subject: SubjectTemplate,
    issuer: AuthorityId,
    key: SecretKey,
    salts: SaltKey,
    /// The `migration.opened` event under which the entries come in.
    migration: Option<EventId>,
    /// The ledger's folder, where the list's past is read: a server shows the public what of it is public now.
    dir: Option<PathBuf>,
}

/// The list as it stood on a day.
pub(super) struct State {
    pub(super) date: Date,
    /// Where it comes from, for messages.
    pub(super) path: PathBuf,
    pub(super) header: Vec<String>,
    /// Rows with their line in the file.
    pub(super) rows: Vec<(u64, Vec<String>)>,
}

/// How the import went.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) states: u64,
    pub(super) entered: u64,
    pub(super) removed: u64,
    pub(super) appended: u64,
    /// Days whose rows that stay changed places among themselves.
    pub(super) not_in_order: Vec<String>,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    row: BTreeMap<String, String>,
    subject: String,
    listing: String,
    order: Option<String>,
}

impl Counts {
    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            return talk::put_json(self);
        }
        let Self { states, entered, removed, appended, .. } = self;
        talk::put_words(&say!(
            "{} states: {} entered, {} removed; {} events appended",
            states,
            entered,
            removed,
            appended
        ))
    }
}

/// Reads a folder of states, oldest first. Files of other names are refused: a state left out by
/// a slip of the pen would change history.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<State>, Failure> {
    let mut states = BTreeMap::new();
    for item in std::fs::read_dir(folder).map_err(Failure::file(folder))? {
        let path = item.map_err(Failure::file(folder))?.path();
        let extension = path.extension().and_then(|text| text.to_str()).unwrap_or_default();
        if !matches!(extension, "tsv" | "csv") {
            talk::say(&say!("passed over: {}", Words::data(path.display())));
            continue;
        }
        let stem = path.file_stem().and_then(|text| text.to_str()).unwrap_or_default();
        let date = Date::parse(stem).map_err(|error| {
            Failure::usage(say!("{}: file name: {}", Words::data(path.display()), told(&error)))
        })?;
        let table = table::read(&path)?;
        let state = State { date, path, header: table.header, rows: table.rows };
        if let Some(other) = states.insert(date, state) {
            return Err(Failure::usage(say!(
                "{}: a second state of {}",
                Words::data(other.path.display()),
                Words::data(date)
            )));
        }
    }
    if states.is_empty() {
        return Err(Failure::usage(say!(
            "{}: holds no YYYY-MM-DD.tsv or .csv",
            Words::data(folder.display())
        )));
    }
    Ok(states.into_values().collect())
}

impl Job {
    pub(super) fn new(
        list: &str,
        subject: &str,
        issuer: &AuthorityId,
        (key, salts): (SecretKey, SaltKey),
        migration: Option<EventId>,
        dir: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            list: ListCode::parse(list).map_err(|error| Failure::usage(say!("--list: {}", told(&error))))?,
            subject: SubjectTemplate::parse(subject)
                .map_err(|error| Failure::usage(say!("--subject: {}", told(&error))))?,
            issuer: issuer.clone(),
            salts,
            key,
            migration,
            dir,
        })
    }

    /// Imports states, oldest first. Everything that can be wrong with the files is found before
    /// anything is sent.
    pub(super) fn run(&self, client: &Client, states: &[State]) -> Result<Counts, Failure> {
        let catalogue: CatalogueAt = client.get_json("/v1/catalogue")?;
        let personal = PersonalByDay::of_server(client);
        let list = catalogue.lists.into_iter().find(|list| list.item.code == self.list.as_str());
        let list = list.ok_or_else(|| {
            Failure::wrong(say!("list {} is not in the catalogue", Words::data(&self.list)))
        })?;
        if self.dir.is_none() && !(list.personal.is_empty() && list.personal_of_persons.is_empty()) {
            return Err(Failure::wrong(say!(
                "{}: a server does not show its personal columns; --dir names the ledger's folder",
                Words::data(&self.list)
            )));
        }
        let columns = list.columns;
        let subjects: Vec<Vec<SubjectId>> =
            states.iter().map(|state| self.subjects(state, &columns)).collect::<Result<_, _>>()?;
        let origin = origin_of(client)?;
        self.refuse_unseen_past(client)?;
        let bar = Bar::new(&say!("importing states"));
        let total = as_u64(states.len());
        let mut counts = Counts { states: total, ..Counts::default() };
        let mut nothing_later = false;
        for ((state, subjects), done) in states.iter().zip(&subjects).zip(0..) {
            bar.step(done, total);
            let members = self.members(client, &columns, &state.date.to_string())?;
            let rows: Vec<Vec<String>> = state.rows.iter().map(|(_, row)| row.clone()).collect();
            let plan = difference(&members, &rows).map_err(|error| {
                Failure::wrong(say!("{}: {}", Words::data(state.path.display()), told(&error)))
            })?;
            // Once nothing is known after one day, only this run adds anything after it.
            if !plan.is_empty() && !nothing_later {
                self.refuse_later(client, &columns, &members, state, states)?;
                nothing_later = true;
            }
            if !plan.in_order {
                counts.not_in_order.push(state.date.to_string());
                let path = Words::data(state.path.display());
                talk::say(&say!(
                    "{}: rows that stay changed places; they stay where they were entered, the members are the same",
                    path
                ));
            }
            let events = self.events((&origin, &personal), state, &columns, subjects, &members, &plan)?;
            counts.entered += as_u64(plan.entered.len());
            counts.removed += as_u64(plan.removed.len());
            counts.appended += send(client, state, &events)?;
        }
        Ok(counts)
    }

    /// The subject of each row; also checks the header.
    fn subjects(&self, state: &State, columns: &[String]) -> Result<Vec<SubjectId>, Failure> {
        if state.header != columns {
            let (found, expected) = (state.header.join(", "), columns.join(", "));
            return Err(table::wrong(
                &state.path,
                1,
                say!("columns {}; the list has {}", Words::data(found), Words::data(expected)),
            ));
        }
        let subject = |(line, row): &(u64, Vec<String>)| {
            let subject = self.subject.subject(Row::new(&state.header, row));
            subject.map_err(|error| {
                Failure::wrong(say!(
                    "{}: line {}: {}",
                    Words::data(state.path.display()),
                    Words::data(line),
                    told(&error)
                ))
            })
        };
        state.rows.iter().map(subject).collect()
    }

    /// Refuses where something has left the list already and only a server says who is on it: it does not show that, so
    /// that nothing could be held against it.
    fn refuse_unseen_past(&self, client: &Client) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Left {
            departures: Vec<serde::de::IgnoredAny>,
        }
        if self.dir.is_some() {
            return Ok(());
        }
        let end = encoded(&ValidTime::MAX.to_string());
        let path = format!("/v1/lists/{}/departures?limit=1&valid_at={end}", encoded(self.list.as_str()));
        let Left { departures } = client.get_json(&path)?;
        match departures.is_empty() {
            true => Ok(()),
            false => Err(Failure::wrong(say!(
                "{}: entries have left the list, which a server does not show any more; --dir names the ledger's folder or a copy of it",
                Words::data(&self.list)
            ))),
        }
    }

    /// The members on a day, by the folder where there is one.
    fn edition(&self, client: &Client, at: &str) -> Result<Members, Failure> {
        let path = format!("/v1/lists/{}", encoded(self.list.as_str()));
        let Some(dir) = &self.dir else { return pages::list(client, &path, at) };
        let ledger = crate::ledger::open_to_read(dir, &Bar::new(&say!("reading the log")))
            .map_err(Failure::unreachable)?;
        let reading = Reading::new(&ledger.snapshots);
        let now = ValidTime::at_recorded(clock::now()).map_err(Failure::usage)?;
        let valid_at = ValidTime::parse_or_end_of_day(at).map_err(Failure::usage)?;
        let question = Question::Edition { list: self.list.clone(), page: Page::default() };
        let as_of = reading.as_of(valid_at, Known::Everything).map_err(Failure::unreachable)?;
        let edition = reading.edition(&question, as_of, reading.viewer(Sight::Restricted, now));
        let text = serde_json::to_string(&edition.map_err(Failure::wrong)?);
        text.and_then(|text| serde_json::from_str(&text))
            .map_err(|error| Failure::wrong(say!("json: {}", told(&error))))
    }

    /// Refuses where the ledger knows of another membership later than a state that is to be put in:
    /// on the day of any later state, or at the end of time.
    fn refuse_later(
        &self,
        client: &Client,
        columns: &[String],
        members: &[StandingRow],
        state: &State,
        states: &[State],
    ) -> Result<(), Failure> {
        let later = states.iter().filter(|other| other.date > state.date).map(|other| other.date.to_string());
        for at in later.chain([ValidTime::MAX.to_string()]) {
            if self.members(client, columns, &at)? != members {
                return Err(Failure::wrong(say!(
                    "{}: the ledger already holds what happened to {} after {}, so this state cannot be put in before it",
                    Words::data(state.path.display()),
                    Words::data(&self.list),
                    Words::data(state.date)
                )));
            }
        }
        Ok(())
    }

    fn members(&self, client: &Client, columns: &[String], at: &str) -> Result<Vec<StandingRow>, Failure> {
        let path = format!("/v1/lists/{}", encoded(self.list.as_str()));
        let Members { members } = self.edition(client, at)?;
        let unexpected = |reason: &dyn std::fmt::Display| {
            Failure::unreachable(say!("{}: {}", Words::data(&path), quoted(reason)))
        };
        let standing = |mut member: Member| {
            Ok(StandingRow {
                listing: EventId::parse(&member.listing).map_err(|error| unexpected(&error))?,
                subject: SubjectId::parse(&member.subject).map_err(|error| unexpected(&error))?,
                row: columns.iter().map(|name| member.row.remove(name).unwrap_or_default()).collect(),
                order: member.order,
            })
        };
        members.into_iter().map(standing).collect()
    }

    /// Envelopes for what the plan says, removals first.
    fn events(
        &self,
        over: (&Origin, &PersonalByDay<'_>),
        state: &State,
        columns: &[String],
        subjects: &[SubjectId],
        members: &[StandingRow],
        plan: &EditionDifference,
    ) -> Result<Vec<String>, Failure> {
        let from = state.date.start_of_day();
        let mut events = Vec::with_capacity(plan.removed.len() + plan.entered.len());
        for at in &plan.removed {
            let member = members.get(*at).or_defect("the plan removes of these members");
            // Somebody reads it in the register: in the language of whoever imports.
            let reason = say!("no longer shown in the list as published on this day").text(spoken());
            let listing = member.listing.to_string();
            let body = json!({ "list": self.list.as_str(), "listing": listing, "reason": reason });
            let id = removal_id(&self.list, from, &member.listing);
            let kind = Kind::Step(StepKind::ListingRemoved);
            events.push(self.event(over, state, kind, id, &member.subject, body)?);
        }
        for new in &plan.entered {
            let (_, row) = state.rows.get(new.position).or_defect("the plan enters of these rows");
            let subject = subjects.get(new.position).or_defect("each row has its subject");
            // Sorted, so that the bytes are the same whichever map serde_json is built with.
            let row_sorted: BTreeMap<_, _> = columns.iter().zip(row).collect();
            let row_object: Map<String, Value> =
                row_sorted.into_iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            let mut body = json!({ "list": self.list.as_str(), "order": new.order, "row": row_object });
            if let (Some(migration), Value::Object(members)) = (&self.migration, &mut body) {
                members.insert("migration".to_owned(), migration.to_string().into());
            }
            let kind = Kind::ListingEntered;
            let hidden = [self.salts.hidden(row.iter().map(String::as_str))];
            // What a personal cell holds is not to be found out by the event's id.
            let none = over.1.names(kind, subject, from, &body)?.is_empty();
            let row = if none { row.as_slice() } else { &hidden };
            let id = entering_id(&self.list, from, row, new.occurrence);
            events.push(self.event(over, state, kind, id, subject, body)?);
        }
        Ok(events)
    }

    fn event(
        &self,
        (origin, personal): (&Origin, &PersonalByDay<'_>),
        state: &State,
        kind: Kind,
        id: EventId,
        subject: &SubjectId,
        mut body: Value,
    ) -> Result<String, Failure> {
        let names = personal.names(kind, subject, state.date.start_of_day(), &body)?;
        let mut salt = |name: &str| Ok::<_, Failure>(self.salts.field_salt(&id, subject, name));
        let fields = split(&mut body, &names, &mut salt)?;
        let draft = Draft {
            origin,
            id,
            kind,
            issuer: &self.issuer,
            subject,
            valid_from: state.date.start_of_day(),
            seen_version: None,
            salt: self.salts.salt(&id, subject),
            body,
        };
        let bytes = draft.to_bytes_with(&fields).map_err(|error| {
            Failure::wrong(say!(
                "{}: {}: {}",
                Words::data(state.path.display()),
                Words::data(subject),
                told(&error)
            ))
        })?;
        Ok(seal_with(&bytes, &fields, &[&self.key]))
    }
}

/// Appends a state's events; says how many were new.
fn send(client: &Client, state: &State, events: &[String]) -> Result<u64, Failure> {
    let mut appended = 0;
    for batch in batches(events) {
        for line in client.append(batch, false, false)? {
            if !line.status.is_in() {
                let problem = Problem::of(&line).in_words();
                return Err(Failure::wrong(say!(
                    "{}: refused: {}",
                    Words::data(state.path.display()),
                    problem
                )));
            }
            appended += u64::from(line.status == LineStatus::Placed);
        }
    }
    Ok(appended)
}
