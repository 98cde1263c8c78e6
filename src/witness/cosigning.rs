//! The ledger's side: every new checkpoint is submitted to the policy's witnesses in the background, and
//! what they cosign is collected. Nobody who appends waits for a witness.

use crate::asked;
use crate::audited_checkpoint;
use crate::clock;
use crate::known::{self, Contradicted, Known, Teller, WITNESSED};
use crate::sequencer::{Stopper, WriteError};
use crate::snapshot::Snapshots;
use crate::storage::{self, Disk, DiskError};
use crate::tile_client;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::Duration;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::OrDefect as _;
use tlog::merkle::ConsistencyProof;
use tlog::note::{NoteSignature, VerifierKey};
use tlog::policy::{Policy, PolicyWitness};
use tlog::position::TreeSize;
use tlog::witness::AddCheckpoint;
use ureq::Agent;

const EVIDENCE: &str = "evidence";
/// How often it is looked for a new checkpoint.
const LOOK: Duration = Duration::from_millis(50);
/// The wait after a failure, and the longest: it doubles.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
/// Checkpoints whose cosignatures are being collected at once.
const OPEN: usize = 16;
/// How often a witness may tell another old size in a row.
const CONFLICTS: usize = 4;
/// Longest answer of a witness.
const MAX_ANSWER: u64 = 128 << 10;

/// What is known of one witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessState {
    /// The greatest size that it has cosigned for this ledger.
    pub size: TreeSize,
    /// When that was, in seconds since 1970; `None` where it never has.
    pub at: Option<u64>,
    /// Whether it has answered, or failed to, since this ledger was opened.
    pub heard: bool,
    /// How often it could not be reached, or gave no cosignature.
    pub failures: u64,
    /// What failed last, where it has not answered well since.
    pub failing: Option<String>,
    /// What contradicts this ledger: an alarm that stays.
    pub alarm: Option<String>,
}

/// A ledger's witnesses.
pub struct Witnessing {
    snapshots: Snapshots,
    vkey: VerifierKey,
    policy: Policy,
    disk: Arc<dyn Disk>,
    /// Ends all appending once a witness shows what contradicts this ledger.
    stopper: Stopper,
    states: Mutex<Vec<WitnessState>>,
    collected: Mutex<BTreeMap<TreeSize, SignedCheckpoint>>,
    witnessed: RwLock<Option<Arc<SignedCheckpoint>>>,
    /// The size of the newest that an auditing witness has cosigned since the start.
    audited: Mutex<TreeSize>,
    stopping: AtomicBool,
    /// After how long a checkpoint that did not grow is cosigned anew.
    every: Duration,
}

/// What became of a submission.
enum Outcome {
    Cosigned(SignedCheckpoint, u64),
    /// Not now: the reason.
    Failed(String),
    /// It says that it has cosigned more, which proves nothing.
    Ahead(TreeSize),
    /// The witness and this ledger contradict each other: why, and what it answered.
    Contradiction(String, Vec<u8>),
}

impl Witnessing {
    /// Begins to submit what `snapshots` publishes to the policy's witnesses, each on a thread of its own.
    /// A checkpoint that does not grow is submitted again after `every`, so that nobody takes a quiet ledger for one
    /// that is kept from its witnesses.
    pub fn start(
        (snapshots, stopper): (Snapshots, Stopper),
        vkey: &VerifierKey,
        policy: Policy,
        disk: Arc<dyn Disk>,
        every: Duration,
    ) -> Arc<Self> {
        let stored = storage::read_all(&*disk, WITNESSED).ok();
        let stored = stored.and_then(|note| SignedCheckpoint::verify(&note, vkey).ok());
        let states = policy.witnesses().iter().map(|witness| {
            let cosigned = stored.as_ref().and_then(|signed| {
                let at = witness.key.time_of(signed.note()).ok().flatten()?;
                Some((signed.checkpoint().size(), at))
            });
            let (size, at) = cosigned.unzip();
            WitnessState { size: size.unwrap_or_default(), at, ..WitnessState::default() }
        });
        let witnessing = Arc::new(Self {
            states: Mutex::new(states.collect()),
            witnessed: RwLock::new(stored.filter(|signed| policy.met_by(signed).is_ok()).map(Arc::new)),
            collected: Mutex::default(),
            audited: Mutex::default(),
            stopping: AtomicBool::new(false),
            vkey: vkey.clone(),
            disk,
            stopper,
            snapshots,
            policy,
            every,
        });
        for number in 0..witnessing.policy.witnesses().len() {
            let own = witnessing.clone();
            // A witness whose thread cannot be started is one that is down.
            let started =
                thread::Builder::new().name(format!("witness-{number}")).spawn(move || own.attend(number));
            if let Err(error) = started {
                witnessing.fail(number, error.to_string());
            }
        }
        witnessing
    }

    /// Ends the threads, each after what it is at.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// The policy's witnesses, and what is known of each.
    pub fn states(&self) -> Vec<(String, WitnessState)> {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let names = self.policy.witnesses().iter().map(|witness| witness.name.clone());
        names.zip(states.iter().cloned()).collect()
    }

    /// The newest checkpoint whose cosignatures meet the policy.
    pub fn witnessed(&self) -> Option<Arc<SignedCheckpoint>> {
        self.witnessed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When a checkpoint was cosigned last, in seconds since 1970.
    pub fn time_of(&self, signed: &SignedCheckpoint) -> Option<u64> {
        self.policy.cosigners_of(signed).ok()?.iter().map(|cosigned| cosigned.at).max()
    }

    /// A published checkpoint with the cosignatures that it has so far.
    pub fn cosigned(&self, published: &SignedCheckpoint) -> Option<SignedCheckpoint> {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        collected.get(&published.checkpoint().size()).cloned()
    }

    /// Attends to one witness until the ledger stops.
    fn attend(&self, number: usize) {
        let witness = self.witness_of(number);
        let Some(url) = &witness.url else {
            return self.fail(number, "the policy gives no URL for it".into());
        };
        let (agent, url) = match tile_client::agent(url) {
            Ok((agent, url)) if url.ends_with("/add-checkpoint") => (agent, url),
            Ok((agent, url)) => (agent, format!("{url}/add-checkpoint")),
            Err(error) => return self.fail(number, error.to_string()),
        };
        let (mut old, mut pause, mut done) = (TreeSize::EMPTY, PAUSE.0, None);
        let mut quiet = Duration::ZERO;
        while !self.stopping.load(Ordering::Acquire) {
            let newest = self.snapshots.latest().checkpoint.clone();
            if done == Some(newest.checkpoint().size()) && quiet < self.every {
                thread::sleep(LOOK);
                quiet += LOOK;
                continue;
            }
            match self.submit(&agent, &url, witness, &newest, &mut old) {
                Outcome::Cosigned(signed, at) => {
                    (old, pause, done) =
                        (signed.checkpoint().size(), PAUSE.0, Some(signed.checkpoint().size()));
                    quiet = Duration::ZERO;
                    self.collect(number, signed, at);
                    continue;
                }
                Outcome::Failed(reason) => self.fail(number, reason),
                Outcome::Ahead(told) => {
                    let why = || format!("it says that it has cosigned {told} entries");
                    self.ask(number, &newest).unwrap_or_else(|shown| {
                        self.fail(number, format!("{}, and shows nothing that proves it: {shown}", why()));
                    });
                }
                Outcome::Contradiction(why, answer) => {
                    if self.ask(number, &newest).is_err() {
                        self.alarm(number, &why, &newest, &answer);
                    }
                }
            }
            self.rest(pause);
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    fn rest(&self, pause: Duration) {
        let mut rested = Duration::ZERO;
        while rested < pause && !self.stopping.load(Ordering::Acquire) {
            thread::sleep(LOOK);
            rested += LOOK;
        }
    }

    /// Submits a checkpoint, from the size that the witness says it has.
    fn submit(
        &self,
        agent: &Agent,
        url: &str,
        witness: &PolicyWitness,
        newest: &SignedCheckpoint,
        old: &mut TreeSize,
    ) -> Outcome {
        let size = newest.checkpoint().size();
        for _ in 0..CONFLICTS {
            let request = match self.request(newest, *old) {
                Ok(request) => request,
                Err(reason) => return Outcome::Failed(reason),
            };
            let answered = agent.post(url).header("content-type", "text/plain").send(&request);
            let answer = answered.and_then(|answer| {
                let status = answer.status().as_u16();
                let body = answer.into_body().into_with_config().limit(MAX_ANSWER).read_to_vec()?;
                Ok((status, body))
            });
            match answer {
                Err(error) => return Outcome::Failed(tile_client::reason(&error)),
                Ok((200, lines)) => return cosigned(witness, newest, &lines),
                Ok((409, body)) => match size_of(&body) {
                    Some(told) if told > size => return Outcome::Ahead(told),
                    Some(told) => *old = told,
                    None => return Outcome::Failed("409 without a size".into()),
                },
                Ok((422, body)) => {
                    let why = format!(
                        "it holds {size} entries not to go on from the {old} that it cosigned, or not to be right"
                    );
                    return Outcome::Contradiction(why, body);
                }
                Ok((status, _)) => return Outcome::Failed(format!("status {status}")),
            }
        }
        Outcome::Failed("it tells another size each time".into())
    }

    /// Asks a witness for the checkpoint that it has. Where the operator signed it, and this ledger lacks some of its entries or
    /// holds others, nothing is appended from here on, and no later start forgets it.
    ///
    /// # Errors
    ///
    /// Where it shows nothing that contradicts this ledger: why, in words.
    fn ask(&self, number: usize, newest: &SignedCheckpoint) -> Result<(), String> {
        let witness = self.witness_of(number);
        let signed = asked::signed_by(witness, &self.vkey)?;
        let known = Known { by: Teller::Witness(witness.name.clone()), signed };
        let held = self.snapshots.latest().size();
        let contradicted = match Contradicted::lacking(held, known.size(), known.by.clone()) {
            Some(lacking) => lacking,
            None => {
                let root = self.snapshots.log().root(known.size()).map_err(|error| error.to_string())?;
                match known.holds(root) {
                    Ok(()) => return Err(format!("a checkpoint of {} entries that fits", known.size())),
                    Err(forked) => forked,
                }
            }
        };
        let why = contradicted.to_string();
        self.stopper.stop(WriteError::Contradicted(contradicted));
        if let Err(error) = known::keep(&*self.disk, &self.vkey, &known.signed) {
            tracing::error!(%error, "the checkpoint that contradicts this ledger could not be kept");
        }
        self.alarm(number, &why, newest, known.signed.to_string().as_bytes());
        Ok(())
    }

    fn request(&self, newest: &SignedCheckpoint, old: TreeSize) -> Result<String, String> {
        let size = newest.checkpoint().size();
        let proof = if old == TreeSize::EMPTY {
            ConsistencyProof::from_hashes(Vec::new()).map_err(|error| error.to_string())?
        } else {
            self.snapshots.log().consistency_proof(old, size).map_err(|error| error.to_string())?
        };
        Ok(AddCheckpoint { old, proof, note: newest.note().clone() }.to_string())
    }

    /// Takes in a cosigned checkpoint; where it meets the policy now, it is the witnessed one.
    fn collect(&self, number: usize, signed: SignedCheckpoint, at: u64) {
        let size = signed.checkpoint().size();
        // With the log's line and this one alone it has room in an event, whatever the number of witnesses.
        self.keep_audited(&signed);
        let merged = {
            let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = signed.note().signatures().to_vec();
            let merged = match collected.get(&size) {
                Some(known) => known.with(lines).unwrap_or(signed),
                None => signed,
            };
            collected.insert(size, merged.clone());
            while collected.len() > OPEN {
                collected.pop_first();
            }
            merged
        };
        self.change(number, |state| {
            (state.size, state.at, state.failing) = (size.max(state.size), Some(at), None);
        });
        if self.policy.met_by(&merged).is_ok() {
            self.witness(merged);
        }
    }

    fn witness_of(&self, number: usize) -> &PolicyWitness {
        self.policy.witnesses().get(number).or_defect("a thread is started for each witness")
    }

    fn witness(&self, merged: SignedCheckpoint) {
        let mut witnessed = self.witnessed.write().unwrap_or_else(PoisonError::into_inner);
        if witnessed.as_ref().is_some_and(|known| known.checkpoint().size() > merged.checkpoint().size()) {
            return;
        }
        if let Err(error) = storage::replace(&*self.disk, WITNESSED, merged.to_string().as_bytes()) {
            tracing::warn!(%error, "the witnessed checkpoint could not be kept; it is collected again");
        }
        *witnessed = Some(Arc::new(merged));
    }

    /// Keeps what an auditing witness has cosigned: what is erased has to lie below that.
    fn keep_audited(&self, signed: &SignedCheckpoint) {
        let latest = self.snapshots.latest();
        let (auditors, directory) = (&latest.governance.auditors, &latest.governance.directory);
        let size = signed.checkpoint().size();
        let mut audited = self.audited.lock().unwrap_or_else(PoisonError::into_inner);
        if size <= *audited || !matches!(auditors.cosigned(signed, directory), Ok(Some(_))) {
            return;
        }
        match audited_checkpoint::keep(&*self.disk, signed) {
            Ok(()) => *audited = size,
            Err(error) => tracing::warn!(%error, "a checkpoint that was audited could not be kept"),
        }
    }

    fn fail(&self, number: usize, reason: String) {
        tracing::debug!(number, reason, "a witness gave no cosignature");
        self.change(number, |state| {
            state.failures += 1;
            state.failing = Some(reason);
        });
    }

    /// A witness that contradicts this ledger: the notes are kept, and everybody who asks is told.
    fn alarm(&self, number: usize, why: &str, newest: &SignedCheckpoint, answer: &[u8]) {
        let name = &self.witness_of(number).name;
        let known = self.states().get(number).and_then(|(_, state)| state.alarm.clone());
        if known.as_deref() != Some(why) {
            let kept = self.keep_evidence(
                number,
                &[
                    ("checkpoint", newest.to_string().as_bytes()),
                    ("answer", answer),
                    ("fault.txt", format!("{name}: {why}\n").as_bytes()),
                ],
            );
            tracing::error!(witness = name, why, kept = kept.is_ok(), "a witness contradicts this ledger");
        }
        self.change(number, |state| {
            state.failures += 1;
            state.alarm = Some(why.to_owned());
        });
    }

    fn keep_evidence(&self, number: usize, files: &[(&str, &[u8])]) -> Result<(), DiskError> {
        let folder = format!("{EVIDENCE}/{}-witness-{number}", clock::now().micros());
        self.disk.create_dir(EVIDENCE)?;
        self.disk.create_dir(&folder)?;
        files
            .iter()
            .try_for_each(|(name, bytes)| storage::replace(&*self.disk, &format!("{folder}/{name}"), bytes))
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut WitnessState)) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.get_mut(number).or_defect("every witness of the policy has its state");
        state.heard = true;
        change(state);
    }
}

/// A witness's answer: its own line, which has to hold. Lines of others are not taken from it.
fn cosigned(witness: &PolicyWitness, newest: &SignedCheckpoint, answer: &[u8]) -> Outcome {
    let lines = match NoteSignature::parse_lines(answer) {
        Ok(lines) => lines,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    match witness.key.line_of(newest.note().text(), lines) {
        Ok(Some((line, at))) => match newest.with(vec![line]) {
            Ok(signed) => Outcome::Cosigned(signed, at),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Ok(None) => Outcome::Failed("the answer holds no cosignature of its".into()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// The size in the body of a 409.
fn size_of(body: &[u8]) -> Option<TreeSize> {
    std::str::from_utf8(body).ok()?.trim_end_matches('\n').parse().ok().map(TreeSize::new)
}
