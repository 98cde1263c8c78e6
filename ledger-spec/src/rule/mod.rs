//! The rules, by their ids: what admission asks, what projections follow, what a signed request carries.

mod admission;
mod cited;
mod projection;
mod request;

pub use admission::Rule;
pub use projection::ProjectionRule;
pub use request::RequestRule;
