//! The state machines as tables, copied by hand from the specification's text and not from the engine.

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// Whoever issued what the step refers to, or its successor.
    Source,
    /// The same, or anybody in this role.
    SourceOr(&'static str),
    /// Anybody in one of these roles.
    Any(&'static [&'static str]),
    /// Whoever issued the target of what the step refers to, or its successor.
    TargetSource,
    /// The same, or anybody in this role.
    TargetSourceOr(&'static str),
    /// The same as the first, by a key that did not sign the target.
    TargetSourceByAnotherKey,
    /// The authority that `to` names.
    Addressee,
}

/// A row of the table of steps.
#[derive(Debug)]
pub struct Row {
    pub kind: &'static str,
    /// The field that names what it moves, and what kind of event that has to be.
    pub field: &'static str,
    pub opening: &'static str,
    pub from: &'static [&'static str],
    pub to: Option<&'static str>,
    pub who: Who,
}

const fn row(
    kind: &'static str,
    (field, opening): (&'static str, &'static str),
    from: &'static [&'static str],
    to: Option<&'static str>,
    who: Who,
) -> Row {
    Row { kind, field, opening, from, to, who }
}

pub const FILERS: &[&str] = &["department", "court", "window"];
const RECORD: (&str, &str) = ("record", "record.filed");
const NOTICE: (&str, &str) = ("notice", "listing.notified");
const LISTING: (&str, &str) = ("listing", "listing.entered");
const MEASURE: (&str, &str) = ("imposition", "measure.imposed");
const REPAIR: (&str, &str) = ("application", "repair.applied");
const OBJECTION: (&str, &str) = ("objection", "objection.raised");
const COMMITMENT: (&str, &str) = ("commitment", "commitment.made");
const TRANSFER: (&str, &str) = ("transfer", "transfer.made");

pub const STEPS: &[Row] = &[
    row("record.corrected", RECORD, &["filed"], None, Who::Source),
    row("record.revoked", RECORD, &["filed", "sealed"], Some("revoked"), Who::SourceOr("court")),
    row("record.retracted", RECORD, &["filed", "sealed"], Some("retracted"), Who::Source),
    row("record.review_opened", RECORD, &["filed", "sealed", "revoked"], None, Who::SourceOr("court")),
    row("record.review_closed", RECORD, &["filed", "sealed", "revoked"], None, Who::SourceOr("court")),
    row("record.sealed", RECORD, &["filed"], Some("sealed"), Who::SourceOr("court")),
    row("record.annotated", RECORD, &["filed"], None, Who::Any(FILERS)),
    row(
        "listing.statement_received",
        NOTICE,
        &["notified", "stated"],
        Some("stated"),
        Who::SourceOr("window"),
    ),
    row("listing.extended", LISTING, &["entered"], None, Who::Source),
    row("listing.corrected", LISTING, &["entered"], None, Who::Source),
    row("listing.removed", LISTING, &["entered"], Some("removed"), Who::SourceOr("court")),
    row("measure.exempted", MEASURE, &["imposed"], Some("exempted"), Who::Source),
    row("measure.lifted", MEASURE, &["imposed", "exempted"], Some("lifted"), Who::SourceOr("court")),
    row("measure.applied", MEASURE, &["imposed", "exempted"], None, Who::Any(&["department", "court"])),
    row("repair.accepted", REPAIR, &["applied"], Some("accepted"), Who::TargetSourceOr("window")),
    row("repair.returned", REPAIR, &["applied"], Some("returned"), Who::TargetSourceOr("window")),
    row("repair.granted", REPAIR, &["accepted"], Some("granted"), Who::TargetSource),
    row("repair.refused", REPAIR, &["accepted"], Some("refused"), Who::TargetSource),
    row("repair.rescinded", REPAIR, &["granted"], Some("rescinded"), Who::TargetSource),
    row("repair.served", REPAIR, &["granted", "refused", "rescinded"], None, Who::TargetSourceOr("window")),
    row(
        "repair.withdrawn",
        REPAIR,
        &["applied", "accepted"],
        Some("withdrawn"),
        Who::TargetSourceOr("window"),
    ),
    row("objection.forwarded", OBJECTION, &["raised"], Some("forwarded"), Who::SourceOr("window")),
    row(
        "objection.upheld",
        OBJECTION,
        &["raised", "forwarded"],
        Some("upheld"),
        Who::TargetSourceByAnotherKey,
    ),
    row(
        "objection.dismissed",
        OBJECTION,
        &["raised", "forwarded"],
        Some("dismissed"),
        Who::TargetSourceByAnotherKey,
    ),
    row("complaint.decided", ("complaint", "complaint.filed"), &["filed"], Some("decided"), Who::Any(FILERS)),
    row("hold.released", ("hold", "hold.placed"), &["placed"], Some("released"), Who::SourceOr("court")),
    row("commitment.kept", COMMITMENT, &["made"], Some("kept"), Who::Source),
    row("commitment.broken", COMMITMENT, &["made"], Some("broken"), Who::Source),
    row("commitment.released", COMMITMENT, &["made"], Some("released"), Who::Source),
    row("rating.withdrawn", ("rating", "rating.assigned"), &["assigned"], Some("withdrawn"), Who::Source),
    row("points.cancelled", ("charge", "points.charged"), &["charged"], Some("cancelled"), Who::Source),
    row(
        "consent.withdrawn",
        ("consent", "consent.granted"),
        &["granted"],
        Some("withdrawn"),
        Who::SourceOr("window"),
    ),
    row(
        "rectification.done",
        ("order", "rectification.ordered"),
        &["ordered"],
        Some("done"),
        Who::Any(&["steward"]),
    ),
    row(
        "incident.closed",
        ("incident", "incident.opened"),
        &["opened"],
        Some("closed"),
        Who::Any(&["steward", "operator"]),
    ),
    row("transfer.accepted", TRANSFER, &["made"], Some("accepted"), Who::Addressee),
    row("transfer.returned", TRANSFER, &["made"], Some("returned"), Who::Addressee),
    row(
        "migration.closed",
        ("migration", "migration.opened"),
        &["opened"],
        Some("closed"),
        Who::Any(&["steward"]),
    ),
    row(
        "erasure.withdrawn",
        ("order", "erasure.ordered"),
        &["ordered"],
        Some("withdrawn"),
        Who::SourceOr("court"),
    ),
];

/// The row of a kind that is a step.
pub fn step(kind: &str) -> Option<&'static Row> {
    STEPS.iter().find(|row| row.kind == kind)
}

/// The phase in which what an event of this kind opens begins; `None` where nothing can follow it.
pub fn opens(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "record.filed" | "complaint.filed" => "filed",
        "listing.notified" => "notified",
        "listing.entered" => "entered",
        "measure.imposed" => "imposed",
        "repair.applied" => "applied",
        "objection.raised" => "raised",
        "hold.placed" => "placed",
        "commitment.made" => "made",
        "rating.assigned" => "assigned",
        "points.charged" => "charged",
        "consent.granted" => "granted",
        "rectification.ordered" | "erasure.ordered" => "ordered",
        "incident.opened" | "migration.opened" => "opened",
        "transfer.made" => "made",
        _ => return None,
    })
}

/// The phases in which something has ended.
pub fn has_ended(phase: &str) -> bool {
    matches!(phase, "revoked" | "retracted" | "removed" | "lifted" | "withdrawn" | "cancelled")
}

/// The roles that may issue an opening.
pub fn roles(kind: &str) -> &'static [&'static str] {
    match kind {
        "ledger.opened" | "ledger.erased" | "ledger.identity_rotated" | "access.read" => &["operator"],
        "subject.identifier_linked" => &["department", "registrar", "operator"],
        "subject.registered"
        | "subject.amended"
        | "subject.identifier_accepted"
        | "subject.merged"
        | "subject.dissolved" => &["department", "registrar"],
        "record.filed" | "repair.applied" | "objection.raised" | "complaint.filed" | "commitment.made" => {
            FILERS
        }
        "listing.notified" | "listing.entered" | "measure.imposed" | "hold.placed" | "rating.assigned"
        | "points.charged" | "use.reported" | "transfer.made" | "erasure.ordered" => &["department", "court"],
        "consent.granted" | "report.issued" => &["window", "department"],
        "subject.verified" => &["window"],
        "population.declared" | "rectification.ordered" | "migration.opened" => &["steward"],
        "incident.opened" => &["steward", "operator"],
        "ledger.auditors_named" => &["registrar"],
        "authority.key_revoked" => &["registrar", "operator"],
        _ if kind.starts_with("authority.") => &["registrar"],
        _ if kind.starts_with("catalogue.") => &["steward"],
        _ => &[],
    }
}

/// The scheme of a subject: a code that is admitted by name is of the scheme of those that need not be.
pub fn scheme(subject: &str) -> &str {
    if subject.starts_with("ext:uscc:") { "uscc" } else { subject.split(':').next().unwrap() }
}

/// The identifiers that an opening may be about, by their schemes.
pub fn subjects(kind: &str) -> &'static [&'static str] {
    const ANY: &[&str] = &["uscc", "person", "household", "place", "ext"];
    match kind {
        "ledger.opened" | "ledger.erased" | "ledger.identity_rotated" | "ledger.auditors_named" => {
            &["ledger"]
        }
        "consent.granted" | "subject.verified" => &["person", "household", "uscc", "ext"],
        "population.declared" => &["place"],
        "incident.opened" => &["authority", "ledger"],
        "rectification.ordered" | "migration.opened" => &["authority"],
        "subject.identifier_accepted" => &["uscc"],
        _ if kind.starts_with("authority.") => &["authority"],
        _ if kind.starts_with("catalogue.") => &["catalogue"],
        _ => ANY,
    }
}

/// The tables were written by hand, and so may lack what the engine has since learnt.
#[test]
fn the_engine_and_the_tables_know_the_same_kinds() {
    use ledger_spec::event::{Kind, StepKind};

    let engine: Vec<_> = StepKind::ALL.iter().map(|step| step.name()).collect();
    let tables: Vec<_> = STEPS.iter().map(|row| row.kind).collect();
    assert_eq!(tables, engine);
    for kind in Kind::all().filter(|kind| !matches!(kind, Kind::Step(_))) {
        let name = kind.name();
        let moved =
            kind.opens().filter(|(class, _)| StepKind::ALL.iter().any(|step| step.row().class == *class));
        assert_eq!(opens(name), moved.map(|(_, phase)| phase.name()), "{name}");
        if let Some((class, _)) = moved {
            let begins = class.begun_by();
            assert!(
                [format!("a {name} event"), format!("an {name} event")].contains(&begins.to_string()),
                "{begins}"
            );
        }
        let (mut of_table, mut of_engine) = (roles(name).to_vec(), Vec::new());
        of_engine.extend(kind.roles().iter().map(|role| role.name()));
        of_table.sort_unstable();
        of_engine.sort_unstable();
        assert_eq!(of_table, of_engine, "{name}");
        assert!(!subjects(name).is_empty(), "{name}");
    }
}
