//! Work in pieces: each piece is made on one of several threads, and all are taken in order on this one.
//!
//! For whoever goes over a whole log: what can be made of an entry alone is made side by side; what depends
//! on the entries before it is done in order. Threads and channels only; what the pieces are is the
//! caller's business.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Pieces under way for each thread: the one that it makes, and one that waits to be taken.
const WINDOW: usize = 2;

/// How many threads this machine runs at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Makes something of every item on `threads` threads, whichever is free, and gives what was made to `take` in
/// the items' order; stops at the first error, wherever it comes from. What `take` gives back is freed by the
/// thread that made it: freed elsewhere, every one of its parts would take that thread's allocator away from it.
pub fn in_order<P, T: Send, U: Send, E: Send>(
    threads: usize,
    items: impl Iterator<Item = P> + Send,
    make: impl Fn(P) -> Result<T, E> + Sync,
    mut take: impl FnMut(T) -> Result<U, E>,
) -> Result<(), E> {
    let window = threads * WINDOW;
    let (permit, permits) = channel();
    for _ in 0..window {
        let _ = permit.send(());
    }
    let (items, make) = (Mutex::new(Items { items: items.fuse().enumerate(), permits }), &make);
    let (places, made): (Vec<_>, Vec<_>) = (0..window).map(|_| sync_channel(1)).unzip();
    thread::scope(|scope| {
        let mut returns = Vec::new();
        for worker in 0..threads {
            let (back, used) = channel();
            let (places, items) = (places.clone(), &items);
            scope.spawn(move || Worker { worker, places, used }.work(items, make));
            returns.push(back);
        }
        // Once every worker has stopped, nothing more comes.
        drop(places);
        // Whoever still makes pieces then finds nobody to send to, and stops.
        drain(made, &returns, permit, &mut take)
    })
}

/// What there is to do, numbered.
struct Items<I> {
    items: I,
    /// One for each item that may be begun: as many as the window is wide, and one more for each piece taken.
    permits: Receiver<()>,
}

impl<I: Iterator> Items<I> {
    /// The next item, once those of a window before it are taken; `None` after the last, or when nobody
    /// takes any more.
    fn next(&mut self) -> Option<I::Item> {
        self.permits.recv().ok()?;
        self.items.next()
    }
}

/// A piece, or a panic in the making, and the worker that made it.
type Made<T, E> = (usize, thread::Result<Result<T, E>>);

struct Worker<T, U, E> {
    worker: usize,
    /// Where the pieces wait for their turn, as many as the window is wide: the place of a piece that may be
    /// begun is empty.
    places: Vec<SyncSender<Made<T, E>>>,
    used: Receiver<U>,
}

impl<T, U, E> Worker<T, U, E> {
    /// Makes piece after piece, until there is none, an error has been sent or nobody listens.
    fn work<P>(
        self,
        items: &Mutex<Items<impl Iterator<Item = (usize, P)>>>,
        make: &impl Fn(P) -> Result<T, E>,
    ) {
        let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some((number, item)) = next() {
            // A worker that was gone without a word would be waited for.
            let piece = panic::catch_unwind(AssertUnwindSafe(|| make(item)));
            let last = !matches!(piece, Ok(Ok(_)));
            let sent = self.places[number % self.places.len()].send((self.worker, piece));
            if sent.is_err() || last {
                return;
            }
            self.used.try_iter().for_each(drop);
        }
    }
}

/// Takes the pieces in their order; the first place where no more can come ends it.
fn drain<T, U, E>(
    places: Vec<Receiver<Made<T, E>>>,
    returns: &[Sender<U>],
    permit: Sender<()>,
    take: &mut impl FnMut(T) -> Result<U, E>,
) -> Result<(), E> {
    for place in places.iter().cycle() {
        let Ok((worker, piece)) = place.recv() else { return Ok(()) };
        let left = take(piece.unwrap_or_else(|payload| panic::resume_unwind(payload))?)?;
        // A thread that has made its last piece takes nothing back, and begins none: it is freed here.
        let _ = (returns[worker].send(left), permit.send(()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn pieces_come_in_order_and_the_first_error_ends_it() {
        for threads in [1, 2, 5] {
            let mut taken = Vec::new();
            let made = in_order(threads, 0..100, Ok::<u64, ()>, |piece| {
                taken.push(piece);
                Ok(())
            });
            assert_eq!((made, taken), (Ok(()), (0..100).collect()));
            let mut taken = Vec::new();
            let failing = |item| if item == 40 { Err(item) } else { Ok(item) };
            let made = in_order(threads, 0.., failing, |piece| {
                taken.push(piece);
                Ok(())
            });
            assert_eq!((made, taken), (Err(40), (0..40).collect()));
            let made = in_order(threads, 0.., Ok, |piece| if piece == 7 { Err(piece) } else { Ok(()) });
            assert_eq!(made, Err(7));
            assert_eq!(in_order(threads, 0..0, Ok::<u64, ()>, |_| Ok(())), Ok(()));
        }
    }

    #[test]
    fn nobody_waits_for_a_slow_piece_but_its_taker() {
        // The first piece is made only after all others of the window were begun.
        let begun = AtomicUsize::new(0);
        let make = |item: usize| {
            let others = 2 * WINDOW - 1;
            begun.fetch_add(1, Ordering::SeqCst);
            while item == 0 && begun.load(Ordering::SeqCst) < others {
                thread::yield_now();
            }
            Ok::<_, ()>(item)
        };
        let mut taken = Vec::new();
        let made = in_order(2, 0..20, make, |piece| {
            taken.push(piece);
            Ok(())
        });
        assert_eq!((made, taken), (Ok(()), (0..20).collect()));
    }

    #[test]
    fn a_panic_of_a_worker_is_not_swallowed() {
        let make = |item: usize| if item == 3 { panic!("made to fail") } else { Ok::<_, ()>(item) };
        let caught = panic::catch_unwind(|| in_order(2, 0..20, make, |_| Ok(())));
        assert!(caught.is_err());
    }
}
