//! How far a long reading is: told to whoever watches.

/// Told how far a long reading is: entries or bytes done, of how many.
pub trait Progress {
    /// `done` of `of`; `of` is 0 while nobody knows how many there are.
    fn step(&self, done: u64, of: u64);
}

/// Progress that nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&self, _done: u64, _of: u64) {}
}
