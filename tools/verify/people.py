"""Who might sign what and when (specification, rules L01 to L06, L08, L13, L22, L23, and A02 for types of records): keys,
their revocation, roles and competence, as the log has them; and that no number of a person stands in what they signed.

Of admission no more is asked here: the catalogue and due process are the ledger's own audit's.
"""

import entries
import keys
import personal
from fault import Fault
from text import end_of_day, from_base64url, valid_time

D, C, W, S, R, O = "department", "court", "window", "steward", "registrar", "operator"
# Who may issue a kind: by the whole name where it is its own case, else by what stands before the dot.
ROLES = {
    "ledger": {O}, "access": {O}, "ledger.auditors_named": {R}, "authority": {R}, "authority.key_revoked": {R, O}, "catalogue": {S}, "subject": {D, R}, "subject.verified": {W}, "subject.identifier_linked": {D, R, O}, "record": {D, C, W}, "listing": {D, C},
    "listing.statement_received": {D, C, W}, "measure": {D, C}, "repair": {D, C, W}, "objection": {D, C, W},
    "complaint": {D, C, W}, "hold": {D, C}, "commitment": {D, C, W}, "rating": {D, C}, "points": {D, C},
    "consent": {D, W}, "report": {D, W}, "use": {D, C}, "population": {S}, "rectification": {S}, "incident": {S, O},
    "transfer.made": {D, C}, "transfer": {D, C, W}, "migration": {S}, "erasure": {D, C},
}


class People:
    """The authorities, entry by entry."""

    def __init__(self):
        self.origin, self.journal = None, False
        self.operator = None
        self.keys, self.roles, self.revoked, self.compromised = {}, {}, {}, {}
        self.brought, self.said, self.statements = {}, {}, []
        self.names = {}
        self.succeeded, self.suspended, self.competence = {}, {}, {}
        self.ids = {}

    def admit(self, entry, event):
        """Whether the issuer might sign this event with these keys at this place."""
        kind, issuer = event["kind"], event["issuer"]
        if self.origin is not None and event["origin"] != self.origin:
            raise Fault("origin", f"the event is meant for {event['origin']} (L01)")
        if (kind == "ledger.opened") != (entry.index == 0):
            raise Fault("key", "ledger.opened is entry 0 and nothing else is (L02)")
        seen = self.ids.setdefault(entries.streams(event)[0], {})
        for known in [seen, *(self.ids.get(name, {}) for name in self.names_of(event["subject"]))]:
            if event["id"] in known:
                raise Fault("replay", f"an event of this id stands in entry {known[event['id']]} (L08)")
        signers = [key for key, _ in entry.signatures]
        if kind != "ledger.opened":
            self._signed(entry, issuer, signers)
            self._entitled(kind, issuer, event["body"])
        elif signers != [_key(event["body"]["operator"]["key"])]:
            raise Fault("key", "entry 0 is not signed once, by the key that it gives to the operator (L02)")
        if personal.numbers_in({**event, "valid_from": None}, personal.own_code(event["subject"])):
            raise Fault("personal", "a number of a person stands in clear (L22)")
        seen[event["id"]] = entry.index
        self._apply(entry, event)

    def _signed(self, entry, issuer, signers):
        if issuer not in self.keys:
            raise Fault("key", f"issuer {issuer} is not enrolled (L03)")
        if len(set(signers)) != len(signers):
            raise Fault("key", "a key signs twice (L04)")
        for key in signers:
            if key not in self.keys[issuer]:
                raise Fault("key", f"key {key.hex()} is not one of {issuer}'s (L04)")
            if key in self.revoked:
                raise Fault("key", f"key {key.hex()} was revoked by entry {self.revoked[key]} (L05)")
        if entry.recorded_at >= self.succeeded.get(issuer, 1 << 64):
            raise Fault("key", f"{issuer} has a successor (L23)")
        since, until = self.suspended.get(issuer, (1 << 64, None))
        if entry.recorded_at >= since and (until is None or entry.recorded_at <= until):
            raise Fault("key", f"{issuer} is suspended (L23)")

    def _entitled(self, kind, issuer, body):
        if (kind == "access.read") != self.journal:
            raise Fault("competence", f"{kind} in {'an access journal' if self.journal else 'a ledger'} (L30)")
        allowed = ROLES.get(kind) or ROLES.get(kind.split(".")[0], set())
        if not allowed & self.roles[issuer]:
            raise Fault("competence", f"{issuer} has no role that may issue {kind} (L06)")
        if kind == "record.filed":
            patterns = self.competence.get(issuer, {}).get("types", [])
            if not any(_covers(pattern, body["type"]) for pattern in patterns):
                raise Fault("competence", f"{issuer} is not competent for {body['type']} (A02)")

    def _apply(self, entry, event):
        kind, body, subject = event["kind"], event["body"], event["subject"].removeprefix("authority:")
        if kind == "ledger.opened":
            self.origin, self.operator = event["origin"], _key(body["operator"]["key"])
            self.journal = "journal_of" in body
            self._enrol(event["issuer"], ["operator"], [body["operator"]["key"]])
            for one in body["registrars"]:
                self._enrol(one["id"], ["registrar"], [one["key"]])
        elif kind == "authority.enrolled":
            self._enrol(subject, body["roles"], body["keys"], entry)
            self.competence[subject] = body.get("competence", {})
        elif kind == "authority.amended":
            self.roles[subject] = set(body["roles"])
            self.competence[subject] = body.get("competence", {})
            self.suspended.pop(subject, None)
        elif kind == "authority.succeeded":
            self.succeeded[subject] = event["valid_from"]
        elif kind == "authority.suspended":
            until = end_of_day(body["until"]) if "until" in body else None
            self.suspended[subject] = (event["valid_from"], until)
        elif kind == "authority.key_added":
            self._bring(subject, body["key"], entry)
        elif kind == "authority.key_revoked":
            self._revoke(entry, event)
        elif kind == "subject.identifier_linked" and _is_renewal(event["subject"], body["identifier"]):
            both = self.names_of(event["subject"]) | self.names_of(body["identifier"])
            self.names.update({name: both for name in both})

    def names_of(self, subject):
        """Every name of a subject: the operator links the pseudonyms of two epochs."""
        return self.names.get(subject, {subject})

    def was_compromised(self, keys_, recorded_at):
        """Whether one of these may have been in wrong hands when something was recorded (P26)."""
        return any(recorded_at >= self.compromised.get(key, 1 << 64) for key in keys_)

    def _enrol(self, authority, roles, texts, entry=None):
        self.roles[authority] = set(roles)
        for text in texts:
            self._bring(authority, text, entry)

    def _bring(self, authority, text, entry):
        """A key is brought in; what a key in wrong hands brings in is so from then on."""
        key = _new_key(text)
        self.keys.setdefault(authority, set()).add(key)
        signers = [] if entry is None else [signer for signer, _ in entry.signatures]
        for signer in signers:
            self.brought.setdefault(signer, []).append((key, entry.recorded_at))
        if self.was_compromised(signers, entry.recorded_at if signers else 0):
            self.compromised[key] = entry.recorded_at

    def _revoke(self, entry, event):
        body, issuer = event["body"], event["issuer"]
        key, corrects = _key(body["key"]), body.get("corrects")
        since = valid_time(body["compromised_since"]) if "compromised_since" in body else None
        own, signers = self.said.get(key), [signer for signer, _ in entry.signatures]
        if corrects is not None:
            if own is None or own[1] != corrects:
                raise Fault("key", f"{corrects} does not say what counts of key {key.hex()} (L15)")
            if since is not None and since <= own[0]:
                raise Fault("key", "what is taken back is said of a later time or of none (L16)")
            if self.was_compromised(signers, entry.recorded_at):
                raise Fault("key", "what was said of a key is taken back by one of which something is said (L16)")
            if R not in self.roles[issuer] and self._has_unsuspected_registrar(entry.recorded_at):
                raise Fault("competence", f"{issuer} takes back what a registrar may (L06)")
        else:
            if R not in self.roles[issuer]:
                raise Fault("competence", f"{issuer} has no role that may revoke a key (L06)")
            if key in self.revoked and (since is None or own is not None and since >= own[0]):
                raise Fault("key", f"key {key.hex()} was revoked by entry {self.revoked[key]} (L16)")
        self.revoked.setdefault(key, entry.index)
        if corrects is not None or since is not None:
            by = None if corrects is None else signers
            self.statements.append((key, since, event["id"], entry.recorded_at, by))
            self._weigh()

    def _has_unsuspected_registrar(self, at):
        for one, roles in self.roles.items():
            since, until = self.suspended.get(one, (1 << 64, None))
            barred = at >= self.succeeded.get(one, 1 << 64) or at >= since and (until is None or at <= until)
            keys_ = [key for key in self.keys.get(one, ()) if key not in self.revoked]
            if R in roles and not barred and not all(self.was_compromised([key], at) for key in keys_):
                return True
        return False

    def _weigh(self):
        """What counts of all that was said of keys: what takes something back only where no suspect key signed it."""
        counting = set()
        while True:
            self.said = {}
            for at, (key, since, event_id, _, by) in enumerate(self.statements):
                if by is None and since < self.said.get(key, (1 << 64, None))[0]:
                    self.said[key] = (since, event_id)
                elif by is not None and at in counting:
                    self.said.pop(key, None)
                    if since is not None:
                        self.said[key] = (since, event_id)
            self.compromised, said = {}, [(key, since) for key, (since, _) in self.said.items()]
            while said:
                key, since = said.pop()
                if since < self.compromised.get(key, 1 << 64):
                    self.compromised[key] = since
                    said += [(one, at) for one, at in self.brought.get(key, []) if at >= since]
            clear = {
                at for at, (_, _, _, recorded_at, by) in enumerate(self.statements)
                if by is not None and not self.was_compromised(by, recorded_at)
            }
            if clear <= counting:
                return
            counting |= clear


def _is_renewal(one, other):
    """Whether both are of one scheme, under pseudonyms of two epochs."""
    schemes = {text.split(":")[0] for text in (one, other)}
    epochs = {text.partition(".")[2] for text in (one, other)}
    return len(schemes) == 1 and schemes <= {"person", "household"} and len(epochs) == 2


def _covers(pattern, code):
    """Whether a code, a prefix and `.*`, or `*` covers a code."""
    return pattern == "*" or pattern == code or pattern.endswith(".*") and code.startswith(pattern[:-1])


def _key(text):
    try:
        key = from_base64url(text)
    except (ValueError, TypeError):
        raise Fault("layout", "event: a key that is no base64url") from None
    if len(key) != 32:
        raise Fault("layout", "event: a key of another length")
    return key


def _new_key(text):
    """A key that is enrolled here: of the group of prime order."""
    key = _key(text)
    try:
        keys.public_key(key)
    except ValueError as error:
        raise Fault("key", f"{error} (L13)") from None
    if not keys.is_torsion_free(key):
        raise Fault("key", f"key {key.hex()} has a part of small order (L13)")
    return key
