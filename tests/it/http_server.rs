//! A real server over a real folder, and the smallest client that can also misbehave.

use crate::gate::Kept;
use crate::metrics::samples;
use crate::people;
use crate::support::Folder;
use crate::writer_faults::signer;
use credit_ledger::clock;
use credit_ledger::http::AppState;
use credit_ledger::identities::Identities;
use credit_ledger::journal::{AccessJournal, Journal};
use credit_ledger::ledger::{OpenLedger, Settings};
use credit_ledger::progress::Unwatched;
use credit_ledger::sequencer::Sequencer;
use credit_ledger::server;
use credit_ledger::snapshot::Snapshots;
use credit_ledger::tile_client::TileClient;
use flate2::read::GzDecoder;
use ledger_spec::time::RecordedTime;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tlog::checkpoint::Origin;
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::proof::TlogProof;
use tokio::sync::oneshot;

pub const JSON: &str = "application/json";
/// How long a test waits for what has to come before it fails.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const NDJSON: &str = "application/x-ndjson";

pub struct Server {
    pub address: SocketAddr,
    pub snapshots: Snapshots,
    pub vkey: VerifierKey,
    dir: Folder,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// Where a server writes down who looks.
enum Looks {
    Unkept,
    By(Arc<dyn Journal>),
    Kept,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Server {
    /// A server over a fresh ledger that is set up.
    pub fn start(name: &str, settings: impl FnOnce(&mut Settings)) -> Self {
        Self::start_by(name, clock::now, settings)
    }

    /// The same, by whose clock whoever names no instant asks.
    pub fn start_by(name: &str, clock: fn() -> RecordedTime, settings: impl FnOnce(&mut Settings)) -> Self {
        Self::start_with(name, clock, Looks::By(Arc::new(Kept::default())), settings)
    }

    fn start_with(
        name: &str,
        clock: fn() -> RecordedTime,
        looks: Looks,
        settings: impl FnOnce(&mut Settings),
    ) -> Self {
        let dir = Folder::absent(name);
        let mut founding = people::founding();
        settings(&mut founding.settings);
        credit_ledger::ledger::create(&dir, &founding).unwrap();
        let server = Self::over_with(dir, clock, looks);
        for envelope in people::setup() {
            let answer = server.post(JSON, envelope);
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
        server
    }

    /// A server over a fresh ledger that is set up, which writes down who looks.
    pub fn start_journalled(
        name: &str,
        clock: fn() -> RecordedTime,
        journal: Arc<dyn Journal>,
        settings: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::start_with(name, clock, Looks::By(journal), settings)
    }

    /// The same which cannot.
    pub fn start_unkept(
        name: &str,
        clock: fn() -> RecordedTime,
        settings: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::start_with(name, clock, Looks::Unkept, settings)
    }

    /// A server over a ledger that is there.
    pub fn over(dir: Folder, clock: fn() -> RecordedTime) -> Self {
        Self::over_with(dir, clock, Looks::By(Arc::new(Kept::default())))
    }

    /// The same with the ledger's own journal, as it is served in truth.
    pub fn over_whole(dir: Folder, clock: fn() -> RecordedTime) -> Self {
        Self::over_with(dir, clock, Looks::Kept)
    }

    fn over_with(dir: Folder, clock: fn() -> RecordedTime, looks: Looks) -> Self {
        let OpenLedger {
            sequencer,
            snapshots,
            writer,
            settings,
            vkey,
            identities,
            erasing,
            keeper,
            lock,
            ..
        } = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
        let (journal, accesses, closing): (Option<Arc<dyn Journal>>, _, _) = match looks {
            Looks::Unkept => (None, None, None),
            Looks::By(journal) => (Some(journal), None, None),
            Looks::Kept => {
                let (journal, signer) =
                    credit_ledger::ledger::open_journal(&dir, &Unwatched).unwrap().unwrap();
                let OpenLedger { sequencer, snapshots, settings, writer, keeper, lock, .. } = journal;
                let kept = AccessJournal::new(sequencer, snapshots.clone(), settings.origin, signer);
                (Some(Arc::new(kept)), Some(snapshots), Some((writer, keeper, lock)))
            }
        };
        let identities = Identities::new(identities, settings.identities_per_hour);
        let identities = Arc::new(identities);
        let state = AppState {
            sequencer: Some(sequencer),
            snapshots: snapshots.clone(),
            settings,
            vkey: vkey.clone(),
            identities: Some(identities),
            clock,
            erasing: Some(Arc::new(erasing)),
            journal,
            accesses,
            witnesses: None,
        };
        let (public, address) = listener();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let public = tokio::net::TcpListener::from_std(public).unwrap();
                let shutdown = async { drop(stopped.await) };
                server::serve_ledger(public, state, shutdown).await.unwrap();
            });
            drop(runtime);
            writer.join().unwrap();
            drop((keeper, lock));
            if let Some((writer, keeper, lock)) = closing {
                writer.join().unwrap();
                drop((keeper, lock));
            }
        });
        Self { address, snapshots, vkey, dir, stop, thread }
    }

    /// As an auditor reads it, who is given what opens the entries.
    pub fn auditor(&self) -> TileClient {
        people::auditing(&format!("http://{}", self.address))
    }

    /// The ledger's folder.
    pub fn folder(&self) -> &Path {
        &self.dir
    }

    /// Tells the server to stop; what is under way goes on.
    pub fn stop(self) -> Stopping {
        self.stop.send(()).unwrap();
        Stopping { dir: self.dir, thread: self.thread }
    }

    /// Stops the server, audits the ledger, and says how many entries it holds.
    pub fn finish(self) -> u64 {
        self.stop().finish()
    }

    /// Asks, and leaves the answer for later.
    pub fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n").as_bytes())
            .unwrap();
        stream
    }

    /// A sample of `/metrics`, by its name and labels.
    pub fn sample(&self, name: &str) -> f64 {
        samples(self.get("/metrics").text())[name]
    }

    /// Waits until a sample has this value.
    pub fn until(&self, name: &str, value: f64) {
        let begun = Instant::now();
        while self.sample(name) != value {
            assert!(begun.elapsed() < PATIENCE, "{name} is {} and not {value}", self.sample(name));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, "")
    }

    /// `headers` is a piece of the head, each line ended.
    pub fn get_with(&self, path: &str, headers: &str) -> Answer {
        self.raw(format!("GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n{headers}\r\n").as_bytes())
    }

    pub fn post(&self, media: &str, body: impl AsRef<[u8]>) -> Answer {
        self.post_to("/v1/events", &format!("content-type: {media}\r\n"), body)
    }

    pub fn post_to(&self, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        self.raw(&[head.as_bytes(), body].concat())
    }

    /// Appends at another address than this server's.
    pub fn post_at(address: SocketAddr, media: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let length = body.len();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {length}\r\ncontent-type: {media}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(address).unwrap();
        let _ = stream.write_all(&[head.as_bytes(), body].concat());
        Answer::read(stream)
    }

    /// Sends bytes, says that no more come, and reads what comes back.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        // A server that has its answer need not read everything.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        Answer::read(stream)
    }

    /// Checks a receipt as a stranger does, with nothing but the log's key; the size that it is under.
    pub fn verify(&self, receipt: &str, entry_hash: &str) -> Option<u64> {
        let leaf = TreeHash::from_bytes(tlog::bytes::from_hex(entry_hash).unwrap());
        let proof = TlogProof::parse(receipt.as_bytes()).unwrap();
        proof.verify(leaf, &self.vkey).ok().map(|signed| signed.checkpoint().size().get())
    }
}

/// A ledger's state over a disk of a test's, without what a folder has beside its log.
pub fn state(sequencer: Sequencer, snapshots: Snapshots) -> AppState {
    AppState {
        sequencer: Some(sequencer),
        snapshots,
        settings: Settings::new(Origin::parse(people::ORIGIN).unwrap()),
        vkey: signer().verifier_key(),
        identities: None,
        clock: clock::now,
        erasing: None,
        journal: None,
        accesses: None,
        witnesses: None,
    }
}

/// What a state answers, on a port of this machine's own.
pub struct Served {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    runtime: tokio::runtime::Runtime,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub fn start(state: AppState) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(server::serve_ledger(listener, state, async { drop(stopped.await) }));
        Self { address, stop, runtime, serving }
    }

    /// Ends it; nothing of the state is held after that.
    pub fn stop(self) {
        self.stop.send(()).unwrap();
        self.runtime.block_on(self.serving).unwrap().unwrap();
    }
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// How many entries a ledger holds whose every byte is right, and its journal's.
fn audited(dir: &Path) -> u64 {
    let access = dir.join(credit_ledger::ledger::ACCESS);
    credit_ledger::audit::audit(&access, None, &Unwatched).unwrap();
    credit_ledger::audit::audit(dir, None, &Unwatched).unwrap().size.get()
}

pub struct Stopping {
    dir: Folder,
    thread: JoinHandle<()>,
}

impl Stopping {
    /// The folder, once the server has ended.
    pub fn closed(self) -> Folder {
        self.thread.join().unwrap();
        self.dir
    }

    /// How long the server takes from now on until it has ended.
    pub fn ended(self) -> Duration {
        let begun = Instant::now();
        self.thread.join().unwrap();
        let took = begun.elapsed();
        audited(&self.dir);
        took
    }

    /// The folder, once the server has ended.
    pub fn folder(self) -> Folder {
        self.thread.join().unwrap();
        audited(&self.dir);
        self.dir
    }

    pub fn finish(self) -> u64 {
        self.thread.join().unwrap();
        audited(&self.dir)
    }
}

impl Answer {
    pub fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A connection that is reset after its answer has still answered.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = &bytes[end + 4..];
        // What is compressed comes in chunks: its length is not known before.
        let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
        Self { status, head, body }
    }

    /// The body, of which gzip is taken off where the head says so.
    pub fn unzipped(&self) -> Vec<u8> {
        if !self.head.contains("content-encoding: gzip") {
            return self.body.clone();
        }
        let mut plain = Vec::new();
        GzDecoder::new(self.body.as_slice()).read_to_end(&mut plain).unwrap();
        plain
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The JSON objects of its lines.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The last part of the problem's type, after a look at what every problem has.
    pub fn problem(&self) -> String {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        slug(&problem)
    }
}

/// A body without the sizes of its chunks; it has to end as it should.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        let (chunk, after) = rest[end + 2..].split_at(size);
        body.extend(chunk);
        rest = after.strip_prefix(b"\r\n").unwrap();
        if size == 0 {
            return body;
        }
    }
}

/// The last part of a problem's type.
pub fn slug(problem: &Value) -> String {
    let problem_type = problem["type"].as_str().unwrap_or_else(|| panic!("{problem}"));
    for member in ["title", "advice"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
    problem_type.strip_prefix("urn:credit-ledger:problem:").unwrap().to_owned()
}
