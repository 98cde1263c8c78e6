//! A server of this process: started on a thread of its own, stopped cleanly.

use super::failure::Failure;
use super::talk;
use super::witnesses::policy_of;
use crate::clock;
use crate::http::{self, AppState};
use crate::sequencer::Writer;
use crate::service::{Follower, Service, Settings};
use crate::storage::FolderLock;
use crate::view::View;
use crate::witness::Witnessing;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tlog::note::VerifierKey;
use tokio::sync::oneshot;

/// A server that answers.
pub(super) struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
    runtime: tokio::runtime::Handle,
    /// The writer, and the lock that is held until it has closed the ledger; a copy has neither.
    writer: Option<(Writer, FolderLock)>,
    witnesses: Option<Arc<Witnessing>>,
}

impl Running {
    /// Serves a ledger on the first of `addresses` that is free.
    pub(super) fn start(service: Service, addresses: &[SocketAddr]) -> Result<Self, Failure> {
        let Service { sequencer, view, writer, settings, vkey, lock, dir } = service;
        let witnesses = witnesses(&settings, &view, &vkey, &dir)?;
        let state =
            AppState { sequencer: Some(sequencer), view, settings, vkey, clock: clock::now, witnesses };
        Self::serve(state, Some((writer, lock)), addresses)
    }

    /// Serves what a copy shows.
    pub(super) fn copy(follower: &Follower, view: View, addresses: &[SocketAddr]) -> Result<Self, Failure> {
        let (settings, vkey) = (follower.settings().clone(), follower.vkey().clone());
        let state = AppState { sequencer: None, view, settings, vkey, clock: clock::now, witnesses: None };
        Self::serve(state, None, addresses)
    }

    fn serve(
        state: AppState,
        writer: Option<(Writer, FolderLock)>,
        addresses: &[SocketAddr],
    ) -> Result<Self, Failure> {
        let cannot =
            |error: std::io::Error| Failure::unreachable(format!("listening on {addresses:?}: {error}"));
        let listener = TcpListener::bind(addresses).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let witnesses = state.witnesses.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("http".into())
            .spawn(move || {
                let served = runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    let shutdown = async {
                        // A sender that is gone asks for the same.
                        let _ = stopped.await;
                    };
                    http::serve(listener, state, shutdown).await
                });
                // Tasks that hold a way to the writer go with the runtime, so that it can finish.
                drop(runtime);
                served
            })
            .map_err(cannot)?;
        Ok(Self { address, stop, thread, runtime: handle, writer, witnesses })
    }

    /// Where it answers.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until Ctrl-C or SIGTERM, then stops.
    pub(super) fn until_interrupted(self) -> Result<(), Failure> {
        let waited = self.runtime.block_on(interrupted());
        talk::say("stopping: what is queued is finished first");
        self.stop()?;
        waited.map_err(|error| Failure::unreachable(format!("signals: {error}")))
    }

    /// Finishes what is queued, closes the ledger and lets the folder go.
    pub(super) fn stop(self) -> Result<(), Failure> {
        let _ = self.stop.send(());
        if let Some(witnesses) = &self.witnesses {
            witnesses.stop();
        }
        let served = self.thread.join().unwrap_or_else(|_| Err(std::io::Error::other("the server panicked")));
        let closed = self.writer.map_or(Ok(()), |(writer, lock)| {
            let closed = writer.join();
            drop(lock);
            closed
        });
        served.map_err(|error| Failure::unreachable(format!("the server: {error}")))?;
        closed.map_err(Failure::unreachable)
    }
}

/// Begins to ask the witnesses that the ledger's settings name, if they name any.
fn witnesses(
    settings: &Settings,
    view: &View,
    vkey: &VerifierKey,
    dir: &Path,
) -> Result<Option<Arc<Witnessing>>, Failure> {
    let Some(file) = &settings.policy else { return Ok(None) };
    let policy = policy_of(&dir.join(file), vkey)?;
    Ok(Some(Witnessing::start(view.clone(), vkey, policy, dir)))
}

pub(super) async fn interrupted() -> std::io::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = term.recv() => Ok(()),
    }
}
