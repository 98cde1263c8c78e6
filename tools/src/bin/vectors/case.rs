//! One case: what it states, and how it becomes a file. Cases of admission are written shortly.

use crate::answer::{answer, print};
use crate::base::Making;
use serde_json::{Value, json};

/// One named case.
pub struct Case {
    pub group: &'static str,
    pub name: String,
    about: String,
    input: Value,
    expected: Expected,
}

/// What a case states by hand.
pub enum Expected {
    Accepted,
    Refused,
    /// Refused by this admission rule.
    By(&'static str),
}

impl Case {
    pub fn new(group: &'static str, name: &str, about: &str, input: Value, expected: Expected) -> Self {
        Self { group, name: name.to_owned(), about: about.to_owned(), input, expected }
    }

    pub fn accepted(group: &'static str, name: &str, about: &str, input: Value) -> Self {
        Self::new(group, name, about, input, Expected::Accepted)
    }

    pub fn refused(group: &'static str, name: &str, about: &str, input: Value) -> Self {
        Self::new(group, name, about, input, Expected::Refused)
    }

    /// The file's text, or how the answer differs from what the case states.
    pub fn file(&self, base: &Value) -> Result<String, String> {
        let ledgers = |name: &str| {
            assert_eq!(name, "base", "the only ledger that cases build on");
            base.clone()
        };
        let mut file = json!({ "about": self.about, "input": self.input });
        let found = answer(self.group, &self.input, &ledgers);
        let fits = match (&self.expected, &found) {
            (Expected::Accepted, Ok(_)) | (Expected::Refused, Err(_)) => true,
            (Expected::By(rule), Err(refused)) => refused["rule"] == *rule,
            _ => false,
        };
        if !fits {
            return Err(format!("{}/{} says otherwise: {found:?}", self.group, self.name));
        }
        match found {
            Ok(accepted) => file["accepted"] = accepted,
            Err(refused) => file["refused"] = refused,
        }
        Ok(print(&file))
    }
}

/// What a case of admission asks: whether the event enters the base ledger after these others.
pub fn input(then: &[Making], event: &Making) -> Value {
    let then: Vec<_> = then.iter().map(Making::timed).collect();
    json!({ "ledger": "base", "then": then, "event": event.timed() })
}

/// The event enters the base ledger.
pub fn accepted(name: &str, about: &str, event: &Making) -> Case {
    Case::accepted("admission", name, about, input(&[], event))
}

/// It enters after these others.
pub fn accepted_after(name: &str, about: &str, then: &[Making], event: &Making) -> Case {
    Case::accepted("admission", name, about, input(then, event))
}

/// This rule refuses the event on the base ledger.
pub fn by(rule: &'static str, name: &str, about: &str, event: &Making) -> Case {
    after(rule, name, about, &[], event)
}

/// It refuses the event after these others.
pub fn after(rule: &'static str, name: &str, about: &str, then: &[Making], event: &Making) -> Case {
    let name = format!("{}-{name}", rule.to_lowercase());
    Case::new("admission", &name, about, input(then, event), Expected::By(rule))
}
