//! What whoever writes events needs, and an auditor does not.

pub mod edition;
pub mod mapping;
pub mod scenario;
pub mod shipped;
pub mod splitting;
