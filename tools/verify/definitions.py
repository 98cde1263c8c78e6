"""What the catalogue says of each item, as its events state it (specification, "Definitions")."""

import datetime
import re

import fields as f
import identifiers
import personal

SCHEMES = f.one_of("uscc person household place ext")
LEVELS = "county city province centre"
KINDS = "enterprise individual_business cooperative social_org public_institution government person household place"
POLARITY, DISCLOSURE = f.one_of("positive neutral negative"), f.one_of("public shared restricted")
SEVERITY = f.one_of("minor general serious")
CONFIDENCE, STATUS = f.one_of("V K U"), f.one_of("active basis_required repealed excluded reference")
DOMAIN = f.one_of(
    "licensing procurement tendering market_access qualification employment social_security research cadre funding"
    " service_purchase"
)
PERIOD_NAME = f.one_of(
    "notice.statement notice.hearing notice.hearing_held objection.forward objection.source objection.decide complaint.decide"
    " repair.accept repair.decide penalty.withdraw penalty.limitation penalty.limitation_harm minor.min minor.max general.min"
    " general.max serious.min serious.max special.min tax.limitation review.administrative review.litigation"
    " review.after_review review.appeal repair.after_fraud"
)
REPAIR_ASKS = f.several(f.one_of("not_listed not_repeated not_restricting no_ban_runs"), 0, 4)
RESTRICTING = f.one_of("business_restricted suspended closed licence_revoked work_barred grade_lowered")
MONTHS, EARLY = f.number(1, 1200), f.number(0, 1200)
PERIOD = {"number": f.number(0, 10_000), "unit": f.one_of("day working_day month year")}
PATTERNS = lambda least, most: f.several(identifiers.pattern, least, most)
SUBJECTS, SUBJECT_KINDS = f.several(SCHEMES, 1, 5), f.several(f.one_of(KINDS), 0, 9)
NUMBER_OF_ARTICLE = re.compile("[1-9][0-9]{0,3}", re.ASCII)


def _basis(value):
    if ("instrument" in value) == ("title" in value):
        raise ValueError("a basis has an instrument or a title")


COMMON = {
    "title": f.NAME,
    "basis": f.array(f.table({"instrument?": f.CODE, "title?": f.name(200), "article?": f.text(100)}, _basis), 1, 16),
    "confidence": CONFIDENCE, "plan?": f.text(100), "note?": f.text(1000),
}
ENDS = f.table({
    "by": f.one_of("term term_and_application application performance decision ground"), "instrument?": f.CODE,
    "article?": f.text(100),
})


def _bounds(least, most):
    def check(value):
        if least in value and most in value and value[least] > value[most]:
            raise ValueError(f"{least} is above {most}")

    return check


def _article(text):
    if not NUMBER_OF_ARTICLE.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no number of an article")


def _narrows(value):
    if value.get("narrows") and not value.get("narrows_by"):
        raise ValueError("what narrows says by which articles")


INSTRUMENT = f.table({
    "title": f.NAME, "number?": f.text(100), "level": f.one_of(
        "law admin_regulation central_policy local_regulation judicial_interpretation ministry_rule normative local_policy standard"
    ),
    "covers?": PATTERNS(0, 64), "narrows?": PATTERNS(0, 64), "narrows_by?": f.several(_article, 0, 64),
    "administration?": f.flag, "confidence": CONFIDENCE, "plan?": f.text(100), "note?": f.text(1000),
}, _narrows)

VALIDITY_WORD = f.one_of("tier until_ended while_listed as_decided permanent")
TERMS = f.table({
    "days?": f.number(1, 10_000), "months?": MONTHS, "early_months?": EARLY, "min_months?": MONTHS, "max_months?": MONTHS,
}, _bounds("min_months", "max_months"))


def _validity(value):
    if isinstance(value, str):
        return VALIDITY_WORD(value)
    TERMS(value)
    if set(value) - {"early_months"} not in ({"days"}, {"months"}, {"min_months", "max_months"}):
        raise ValueError("no term, or two")


VALUE = f.table({
    "value": f.TOKEN, "title": f.NAME, "from?": f.DATE, "until?": f.DATE, "each?": f.flag, "disclosure?": DISCLOSURE,
})
FIELD = f.table({
    "name": f.TOKEN, "title": f.NAME, "required?": f.flag, "personal?": f.flag, "several?": f.flag,
    "values?": f.array(VALUE, 0, 100, lambda one: one["value"]), "form?": f.one_of("date wan_yuan uscc"),
})
RETENTION = f.table({
    "when": f.one_of("ended consent_withdrawn conduct_ended"), "months?": MONTHS, "persons?": f.flag, "instrument": f.CODE,
    "article?": f.text(100),
})
TYPE = f.table({
    **COMMON, "polarity": f.one_of("positive neutral negative mixed"), "severities?": f.several(SEVERITY, 0, 3),
    "disclosure": DISCLOSURE, "person_disclosure?": DISCLOSURE, "published_from?": SEVERITY, "subjects": SUBJECTS,
    "kinds?": SUBJECT_KINDS, "status?": STATUS, "validity?": _validity, "filer?": f.name(200), "limitation?": f.flag,
    "limitation_period?": PERIOD_NAME, "special?": f.flag, "special_from?": SEVERITY, "least_level?": f.one_of(LEVELS),
    "legal_review?": f.flag, "repair_asks?": REPAIR_ASKS, "file_within?": f.table(PERIOD),
    "retention?": f.array(RETENTION, 0, 4), "fields?": f.array(FIELD, 0, 32, lambda one: one["name"]),
    "tags?": f.several(identifiers.token, 0, 16),
})


def _column(text):
    if not 1 <= len(text) <= 64 or re.search("[\x00-\x1f\x7f-\x9f]", text) or not personal.is_name(text):
        raise ValueError("no column's name")


def _columns(value):
    for field in ("personal", "personal_of_persons"):
        if set(value.get(field, [])) - set(value["columns"]):
            raise ValueError(f"{field}: no column of the list")


ITEM = f.table({"item": f.TOKEN, "title": f.NAME, "months?": MONTHS})
COLUMNS = lambda least: f.several(_column, least, 64)
LIST = f.table({
    **COMMON, "polarity": POLARITY, "disclosure": DISCLOSURE, "subjects": SUBJECTS, "kinds?": SUBJECT_KINDS,
    "columns": COLUMNS(1), "personal?": COLUMNS(0), "personal_of_persons?": COLUMNS(0), "types?": PATTERNS(0, 100),
    "least_severity?": SEVERITY, "requires_record?": f.flag, "months?": MONTHS, "early_months?": EARLY,
    "early_from?": f.one_of("entry correction"), "max_extension_months?": MONTHS, "min_extension_months?": MONTHS,
    "as_long_as_record?": f.flag, "ends?": ENDS, "items?": f.array(ITEM, 0, 32, lambda one: one["item"]),
    "after_review?": f.flag, "repair_asks?": REPAIR_ASKS, "serious?": f.flag, "abnormal?": f.flag, "ends_with_ban?": f.flag,
    "least_level?": f.one_of(LEVELS), "exit_within?": f.table(PERIOD), "publish_within?": f.table(PERIOD),
    "notice_required?": f.flag, "persons?": f.one_of("never with_basis"), "legal_review?": f.flag, "status?": STATUS,
    "owner?": f.name(200),
}, _columns)
MEASURE = f.table({
    **COMMON, "direction": f.one_of("sanction incentive ban"), "disclosure": DISCLOSURE, "subjects": SUBJECTS,
    "kinds?": SUBJECT_KINDS, "rests_on": PATTERNS(1, 100), "least_severity?": SEVERITY,
    "penalty_kinds?": f.several(RESTRICTING, 0, 6), "min_months?": MONTHS, "max_months?": MONTHS, "from_decision?": f.flag,
    "lifetime?": f.flag, "outlives_publicity?": f.flag, "bars?": f.several(DOMAIN, 0, 11), "ends?": ENDS,
    "least_level?": f.one_of(LEVELS), "heard?": f.flag, "legal_review?": f.flag, "status?": STATUS,
}, _bounds("min_months", "max_months"))
RATING = f.table({
    **COMMON, "subjects": SUBJECTS, "kinds?": SUBJECT_KINDS, "grades": f.array(
        f.table({"grade": f.TOKEN, "title": f.NAME, "polarity": POLARITY}), 1, 32, lambda one: one["grade"]
    ),
    "disclosure": DISCLOSURE, "public_grades?": f.several(identifiers.token, 0, 32), "cycle_months?": MONTHS,
    "method": f.text(200), "status?": STATUS,
})
POINTS_OF_RULE = f.number(1, 1000)
RULE = f.table({"rule": f.TOKEN, "title": f.NAME, "min?": POINTS_OF_RULE, "max?": POINTS_OF_RULE}, _bounds("min", "max"))
POINTS = f.table({
    **COMMON, "subjects": SUBJECTS, "kinds?": SUBJECT_KINDS, "cycle_months": f.number(1, 120),
    "rules": f.array(RULE, 1, 200, lambda one: one["rule"]),
    "thresholds?": f.array(f.table({"points": POINTS_OF_RULE, "proposes": f.TOKEN}), 0, 16), "disclosure?": DISCLOSURE,
    "status?": STATUS,
})
NAMED_PERIOD = f.table({
    "name": f.TOKEN, **PERIOD, "instrument": f.CODE, "article?": f.text(100), "confidence": CONFIDENCE, "note?": f.text(1000),
})
PROCEDURE = f.table({**COMMON, "periods?": f.array(NAMED_PERIOD, 0, 64, lambda one: one["name"])})


def _days(value):
    for field, weekend in (("holidays", False), ("workdays", True)):
        for day in map(datetime.date.fromisoformat, value.get(field, [])):
            if day.year != value["year"] or (day.weekday() >= 5) != weekend:
                raise ValueError(f"{field}: {day} is none of {value['year']}")


DAYS = f.several(f.texts.date, 0, 100)
CALENDAR = f.table({**COMMON, "year": f.number(1900, 2199), "holidays?": DAYS, "workdays?": DAYS}, _days)
REPEALED = f.table({"reason": f.text(1000), "basis?": f.CITATION})
DEFINITIONS = {
    "type": TYPE, "list": LIST, "measure": MEASURE, "rating_scheme": RATING, "points_scheme": POINTS, "calendar": CALENDAR,
    "procedure": PROCEDURE, "basis": INSTRUMENT,
}


def kinds():
    """The body of each kind of event about the catalogue."""
    found = {}
    for item, definition in DEFINITIONS.items():
        found[f"catalogue.{item}_{'registered' if item == 'basis' else 'adopted'}"] = definition
        found[f"catalogue.{item}_amended"] = definition
        found[f"catalogue.{item}_repealed"] = REPEALED
    return found
