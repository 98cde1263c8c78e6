//! A server of this process: started on a thread of its own, stopped cleanly.

use super::{connections, erasing};
use crate::asked::{PolicyFileError, policy_of};
use crate::clock;
use crate::http::{self, AppState};
use crate::identities::Identities;
use crate::journal::{AccessJournal, Journal};
use crate::keeper::Keeper;
use crate::ledger::{LedgerError, OpenLedger, Settings, open_journal};
use crate::log::OpenError;
use crate::mirror::Mirror;
use crate::progress::Unwatched;
use crate::sequencer::{CloseError, Stopper, Writer};
use crate::snapshot::Snapshots;
use crate::storage::FolderLock;
use crate::witness::Witnessing;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tlog::note::VerifierKey;
use tokio::sync::{oneshot, watch};

/// Why a server does not answer, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// None of the addresses can be listened on.
    #[error("listening on {addresses:?}: {error}")]
    Listen {
        /// The addresses, in the order in which they were tried.
        addresses: Vec<SocketAddr>,
        /// What the system said.
        error: io::Error,
    },
    /// The ledger's settings name a policy that cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyFileError),
    /// The listener failed while it served.
    #[error("the server: {0}")]
    Served(io::Error),
    /// The server's thread panicked, which is a defect.
    #[error("the server panicked")]
    Panicked,
    /// The ledger could not be closed cleanly; the next start recovers.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// The access journal did not open, without which nobody is shown more than everybody.
    #[error("the access journal: {0}")]
    Journal(#[from] LedgerError),
    /// Signals of the system cannot be waited for.
    #[error("signals: {0}")]
    Signals(io::Error),
}

/// A writer, and the lock that is held until it has closed its log.
struct Closing {
    writer: Writer,
    keeper: Keeper,
    lock: FolderLock,
}

impl Closing {
    fn close(self) -> Result<(), CloseError> {
        let closed = self.writer.join();
        drop((self.keeper, self.lock));
        closed
    }
}

/// A server that answers.
pub struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<io::Result<()>>,
    runtime: tokio::runtime::Handle,
    /// What is to be closed, the ledger and its journal; a copy has neither.
    open: Vec<Closing>,
    witnesses: Option<Arc<Witnessing>>,
}

impl Running {
    /// Serves a ledger on the first of `addresses` that is free.
    pub fn start(ledger: OpenLedger, addresses: &[SocketAddr]) -> Result<Self, ServerError> {
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
            dir,
            renewed: _,
        } = ledger;
        let by = (snapshots.clone(), sequencer.stopper());
        let witnesses = witnesses(&settings, by, &vkey, (&dir, &lock))?;
        let mut open = vec![Closing { writer, keeper, lock }];
        let journal = match open_journal(&dir, &Unwatched) {
            // An older journal must not go on either. Nobody is shown more than everybody then, and the ledger is served.
            Err(LedgerError::Log(error @ OpenError::Contradicted(_))) => {
                tracing::error!(%error, "the access journal is not all that was signed of it: bring access/ back");
                None
            }
            other => other?,
        };
        let journal = match journal {
            None => None,
            Some((journal, signer)) => {
                let OpenLedger { sequencer, snapshots, settings, writer, keeper, lock, .. } = journal;
                open.push(Closing { writer, keeper, lock });
                let kept = AccessJournal::new(sequencer, snapshots.clone(), settings.origin, signer);
                let kept: Arc<dyn Journal> = Arc::new(kept);
                Some((kept, snapshots))
            }
        };
        let (journal, accesses) = journal.unzip();
        let identities = Identities::new(identities, settings.identities_per_hour);
        let state = AppState {
            sequencer: Some(sequencer),
            snapshots,
            settings,
            vkey,
            identities: Some(Arc::new(identities)),
            erasing: Some(Arc::new(erasing)),
            clock: clock::now,
            journal,
            accesses,
            witnesses,
        };
        Self::serve(state, open, addresses)
    }

    /// Serves what a copy shows.
    pub fn copy(
        follower: &Mirror,
        snapshots: Snapshots,
        addresses: &[SocketAddr],
    ) -> Result<Self, ServerError> {
        let (settings, vkey) = (follower.settings().clone(), follower.vkey().clone());
        let state = AppState {
            sequencer: None,
            snapshots,
            settings,
            vkey,
            identities: None,
            erasing: None,
            clock: clock::now,
            journal: None,
            accesses: None,
            witnesses: None,
        };
        Self::serve(state, Vec::new(), addresses)
    }

    fn serve(state: AppState, open: Vec<Closing>, addresses: &[SocketAddr]) -> Result<Self, ServerError> {
        let cannot = |error| ServerError::Listen { addresses: addresses.to_vec(), error };
        let (listener, address) = bound(addresses)?;
        let witnesses = state.witnesses.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("http".into())
            .spawn(move || {
                let served = runtime.block_on(async {
                    let public = tokio::net::TcpListener::from_std(listener)?;
                    let shutdown = async {
                        // A sender that is gone asks for the same.
                        let _ = stopped.await;
                    };
                    serve_ledger(public, state, shutdown).await
                });
                // Tasks that hold a way to the writer go with the runtime, so that it can finish.
                drop(runtime);
                served
            })
            .map_err(cannot)?;
        Ok(Self { address, stop, thread, runtime: handle, open, witnesses })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until Ctrl-C or SIGTERM, says so to `stopping`, then stops.
    pub fn until_interrupted(self, stopping: impl FnOnce()) -> Result<(), ServerError> {
        let waited = self.runtime.block_on(interrupted());
        stopping();
        self.stop()?;
        waited.map_err(ServerError::Signals)
    }

    /// Finishes what is queued, closes the ledger and lets the folder go.
    pub fn stop(self) -> Result<(), ServerError> {
        let _ = self.stop.send(());
        if let Some(witnesses) = &self.witnesses {
            witnesses.stop();
        }
        let served = self.thread.join();
        // Each is closed, whatever becomes of the other.
        let closed: Vec<_> = self.open.into_iter().map(Closing::close).collect();
        served.map_err(|_| ServerError::Panicked)?.map_err(ServerError::Served)?;
        Ok(closed.into_iter().collect::<Result<_, _>>()?)
    }
}

/// Answers until `shutdown` ends; then takes no more connections, finishes what is under way, and returns. Nothing of
/// the state is held after that.
pub async fn serve_ledger(
    public: tokio::net::TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let stall = Duration::from_secs(state.settings.stall_seconds);
    let erasing_state = state.clone();
    let door = http::FrontDoor::new(state, public.local_addr()?.port())?;
    let told = watch::Sender::new(false);
    let mut erasing_told = told.subscribe();
    let to_everybody = async {
        let served = connections::serve(public, door.router(), stall, || door.stop(), shutdown).await;
        told.send_replace(true);
        served
    };
    let erasing = async {
        tokio::select! {
            () = erasing::carry_out(&erasing_state) => {}
            // A sender that is gone asks for the same.
            _ = erasing_told.wait_for(|told| *told) => {}
        }
        drop(erasing_state);
    };
    let (served, ()) = tokio::join!(to_everybody, erasing);
    served
}

fn bound(addresses: &[SocketAddr]) -> Result<(TcpListener, SocketAddr), ServerError> {
    let cannot = |error| ServerError::Listen { addresses: addresses.to_vec(), error };
    let listener = TcpListener::bind(addresses).map_err(cannot)?;
    listener.set_nonblocking(true).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

/// Begins to ask the witnesses that the ledger's settings name, if they name any.
fn witnesses(
    settings: &Settings,
    by: (Snapshots, Stopper),
    vkey: &VerifierKey,
    (dir, lock): (&Path, &FolderLock),
) -> Result<Option<Arc<Witnessing>>, PolicyFileError> {
    let Some(file) = &settings.policy else { return Ok(None) };
    let policy = policy_of(&dir.join(file), vkey)?;
    let every = Duration::from_secs(settings.cosign_seconds);
    Ok(Some(Witnessing::start(by, vkey, policy, Arc::new(lock.disk()), every)))
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn interrupted() -> io::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = term.recv() => Ok(()),
    }
}
