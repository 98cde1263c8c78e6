//! Random changes of the world itself: keys, roles, suspensions, successions, and the catalogue.

use crate::generate::Generator;
use crate::history::{Accepted, History, Stated};
use crate::world::{self, AUTHORITIES};
use ledger_spec::time::ValidTime;
use serde_json::json;

/// Whether an event says that a key was in wrong hands, or that it was not.
fn is_said(one: &Accepted) -> bool {
    let body = &one.event.body;
    one.event.kind == "authority.key_revoked"
        && (body["corrects"].is_string() || body["compromised_since"].is_string())
}

impl Generator {
    /// Now and then the world itself changes: keys, roles, successions, the catalogue.
    pub fn governance(&mut self, past: &History) -> Option<Stated> {
        let issuer = self.in_role(past, &["registrar"]);
        let authority = *self.chance.pick(AUTHORITIES);
        let subject = format!("authority:{authority}");
        let valid_from = self.recently(3);
        let public =
            |number: usize| world::key(authority, u8::try_from(number).unwrap()).public().to_base64url();
        if past.epoch() == 1 && self.chance.percent(30) {
            return Some(self.rename(past, valid_from));
        }
        let which = self.chance.below(100);
        Some(match which {
            0..22 => {
                let body = json!({ "key": public(self.chance.below(6)) });
                self.state("authority.key_added", &issuer, &subject, valid_from, body)
            }
            22..38 => {
                let mut body = json!({ "key": public(self.chance.below(4)), "reason": "rotated" });
                if self.chance.percent(40) {
                    body["compromised_since"] = json!(self.recently(6).to_string());
                }
                let said: Vec<&Accepted> =
                    past.0.iter().map(|one| &**one).filter(|one| is_said(one)).collect();
                if self.chance.percent(40)
                    && let Some(said) = self.chance.any(&said)
                {
                    body["key"] = said.event.body["key"].clone();
                    body["corrects"] = json!(said.event.id);
                    let subject = said.event.subject.clone();
                    let issuer = if self.chance.percent(25) { "operator".to_owned() } else { issuer };
                    return Some(self.state("authority.key_revoked", &issuer, &subject, valid_from, body));
                }
                self.state("authority.key_revoked", &issuer, &subject, valid_from, body)
            }
            38..44 => {
                let until = self.now.date().plus_days(i64::try_from(self.chance.below(6)).unwrap());
                let body = json!({ "reason": "audit", "until": until.to_string() });
                let subject = if self.chance.percent(30) { "authority:registrar" } else { &subject };
                self.state("authority.suspended", &issuer, subject, valid_from, body)
            }
            44..46 if self.chance.percent(20) => {
                let successor = *self.chance.pick(&["tax-next", "desk", "market"]);
                let subject =
                    *self.chance.pick(&["authority:tax", "authority:transport", "authority:market"]);
                self.state(
                    "authority.succeeded",
                    &issuer,
                    subject,
                    valid_from,
                    json!({ "successor": successor }),
                )
            }
            46..58 => self.amend_authority(past, &issuer, valid_from)?,
            _ => self.amend_catalogue(past)?,
        })
    }

    /// One more step to a new epoch of pseudonyms: the links that are missing, and then that it begins.
    fn rename(&mut self, past: &History, valid_from: ValidTime) -> Stated {
        let [old, new] = world::RENAMED.map(|at| world::SUBJECTS[at]);
        let linked = |from: &str| past.names(from).len() > 1;
        let missing = [(old, new), (new, old)].into_iter().find(|(from, _)| !linked(from));
        match missing {
            Some((from, to)) if self.chance.percent(95) => {
                let body = json!({ "identifier": to });
                self.state("subject.identifier_linked", "operator", from, valid_from, body)
            }
            _ => {
                self.state("ledger.identity_rotated", "operator", "ledger", valid_from, json!({ "epoch": 2 }))
            }
        }
    }

    fn amend_authority(&mut self, past: &History, issuer: &str, valid_from: ValidTime) -> Option<Stated> {
        let authority =
            *self.chance.pick(&["market", "transport", "tax", "court", "window", "desk", "auditor"]);
        let (roles, competence) = past.capacity(authority)?;
        let (mut roles, mut competence) = (json!(roles), competence.clone());
        match self.chance.below(7) {
            0 => roles = json!(["department", "steward"]),
            6 => {
                roles = json!(self.chance.pick(&[
                    &["window"][..],
                    &["department"],
                    &["department", "court"],
                    &["court"]
                ]))
            }
            1 => {
                competence["types"] =
                    json!(self.chance.pick(&[&["*"][..], &["base.penalty", "base.fine"], &["base.*"]]))
            }
            2 => {
                competence["lists"] =
                    json!(self.chance.pick(&[&["*"][..], &["lists.red"], &["lists.black", "lists.plain"]]))
            }
            3 => competence["measures"] = json!(self.chance.pick(&[&["*"][..], &["measures.watch"]])),
            4 => competence["ratings"] = json!(self.chance.pick(&[&["*"][..], &[]])),
            _ => competence["points"] = json!(self.chance.pick(&[&["*"][..], &[]])),
        }
        let body = json!({ "name": { "zh": "n", "en": "n" }, "roles": roles, "competence": competence });
        Some(self.state("authority.amended", issuer, &format!("authority:{authority}"), valid_from, body))
    }

    fn amend_catalogue(&mut self, past: &History) -> Option<Stated> {
        let items: Vec<&Accepted> = past
            .0
            .iter()
            .map(|one| &**one)
            .filter(|one| one.event.kind.ends_with("_adopted") && !one.event.subject.contains("calendar"))
            .collect();
        let item = self.chance.any(&items)?;
        let last =
            past.stream(&item.event.subject).rev().find(|one| !one.event.kind.ends_with("_repealed"))?;
        let repeal = self.chance.percent(6);
        let kind = item.event.kind.replace("_adopted", if repeal { "_repealed" } else { "_amended" });
        // Definitions count from the beginning of a day, some days from now or some days ago.
        let shift = i64::try_from(self.chance.below(120)).unwrap() - 60;
        let from = self.now.date().plus_days(shift).start_of_day();
        let mut body = last.event.body.clone();
        let code = item.event.subject["catalogue:".len()..].to_owned();
        if repeal {
            body = json!({ "reason": "old" });
        } else if code == "procedure.notice.clock" {
            let unit = *self.chance.pick(&["day", "working_day", "month"]);
            body = world::notice_clock(u64::try_from(self.chance.below(4)).unwrap() + 1, unit);
        } else if code == "procedure.repair.tiers" {
            body = world::repair_tiers(1 + self.chance.number() % 4, 2 + self.chance.number() % 6);
        } else if code.starts_with("type.") {
            match self.chance.below(4) {
                0 => {
                    body["severities"] =
                        json!(self.chance.pick(&[&[][..], &["general"], &["general", "serious"]]))
                }
                1 => body["limitation"] = json!(self.chance.percent(30)),
                2 => body["legal_review"] = json!(self.chance.percent(30)),
                _ => {
                    body["status"] =
                        json!(self.chance.pick(&["active", "active", "basis_required", "repealed"]))
                }
            }
        } else if code.starts_with("list.") {
            match self.chance.below(3) {
                0 => body["notice_required"] = json!(self.chance.percent(60)),
                1 => body["months"] = json!(3 + self.chance.below(12)),
                _ => body["legal_review"] = json!(self.chance.percent(30)),
            }
        }
        Some(self.state(&kind, "steward", &item.event.subject, from, body))
    }
}
