//! How the head of a request is read: strictly, by the one profile.

use super::structured::{Bare, Item, Member, Parameter, Value, dictionary};
use super::{
    ALGORITHM, CASE, Case, DIGEST, INPUT, MAX_LIFETIME, NONCE, PURPOSE, Purpose, RequestHead, RequestRefusal,
    SIGNATURE, SignedRequest, TAG, VISIBLE_FROM, VerifiedRequest, refuse, signature_base,
};
use crate::json::fields::of_bytes;
use crate::rule::RequestRule;
use crate::time::Date;
use crate::wording::{Joint, Words, of_fault, say};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sfv::{DictSerializer, KeyRef};
use std::borrow::Cow;
use tlog::bytes::to_base64;
use tlog::key::PublicKey;

/// Longest field that is looked at, in bytes.
const LONGEST: usize = 2_048;
/// Most characters of a text of others that are said again.
const SHOWN: usize = 64;
const HOST: &str = "host";
/// The label of a request that is read again from its base.
const STORED: &str = "a=";
/// The parameters that every signature has, and no other.
const PARAMETERS: [&str; 6] = ["created", "expires", "nonce", "keyid", "alg", "tag"];

/// What the profile has a signature cover of one request: names and values, and what was read of them.
struct Covered<'a> {
    components: Vec<(&'static str, Cow<'a, str>)>,
    digest: Option<[u8; 32]>,
    purpose: Option<Purpose>,
    case: Option<Case>,
    visible_from: Option<Date>,
}

impl SignedRequest {
    /// Reads what a request's head says of its signature: R01 to R09 and R11. Nothing is known yet about who signed it.
    pub fn parse(head: &RequestHead<'_>) -> Result<Self, RequestRefusal> {
        let member = |field| only_member(field, signing(head, field)?);
        let (input, signed) = (member(INPUT)?, member(SIGNATURE)?);
        if input.label != signed.label {
            let (found, expected) = (shown(signed.label.as_str()), shown(input.label.as_str()));
            return Err(refuse(RequestRule::OneSignature, SIGNATURE, found, expected));
        }
        let signature = signature_of(&signed)?;
        let covered = Covered::read(head)?;
        let names = covered.names_in(&input)?;
        let parameters = Parameters(&input.parameters);
        parameters.each_once()?;
        parameters.is("alg", RequestRule::Algorithm, ALGORITHM)?;
        parameters.is("tag", RequestRule::Tag, TAG)?;
        let (key, nonce) = (parameters.key()?, parameters.nonce()?);
        let (created, expires) = parameters.lifetime()?;
        let named = |name: &'static str| {
            let (_, value) = covered.components.iter().find(|(known, _)| *known == name)?;
            Some((name, value.as_ref()))
        };
        let base = signature_base(names.into_iter().filter_map(named), &serialized(&input));
        let Covered { digest, purpose, case, visible_from, .. } = covered;
        Ok(Self(VerifiedRequest {
            key,
            created,
            expires,
            nonce,
            digest,
            purpose,
            case,
            visible_from,
            base,
            signature,
        }))
    }

    /// Reads a request again from its signature base, which says all that the profile has of it: R01 to R09 and R11, and
    /// the base is the one that this request has.
    pub fn from_base(base: &str, signature: &[u8; 64]) -> Result<Self, RequestRefusal> {
        let unread = |found: Words| {
            let expected = say!("the signature base of a request (RFC 9421), as this profile makes it");
            refuse(RequestRule::Components, INPUT, found, expected)
        };
        let (mut head, mut fields) =
            (RequestHead { method: "", path: "", query: None, fields: &[] }, Vec::new());
        let signed = format!("{STORED}:{}:", to_base64(signature));
        let mut params = None;
        for line in base.split('\n') {
            let named = line.strip_prefix('"').and_then(|line| line.split_once("\": "));
            let Some((name, value)) = named else { return Err(unread(say!("a line without a name"))) };
            match name {
                "@method" => head.method = value,
                "@path" => head.path = value,
                "@query" => head.query = value.strip_prefix('?').filter(|query| !query.is_empty()),
                "@authority" => fields.push((HOST, value.as_bytes())),
                "@signature-params" => params = Some(STORED.to_owned() + value),
                field => fields.push((field, value.as_bytes())),
            }
        }
        let params = params.ok_or_else(|| unread(say!("no signature parameters")))?;
        fields.extend([(INPUT, params.as_bytes()), (SIGNATURE, signed.as_bytes())]);
        let read = Self::parse(&RequestHead { fields: &fields, ..head })?;
        if read.base() == base { Ok(read) } else { Err(unread(say!("another spelling"))) }
    }
}

impl<'a> Covered<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, RequestRefusal> {
        let authority =
            once(head, HOST)?.filter(|host| !host.is_empty() && host.len() <= 255 && is_visible(host));
        let Some(authority) = authority else {
            return Err(refuse(
                RequestRule::Field,
                HOST,
                say!("absent, or no host"),
                say!("a host, and its port"),
            ));
        };
        let query = head.query.unwrap_or_default();
        for (name, text) in [("@method", head.method), ("@path", head.path), ("@query", query)] {
            if !is_visible(text) {
                return Err(refuse(
                    RequestRule::Field,
                    name,
                    say!("other bytes than visible ASCII"),
                    say!("visible ASCII"),
                ));
            }
        }
        let mut covered = Self {
            components: vec![
                ("@method", head.method.into()),
                ("@authority", authority.to_ascii_lowercase().into()),
                ("@path", head.path.into()),
                ("@query", format!("?{query}").into()),
            ],
            digest: None,
            purpose: None,
            case: None,
            visible_from: None,
        };
        if let Some(field) = once(head, DIGEST)? {
            let expected = say!("sha-256 and the body's digest alone, as {}", Words::data("sha-256=:…:"));
            covered.digest = Some(digest_of(field).ok_or_else(|| unread(DIGEST, field, expected))?);
            covered.components.push((DIGEST, field.into()));
        }
        if let Some(field) = once(head, PURPOSE)? {
            let expected = say!("1 to 64 of `a`-`z`, `0`-`9`, `-` and `.`");
            if !Purpose::is_word(field) {
                return Err(unread(PURPOSE, field, expected));
            }
            covered.purpose = Some(Purpose::parse(field).ok_or_else(|| unknown_purpose(field))?);
            covered.components.push((PURPOSE, field.into()));
        }
        if let Some(field) = once(head, CASE)? {
            let expected = say!(
                "a string, or a display string where it is not ASCII (RFC 9651), of 1 to 128 characters"
            );
            covered.case = Some(Case::from_field(field).ok_or_else(|| unread(CASE, field, expected))?);
            covered.components.push((CASE, field.into()));
        }
        if let Some(field) = once(head, VISIBLE_FROM)? {
            let expected = say!("a day, as {}", Words::data("2027-01-31"));
            covered.visible_from =
                Some(Date::parse(field).map_err(|_| unread(VISIBLE_FROM, field, expected))?);
            covered.components.push((VISIBLE_FROM, field.into()));
        }
        Ok(covered)
    }

    /// R03: the components of a signature, in its order: these, each once.
    fn names_in(&self, input: &Member<'_>) -> Result<Vec<&'static str>, RequestRefusal> {
        let Value::List(items) = &input.value else {
            let expected = say!("an inner list of the components that are signed");
            return Err(refuse(RequestRule::OneSignature, INPUT, say!("another value"), expected));
        };
        let mut names = Vec::with_capacity(self.components.len());
        for item in items {
            let name = match &item.value {
                Bare::String(name) if item.parameters.is_empty() => self.named(name.as_str()),
                _ => None,
            };
            match name.filter(|name| !names.contains(name)) {
                Some(name) => names.push(name),
                None => return Err(self.other(say!("{}, doubled, unknown or with parameters", said(item)))),
            }
        }
        match self.components.iter().find(|(name, _)| !names.contains(name)) {
            None => Ok(names),
            Some((missing, _)) => Err(self.other(say!("{}, which is not covered", Words::data(missing)))),
        }
    }

    fn named(&self, name: &str) -> Option<&'static str> {
        self.components.iter().map(|(known, _)| *known).find(|known| *known == name)
    }

    fn other(&self, found: Words) -> RequestRefusal {
        let names = Words::several(self.components.iter().map(|(name, _)| Words::data(name)), Joint::And);
        refuse(RequestRule::Components, INPUT, found, say!("each once: {}", names))
    }
}

/// The parameters of a signature.
struct Parameters<'p, 'a>(&'p [Parameter<'a>]);

impl Parameters<'_, '_> {
    /// R04: those of the profile, each once.
    fn each_once(&self) -> Result<(), RequestRefusal> {
        let names: Vec<_> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        let fits = names.len() == PARAMETERS.len() && PARAMETERS.iter().all(|known| names.contains(known));
        if fits {
            return Ok(());
        }
        let all = |names: &[&str]| Words::several(names.iter().map(|name| shown(name)), Joint::And);
        let found = if names.is_empty() { say!("absent") } else { all(&names) };
        Err(refuse(RequestRule::Parameters, INPUT, found, say!("each once: {}", all(&PARAMETERS))))
    }

    fn get(&self, name: &'static str) -> Option<&Bare<'_>> {
        self.0.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value)
    }

    /// R04: a parameter that is a string.
    fn text(&self, name: &'static str) -> Result<&str, RequestRefusal> {
        let text = self.get(name).and_then(|value| value.as_string());
        let wrong = || refuse(RequestRule::Parameters, name, say!("another type"), say!("a string"));
        text.map(|text| text.as_str()).ok_or_else(wrong)
    }

    /// R04: a parameter that is a time, in seconds since 1970.
    fn seconds(&self, name: &'static str) -> Result<u64, RequestRefusal> {
        let number = self.get(name).and_then(|value| value.as_integer());
        let seconds = number.and_then(|number| u64::try_from(i64::from(number)).ok());
        let expected = || say!("a whole number of seconds since 1970");
        seconds.ok_or_else(|| refuse(RequestRule::Parameters, name, say!("another type"), expected()))
    }

    fn is(
        &self,
        name: &'static str,
        rule: RequestRule,
        expected: &'static str,
    ) -> Result<(), RequestRefusal> {
        let found = self.text(name)?;
        if found == expected { Ok(()) } else { Err(refuse(rule, name, shown(found), Words::data(expected))) }
    }

    /// R07: the key whose id this is, in its one spelling.
    fn key(&self) -> Result<PublicKey, RequestRefusal> {
        let found = self.text("keyid")?;
        let refused = |found: Words| {
            let expected = say!("an Ed25519 key in 64 lower-case hex digits");
            refuse(RequestRule::KeyId, "keyid", found, expected)
        };
        let bytes = PublicKey::bytes_from_id(found).map_err(|error| refused(of_bytes(&error)))?;
        PublicKey::parse(bytes).map_err(|fault| refused(of_fault(fault)))
    }

    /// R08: the nonce's bytes.
    fn nonce(&self) -> Result<Vec<u8>, RequestRefusal> {
        let refused = |found: Words| {
            let expected = say!("{} to {} bytes in base64url", *NONCE.start(), *NONCE.end());
            refuse(RequestRule::Nonce, "nonce", found, expected)
        };
        let nonce = URL_SAFE_NO_PAD.decode(self.text("nonce")?);
        let nonce = nonce.map_err(|_| refused(say!("not canonical {}", Words::data("base64url"))))?;
        if NONCE.contains(&nonce.len()) { Ok(nonce) } else { Err(refused(say!("{} bytes", nonce.len()))) }
    }

    /// R09: when it was made and when it expires.
    fn lifetime(&self) -> Result<(u64, u64), RequestRefusal> {
        let (created, expires) = (self.seconds("created")?, self.seconds("expires")?);
        match expires.checked_sub(created) {
            Some(1..=MAX_LIFETIME) => Ok((created, expires)),
            _ => {
                let found = say!("made at {}, to expire at {}", created, expires);
                let expected = say!("to expire 1 to {} seconds after it was made", MAX_LIFETIME);
                Err(refuse(RequestRule::Lifetime, "expires", found, expected))
            }
        }
    }
}

/// R01: a field that every signed request has.
fn signing<'a>(head: &RequestHead<'a>, name: &'static str) -> Result<&'a str, RequestRefusal> {
    let found = once(head, name)?;
    found.ok_or_else(|| unsigned(name))
}

fn unsigned(name: &'static str) -> RequestRefusal {
    refuse(RequestRule::Signed, name, say!("absent"), say!("a request signed as RFC 9421 has it"))
}

impl RequestRefusal {
    /// R01: a request without a signature, of what nobody is told without one.
    pub fn unsigned() -> Self {
        unsigned(INPUT)
    }
}

/// R11: a field that stands in a request at most once, and is visible ASCII with spaces; without the spaces around it.
fn once<'a>(head: &RequestHead<'a>, name: &'static str) -> Result<Option<&'a str>, RequestRefusal> {
    let mut values = head.fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value);
    let Some(value) = values.next() else { return Ok(None) };
    let refused = |found, expected| refuse(RequestRule::Field, name, found, expected);
    if values.next().is_some() {
        return Err(refused(say!("the header twice"), say!("it once")));
    }
    if value.len() > LONGEST {
        return Err(refused(say!("{} bytes", value.len()), say!("at most {} bytes", LONGEST)));
    }
    let text =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    let text = text.ok_or_else(|| refused(say!("other bytes than visible ASCII"), say!("visible ASCII")))?;
    Ok(Some(text.trim_matches(' ')))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

fn unread(name: &'static str, found: &str, expected: Words) -> RequestRefusal {
    refuse(RequestRule::Field, name, shown(found), expected)
}

/// R18: no purpose has this word.
fn unknown_purpose(field: &str) -> RequestRefusal {
    let expected = say!("one of {}", Words::data(Purpose::WORDS.join(" ")));
    refuse(RequestRule::PurposeKnown, PURPOSE, shown(field), expected)
}

/// R02: the one member of a dictionary.
fn only_member<'a>(name: &'static str, field: &'a str) -> Result<Member<'a>, RequestRefusal> {
    let refused = |found| {
        let expected = say!("a dictionary (RFC 9651) of one signature");
        refuse(RequestRule::OneSignature, name, found, expected)
    };
    let mut members = dictionary(field).ok_or_else(|| refused(say!("no dictionary (RFC 9651)")))?;
    match (members.pop(), members.len()) {
        (Some(member), 0) => Ok(member),
        (None, _) => Err(refused(say!("a dictionary without a member"))),
        (Some(_), others) => Err(refused(say!("{} members", others + 1))),
    }
}

/// R02: a member that is a signature.
fn signature_of(member: &Member<'_>) -> Result<[u8; 64], RequestRefusal> {
    let bytes = match &member.value {
        Value::One(Bare::ByteSequence(bytes)) if member.parameters.is_empty() => {
            bytes.as_slice().try_into().ok()
        }
        _ => None,
    };
    let expected = say!("64 bytes between colons in base64, without parameters");
    bytes.ok_or_else(|| refuse(RequestRule::OneSignature, SIGNATURE, say!("another value"), expected))
}

/// The SHA-256 of a body, where a field says that and nothing else (RFC 9530).
fn digest_of(field: &str) -> Option<[u8; 32]> {
    let [Member { label, value: Value::One(Bare::ByteSequence(bytes)), parameters }] = &*dictionary(field)?
    else {
        return None;
    };
    if label.as_str() != "sha-256" || !parameters.is_empty() {
        return None;
    }
    bytes.as_slice().try_into().ok()
}

/// The parameters of a signature as its base has them: the inner list in the order in which it came.
fn serialized(input: &Member<'_>) -> String {
    const LABEL: &KeyRef = sfv::key_ref("a");
    let mut dictionary = DictSerializer::new();
    let mut list = dictionary.inner_list(LABEL);
    if let Value::List(items) = &input.value {
        for Item { value, parameters } in items {
            let _ = list.bare_item(value).parameters(parameters.iter().map(|(name, value)| (*name, value)));
        }
    }
    let _ = list.finish().parameters(input.parameters.iter().map(|(name, value)| (*name, value)));
    let text = dictionary.finish().unwrap_or_default();
    text.strip_prefix("a=").unwrap_or_default().to_owned()
}

/// What somebody wrote, at most so much of it.
fn shown(text: &str) -> Words {
    Words::data(text.chars().take(SHOWN).collect::<String>())
}

fn said(item: &Item<'_>) -> Words {
    match &item.value {
        Bare::String(text) => shown(text.as_str()),
        _ => say!("another value"),
    }
}
