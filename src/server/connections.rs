//! Connections: bounded in number, in memory, in the time that a request's head and a client that takes nothing may
//! take, and ended gracefully.

use super::wire::{Line, Wire};
use crate::http::Feeding;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Most connections at once; further ones wait in the system's own queue.
const MAX_CONNECTIONS: usize = 4096;
/// How long a request's head may take to arrive; an idle connection is closed after it too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way may go on once the server is told to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How long a feed's reader may take to come to its end once the server is told to stop: nothing of a feed is lost
/// that its reader cannot ask for again.
const FEED_GRACE: Duration = Duration::from_millis(500);
/// How long a client may take nothing of what it is sent, where no setting says so.
pub const STALL: Duration = Duration::from_secs(30);
/// Bytes that are read ahead, or written and not sent yet, for a connection.
const BUFFER: usize = 64 << 10;
/// The wait after a connection could not be accepted, as when no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Answers on `listener` until `shutdown` ends; then takes no more connections, says so to `stopping`,
/// finishes what is under way within `GRACE`, and returns. A client that takes nothing for `stall` is let go.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stall: Duration,
    stopping: impl FnOnce(),
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let told = watch::Sender::new(false);
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Ok((stream, place)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (line, told) = (Arc::new(Line::default()), told.subscribe());
        let (router, answering) = (router.clone(), line.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            answer(router.clone(), request, answering.clone())
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .half_close(true)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(Wire::new(stream, line.clone(), stall)), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            tokio::select! {
                // How a connection ended is its client's business.
                _ = connection => {}
                () = cut(line, told) => {}
            }
            drop(place);
        });
    }
    told.send_replace(true);
    stopping();
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(GRACE) => tracing::warn!("requests under way were cut off after the time of grace"),
    }
    connections.shutdown().await;
    Ok(())
}

/// Answers a request, and remembers whether the answer is a feed.
async fn answer(
    mut router: Router,
    request: Request<Incoming>,
    line: Arc<Line>,
) -> Result<Response<Body>, Infallible> {
    use tower_service::Service as _;
    line.set_feeding(false);
    let answer = router.call(request.map(Body::new)).await?;
    line.set_feeding(answer.extensions().get::<Feeding>().is_some());
    Ok(answer)
}

/// Ends where the server was told to stop and the connection feeds nevertheless: its reader does not take the end.
async fn cut(line: Arc<Line>, mut told: watch::Receiver<bool>) {
    // A server that is gone asks for the same.
    let _ = told.wait_for(|told| *told).await;
    loop {
        sleep(FEED_GRACE).await;
        if line.is_feeding() {
            return;
        }
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}
