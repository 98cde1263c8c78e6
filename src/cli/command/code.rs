//! `code`: a one-time code for a subject that stands at the window, as a link and as a QR code.

use crate::cli::Outcome;
use crate::cli::client::{Client, Problem, origin_of};
use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::{keyfile, talk};
use crate::clock;
use crate::signing::{Signing, Stated};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::event::envelope::seal;
use ledger_spec::event::{Checked, Draft, Kind};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::request::{Case, Purpose};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::Words;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tlog::note::NoteSigner;

/// Give a subject that stands at the window a one-time code, by which it sees its own file: a link, and a QR code of it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  credit-ledger code --subject uscc:914403001922038216 --checked identity_document,registration \\
      --key window.key --url https://credit.example
  credit-ledger code --subject person:… --verified 0193b2c4-… --key window.key --url https://credit.example

With --checked it states first what was looked at of who stands there (subject.verified); an agent's power_of_attorney says
that it is an agent. Without, --verified names the event that says so, of this window and of the last fifteen minutes. Where
one person stands there for several names of a subject, --subject names them all, and each statement names the others; by one
name alone what stands under that one is opened. A new code ends the one before. The code is shown once, and opens the file once, within fifteen minutes.")]
pub(in crate::cli) struct Code {
    /// The subject; once more for each other name of it in the ledger, the one that is asked about first.
    #[arg(long, required = true)]
    subject: Vec<String>,
    /// The event by which this window said that it looked at who stands there.
    #[arg(long, value_name = "EVENT", conflicts_with = "checked", required_unless_present = "checked")]
    verified: Option<String>,
    /// What was looked at, and is stated now: identity_document, registration, power_of_attorney.
    #[arg(long, value_delimiter = ',', value_parser = checked)]
    checked: Vec<Checked>,
    /// The window's secret key file.
    #[arg(long)]
    key: PathBuf,
    /// The server.
    #[arg(long)]
    url: String,
    /// Where the subject reaches the page, if elsewhere than at --url.
    #[arg(long, value_name = "URL")]
    page: Option<String>,
}

/// What a server answers.
#[derive(Deserialize)]
struct Given {
    link: String,
    until: ValidTime,
}

fn checked(text: &str) -> Result<Checked, String> {
    Checked::parse_word(text).map_err(|fault| fault.to_string())
}

impl Code {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let names = self.subject.iter().map(|name| SubjectId::parse(name)).collect::<Result<Vec<_>, _>>();
        let names = names.map_err(|error| Failure::usage(say!("subject: {}", told(&error))))?;
        let Some((subject, others)) = names.split_first() else {
            return Err(Failure::usage(say!("--subject is expected")));
        };
        if self
            .page
            .as_ref()
            .is_some_and(|page| !page.starts_with("https://") && !page.starts_with("http://"))
        {
            return Err(Failure::usage(say!(
                "--page: a URL that begins with https:// or http:// is expected"
            )));
        }
        let signer = keyfile::read(&self.key)?;
        let event = match &self.verified {
            Some(event) => EventId::parse(event).map_err(|error| Failure::usage(told(&error)))?,
            None => self.state(subject, &names, &signer)?,
        };
        if self.verified.is_none() {
            others.iter().try_for_each(|name| self.state(name, &names, &signer).map(drop))?;
        }
        let case = Case::parse(&event.to_string());
        let stated = Stated { purpose: Some(Purpose::OwnFile), case, visible_from: None };
        let signing = Signing { key: Arc::new(signer.secret_key()), stated };
        let body = json!({ "subject": subject.to_string() }).to_string();
        let answer = Client::new(&self.url)?.signing(signing).ask_text("/v1/codes", Some(&body))?;
        let given: Given = serde_json::from_str(&answer)
            .map_err(|error| Failure::unreachable(say!("another answer than expected: {}", told(&error))))?;
        let link = format!("{}{}", self.page.as_ref().unwrap_or(&self.url).trim_end_matches('/'), given.link);
        if json {
            return talk::put_json(&json!({ "verified": event, "link": link, "until": given.until }));
        }
        let code = QrCode::new(&link).map_err(|error| Failure::usage(told(&error)))?;
        // As terminals mostly are, light on dark: what is light in the code is drawn.
        let mut drawn = code.render::<Dense1x2>();
        let drawn = drawn.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        talk::put_line(&drawn)?;
        talk::put_line(&link)?;
        talk::put_words(&say!(
            "opens the subject's own file once, until {}",
            Words::data(given.until.said(spoken()))
        ))
    }

    /// States what was looked at of who stands there for a name, and for which others.
    fn state(
        &self,
        subject: &SubjectId,
        names: &[SubjectId],
        signer: &NoteSigner,
    ) -> Result<EventId, Failure> {
        let client = Client::new(&self.url)?;
        let issuer =
            AuthorityId::parse(signer.name().as_str()).map_err(|error| Failure::usage(told(&error)))?;
        let checked: Vec<_> = self.checked.iter().map(|what| what.name()).collect();
        let id = keyfile::new_event_id()?;
        let agent = self.checked.contains(&Checked::PowerOfAttorney);
        let mut body = json!({ "checked": checked, "agent": agent });
        // Pseudonyms of one number are linked by who has the keys, and not by who stands there.
        let also: Vec<_> = names.iter().filter(|name| *name != subject && name.is_body()).collect();
        if !also.is_empty() && subject.is_body() {
            body["also"] = also.into_iter().map(ToString::to_string).collect();
        }
        let draft = Draft {
            origin: &origin_of(&client)?,
            id,
            kind: Kind::SubjectVerified,
            issuer: &issuer,
            subject,
            valid_from: ValidTime::at_recorded(clock::now()).map_err(Failure::usage)?,
            seen_version: None,
            salt: keyfile::new_salt()?,
            body,
        };
        let bytes = draft.to_bytes().map_err(|error| Failure::usage(told(&error)))?;
        let sent = client.append(&[seal(&bytes, &[&signer.secret_key()])], true, false)?;
        match sent.iter().find(|line| line.problem.is_some()) {
            Some(refused) => Err(Failure::wrong(Problem::of(refused).in_words())),
            None => Ok(id),
        }
    }
}
