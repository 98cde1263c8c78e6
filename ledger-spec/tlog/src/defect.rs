//! What cannot happen. Where it does, the code is wrong, and going on with a made-up value would hide it: it stops
//! with the defect named instead. Servers catch that at the edge of a request and of the writer's work.

/// Takes out a value that has to be there.
pub trait OrDefect<T> {
    /// The value; a panic that names `what` cannot be, where it is not there.
    ///
    /// Only for what no input can bring about.
    fn or_defect(self, what: &str) -> T;
}

impl<T> OrDefect<T> for Option<T> {
    #[track_caller]
    fn or_defect(self, what: &str) -> T {
        match self {
            Some(value) => value,
            None => defect(what),
        }
    }
}

impl<T, E: std::fmt::Display> OrDefect<T> for Result<T, E> {
    #[track_caller]
    fn or_defect(self, what: &str) -> T {
        match self {
            Ok(value) => value,
            Err(error) => defect(&format!("{what}: {error}")),
        }
    }
}

/// Stops at something that cannot be.
#[track_caller]
#[expect(clippy::panic, reason = "the one place where the code stops at a defect of its own")]
pub fn defect(what: &str) -> ! {
    panic!("defect: {what}")
}

/// A length or count as the 64-bit number that formats hold.
#[must_use]
pub fn as_u64(count: usize) -> u64 {
    u64::try_from(count).or_defect("no machine counts in more than 64 bits")
}

/// A 64-bit number as a length or position in memory; for what is known to lie in memory.
#[must_use]
pub fn as_usize(count: u64) -> usize {
    usize::try_from(count).or_defect("what lies in memory is counted by its addresses")
}
