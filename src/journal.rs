//! Who looked: what is written down of each look that shows more than everybody sees, before its answer leaves.
//!
//! It is kept as a log of the ledger's own making ([`AccessJournal`]): sealed entries, chained, in a tree under a signed
//! checkpoint, with one writer that commits what waits together. What a look says is what its reader signed.

use crate::ledger::operator_event;
use crate::sequencer::{EventOutcome, Sequencer};
use crate::snapshot::Snapshots;
use ledger_spec::casefile::{Beyond, Sight};
use ledger_spec::event::{Kind, WholeEvent};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::request::VerifiedRequest;
use ledger_spec::time::RecordedTime;
use serde_json::json;
use std::pin::Pin;
use tlog::bytes::to_base64url;
use tlog::checkpoint::Origin;
use tlog::note::NoteSigner;

/// One look.
#[derive(Clone, Debug)]
pub struct Look {
    /// When it was asked for.
    pub at: RecordedTime,
    /// Who looked.
    pub by: Looking,
    /// At whom, or at which list; the ledger itself where many were counted.
    pub about: SubjectId,
    /// By which sight it was answered.
    pub sight: Sight,
    /// And what beyond it.
    pub beyond: Beyond,
}

/// Who looks.
#[derive(Clone, Debug)]
pub enum Looking {
    /// An authority.
    Authority {
        /// Which.
        reader: AuthorityId,
        /// What it asked, as it signed it: with which key, for which purpose, in which matter.
        request: VerifiedRequest,
    },
    /// The subject itself.
    Subject {
        /// The window's event of who stood before it.
        verified: EventId,
        /// What is asked: path and query.
        question: String,
    },
}

/// Why a look could not be written down: then it is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecorded;

/// A look that is being written down.
pub type Recording<'a> = Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>>;

/// Writes looks down, durably once it says so.
pub trait Journal: Send + Sync {
    /// Writes one down.
    fn record<'a>(&'a self, look: &'a Look) -> Recording<'a>;

    /// Whether nothing can be written down any more, until the next start.
    fn is_stopped(&self) -> bool;
}

/// The journal beside a ledger, open for writing.
pub struct AccessJournal {
    sequencer: Sequencer,
    snapshots: Snapshots,
    origin: Origin,
    signer: NoteSigner,
}

impl AccessJournal {
    /// Writes to the log of this origin, which the signer's key opened; the way to its writer is gone when this is.
    pub const fn new(sequencer: Sequencer, snapshots: Snapshots, origin: Origin, signer: NoteSigner) -> Self {
        Self { sequencer, snapshots, origin, signer }
    }

    fn event(&self, look: &Look) -> Result<WholeEvent, String> {
        let mut body = match &look.by {
            Looking::Authority { reader, request } => {
                let (request, signature) = request.signed();
                json!({ "reader": reader.as_str(), "request": request, "signature": to_base64url(signature) })
            }
            Looking::Subject { verified, question } => {
                json!({ "verified": verified.to_string(), "question": question })
            }
        };
        body["sight"] = look.sight.name().into();
        match look.beyond {
            Beyond::Nothing => {}
            Beyond::Competence(_) => body["own"] = true.into(),
            Beyond::Consent(entry) => body["consent"] = entry.get().into(),
        }
        let governance = &self.snapshots.latest().governance;
        let stated = (Kind::AccessRead, &look.about, body);
        operator_event((&self.origin, &self.signer), governance, stated, look.at)
    }

    async fn commit(&self, look: &Look) -> Result<(), String> {
        let answer =
            self.sequencer.submit(vec![self.event(look)?], true).map_err(|error| error.to_string())?;
        let answer = answer.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        match answer.outcomes.as_slice() {
            [EventOutcome::Appended(_)] => Ok(()),
            // What was found may name whom the look was at: the rule alone is for the log.
            [EventOutcome::Refused { refusal, .. }] => Err(format!("refused by {}", refusal.rule.id())),
            other => Err(format!("{} outcomes of one look", other.len())),
        }
    }
}

impl Journal for AccessJournal {
    fn record<'a>(&'a self, look: &'a Look) -> Recording<'a> {
        Box::pin(async {
            self.commit(look).await.map_err(|reason| {
                // What the look was at stays with who asked; that nothing is answered is everybody's business.
                tracing::error!(reason, "a look could not be written down and was not answered");
                NotRecorded
            })
        })
    }

    fn is_stopped(&self) -> bool {
        self.sequencer.stopped().is_some()
    }
}
