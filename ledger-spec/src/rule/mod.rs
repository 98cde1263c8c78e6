//! The rules, by their ids: what admission asks, and what projections follow.

mod admission;
mod cited;
mod projection;

pub use admission::Rule;
pub use projection::ProjectionRule;
