"""What an event of each kind states (specification, "Kinds"): every field, its form, and that there is no other."""

import definitions as d
import fields as f
import identifiers
import notes

MOST = (1 << 53) - 1
EVENT, LIST, WHY = f.EVENT, f.CODE, f.text(1000)
ROLES = f.several(f.one_of("operator registrar steward department court window auditor"), 1, 7)
COMPETENCE = f.table({
    **{f"{what}?": d.PATTERNS(0, 200) for what in ("types", "lists", "measures", "ratings", "points", "reviews")},
    "subjects?": f.several(d.SCHEMES, 0, 5), "level?": f.one_of(d.LEVELS), "limitation_period?": d.PERIOD_NAME,
    "reviewed_by?": f.several(identifiers.authority, 0, 8), "repair_asks?": d.REPAIR_ASKS,
})
CAPACITY = {"name": f.NAME, "roles": ROLES, "competence?": COMPETENCE}
REGISTRAR = f.table({"id": f.AUTHORITY, "name": f.NAME, "key": f.KEY})


def origin(value):
    """The name of a ledger, as a field."""
    f.text(255)(value)
    identifiers.origin(value)


def _registrars(value):
    most = 0 if "journal_of" in value else 8
    f.array(REGISTRAR, min(1, most), most, lambda one: one["id"])(value.get("registrars", []))


OPENED = f.table({
    "spec_version": f.number(1, 1), "operator": f.table({"name": f.NAME, "key": f.KEY}), "registrars?": lambda value: None,
    "journal_of?": origin,
}, _registrars)


def _in_order(earlier, later):
    def check(value):
        if later in value and value[earlier] > value[later]:
            raise ValueError(f"{later} is before {earlier}")

    return check


NOTICE = f.table({
    "served_on": f.DATE, "statement": f.one_of("none answered waived"), "hearing?": f.one_of("held waived"),
})
CONDUCT = f.table({"id": f.text(64), "ended_on": f.DATE, "discovered_on?": f.DATE, "harm?": f.flag})
PERSON = f.table({"adult_at_conduct?": f.flag, "adult_at_filing?": f.flag, "full_capacity?": f.flag})
PUBLICATION = f.table({"basis": f.CITATION, "masked?": f.flag})
DATA = f.one_of("religion genes fingerprints blood_type health income deposits securities insurance property tax")
DETAILS = f.rest(1000)
RECORD = f.table({
    "type": f.CODE, "polarity?": d.POLARITY, "decision": f.DECISION, "severity?": d.SEVERITY, "summary?": f.text(4000),
    "notice?": NOTICE, "conduct?": CONDUCT, "person?": PERSON, "data?": f.several(DATA, 0, 11), "consent?": EVENT,
    "review?": f.one_of("none pending upheld expired"), "disclosure?": d.DISCLOSURE, "narrowed_by?": f.CITATION,
    "publication?": PUBLICATION, "secrecy?": f.one_of("none state commercial"),
    "publicity?": f.table({"until": f.DATE, "need?": WHY}), "restriction_until?": f.DATE, "details?": DETAILS,
    "basis?": f.CITATIONS, "rests_on?": EVENT, "migration?": EVENT,
})
ROW = f.rest(2000, f.name(2000))


def _order(value):
    f.text(128)(value)
    if not (value.isascii() and value.isalnum()):
        raise ValueError("an order of other characters than ASCII letters and digits")


def _term(value):
    if value.get("lifetime") and "until" in value:
        raise ValueError("a last day where it is for life")


def _executed(value):
    if value.get("execution") and "target" not in value:
        raise ValueError("a stay of execution has a target")


def _reached(value):
    if "reached" in value and (value["indicator"] not in ("J13", "J15") or value["reached"] > value["count"]):
        raise ValueError("reached: of what no log counts, and no more than there are")


def _something(value):
    if not any(value.get(field) for field in ("events", "entries", "fields")):
        raise ValueError("what is erased names something")


def _places(most, **more):
    """Fields that are erased, at most so many together, by ascending entries."""
    inner = f.array(f.table({**more, "entry": f.number(0, MOST), "places": f.ascending(1, 64, 63)}), 0, most)

    def read(value):
        inner(value)
        _ascending_entries(value)
        if sum(len(one["places"]) for one in value) > most:
            raise ValueError(f"more than {most} fields")

    return read


def _ascending_entries(value):
    if any(one["entry"] >= other["entry"] for one, other in zip(value, value[1:])):
        raise ValueError("entries that do not ascend")


def _annulled(value):
    f.array(f.table({
        "issuer": f.AUTHORITY, "decision": f.HALF_HASH, "date": f.DATE, "from": f.INSTANT, "entry": f.number(0, MOST),
    }), 0, 128)(value)
    _ascending_entries(value)


def _looker(value):
    signed = {"reader", "request", "signature"}
    if "verified" in value and set(value) & (signed | {"own", "consent"}):
        raise ValueError("a look of a subject's own and of an authority")
    missing = ({"question"} if "verified" in value else signed) - set(value)
    if missing or "question" in value and "verified" not in value:
        raise ValueError(f"a look without {sorted(missing)}")


def _erased(value):
    # As many events as entries, or none: that is admission's question.
    _something({**value, "entries": None})


STEPS = {}


def _step(kinds, by, why=False, **more):
    for kind in kinds.split():
        fields = {by: EVENT, "list?": LIST, "reason" if why else "reason?": WHY, "decision?": f.DECISION}
        STEPS[kind] = f.table({**fields, **{name.replace("__", "?"): read for name, read in more.items()}})


_step("record.corrected", "record", True, type__=f.CODE, severity__=d.SEVERITY, summary__=f.text(4000),
      restriction_until__=f.DATE, details__=DETAILS)
_step("record.revoked", "record", True, only_this__=f.flag, void__=f.flag)
_step("record.retracted record.sealed", "record", True)
_step("record.review_opened", "record")
_step("record.review_closed", "record", outcome=f.one_of("upheld changed restored unlawful withdrawn"), restores__=f.DECISION,
      final__=f.flag)
_step("record.annotated", "record", statement=f.text(4000))
_step("listing.statement_received", "notice", statement__=f.text(4000), answered__=f.flag)
_step("listing.extended", "listing", True, until=f.DATE)
_step("listing.corrected", "listing", True, row=ROW)
_step("listing.removed", "listing", True, annulled__=f.flag)
_step("measure.exempted", "imposition", True, until__=f.DATE)
_step("measure.lifted", "imposition", True)
_step("measure.applied", "imposition", domain=d.DOMAIN, outcome=WHY)
_step("repair.accepted repair.granted repair.withdrawn", "application")
_step("repair.returned repair.refused", "application", True)
_step("repair.rescinded", "application", True, own_error__=f.flag)
_step("repair.served", "application", served_on=f.DATE,
      how=f.one_of("direct left electronic entrusted mail forwarded announcement"))
_step("objection.forwarded", "objection")
_step("objection.upheld objection.dismissed", "objection", True)
_step("complaint.decided", "complaint", True, outcome=f.one_of("founded unfounded"))
_step("hold.released", "hold", True)
_step("commitment.kept", "commitment")
_step("commitment.broken commitment.released", "commitment", True)
_step("rating.withdrawn", "rating", True)
_step("points.cancelled", "charge", True)
_step("consent.withdrawn", "consent")
_step("rectification.done", "order")
_step("incident.closed", "incident", True)
_step("transfer.accepted", "transfer")
_step("transfer.returned", "transfer", True)
_step("migration.closed", "migration")

REGISTERED = f.table({"name?": f.name(200), "kind?": f.one_of(d.KINDS), "registered_on?": f.DATE})
BODIES = {
    **d.kinds(), **STEPS,
    "ledger.opened": OPENED,
    "authority.enrolled": f.table({**CAPACITY, "keys": f.several(f.KEY_BYTES, 1, 8)}),
    "authority.amended": f.table(CAPACITY),
    "authority.succeeded": f.table({"successor": f.AUTHORITY, "reason?": WHY}),
    "authority.suspended": f.table({"reason": WHY, "until?": f.DATE}),
    "authority.key_added": f.table({"key": f.KEY}),
    "authority.key_revoked": f.table({
        "key": f.KEY, "reason": f.one_of("rotated retired lost compromised"), "compromised_since?": f.INSTANT,
        "corrects?": EVENT,
    }),
    "subject.registered": REGISTERED, "subject.amended": REGISTERED,
    "subject.identifier_linked": f.table({"identifier": f.SUBJECT, "reason?": WHY, "taken_back?": f.flag}),
    "subject.identifier_accepted": f.table({"reason": WHY, "register?": f.name(200)}),
    "subject.merged": f.table({"into": f.SUBJECT, "reason?": WHY}),
    "subject.dissolved": f.table({"reason": WHY, "decision?": f.DECISION}),
    "record.filed": RECORD,
    "listing.notified": f.table({"list": LIST, "record?": EVENT, "served_on": f.DATE, "reason": WHY}),
    "listing.entered": f.table({
        "list": LIST, "record?": EVENT, "notice?": EVENT, "row": ROW, "item?": f.text(64), "order?": _order,
        "decision?": f.DECISION, "until?": f.DATE, "basis?": f.CITATIONS, "publication?": PUBLICATION, "migration?": EVENT,
    }),
    "measure.imposed": f.table({
        "measure": f.CODE, "rests_on": EVENT, "decision?": f.DECISION, "until?": f.DATE, "lifetime?": f.flag,
        "basis?": f.CITATIONS,
    }, _term),
    "repair.applied": f.table({
        "target": EVENT, "list?": LIST, "statement?": f.text(4000), "corrected_on?": f.DATE, "commitment?": f.flag,
        "ruling?": EVENT,
    }),
    "objection.raised": f.table({"target": EVENT, "list?": LIST, "ground": WHY, "statement?": f.text(4000)}),
    "complaint.filed": f.table({"about?": EVENT, "ground": WHY}),
    "hold.placed": f.table({
        "target?": EVENT, "reason": WHY, "case": f.text(128), "publication?": f.flag, "execution?": f.flag,
        "decision?": f.DECISION,
    }, _executed),
    "commitment.made": f.table({"type": f.CODE, "text": f.text(4000), "due?": f.DATE, "basis?": f.CITATIONS}),
    "rating.assigned": f.table({
        "scheme": f.CODE, "grade": f.text(64), "period?": f.table({"from": f.DATE, "until?": f.DATE}, _in_order("from", "until")),
        "method?": f.text(200), "rests_on?": f.several(identifiers.event_id, 0, 32), "decision?": f.DECISION,
        "basis?": f.CITATIONS,
    }),
    "points.charged": f.table({
        "scheme": f.CODE, "rule": f.text(64), "points": f.number(1, 1000), "record?": EVENT, "basis?": f.CITATIONS,
    }),
    "consent.granted": f.table({"scope": d.PATTERNS(1, 50), "purpose": WHY, "grantee?": f.name(200), "until?": f.DATE}),
    "subject.verified": f.table({
        "checked": f.several(f.one_of("identity_document registration power_of_attorney"), 1, 3), "agent?": f.flag,
        "also?": f.several(identifiers.subject, 0, 20),
    }),
    "report.issued": f.table({
        "report": f.one_of("enterprise personal occupational"), "purpose": WHY, "recipient?": f.name(200), "consent?": EVENT,
        "document?": f.HASH, "as_of?": f.table({"valid_at": f.INSTANT, "known": f.number(1, (1 << 64) - 1)}),
    }),
    "use.reported": f.table({
        "domain": d.DOMAIN, "outcome": WHY, "reference?": f.text(200), "report?": EVENT, "record?": EVENT,
    }),
    "population.declared": f.table({
        "indicator": f.one_of(" ".join(f"J{at}" for at in range(1, 16))), "count": f.number(0, 1 << 40),
        "reached?": f.number(0, 1 << 40), "source": WHY, "date": f.DATE,
    }, _reached),
    "rectification.ordered": f.table({"issue": WHY, "due": f.DATE}),
    "incident.opened": f.table({"title": WHY, "reported_on?": f.DATE}),
    "transfer.made": f.table({"to": f.AUTHORITY, "ground": WHY, "record?": EVENT}),
    "migration.opened": f.table({
        "source": WHY, "from": f.DATE, "until": f.DATE, "note?": WHY,
        "unchecked?": f.several(f.one_of("A03 A04 A05 A06 A10 A11 D04 D05 D08"), 0, 16),
    }, _in_order("from", "until")),
    "erasure.ordered": f.table({
        "events?": f.several(identifiers.event_id, 0, 256), "entries?": f.ascending(0, 256, MOST),
        "fields?": _places(128, event=EVENT), "annulled?": _annulled, "basis?": f.CITATIONS,
    }, _erased),
    "erasure.withdrawn": f.table({"order": EVENT}),
    "ledger.erased": f.table({
        "entries?": f.ascending(0, 1500, MOST), "fields?": _places(256), "cosigned?": f.text(4096),
    }, _something),
    "ledger.auditors_named": f.table({
        "auditors?": f.several(lambda text: notes.Vkey.parse(text, notes.COSIGNER), 0, 8),
    }),
    "ledger.identity_rotated": f.table({"epoch": f.number(2, 99)}),
    "access.read": f.table({
        "reader?": f.AUTHORITY, "request?": f.text(8192), "signature?": f.SIGNATURE, "own?": f.flag,
        "consent?": f.number(0, MOST), "verified?": EVENT, "question?": f.text(8192),
        "sight": f.one_of("public shared restricted court"),
    }, _looker),
}
