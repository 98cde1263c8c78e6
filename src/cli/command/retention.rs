//! `retention`: what the law lets go, proposed to whoever may order it.

use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::talk::{self, Bar};
use crate::clock;
use crate::ledger;
use crate::query::{Known, Reading};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::casefile::Sight;
use ledger_spec::definition::DueWhen;
use ledger_spec::event::ErasureOrdered;
use ledger_spec::id::AuthorityId;
use ledger_spec::projection::{CaseFileSource as _, CityAnswer, CityQuestion, DueLine, Retention};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::{Language, Words};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tlog::defect::defect;

/// Propose what may be erased, by the law that says so. Nothing is erased, and nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger retention --dir ledger --lang zh
  credit-ledger retention --dir ledger --issuer market-regulation.430381 --drafts orders
  credit-ledger sign --key market.key --new orders/812.json | credit-ledger append --url URL

Each type of the catalogue says when its records may be erased and by which article, or that no law says it; of those
nothing is proposed. A record goes with all that follows it or rests on it, so it is due when none of that holds
any more. What is under a hold, waits for a decision on an objection, or has facts of other authorities resting on
it is shown with that, and no order is drafted. A draft (erasure.ordered) has neither id nor salt: whoever
answers for it reads it, signs it, and sends it. It waits a day or two before it is carried out.")]
pub(in crate::cli) struct ProposeErasures {
    /// A ledger's folder, or an opened copy's, read as it is on disk (also beside a running server).
    #[arg(long)]
    dir: PathBuf,
    /// On which day: YYYY-MM-DD (its end) or RFC 3339. [default: now]
    #[arg(long, value_name = "WHEN")]
    valid_at: Option<String>,
    /// Only what this authority may order.
    #[arg(long, value_name = "ID", value_parser = issuer)]
    issuer: Option<AuthorityId>,
    /// Write orders that may be signed into this folder, which is made: one file each, named after its first entry.
    #[arg(long, value_name = "FOLDER")]
    drafts: Option<PathBuf>,
}

impl ProposeErasures {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let ledger = {
            let bar = Bar::new(&say!("reading the log"));
            ledger::open_to_read(&self.dir, &bar).map_err(Failure::unreachable)?
        };
        let reading = Reading::new(&ledger.snapshots);
        let now = ValidTime::at_recorded(clock::now()).map_err(Failure::usage)?;
        let valid_at = match &self.valid_at {
            Some(text) => ValidTime::parse_or_end_of_day(text)
                .map_err(|error| Failure::usage(say!("--valid-at: {}", told(&error))))?,
            None => now,
        };
        if !ledger.snapshots.log().is_opened() {
            return Err(Failure::usage(say!(
                "a blind copy shows nobody's records: an opened one is expected"
            )));
        }
        let as_of = reading.as_of(valid_at, Known::Everything).map_err(Failure::unreachable)?;
        let viewer = reading.viewer(Sight::Court, now);
        let answer = reading.city(&CityQuestion::Retention, as_of, viewer).map_err(Failure::unreachable)?;
        let CityAnswer::Retention(found) = &*answer else { defect("an answer is to its own question") };
        let is_asked = |line: &&DueLine| self.issuer.as_ref().is_none_or(|issuer| line.source == *issuer);
        let asked = Retention { due: found.due.iter().filter(is_asked).cloned().collect() };
        if let Some(folder) = &self.drafts {
            let origin = reading.snapshot().governance.origin.as_ref().map(ToString::to_string);
            let written = draft(folder, &asked, origin, now)?;
            talk::say(&say!("{} orders drafted in {}", written, Words::data(folder.display())));
        }
        if json {
            return talk::put_json(&asked);
        }
        let language = spoken();
        if asked.due.is_empty() {
            return talk::put_line(&say!("there is no record that the law lets go").text(language));
        }
        asked.due.iter().try_for_each(|line| talk::put_line(&in_words(line, language)))
    }
}

/// Writes an order for what may be ordered as it stands, and says how many there are.
fn draft(folder: &Path, asked: &Retention, origin: Option<String>, now: ValidTime) -> Result<usize, Failure> {
    std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    let mut orders: Vec<Vec<&DueLine>> = Vec::new();
    for line in &asked.due {
        match orders.iter_mut().find(|order| order.iter().any(|known| known.is_with(line))) {
            Some(order) => order.push(line),
            None => orders.push(vec![line]),
        }
    }
    let may = |order: &&Vec<&DueLine>| order.iter().all(|line| line.can_be_ordered());
    let mut written = 0;
    for order in orders.iter().filter(may) {
        let Some(first) = order.first() else { continue };
        if first.events.len() > ErasureOrdered::MAX {
            let entry = first.entry;
            talk::say(&say!(
                "entry {}: more goes with it than one order names: a court is to be asked",
                entry
            ));
            continue;
        }
        let mut basis: Vec<Value> = Vec::new();
        for line in order {
            let mut one = json!({ "instrument": line.basis });
            if let (Some(article), Some(fields)) = (&line.article, one.as_object_mut()) {
                fields.insert("article".to_owned(), json!(article));
            }
            if !basis.contains(&one) {
                basis.push(one);
            }
        }
        let mut body = json!({ "events": first.events, "entries": first.entries, "basis": basis });
        if let (false, Some(fields)) = (first.annulled.is_empty(), body.as_object_mut()) {
            fields.insert("annulled".to_owned(), json!(first.annulled));
        }
        let event = json!({
            "origin": origin,
            "kind": "erasure.ordered",
            "issuer": first.source,
            "subject": first.subject,
            "valid_from": now.to_string(),
            "body": body,
        });
        let path = folder.join(format!("{}.json", first.entry));
        std::fs::write(&path, format!("{event:#}\n")).map_err(Failure::file(&path))?;
        written += 1;
    }
    Ok(written)
}

/// One proposal for people, wholly in one language.
fn in_words(line: &DueLine, language: Language) -> String {
    let entries: Vec<_> = line.entries.iter().map(ToString::to_string).collect();
    let others: Vec<_> = line.others.iter().map(ToString::to_string).collect();
    let DueLine { subject, record_type, title, since, law, source, .. } = line;
    match language {
        Language::Zh => {
            let why = match line.when {
                DueWhen::Ended => "记录已经终止",
                DueWhen::ConsentWithdrawn => "本人已经撤回同意",
                DueWhen::ConductEnded => "不良行为或者事件终止已满期限",
            };
            let article = line.article.as_ref().map(|article| format!("第{article}条")).unwrap_or_default();
            let entries = entries.join("、");
            let mut out = format!("{subject}　{}（{record_type}）　自{since}起可以删除", title.zh);
            out += &format!("\n  理由：{why}；依据：《{}》{article}", law.zh);
            out += &format!("\n  一并删除的条目：{entries}；由{source}决定");
            if line.held {
                out += "\n  保全中：保全解除之前不得删除";
            }
            if line.contested {
                out += "\n  异议或者投诉尚未办结：办结之前不得删除";
            }
            if !others.is_empty() {
                out +=
                    &format!("\n  另有{}所作的事项以此为据：由其自行决定或者由法院决定", others.join("、"));
            }
            out
        }
        Language::En => {
            let why = match line.when {
                DueWhen::Ended => "the record has ended",
                DueWhen::ConsentWithdrawn => "the consent was withdrawn",
                DueWhen::ConductEnded => "the time since the conduct ended is over",
            };
            let article =
                line.article.as_ref().map(|article| format!(", article {article}")).unwrap_or_default();
            let entries = entries.join(", ");
            let mut out = format!("{subject}  {} ({record_type})  may be erased from {since} on", title.en);
            out += &format!("\n  why: {why}; by: {}{article}", law.en);
            out += &format!("\n  entries that go together: {entries}; ordered by {source}");
            if line.held {
                out += "\n  under a hold: not before it is released";
            }
            if line.contested {
                out += "\n  an objection or a complaint is open: not before it is decided";
            }
            if !others.is_empty() {
                out += &format!(
                    "\n  facts of {} rest on it: by their own order, or a court's",
                    others.join(", ")
                );
            }
            out
        }
    }
}

fn issuer(text: &str) -> Result<AuthorityId, String> {
    AuthorityId::parse(text).map_err(|error| error.to_string())
}
