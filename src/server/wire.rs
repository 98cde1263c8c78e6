//! A connection as the server holds it: what it answers now, and a client that takes nothing for too long is gone.

use socket2::SockRef;
use std::future::Future as _;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Bytes of a feed that the system keeps for a reader that is slow: left to itself it keeps up to 4 MiB.
const FEED_SEND_BUFFER: usize = 64 << 10;

/// What a connection is answering.
#[derive(Debug, Default)]
pub(super) struct Line {
    feeds: AtomicBool,
}

impl Line {
    /// Says whether the answer is a feed, which ends only with the server.
    pub(super) fn set_feeding(&self, feeds: bool) {
        self.feeds.store(feeds, Ordering::Release);
    }

    /// Whether it is.
    pub(super) fn is_feeding(&self) -> bool {
        self.feeds.load(Ordering::Acquire)
    }
}

/// The stream of a connection. Writing fails once the client has taken nothing for `stall`.
pub(super) struct Wire {
    stream: TcpStream,
    line: Arc<Line>,
    stall: Duration,
    /// Whether the system's buffer was made small, for a feed.
    narrow: bool,
    /// Runs while the client takes nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>, stall: Duration) -> Self {
        Self { stream, line, stall, narrow: false, waiting: None }
    }

    fn narrow(&mut self) -> Result<()> {
        if !self.narrow && self.line.is_feeding() {
            SockRef::from(&self.stream).set_send_buffer_size(FEED_SEND_BUFFER)?;
            self.narrow = true;
        }
        Ok(())
    }

    /// Passes on what became of a write, or that the client has taken nothing for too long.
    fn watched(&mut self, cx: &mut Context<'_>, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let stall = self.stall;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(stall))).as_mut().poll(cx));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.narrow()?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.narrow()?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
