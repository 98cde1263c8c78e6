//! `show`: answers, from a ledger's folder or from a server.
//!
//! Both ways give the same JSON (`wire`); what people read is made from that JSON.

use crate::api::{AuthoritiesAnswer, CatalogueAnswer};
use crate::cli::Outcome;
use crate::cli::answer;
use crate::cli::client::{Client, encoded};
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::names::Names;
use crate::cli::one_field::OneField;
use crate::cli::pages::{self, MOST_OF_LIST, MOST_OF_SUBJECT, Paging, Query};
use crate::cli::plain::plain;
use crate::cli::read_as::ReadAs;
use crate::cli::talk::{self, Bar};
use crate::cli::words;
use crate::clock;
use crate::ledger::{self, ReadOnlyLedger};
use crate::query::{Known, QueryError, Reading};
use crate::words::{say, told};
use clap::{Args, Subcommand};
use ledger_spec::casefile::{AsOf, Sight};
use ledger_spec::definition::Domain;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{CatalogueAt, Question, SubjectQuestion};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::path::PathBuf;
use tlog::defect::defect;
use tlog::position::EntryIndex;

/// Show what a ledger says: of a subject, an entry, a list, the authorities, the catalogue.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger show subject uscc:914403001922038216 --url http://127.0.0.1:8413
  credit-ledger show subject ext:mhlw:6f673cc113a5 --dir ledger --valid-at 2017-06-30 --lang zh
  credit-ledger show list mhlw.labour-violations --dir ledger --valid-at 2017-06-30 --json
  credit-ledger show entry 7 --dir ledger --json
  credit-ledger show field 7 name --dir ledger --json > field.json    one personal field, to be shown alone

--valid-at asks what holds in the world at an instant; a day means its end (UTC+08:00). --known-at
asks what the ledger knew: at an instant, or with its first N entries. A server shows what is public, and
to --key for --purpose more; a folder shows everything. What comes by pages is shown whole, however many there are; with
--limit one page is shown, and on stderr where the next begins.")]
pub(in crate::cli) struct Show {
    #[command(subcommand)]
    what: What,
    /// A ledger's folder, read as it is on disk (also beside a running server).
    #[arg(long, global = true, conflicts_with = "url")]
    dir: Option<PathBuf>,
    /// A server, such as http://127.0.0.1:8413.
    #[arg(long, global = true)]
    url: Option<String>,
    /// When it holds in the world: YYYY-MM-DD (the end of that day) or RFC 3339. [default: now]
    #[arg(long, global = true, value_name = "WHEN")]
    valid_at: Option<String>,
    /// What was known: a number of entries, YYYY-MM-DD or RFC 3339. [default: everything]
    #[arg(long, global = true, value_name = "WHEN")]
    known_at: Option<String>,
    /// As whom one reads a folder: public, shared, restricted or court.
    #[arg(long, global = true, default_value = "restricted", value_parser = sight)]
    sight: Sight,
    #[command(flatten)]
    reader: ReadAs,
}

#[derive(Subcommand)]
enum What {
    /// A subject's standing, with the entries and rules behind each word.
    Subject {
        /// Such as uscc:914403001922038216.
        id: String,
        #[command(flatten)]
        page: Paging,
    },
    /// One projection of a subject: records, measures, repairs, objections, commitments, ratings, points,
    /// eligibility, occupation, civil-servant, rural, uses, standing.
    View {
        /// The projection.
        view: String,
        /// The subject.
        id: String,
        /// With eligibility: the domain, such as procurement.
        #[arg(long)]
        domain: Option<String>,
        #[command(flatten)]
        page: Paging,
    },
    /// What has left a list, the last first.
    Departures {
        /// The list's code.
        code: String,
        #[command(flatten)]
        page: Paging,
    },
    /// The fifteen indicators of a place.
    Indicators {
        /// Such as place:430381.
        id: String,
    },
    /// What the log shows of the departments' own work.
    Oversight,
    /// Who might sign what at two instants.
    Directory,
    /// A subject's history, newest first.
    Events {
        /// The subject.
        id: String,
        /// Go on before this entry.
        #[arg(long)]
        before: Option<u64>,
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// One entry.
    Entry {
        /// Its index.
        index: u64,
    },
    /// One personal field of an entry of a folder, with what proves it and nothing of the others: --json for `verify`.
    Field {
        /// The entry's index.
        index: u64,
        /// The field, by its path in the body, such as row.法定代表人.
        name: String,
    },
    /// Who is on a list, in the list's own order; with --json one object a line, by its columns.
    List {
        /// The list's code.
        code: String,
        #[command(flatten)]
        page: Paging,
    },
    /// Every authority with its keys.
    Authorities,
    /// Types of records and lists.
    Catalogue,
    /// The signed checkpoint.
    Checkpoint,
}

impl Show {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let by_name = !json && self.what.has_names();
        let (text, names) = match (&self.dir, &self.url) {
            (Some(dir), _) => {
                let asked = |ledger: ReadOnlyLedger| {
                    let reading = Reading::new(&ledger.snapshots);
                    let names = match by_name {
                        true => {
                            Names::of_folder(&reading.snapshot().governance, self.as_of(&reading, now()?)?)
                        }
                        false => Names::none(),
                    };
                    Ok((self.answer_of_folder(&ledger)?, names))
                };
                let bar = Bar::new(&say!("reading the log"));
                ledger::ask(dir, &bar, asked, Failure::unreachable)?
            }
            (None, Some(url)) => {
                let client = self.reader.client(url)?;
                let text = self.answer_of_server(&client)?;
                let names =
                    if by_name { Names::of_server(&client, self.valid_at()?)? } else { Names::none() };
                (text, names)
            }
            // Options that stand behind the subcommand cannot be required by clap.
            (None, None) => return Err(Failure::usage(say!("--dir or --url is expected"))),
        };
        let language = spoken();
        match &self.what {
            What::Checkpoint if json => talk::put_json(&answer::checkpoint(&text)?),
            What::Checkpoint => talk::put(answer::checkpoint(&text)?),
            What::List { .. } => {
                let rows = answer::rows(&text)?;
                if json { talk::put(&text) } else { talk::put(&words::rows(&rows, language)) }
            }
            _ if json => talk::put_line(answer::object(&text)?),
            What::Subject { .. } => talk::put(&words::subject(&read(&text)?, &names, language)),
            What::Events { .. } => {
                talk::put(&words::events(&read(&text)?, &names, language).map_err(unread)?)
            }
            What::Field { .. } => {
                #[derive(Deserialize)]
                struct Field {
                    name: String,
                    value: String,
                }
                let Field { name, value } = read(&text)?;
                talk::put_line(&format!("{name}: {value}"))
            }
            What::Entry { .. } => talk::put(&words::entry(&read(&text)?, &names, language).map_err(unread)?),
            What::Authorities => talk::put(&words::authorities(&read(&text)?, language)),
            What::Catalogue => talk::put(&words::catalogue(&read(&text)?, language)),
            What::View { .. }
            | What::Departures { .. }
            | What::Indicators { .. }
            | What::Oversight
            | What::Directory => talk::put(&plain(&text, &names, language)?),
        }
    }

    /// What comes by pages is asked for until none follows, unless one page is wanted.
    fn answer_of_server(&self, client: &Client) -> Result<String, Failure> {
        if let What::Field { .. } = &self.what {
            return Err(Failure::usage(say!(
                "a server shows no personal fields: --dir names the ledger's folder"
            )));
        }
        let (path, body) = (|query: &Query| self.what.path(query), self.what.body());
        let (body, mut query) = (body.as_deref(), self.instants());
        let Some((paging, most)) = self.what.paging() else { return client.ask_text(&path(&query), body) };
        query.extend(paging.query(most));
        let is_list = matches!(self.what, What::List { .. });
        if !paging.is_one() && !is_list {
            return pages::whole(client, &query, body, path);
        }
        let mut rows = String::new();
        if !paging.is_one() {
            pages::each(client, &query, body, path, |page| pages::add_rows(&mut rows, page))?;
            return Ok(rows);
        }
        let page = client.ask_text(&path(&query), body)?;
        tell_next(&page)?;
        if !is_list {
            return Ok(page);
        }
        pages::add_rows(&mut rows, &page)?;
        Ok(rows)
    }

    fn instants(&self) -> Query {
        let given = [("valid_at", &self.valid_at), ("known_at", &self.known_at)];
        given.into_iter().filter_map(|(name, value)| value.clone().map(|value| (name, value))).collect()
    }

    fn answer_of_folder(&self, ledger: &ReadOnlyLedger) -> Result<String, Failure> {
        let reading = Reading::new(&ledger.snapshots);
        let now = now()?;
        let (viewer, checkpoint) = (reading.viewer(self.sight, now), reading.snapshot().checkpoint_text());
        match &self.what {
            What::Events { id, before, limit } => {
                let before = before.map(EntryIndex::new);
                let page = reading.events(&subject(id)?, before, usize::from(*limit), viewer);
                to_json(&page.map_err(failed)?)
            }
            What::Entry { index } => {
                let found = reading.entry(EntryIndex::new(*index), viewer);
                let directory = &reading.snapshot().governance.directory;
                to_json(&found.map_err(failed)?.line(directory, viewer))
            }
            What::Field { index, name } => {
                to_json(&OneField::of(&reading, EntryIndex::new(*index), name, viewer)?)
            }
            What::List { code, page } => {
                let question = Question::Edition { list: list(code)?, page: page.page() };
                let edition = reading.edition(&question, self.as_of(&reading, now)?, viewer);
                let edition = edition.map_err(failed)?;
                say_next(edition.next.map(EntryIndex::get));
                let rows = edition.to_rows();
                let rows = rows.map_err(|error| Failure::wrong(say!("json: {}", told(&error))))?;
                String::from_utf8(rows).map_err(|error| Failure::wrong(say!("json: {}", told(&error))))
            }
            What::Authorities => {
                to_json(&AuthoritiesAnswer { authorities: reading.authorities(), checkpoint })
            }
            What::Catalogue => {
                let as_of = self.as_of(&reading, now)?;
                let governance = &reading.snapshot().governance;
                let catalogue = CatalogueAt::of(&governance.catalogue, &governance.directory, as_of);
                let (valid_at, known_at, asked_at) = (as_of.valid_at, as_of.known, now);
                to_json(&CatalogueAnswer { valid_at, known_at, asked_at, catalogue, checkpoint })
            }
            What::Checkpoint => Ok(checkpoint),
            asked => {
                let question = asked.question()?;
                let answered = reading.ask(&question, self.as_of(&reading, now)?, viewer);
                let text = to_json(&answered.map_err(failed)?)?;
                if asked.paging().is_some() {
                    tell_next(&text)?;
                }
                Ok(text)
            }
        }
    }

    /// When it holds in the world.
    fn valid_at(&self) -> Result<ValidTime, Failure> {
        match &self.valid_at {
            Some(text) => ValidTime::parse_or_end_of_day(text)
                .map_err(|error| Failure::usage(say!("--valid-at: {}", told(&error)))),
            None => now(),
        }
    }

    fn as_of(&self, reading: &Reading<'_>, now: ValidTime) -> Result<AsOf, Failure> {
        let valid_at = self.valid_at.as_ref().map_or(Ok(now), |_| self.valid_at())?;
        let known = match &self.known_at {
            Some(text) => Known::parse(text, reading.snapshot().size())
                .map_err(|error| Failure::usage(say!("--known-at: {}", error.words())))?,
            None => Known::Everything,
        };
        reading.as_of(valid_at, known).map_err(failed)
    }
}

impl What {
    /// Whether codes stand in it whose names are to be told with them.
    const fn has_names(&self) -> bool {
        match self {
            Self::Subject { .. }
            | Self::View { .. }
            | Self::Departures { .. }
            | Self::Oversight
            | Self::Directory
            | Self::Events { .. }
            | Self::Entry { .. } => true,
            Self::Indicators { .. }
            | Self::Field { .. }
            | Self::List { .. }
            | Self::Authorities
            | Self::Catalogue
            | Self::Checkpoint => false,
        }
    }

    /// The question of the one door that this asks; what has no two instants is asked for by itself.
    fn question(&self) -> Result<Question, Failure> {
        Ok(match self {
            Self::Subject { id, page } => {
                let (what, page) = (SubjectQuestion::Standing, page.page());
                Question::Subject { subject: subject(id)?, what, page }
            }
            Self::View { view, id, domain, page } => {
                let (what, page) = (about(view, domain.as_deref())?, page.page());
                Question::Subject { subject: subject(id)?, what, page }
            }
            Self::Departures { code, page } => Question::Departures { list: list(code)?, page: page.page() },
            Self::Indicators { id } => Question::Indicators { place: place(id)? },
            Self::Oversight => Question::Oversight,
            Self::Directory => Question::Directory,
            Self::Events { .. }
            | Self::Entry { .. }
            | Self::Field { .. }
            | Self::List { .. }
            | Self::Authorities
            | Self::Catalogue
            | Self::Checkpoint => defect("answered before it is asked for here"),
        })
    }

    /// Which part of it is wanted, and how much of it a server gives on a page; `None` where it has no pages, or
    /// others.
    const fn paging(&self) -> Option<(Paging, usize)> {
        match self {
            Self::Subject { page, .. } | Self::View { page, .. } => Some((*page, MOST_OF_SUBJECT)),
            Self::Departures { page, .. } | Self::List { page, .. } => Some((*page, MOST_OF_LIST)),
            _ => None,
        }
    }

    /// The subject of this, where it is one that is not to stand in a path.
    fn hidden_subject(&self) -> Option<&str> {
        let (Self::Subject { id, .. } | Self::View { id, .. } | Self::Events { id, .. }) = self else {
            return None;
        };
        SubjectId::parse(id).is_ok_and(|subject| subject.is_natural()).then_some(id)
    }

    /// What a server is asked with, beside the path.
    fn body(&self) -> Option<String> {
        self.hidden_subject().map(|id| json!({ "subject": id }).to_string())
    }

    /// Where a server answers about a subject.
    fn path_about(&self, id: &str, view: &str) -> String {
        let view = encoded(view);
        match self.hidden_subject() {
            Some(_) => format!("/v1/questions/{view}"),
            None => format!("/v1/subjects/{}/{view}", encoded(id)),
        }
    }

    /// Where a server answers this.
    fn path(&self, query: &Query) -> String {
        let mut query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let path = match self {
            Self::Subject { id, .. } => self.path_about(id, "standing"),
            Self::View { view, id, domain, .. } => {
                query.extend(domain.as_ref().map(|domain| format!("domain={}", encoded(domain))));
                self.path_about(id, view)
            }
            Self::Departures { code, .. } => format!("/v1/lists/{}/departures", encoded(code)),
            Self::Indicators { id } => format!("/v1/indicators/{}", encoded(id)),
            Self::Oversight => "/v1/oversight".into(),
            Self::Directory => "/v1/directory".into(),
            Self::Events { id, before, limit } => {
                query = vec![format!("limit={limit}")];
                query.extend(before.map(|before| format!("before={before}")));
                self.path_about(id, "events")
            }
            Self::Entry { index } | Self::Field { index, .. } => return format!("/v1/entries/{index}"),
            Self::List { code, .. } => format!("/v1/lists/{}", encoded(code)),
            Self::Authorities => return "/v1/authorities".into(),
            Self::Catalogue => "/v1/catalogue".into(),
            Self::Checkpoint => return "/checkpoint".into(),
        };
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

fn place(text: &str) -> Result<SubjectId, Failure> {
    let place = subject(text)?;
    let fits = matches!(place, SubjectId::Place(_));
    fits.then_some(place)
        .ok_or_else(|| Failure::usage(say!("indicators are of a place: place:<code> is expected")))
}

fn about(name: &str, domain: Option<&str>) -> Result<SubjectQuestion, Failure> {
    let domain = domain.map(|text| {
        let words = Domain::WORDS.join(", ");
        Domain::parse(text)
            .ok_or_else(|| Failure::usage(say!("--domain: one of {} is expected", Words::data(words))))
    });
    SubjectQuestion::parse(name, domain.transpose()?).ok_or_else(|| {
        let names = SubjectQuestion::NAMES.join(", ");
        Failure::usage(say!("one of {} is expected; --domain exactly with eligibility", Words::data(names)))
    })
}

fn sight(text: &str) -> Result<Sight, String> {
    Sight::parse(text).ok_or_else(|| say!("public, shared, restricted or court is expected").to_string())
}

fn subject(text: &str) -> Result<SubjectId, Failure> {
    SubjectId::parse(text).map_err(|error| Failure::usage(say!("subject: {}", told(&error))))
}

fn list(text: &str) -> Result<ListCode, Failure> {
    ListCode::parse(text).map_err(|error| Failure::usage(say!("list: {}", told(&error))))
}

/// Says where the next page begins, if there is one.
fn tell_next(page: &str) -> Outcome {
    #[derive(Deserialize)]
    struct Turn {
        next: Option<u64>,
    }
    say_next(read::<Turn>(page)?.next);
    Ok(())
}

fn say_next(next: Option<u64>) {
    if let Some(next) = next {
        talk::say(&say!("... --after {}", next));
    }
}

/// The moment of asking.
fn now() -> Result<ValidTime, Failure> {
    ValidTime::at_recorded(clock::now()).map_err(Failure::usage)
}

/// An answer's text, read as what it was written from.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(unread)
}

fn unread(error: impl std::fmt::Display + 'static) -> Failure {
    Failure::unreachable(say!("another answer than expected: {}", told(&error)))
}

fn to_json(answer: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(answer).map_err(|error| Failure::wrong(say!("json: {}", told(&error))))
}

/// A question that the ledger has no answer to is the asker's; damage is not.
fn failed(error: QueryError) -> Failure {
    let words = error.words();
    if error.is_of_the_asker() { Failure::wrong(words) } else { Failure::unreachable(words) }
}
