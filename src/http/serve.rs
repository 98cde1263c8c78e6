//! The server over a ledger: its routes on a listener, until it is told to stop.

use super::{AppState, routes, shared};
use crate::serving;
use std::future::Future;
use std::io;
use std::sync::atomic::Ordering;
use tokio::net::TcpListener;

/// Answers on `listener` until `shutdown` ends; then takes no more connections, finishes what is under
/// way, and returns. Nothing of the state is held after that.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let shared = shared(state);
    let router = routes(shared.clone());
    serving::serve(listener, router, || shared.stopping.store(true, Ordering::Release), shutdown).await
}
