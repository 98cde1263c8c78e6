//! Scenarios: case files that say who files what when, what must be accepted, what refused and by which
//! rule, and what each projection must answer. Written to be checked by a lawyer, run by the tests and by
//! `credit-ledger scenario`.
//!
//! Pure: texts come in, a report goes out. Where the files lie is the caller's business.

mod answer;
mod format;
mod ledger;
mod matching;
mod reading;
mod run;

pub use format::{Ask, Expect, Known, Scenario, Step, Title};
pub use ledger::{Base, ScenarioLedger, ScenarioLedgerError};
pub use run::{Mismatch, Report, Shown, run};
