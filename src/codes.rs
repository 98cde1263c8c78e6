//! One-time codes for subjects, and the sessions that they are exchanged for.
//!
//! Both are kept in memory alone, each as its HMAC under a key that the process drew: a restart ends them all, and no copy of
//! the memory's contents tells one. What is refused is refused alike, and costs the same, whatever the reason.

use hmac::{Hmac, KeyInit as _, Mac as _};
use ledger_spec::id::{EventId, SubjectId};
use ledger_spec::request::VerifiedRequest;
use ledger_spec::time::RecordedTime;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use tlog::bytes::{from_base64url_exact, to_base64url};
use tlog::defect::OrDefect as _;
use zeroize::{Zeroize as _, Zeroizing};

/// How long a code can be exchanged, and how long a session holds, in microseconds.
pub const LIFE: u64 = 15 * 60 * 1_000_000;
/// How often a code may be tried with something else than itself.
const TRIES: u8 = 5;
/// Bytes that say which code is meant: a wrong try counts against it.
const HANDLE: usize = 6;
/// Bytes that nobody guesses.
const SECRET: usize = 16;
/// How many refused tries a server answers in a minute; whoever makes more is told to wait. The right code is taken all the same.
const WRONG_A_MINUTE: u32 = 120;
const MINUTE: u64 = 60 * 1_000_000;

/// What a code opens, and on what that rests.
#[derive(Debug)]
pub struct Given {
    /// Whose file.
    pub subject: SubjectId,
    /// All its names, at each of which the window looked.
    pub names: Vec<SubjectId>,
    /// The window's event of who stood before it.
    pub verified: EventId,
    /// What the window signed when it asked for the code: by a key that is revoked nothing is opened.
    pub request: VerifiedRequest,
}

/// A code or the token of a session, in base64url. It is shown to who is given it, and to nobody else.
pub struct Secret(String);

/// Why no session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSession {
    /// The code is wrong, was used, is over or never was.
    Refused,
    /// The same, and there were too many such tries.
    TooMany,
    /// No randomness is to be had.
    Randomness,
}

/// The codes and sessions of one process.
pub struct Codes {
    key: Zeroizing<[u8; 32]>,
    live: Mutex<Live>,
}

/// Bounded: a subject has one code at a time, and a code gives one session.
#[derive(Default)]
struct Live {
    codes: BTreeMap<[u8; HANDLE], Code>,
    sessions: BTreeMap<[u8; 32], Session>,
    /// Refused tries since this moment.
    wrong: (u64, u32),
}

struct Code {
    mac: [u8; 32],
    until: u64,
    wrong: u8,
    given: Arc<Given>,
}

struct Session {
    until: u64,
    given: Arc<Given>,
}

impl Codes {
    /// None yet.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut())?;
        Ok(Self { key, live: Mutex::default() })
    }

    /// A code for a subject. What an earlier one of the same subject opened is over, whoever had it.
    pub fn give(&self, given: Given, now: RecordedTime) -> Result<Secret, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; HANDLE + SECRET]);
        getrandom::fill(bytes.as_mut())?;
        let mac = self.mac(b"code", bytes.as_ref()).finalize().into_bytes().into();
        let (handle, _) = bytes.split_first_chunk().or_defect("a code begins with its handle");
        let (now, given) = (now.micros(), Arc::new(given));
        let mut live = self.live();
        live.forget(now);
        let is_of_another = |earlier: &Given| !earlier.names.iter().any(|name| given.names.contains(name));
        live.codes.retain(|_, code| is_of_another(&code.given));
        live.sessions.retain(|_, session| is_of_another(&session.given));
        live.codes.insert(*handle, Code { mac, until: now.saturating_add(LIFE), wrong: 0, given });
        Ok(Secret(to_base64url(bytes.as_ref())))
    }

    /// Exchanges a code for a session, once.
    pub fn exchange(&self, code: &str, now: RecordedTime) -> Result<(Secret, Arc<Given>), NoSession> {
        let (mut token, now) = (Zeroizing::new([0; SECRET]), now.micros());
        getrandom::fill(token.as_mut()).map_err(|_| NoSession::Randomness)?;
        // What is no code is looked for as one that is not there.
        let tried = Zeroizing::new(from_base64url_exact(code).unwrap_or([0; HANDLE + SECRET]));
        let (handle, _) = tried.split_first_chunk().or_defect("a code begins with its handle");
        let (mac, session) = (self.mac(b"code", tried.as_ref()), self.mac(b"session", token.as_ref()));
        let session = session.finalize().into_bytes().into();
        let mut live = self.live();
        live.forget(now);
        let found = live.codes.get(handle);
        let is_right = mac.verify_slice(&found.map_or([0; 32], |code| code.mac)).is_ok();
        match live.codes.remove(handle) {
            Some(code) if is_right => {
                let held = Session { until: now.saturating_add(LIFE), given: code.given.clone() };
                live.sessions.insert(session, held);
                Ok((Secret(to_base64url(token.as_ref())), code.given))
            }
            Some(code) if code.wrong + 1 < TRIES => {
                live.codes.insert(*handle, Code { wrong: code.wrong + 1, ..code });
                Err(live.refused(now))
            }
            _ => Err(live.refused(now)),
        }
    }

    /// What the session of this token opens, while it holds.
    pub fn session(&self, token: &str, now: RecordedTime) -> Option<Arc<Given>> {
        let session = self.of_token(token);
        let live = self.live();
        let held = live.sessions.get(&session).filter(|held| now.micros() <= held.until)?;
        Some(held.given.clone())
    }

    /// Ends the session of this token, if there is one.
    pub fn end(&self, token: &str, now: RecordedTime) -> bool {
        let session = self.of_token(token);
        let mut live = self.live();
        live.forget(now.micros());
        live.sessions.remove(&session).is_some()
    }

    fn of_token(&self, token: &str) -> [u8; 32] {
        let token = Zeroizing::new(from_base64url_exact(token).unwrap_or([0; SECRET]));
        self.mac(b"session", token.as_ref()).finalize().into_bytes().into()
    }

    fn mac(&self, of: &[u8], secret: &[u8]) -> Hmac<Sha256> {
        let mac =
            Hmac::<Sha256>::new_from_slice(self.key.as_ref()).or_defect("HMAC takes a key of any length");
        mac.chain_update(of).chain_update(secret)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().or_defect("nothing panics while it holds this lock")
    }
}

impl Live {
    fn forget(&mut self, now: u64) {
        self.codes.retain(|_, code| now <= code.until);
        self.sessions.retain(|_, session| now <= session.until);
    }

    /// Counts a refused try.
    fn refused(&mut self, now: u64) -> NoSession {
        let (since, count) = &mut self.wrong;
        if now.saturating_sub(*since) > MINUTE {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        if *count > WRONG_A_MINUTE { NoSession::TooMany } else { NoSession::Refused }
    }
}

impl Secret {
    /// Its text, for who is given it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
