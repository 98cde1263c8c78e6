//! Ctrl-C and SIGTERM for commands that look again and again: they end between two looks, and within a moment in any
//! case.

use super::failure::Failure;
use crate::server::interrupted;
use crate::words::{say, told};
use std::cell::Cell;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long whoever was interrupted may take to come to the end of a look. What is on disk is whole at any time.
const GRACE: Duration = Duration::from_secs(2);
/// What a shell says of a command that SIGTERM ended.
const TERMINATED: i32 = 143;

/// Hears of an interruption from when it is made.
pub(in crate::cli) struct Interruption {
    told: Receiver<()>,
    /// It is told once, and asked about again.
    heard: Cell<bool>,
}

impl Interruption {
    /// Begins to listen.
    pub(in crate::cli) fn listen() -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::unreachable(say!("signals: {}", told(&error)));
        let (tell, told) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
        let wait = move || {
            if runtime.block_on(interrupted()).is_ok() {
                // Whoever listened may have ended.
                let _ = tell.send(());
                thread::sleep(GRACE);
                std::process::exit(TERMINATED);
            }
        };
        thread::Builder::new().name("signals".into()).spawn(wait).map_err(failed)?;
        Ok(Self::of(told))
    }

    const fn of(told: Receiver<()>) -> Self {
        Self { told, heard: Cell::new(false) }
    }

    /// Waits so long; says whether it was interrupted meanwhile, or before.
    pub(in crate::cli) fn within(&self, pause: Duration) -> bool {
        if self.heard.get() {
            return true;
        }
        match self.told.recv_timeout(pause) {
            Ok(()) => {
                self.heard.set(true);
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            // Signals could not be heard: they end the process as they do any other.
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(pause);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_interrupted_stays_so() {
        let (tell, told) = channel();
        let interruption = Interruption::of(told);
        assert!(!interruption.within(Duration::ZERO));
        tell.send(()).unwrap();
        assert!(interruption.within(Duration::from_secs(60)));
        assert!(interruption.within(Duration::ZERO), "it was told once, and is asked about again");
    }
}
