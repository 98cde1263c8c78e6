//! A server of this process: its listener, its connections, and a whole ledger behind it.

mod connections;
mod erasing;
mod running;
mod wire;

pub use connections::{STALL, serve};
pub use running::{Running, ServerError, interrupted, serve_ledger};
