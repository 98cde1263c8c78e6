//! Ways to make an event worse, or at least other.

use crate::generate::{Generator, days_ago};
use crate::history::{Accepted, History, Stated};
use crate::table::{STEPS, step};
use crate::world::{self, AUTHORITIES, SUBJECTS};
use ledger_spec::time::Date;
use serde_json::{Value, json};

impl Generator {
    /// Changes an event in one way or two.
    pub fn spoil(&mut self, past: &History, event: &mut Stated) {
        for _ in 0..=usize::from(self.chance.percent(20)) {
            self.spoil_once(past, event);
        }
    }

    fn spoil_once(&mut self, past: &History, event: &mut Stated) {
        match self.chance.below(18) {
            0 => self.leave_out(&mut event.body),
            1 | 2 => self.move_a_date(&mut event.body),
            3 | 4 => self.name_another_event(past, event),
            5 => {
                event.issuer = (*self.chance.pick(AUTHORITIES)).to_owned();
                if self.chance.percent(85) {
                    self.other_signers(past, event, true);
                }
            }
            6 => self.other_signers(past, event, false),
            7 | 8 => {
                let days = i64::try_from(self.chance.below(90)).unwrap() - 10;
                event.valid_from = days_ago(event.valid_from, days);
            }
            9 => event.subject = (*self.chance.pick(SUBJECTS)).to_owned(),
            10 => self.envelope(past, event),
            11 => self.flip(&mut event.body),
            12 => {
                let list = *self.chance.pick(world::LISTS);
                event.body["list"] = if self.chance.percent(30) { Value::Null } else { json!(list) };
                drop_nulls(&mut event.body);
            }
            13 => {
                event.body["severity"] = json!(self.chance.pick(&["minor", "general", "serious"]));
            }
            14 => self.other_code(event),
            15 => self.other_step(event),
            16 => self.made_again(past, event),
            _ => self.due_process_undone(event),
        }
    }

    /// What was filed about one who was renamed, under the new name: the same, or changed a little.
    fn made_again(&mut self, past: &History, event: &mut Stated) {
        let [old, new] = world::RENAMED.map(|at| world::SUBJECTS[at]);
        let known: Vec<&Accepted> = past.stream(old).collect();
        if past.epoch() == 2
            && let Some(known) = self.chance.any(&known)
        {
            *event = known.event.clone();
            event.subject = new.to_owned();
            if self.chance.percent(50) {
                self.move_a_date(&mut event.body);
            }
        }
    }

    fn leave_out(&mut self, body: &mut Value) {
        let object = body.as_object_mut().unwrap();
        let keys: Vec<String> = object.keys().cloned().collect();
        let Some(key) = self.chance.any(&keys) else { return };
        match &mut object[&key] {
            inner @ Value::Object(_) if self.chance.percent(60) => self.leave_out(inner),
            _ => {
                object.remove(&key);
            }
        }
    }

    fn move_a_date(&mut self, body: &mut Value) {
        let mut dates = Vec::new();
        find(body, &mut dates, &|value| value.as_str().is_some_and(|text| Date::parse(text).is_ok()));
        let days = *self.chance.pick(&[-900, -400, -40, -6, -5, -1, 1, 5, 6, 40, 400]);
        let at = self.chance.below(dates.len().max(1));
        if let Some(date) = dates.get_mut(at) {
            let moved = Date::parse(date.as_str().unwrap()).unwrap().plus_days(days);
            **date = json!(moved.to_string());
        }
    }

    fn name_another_event(&mut self, past: &History, event: &mut Stated) {
        let all: Vec<&Accepted> = past.stream(&event.subject).collect();
        let anywhere: Vec<&Accepted> = past.0.iter().map(|one| &**one).collect();
        let other = if self.chance.percent(80) { self.chance.any(&all) } else { self.chance.any(&anywhere) };
        let mut ids = Vec::new();
        find(&mut event.body, &mut ids, &|value| {
            value.as_str().is_some_and(|t| t.len() == 36 && t.starts_with("018b"))
        });
        let at = self.chance.below(ids.len().max(1));
        if let (Some(id), Some(other)) = (ids.get_mut(at), other) {
            **id = json!(other.event.id);
        }
    }

    /// Keys of the issuer, revoked or not, or of anybody.
    fn other_signers(&mut self, past: &History, event: &mut Stated, own: bool) {
        let of = if own || self.chance.percent(70) {
            event.issuer.clone()
        } else {
            (*self.chance.pick(AUTHORITIES)).to_owned()
        };
        let keys: Vec<String> = past.keys(&of).iter().map(|(key, _)| (*key).to_owned()).collect();
        let signers = 1 + usize::from(self.chance.percent(30));
        let picked: Vec<String> = (0..signers).filter_map(|_| self.chance.any(&keys)).collect();
        if !picked.is_empty() {
            event.signers = picked;
        }
    }

    fn envelope(&mut self, past: &History, event: &mut Stated) {
        match self.chance.below(6) {
            0 => event.origin = "other.example/ledger".into(),
            1 | 2 => {
                let version = past.stream(&event.subject).count();
                event.seen_version =
                    Some(u64::try_from((version + self.chance.below(3)).saturating_sub(1)).unwrap());
            }
            3 => {
                let all: Vec<&Accepted> = past.stream(&event.subject).collect();
                if let Some(known) = self.chance.any(&all) {
                    event.id.clone_from(&known.event.id);
                }
            }
            4 => {
                let all: Vec<&Accepted> = past.0.iter().map(|one| &**one).collect();
                *event = self.chance.pick(&all).event.clone();
            }
            _ => {
                let days = i64::try_from(self.chance.below(3)).unwrap();
                event.valid_from = days_ago(self.now, -days);
            }
        }
    }

    fn flip(&mut self, body: &mut Value) {
        let mut flags = Vec::new();
        find(body, &mut flags, &Value::is_boolean);
        let at = self.chance.below(flags.len().max(1));
        if let Some(flag) = flags.get_mut(at) {
            **flag = json!(**flag != true);
        }
    }

    fn other_code(&mut self, event: &mut Stated) {
        let codes: [(&str, &[&str]); 4] = [
            ("type", world::TYPES),
            ("list", world::LISTS),
            ("measure", world::MEASURES),
            ("scheme", world::RATINGS),
        ];
        for (field, all) in codes {
            if event.body[field].is_string() {
                event.body[field] =
                    if self.chance.percent(10) { json!("no.such") } else { json!(self.chance.pick(all)) };
            }
        }
    }

    /// The same body as another step of the same thing.
    fn other_step(&mut self, event: &mut Stated) {
        if let Some(row) = step(&event.kind) {
            let all: Vec<&str> =
                STEPS.iter().filter(|other| other.field == row.field).map(|other| other.kind).collect();
            event.kind = (*self.chance.pick(&all)).to_owned();
        }
    }

    fn due_process_undone(&mut self, event: &mut Stated) {
        let field =
            *self.chance.pick(&["notice", "review", "conduct", "person", "record", "consent", "basis"]);
        event.body.as_object_mut().unwrap().remove(field);
    }
}

/// Every value inside that fits.
fn find<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>, fits: &dyn Fn(&Value) -> bool) {
    if fits(value) {
        found.push(value);
        return;
    }
    match value {
        Value::Object(all) => all.values_mut().for_each(|one| find(one, found, fits)),
        Value::Array(all) => all.iter_mut().for_each(|one| find(one, found, fits)),
        _ => {}
    }
}

fn drop_nulls(body: &mut Value) {
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}
