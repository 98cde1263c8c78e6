//! `import`: a department's own table, row by row, into the ledger; or the dated states of a list.

use crate::api::LineStatus;
use crate::cli::client::{BATCH, Client, Problem, batches, origin_of};
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::personal::PersonalByDay;
use crate::cli::table::Table;
use crate::cli::talk::{self, Bar};
use crate::cli::{Outcome, edition_import, keyfile, table};
use crate::progress::Progress as _;
use crate::words::{quoted, say, told};
use clap::Args;
use ledger_authoring::mapping::{Mapping, Row, RowError, resident_number};
use ledger_spec::event::{SaltKey, seal_with};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::identity::PseudonymScheme;
use ledger_spec::wording::Words;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64};
use tlog::key::SecretKey;

/// Import a table (CSV, TSV, XLSX) with a mapping file, or with --states the dated states of a list.
/// Running it again appends nothing twice.
#[derive(Args)]
#[command(after_help = "\
Example: a table
  credit-ledger import penalties.xlsx --mapping penalties.toml --key market.key --url URL

  penalties.toml:
    kind = \"record.filed\"
    issuer = \"market-regulation.430381\"
    subject = \"uscc:{code|trim}\"
    valid_from = \"{decided|date}\"
    id = [\"number\"]                  # the columns that tell one row from all others
    [body]
    type = \"market.penalty\"
    severity = \"{grade}\"
    summary = \"{remark|optional}\"    # dropped where the column is empty
    review = \"none\"
    notice = { served_on = \"{notified|date}\", statement = \"answered\" }
    [body.decision]
    number = \"{number|trim}\"
    date = \"{decided|date}\"
    issued_by = \"{office}\"
    article = \"{article}\"
    served_on = \"{served|date}\"
    document = \"{document}\"           # BLAKE3 of the decision's file, in hex
    [values.grade]
    \"轻微\" = \"minor\"

  Filters: trim; date (reads 2017/5/1, 2017.5.1, 2017年5月1日); optional; identity, for resident numbers:
    subject = \"person:{证件号码|identity}\"  # the ledger is asked; the event holds the pseudonym alone
    subject = \"household:{户主证件号码|identity}\"  # a household, by the number of its head
  What the catalogue says is personal (names of persons, addresses) is written into the body like everything
  else; it is split off, signed by its digest, and sent beside the event.
  The salt key (ISSUER.salts) makes salts and, where rows have personal fields, ids: with it the same table makes
  the same events, whatever key signs them and whatever pseudonyms the ledger gives (`rotate`): a row that is in the
  ledger is not filed again. Keep it as long as the issuer files, and as safe as the table.
  Rows that are refused go to penalties.xlsx.refused.csv with row number, field, value and reason.

Example: a register that only ever publishes its current list
  credit-ledger import --states folder --list mhlw.labour-violations \\
      --subject 'ext:mhlw:{establishment}' --issuer labour.mhlw --key labour.key --url URL

  The folder holds YYYY-MM-DD.tsv or .csv, each the list as it stood on that day, with the list's
  columns as header. What is appended are the entries and removals that lead from each to the next.")]
pub(in crate::cli) struct Import {
    /// The table.
    #[arg(required_unless_present = "states", conflicts_with = "states")]
    table: Option<PathBuf>,
    /// How a row becomes an event.
    #[arg(long, required_unless_present = "states", conflicts_with = "states")]
    mapping: Option<PathBuf>,
    /// A folder of dated states of a list.
    #[arg(long, requires_all = ["list", "subject", "issuer"])]
    states: Option<PathBuf>,
    /// With --states: the list's code.
    #[arg(long, requires = "states")]
    list: Option<String>,
    /// With --states: the subject of a row.
    #[arg(long, requires = "states", value_name = "TEMPLATE")]
    subject: Option<String>,
    /// With --states: who owns the list.
    #[arg(long, requires = "states")]
    issuer: Option<String>,
    /// With --states: the migration.opened event under which an older register's entries come in.
    #[arg(long, requires = "states", value_name = "EVENT")]
    migration: Option<String>,
    /// With --states: the ledger's folder or a copy of it, where the list's past is read; without it nothing may have left
    /// the list yet.
    #[arg(long, requires = "states")]
    dir: Option<PathBuf>,
    /// The issuer's secret key file.
    #[arg(long)]
    key: PathBuf,
    /// The file of the issuer's salt key, made where there is none. [default: ISSUER.salts beside --key]
    #[arg(long, value_name = "FILE")]
    salts: Option<PathBuf>,
    /// The server.
    #[arg(long)]
    url: String,
}

/// How an import of a table went.
#[derive(Debug, Default, Serialize)]
struct Counts {
    rows: u64,
    placed: u64,
    repeated: u64,
    refused: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_file: Option<PathBuf>,
}

/// A row that did not become an entry.
struct Refused {
    row: u64,
    error: RowError,
}

impl Import {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let client = Client::new(&self.url)?;
        let key = keyfile::read(&self.key)?.secret_key();
        let (table, mapping) = match (&self.states, &self.table, &self.mapping) {
            (Some(folder), _, _) => {
                let given = |option: &Option<String>| option.clone().or_defect("--states requires it");
                let migration = self.migration.as_deref().map(EventId::parse).transpose();
                let migration =
                    migration.map_err(|error| Failure::usage(say!("--migration: {}", told(&error))))?;
                let (list, subject) = (given(&self.list), given(&self.subject));
                let issuer = AuthorityId::parse(&given(&self.issuer))
                    .map_err(|error| Failure::usage(say!("--issuer: {}", told(&error))))?;
                let job = edition_import::Job::new(
                    &list,
                    &subject,
                    &issuer,
                    (key, self.salts_of(&issuer)?),
                    migration,
                    self.dir.clone(),
                )?;
                return job.run(&client, &edition_import::read_folder(folder)?)?.print(json);
            }
            (None, Some(table), Some(mapping)) => (table, mapping),
            // clap lets no other case through.
            (None, _, _) => {
                return Err(Failure::usage(say!("a table and --mapping, or --states, are expected")));
            }
        };
        let text = std::fs::read_to_string(mapping).map_err(Failure::file(mapping))?;
        let mapping = Mapping::parse(&text)
            .map_err(|error| Failure::usage(say!("{}: {}", Words::data(mapping.display()), told(&error))))?;
        let keys = (&key, &self.salts_of(mapping.issuer())?);
        let (counts, refused) = import_table(table, &mapping, keys, &client)?;
        finish(table, counts, &refused, json)
    }

    fn salts_of(&self, issuer: &AuthorityId) -> Result<SaltKey, Failure> {
        let beside = || keyfile::salts_beside(&self.key, issuer);
        keyfile::salts(&self.salts.clone().unwrap_or_else(beside))
    }
}

fn import_table(
    path: &Path,
    mapping: &Mapping,
    (key, salts): (&SecretKey, &SaltKey),
    client: &Client,
) -> Result<(Counts, Vec<Refused>), Failure> {
    let table = table::read(path)?;
    if let Some(absent) = mapping.columns().into_iter().find(|name| !table.header.iter().any(|h| h == name)) {
        let header = table.header.join(", ");
        return Err(table::wrong(
            path,
            1,
            say!("column {} is not among: {}", Words::data(format_args!("{absent:?}")), Words::data(header)),
        ));
    }
    let origin = origin_of(client)?;
    let pseudonyms = pseudonyms(&table, mapping, &origin, key, client)?;
    let pseudonym =
        |scheme: PseudonymScheme, number: &str| pseudonyms.get(&(scheme, number.to_owned())).cloned();
    let by_day = PersonalByDay::of_server(client);
    let unanswered = RefCell::new(None);
    let personal = |subject: &SubjectId, valid_from, body: &_| {
        let names = by_day.names(mapping.kind(), subject, valid_from, body);
        // The row is not sent then, and none after it.
        names.unwrap_or_else(|failure| {
            unanswered.replace(Some(failure));
            Vec::new()
        })
    };
    let bar = Bar::new(&say!("importing"));
    let total = as_u64(table.rows.len());
    let (mut counts, mut refused) = (Counts { rows: total, ..Counts::default() }, Vec::new());
    let mut done = 0;
    for rows in table.rows.chunks(BATCH) {
        let (mut envelopes, mut numbers) = (Vec::new(), Vec::new());
        for (number, cells) in rows {
            let row = Row::new(&table.header, cells);
            match mapping.event_with(&origin, row, salts, &personal, &pseudonym) {
                Ok((event, fields)) => {
                    envelopes.push(seal_with(&event, &fields, &[key]));
                    numbers.push((*number, cells));
                }
                Err(error) => refused.push(Refused { row: *number, error }),
            }
        }
        if let Some(failure) = unanswered.take() {
            return Err(failure);
        }
        for batch in batches(&envelopes) {
            let answers = client.append(batch, false, false)?;
            for (line, (row, cells)) in answers.iter().zip(numbers.drain(..batch.len())) {
                match line.status {
                    LineStatus::Placed => counts.placed += 1,
                    LineStatus::Repeat => counts.repeated += 1,
                    _ => {
                        let problem = Problem::of(line);
                        let field = problem.field.clone().unwrap_or_else(|| "event".into());
                        let value = problem.found.clone().unwrap_or_else(|| cells.join(" | "));
                        let error = RowError { field, value, reason: problem.in_words().text(spoken()) };
                        refused.push(Refused { row, error });
                    }
                }
            }
        }
        done += as_u64(rows.len());
        bar.step(done, total);
    }
    refused.sort_by_key(|refused| refused.row);
    counts.refused = as_u64(refused.len());
    Ok((counts, refused))
}

/// What stands behind the scheme's name for a resident number, as the ledger resolves it.
type PseudonymsByNumber = BTreeMap<(PseudonymScheme, String), String>;

/// The pseudonyms of all resident numbers that the mapping uses, as the ledger resolves them.
fn pseudonyms(
    table: &Table,
    mapping: &Mapping,
    origin: &Origin,
    key: &SecretKey,
    client: &Client,
) -> Result<PseudonymsByNumber, Failure> {
    let mut pseudonyms = PseudonymsByNumber::new();
    let columns = mapping.identities();
    for scheme in PseudonymScheme::ALL {
        let columns = || columns.iter().filter(|(_, of)| *of == scheme);
        let cells = table.rows.iter().flat_map(|(_, cells)| {
            columns().filter_map(|(column, _)| Row::new(&table.header, cells).get(column))
        });
        let numbers: BTreeSet<String> =
            cells.filter_map(resident_number).map(|number| number.to_string()).collect();
        let numbers: Vec<String> = numbers.into_iter().collect();
        let subjects = client.resolve(origin, key, (scheme, &numbers))?;
        for (number, subject) in numbers.into_iter().zip(subjects) {
            let pseudonym = subject.strip_prefix(scheme.name()).and_then(|rest| rest.strip_prefix(':'));
            let pseudonym = pseudonym
                .ok_or_else(|| Failure::unreachable(say!("/v1/identities: another answer than expected")))?;
            pseudonyms.insert((scheme, number), pseudonym.to_owned());
        }
    }
    Ok(pseudonyms)
}

/// Writes the refused rows beside the input, or takes away what an earlier run left there.
fn finish(path: &Path, mut counts: Counts, refused: &[Refused], json: bool) -> Outcome {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".refused.csv");
    let beside = PathBuf::from(beside);
    if refused.is_empty() {
        if beside.exists() {
            std::fs::remove_file(&beside).map_err(Failure::file(&beside))?;
        }
    } else {
        write_refused(&beside, refused)
            .map_err(|error| Failure::usage(say!("{}: {}", Words::data(beside.display()), told(&error))))?;
        counts.refused_file = Some(beside);
    }
    if json {
        talk::put_json(&counts)?;
    } else {
        let Counts { rows, placed, repeated, refused, .. } = counts;
        talk::put_words(&say!(
            "{} rows: {} placed, {} there before, {} refused",
            rows,
            placed,
            repeated,
            refused
        ))?;
    }
    match counts.refused_file {
        None => Ok(()),
        Some(file) => Err(Failure::wrong(say!(
            "{} rows were refused: {}",
            Words::data(counts.refused),
            Words::data(file.display())
        ))),
    }
}

fn write_refused(path: &Path, refused: &[Refused]) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(["row", "field", "value", "reason"])?;
    for Refused { row, error } in refused {
        let reason = quoted(&error.reason).text(spoken());
        writer.write_record([&row.to_string(), &error.field, &error.value, &reason])?;
    }
    writer.flush()?;
    Ok(())
}
