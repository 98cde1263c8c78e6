//! Work in pieces: each piece is made on one of several threads, and all are taken in order on this one.
//!
//! For whoever goes over a whole log: what can be made of an entry alone is made side by side; what depends
//! on the entries before it is done in order. Threads and channels only; what the pieces are is the
//! caller's business.

use std::panic;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Pieces that a thread may be ahead of whoever takes them.
const AHEAD: usize = 1;

/// How many threads this machine runs at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Makes the pieces 0, 1, … on `threads` threads until there is none, and gives each to `take` in order; stops
/// at the first error, wherever it comes from. What `take` gives back is freed by the thread that made the piece: freed
/// elsewhere, every one of its parts would take that thread's allocator away from it.
pub fn in_order<T: Send, U: Send, E: Send>(
    threads: usize,
    make: impl Fn(u64) -> Option<Result<T, E>> + Sync,
    mut take: impl FnMut(T) -> Result<U, E>,
) -> Result<(), E> {
    let make = &make;
    thread::scope(|scope| {
        let (mut workers, mut lanes) = (Vec::new(), Vec::new());
        for lane in 0..threads {
            let ((sender, pieces), (back, used)) = (sync_channel(AHEAD), channel());
            let made = (0..u64::MAX).skip(lane).step_by(threads).map_while(make);
            workers.push(scope.spawn(move || feed(made, &sender, &used)));
            lanes.push(Lane { pieces, back });
        }
        let taken = drain(&lanes, &mut take);
        // Whoever still makes pieces finds nobody to send to, and stops.
        drop(lanes);
        for worker in workers {
            if let Err(payload) = worker.join() {
                panic::resume_unwind(payload);
            }
        }
        taken
    })
}

/// Where a thread's pieces come out, and where what is left of them goes back.
struct Lane<T, U, E> {
    pieces: Receiver<Result<T, E>>,
    back: Sender<U>,
}

/// Sends piece after piece, until an error has been sent or nobody listens.
fn feed<T, U, E>(
    pieces: impl Iterator<Item = Result<T, E>>,
    to: &SyncSender<Result<T, E>>,
    used: &Receiver<U>,
) {
    for piece in pieces {
        let last = piece.is_err();
        if to.send(piece).is_err() || last {
            return;
        }
        used.try_iter().for_each(drop);
    }
}

/// Takes the pieces in turn, which is their order; the first lane that has no more ends it.
fn drain<T, U, E>(lanes: &[Lane<T, U, E>], take: &mut impl FnMut(T) -> Result<U, E>) -> Result<(), E> {
    for lane in lanes.iter().cycle() {
        let Ok(piece) = lane.pieces.recv() else { return Ok(()) };
        let left = take(piece?)?;
        // A thread that has made its last piece takes nothing back: it is freed here.
        let _ = lane.back.send(left);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_and_the_first_error_ends_it() {
        for threads in [1, 2, 5] {
            let mut taken = Vec::new();
            let made = in_order(
                threads,
                |n| (n < 100).then_some(Ok::<u64, ()>(n)),
                |piece| {
                    taken.push(piece);
                    Ok(())
                },
            );
            assert_eq!((made, taken), (Ok(()), (0..100).collect()));
            let mut taken = Vec::new();
            let failing = |piece| Some(if piece == 40 { Err(piece) } else { Ok(piece) });
            let made = in_order(threads, failing, |piece| {
                taken.push(piece);
                Ok(())
            });
            assert_eq!((made, taken), (Err(40), (0..40).collect()));
            let made =
                in_order(threads, |n| Some(Ok(n)), |piece| if piece == 7 { Err(piece) } else { Ok(()) });
            assert_eq!(made, Err(7));
            assert_eq!(in_order(threads, |_| None::<Result<(), ()>>, |()| Ok(())), Ok(()));
        }
    }
}
