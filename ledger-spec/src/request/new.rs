//! A request that is made: the fields that sign it.

use super::{
    ALGORITHM, ALWAYS, CASE, Case, DIGEST, INPUT, PURPOSE, Purpose, SECOND, SIGNATURE, TAG, VISIBLE_FROM,
    signature_base,
};
use crate::time::{Date, RecordedTime};
use sfv::{Integer, KeyRef, StringRef, key_ref, string_ref};
use sha2::{Digest as _, Sha256};
use tlog::bytes::{to_base64, to_base64url};
use tlog::defect::OrDefect as _;
use tlog::key::SecretKey;

/// How long a request that is made here may be answered, in seconds.
const LIFETIME: u64 = 60;
const LABEL: &KeyRef = key_ref("ledger");

/// A request before it is signed.
#[derive(Clone, Copy, Debug)]
pub struct NewRequest<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// Host, and port where the URL names one, as the field `Host` will have them.
    pub authority: &'a str,
    /// The path as it is sent.
    pub path: &'a str,
    /// The query as it is sent, without the question mark.
    pub query: Option<&'a str>,
    /// The body, where there is one.
    pub body: Option<&'a [u8]>,
    /// What it is asked for.
    pub purpose: Option<Purpose>,
    /// In which matter.
    pub case: Option<&'a Case>,
    /// The day from which on the subject is to be told of it, where not at once.
    pub visible_from: Option<Date>,
}

impl NewRequest<'_> {
    /// The fields to send with it, in this order, made at `now`. The nonce is nobody's twice: it is the caller's to draw.
    #[must_use]
    pub fn sign(&self, key: &SecretKey, now: RecordedTime, nonce: &[u8; 16]) -> Vec<(&'static str, String)> {
        let mut fields = Vec::with_capacity(5);
        if let Some(body) = self.body {
            fields.push((DIGEST, format!("sha-256=:{}:", to_base64(&Sha256::digest(body)))));
        }
        fields.extend(self.purpose.map(|purpose| (PURPOSE, purpose.name().to_owned())));
        fields.extend(self.case.map(|case| (CASE, case.to_field())));
        fields.extend(self.visible_from.map(|day| (VISIBLE_FROM, day.to_string())));
        let query = format!("?{}", self.query.unwrap_or_default());
        let authority = self.authority.to_ascii_lowercase();
        let always = [self.method, &authority, self.path, &query];
        let components = ALWAYS.into_iter().zip(always);
        let components: Vec<_> =
            components.chain(fields.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        let created = now.micros() / SECOND;
        let names: Vec<_> = components.iter().map(|(name, _)| *name).collect();
        let seconds = |seconds: u64| {
            let seconds = i64::try_from(seconds).ok().and_then(|seconds| Integer::try_from(seconds).ok());
            seconds.or_defect("a clock has 15 digits of seconds")
        };
        let (nonce, id) = (to_base64url(nonce), key.public().id());
        let mut dictionary = sfv::DictSerializer::new();
        let mut list = dictionary.inner_list(LABEL);
        for name in names {
            let _ = list.bare_item(text(name));
        }
        let _ = list
            .finish()
            .parameter(key_ref("created"), seconds(created))
            .parameter(key_ref("expires"), seconds(created.saturating_add(LIFETIME)))
            .parameter(key_ref("nonce"), text(&nonce))
            .parameter(key_ref("keyid"), text(&id))
            .parameter(key_ref("alg"), string_ref(ALGORITHM))
            .parameter(key_ref("tag"), string_ref(TAG));
        let input = dictionary.finish().or_defect("a dictionary of one member is not empty");
        let params = input.split_once('=').map_or("", |(_, params)| params);
        let signature = to_base64(&key.sign(signature_base(components, params).as_bytes()));
        fields.push((SIGNATURE, format!("{LABEL}=:{signature}:")));
        fields.insert(fields.len() - 1, (INPUT, input));
        fields
    }
}

fn text(text: &str) -> &StringRef {
    StringRef::from_str(text).or_defect("names, ids and nonces are printable ASCII")
}
