//! What an auditor says at the end of an opened audit: which log was opened whole, up to where, and which of its entries
//! had nothing left that opens them, each as the log says (`README.md`, "Statement of an audit").

use crate::time::{RecordedTime, TimeError};
use core::fmt;
use std::collections::BTreeSet;
use tlog::bytes::{from_base64_exact, to_base64};
use tlog::checkpoint::{Checkpoint, Origin};
use tlog::hash::TreeHash;
use tlog::note::{KeyError, NoteError, NoteSigner, SignedNote, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};

/// What an auditor states: everything that a tree covers was opened and found right, but for what is erased, each entry of
/// which the log says so and an order names.
///
/// ```
/// use ledger_spec::audit::AuditStatement;
/// use ledger_spec::time::RecordedTime;
/// use std::collections::BTreeSet;
/// use tlog::checkpoint::{Checkpoint, Origin};
/// use tlog::hash::TreeHash;
/// use tlog::note::{KeyName, NoteSigner};
/// use tlog::position::{EntryIndex, TreeSize};
///
/// let origin = Origin::parse("credit.example/city")?;
/// let audited = Checkpoint::new(origin, TreeSize::new(50), TreeHash::leaf(b"any"));
/// let erased = BTreeSet::from([12, 13, 14, 40].map(EntryIndex::new));
/// let at = RecordedTime::parse("2026-11-27T10:30:00+08:00")?;
/// let statement = AuditStatement::new(&audited, at, &erased);
/// assert!(statement.to_string().ends_with("2026-11-27T10:30:00+08:00\nerased 12-14\nerased 40\n"));
///
/// let auditor = NoteSigner::from_seed(KeyName::parse("audit-office.example/a1")?, &[7; 32]);
/// let note = statement.sign(&auditor)?.to_string();
/// let read = AuditStatement::verify(note.as_bytes(), &auditor.verifier_key())?;
/// read.is_about(&audited)?;
/// assert!(read.names(EntryIndex::new(13)) && !read.names(EntryIndex::new(15)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct AuditStatement {
    origin: Origin,
    size: TreeSize,
    root: TreeHash,
    audited_at: RecordedTime,
    /// Ascending, none touching the next.
    erased: Vec<ErasedRange>,
}

/// Entries in a row that are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedRange {
    /// The first of them.
    pub first: EntryIndex,
    /// The last of them.
    pub last: EntryIndex,
}

/// Why bytes are no statement, or not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The note is malformed or not signed by the auditor's key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A line is missing or has another form.
    #[error("line {line} of the statement is {found:?} where {expected} is expected")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What stands there; nothing where it is missing.
        found: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// The second line is no origin.
    #[error("statement's origin: {0}")]
    Origin(KeyError),
    /// The fifth line is no time.
    #[error("statement's time: {0}")]
    Time(TimeError),
    /// Erased entries are not in their order, or two rows of them could be written as one.
    #[error(
        "line {line} of the statement begins at entry {found} where {expected} is the least that is possible"
    )]
    Order {
        /// Its number, from 1.
        line: usize,
        /// The entry that it begins with.
        found: EntryIndex,
        /// The first entry that could begin a row there.
        expected: EntryIndex,
    },
    /// An entry that is said to be erased is not among those that were audited.
    #[error("entry {found} is said to be erased where {expected} entries were audited")]
    Beyond {
        /// The entry.
        found: EntryIndex,
        /// How many were audited.
        expected: TreeSize,
    },
}

/// Why a statement says nothing of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtherTree {
    /// It is about another ledger.
    #[error("the statement is about {found}; the checkpoint is of {expected}")]
    Origin {
        /// The statement's.
        found: Origin,
        /// The checkpoint's.
        expected: Origin,
    },
    /// It is about fewer entries, or more.
    #[error("the statement is about {found} entries; the checkpoint covers {expected}")]
    Size {
        /// The statement's.
        found: TreeSize,
        /// The checkpoint's.
        expected: TreeSize,
    },
    /// It is about as many entries of another history.
    #[error("the statement is about the root {found}; the checkpoint's is {expected}")]
    Root {
        /// The statement's.
        found: TreeHash,
        /// The checkpoint's.
        expected: TreeHash,
    },
}

const SIZE: &str = "a size in decimal digits";
const ROOT: &str = "a root of 32 bytes in base64";
const TIME: &str = "a time in RFC 3339 at +08:00, as the ledger writes it";
const ERASED: &str = "`erased`, and `none`, an entry, or the first and the last of entries in a row";

impl AuditStatement {
    /// The first line.
    pub const HEADER: &str = "credit-ledger/audit-statement v1";

    /// What an audit that found everything right states of the checkpoint that it covered. `erased` are the entries that
    /// the log says are erased.
    pub fn new(audited: &Checkpoint, audited_at: RecordedTime, erased: &BTreeSet<EntryIndex>) -> Self {
        let mut ranges: Vec<ErasedRange> = Vec::new();
        for entry in erased.range(..audited.size().next_index()) {
            match ranges.last_mut() {
                Some(range) if range.last.covering_size().next_index() == *entry => range.last = *entry,
                _ => ranges.push(ErasedRange { first: *entry, last: *entry }),
            }
        }
        let (origin, size, root) = (audited.origin().clone(), audited.size(), audited.root());
        Self { origin, size, root, audited_at, erased: ranges }
    }

    /// Reads a statement's text: each line in its one form.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let mut lines = text.split_terminator('\n').zip(1..);
        let wrong =
            |line, found: &str, expected| StatementError::Line { line, found: shortened(found), expected };
        let mut next = |line, expected| match lines.next() {
            Some((found, _)) => Ok(found),
            None => Err(wrong(line, "", expected)),
        };
        let header = next(1, Self::HEADER)?;
        if header != Self::HEADER {
            return Err(wrong(1, header, Self::HEADER));
        }
        let origin = Origin::parse(next(2, "an origin")?).map_err(StatementError::Origin)?;
        let size = next(3, SIZE)?;
        let size = decimal(size).map(TreeSize::new).ok_or_else(|| wrong(3, size, SIZE))?;
        let root = next(4, ROOT)?;
        let root = from_base64_exact(root).map(TreeHash::from_bytes).map_err(|_| wrong(4, root, ROOT))?;
        let time = next(5, TIME)?;
        let audited_at = RecordedTime::parse(time).map_err(StatementError::Time)?;
        if audited_at.to_text() != time {
            return Err(wrong(5, time, TIME));
        }
        let first = next(6, ERASED)?;
        if !text.ends_with('\n') {
            return Err(StatementError::Note(NoteError::TextEnd));
        }
        let rest: Vec<_> = lines.collect();
        let erased = match (first, rest.first()) {
            ("erased none", None) => Vec::new(),
            ("erased none", Some((found, line))) => return Err(wrong(*line, found, "the end")),
            _ => ranges(std::iter::once((first, 6)).chain(rest), size)?,
        };
        Ok(Self { origin, size, root, audited_at, erased })
    }

    /// Signs it as a C2SP note of one signature line.
    ///
    /// # Errors
    ///
    /// Where it would be longer than notes are that are read ([`SignedNote::MAX_LEN`]): many rows of erased entries.
    pub fn sign(&self, auditor: &NoteSigner) -> Result<SignedNote, NoteError> {
        SignedNote::sign(self.to_string(), &[auditor])
    }

    /// Reads a note that this auditor's key has to have signed.
    pub fn verify(note: &[u8], auditor: &VerifierKey) -> Result<Self, StatementError> {
        let note = SignedNote::parse(note)?;
        note.verify(core::slice::from_ref(auditor))?;
        Self::parse(note.text())
    }

    /// Whether it is about just what a checkpoint (whose signature the caller has verified) covers.
    pub fn is_about(&self, checkpoint: &Checkpoint) -> Result<(), OtherTree> {
        let Self { origin, size, root, .. } = self;
        if origin != checkpoint.origin() {
            return Err(OtherTree::Origin { found: origin.clone(), expected: checkpoint.origin().clone() });
        }
        if *size != checkpoint.size() {
            return Err(OtherTree::Size { found: *size, expected: checkpoint.size() });
        }
        if *root != checkpoint.root() {
            return Err(OtherTree::Root { found: *root, expected: checkpoint.root() });
        }
        Ok(())
    }

    /// The ledger.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries were audited.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of their tree.
    #[must_use]
    pub const fn root(&self) -> TreeHash {
        self.root
    }

    /// When the audit was made, by the auditor's clock.
    #[must_use]
    pub const fn audited_at(&self) -> RecordedTime {
        self.audited_at
    }

    /// The entries that were not opened, being erased: in their order.
    #[must_use]
    pub fn erased(&self) -> &[ErasedRange] {
        &self.erased
    }

    /// Whether it names an entry as erased.
    #[must_use]
    pub fn names(&self, entry: EntryIndex) -> bool {
        self.erased.iter().any(|range| (range.first..=range.last).contains(&entry))
    }
}

/// Rows of erased entries, from the statement's lines.
fn ranges<'a>(
    lines: impl Iterator<Item = (&'a str, usize)>,
    size: TreeSize,
) -> Result<Vec<ErasedRange>, StatementError> {
    let (mut ranges, mut least) = (Vec::new(), EntryIndex::new(0));
    for (found, line) in lines {
        let wrong = || StatementError::Line { line, found: shortened(found), expected: ERASED };
        let range = range(found).ok_or_else(wrong)?;
        if range.first < least {
            return Err(StatementError::Order { line, found: range.first, expected: least });
        }
        if !range.last.is_in(size) {
            return Err(StatementError::Beyond { found: range.last, expected: size });
        }
        // Whatever follows at once would be of the same row.
        let after = range.last.covering_size().next_index();
        least = if after.is_in(size) { after.covering_size().next_index() } else { after };
        ranges.push(range);
    }
    Ok(ranges)
}

/// `erased 12-15`, or `erased 40`.
fn range(line: &str) -> Option<ErasedRange> {
    let entries = line.strip_prefix("erased ")?;
    let (first, last) = match entries.split_once('-') {
        Some((first, last)) => (decimal(first)?, decimal(last).filter(|last| decimal(first) < Some(*last))?),
        None => (decimal(entries)?, decimal(entries)?),
    };
    Some(ErasedRange { first: EntryIndex::new(first), last: EntryIndex::new(last) })
}

/// Decimal digits without leading zeros.
fn decimal(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

/// What is told of a line that could be as long as a note.
fn shortened(line: &str) -> String {
    line.chars().take(80).collect()
}

/// The text, as it is signed.
impl fmt::Display for AuditStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root, audited_at, erased } = self;
        writeln!(f, "{}\n{origin}\n{size}\n{}", Self::HEADER, to_base64(root.as_bytes()))?;
        writeln!(f, "{}", audited_at.to_text())?;
        if erased.is_empty() {
            return writeln!(f, "erased none");
        }
        erased.iter().try_for_each(|range| writeln!(f, "erased {range}"))
    }
}

/// `12-15`, or `40`.
impl fmt::Display for ErasedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last } = self;
        if first == last { write!(f, "{first}") } else { write!(f, "{first}-{last}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(size: u64) -> Checkpoint {
        let origin = Origin::parse("credit.example/city").unwrap();
        Checkpoint::new(origin, TreeSize::new(size), TreeHash::leaf(b"any"))
    }

    fn statement(erased: &[u64]) -> AuditStatement {
        let erased = erased.iter().copied().map(EntryIndex::new).collect();
        AuditStatement::new(&checkpoint(50), RecordedTime::from_micros(1_764_550_840_000_001), &erased)
    }

    #[test]
    fn what_is_written_reads_back_and_rows_are_as_long_as_they_can_be() {
        for (erased, lines) in [
            (&[][..], "erased none\n"),
            (&[0], "erased 0\n"),
            (&[1, 2, 4, 6, 7, 8], "erased 1-2\nerased 4\nerased 6-8\n"),
            (&[48, 49, 50], "erased 48-49\n"),
        ] {
            let statement = statement(erased);
            let text = statement.to_string();
            assert!(text.ends_with(&format!("2025-12-01T09:00:40.000001+08:00\n{lines}")), "{text}");
            assert_eq!(AuditStatement::parse(&text), Ok(statement));
        }
    }

    #[test]
    fn another_form_is_no_statement() {
        let right = statement(&[12, 13, 40]).to_string();
        let changed = |from: &str, to: &str| AuditStatement::parse(&right.replacen(from, to, 1)).unwrap_err();
        let line = |error: StatementError| match error {
            StatementError::Line { line, .. } | StatementError::Order { line, .. } => line,
            other => panic!("{other}"),
        };
        assert_eq!(line(changed("v1", "v2")), 1);
        assert!(matches!(changed("credit.example/city", "a b"), StatementError::Origin(_)));
        assert_eq!(line(changed("\n50\n", "\n050\n")), 3);
        assert_eq!(line(changed("=\n", "\n")), 4);
        assert!(matches!(changed("T09", "t09"), StatementError::Time(_)));
        assert_eq!(line(changed("T09:00:40.000001+08:00", "T01:00:40.000001Z")), 5);
        for wrong in
            ["erased 13-12", "erased 12-12", "erased +12", "erased 12-", "erased", "12", "erased none"]
        {
            assert_eq!(
                line(changed("erased 12-13", wrong)),
                if wrong == "erased none" { 7 } else { 6 },
                "{wrong}"
            );
        }
        for wrong in ["erased 13", "erased 14", "erased 3", "erased none", ""] {
            assert_eq!(line(changed("erased 40", wrong)), 7, "{wrong}");
        }
        assert!(matches!(changed("erased 40", "erased 40-50"), StatementError::Beyond { .. }));
        assert!(AuditStatement::parse(right.trim_end()).is_err());
        assert!(AuditStatement::parse(&format!("{right}\n")).is_err());
        let none = statement(&[]).to_string();
        assert!(AuditStatement::parse(none.trim_end_matches("erased none\n")).is_err(), "a line is missing");
    }

    #[test]
    fn it_is_its_auditors_and_about_one_tree() {
        let signer =
            |seed| NoteSigner::from_seed(tlog::note::KeyName::parse("office/a").unwrap(), &[seed; 32]);
        let (statement, auditor) = (statement(&[3]), signer(1));
        let note = statement.sign(&auditor).unwrap().to_string();
        let verify =
            |note: &str, signer: NoteSigner| AuditStatement::verify(note.as_bytes(), &signer.verifier_key());
        assert_eq!(verify(&note, signer(1)), Ok(statement.clone()));
        assert!(matches!(verify(&note, signer(2)), Err(StatementError::Note(_))));
        assert!(matches!(
            verify(&note.replace("erased 3", "erased 4"), auditor),
            Err(StatementError::Note(_))
        ));
        assert_eq!(statement.is_about(&checkpoint(50)), Ok(()));
        assert!(matches!(statement.is_about(&checkpoint(51)), Err(OtherTree::Size { .. })));
        let root = Checkpoint::new(checkpoint(50).origin().clone(), TreeSize::new(50), TreeHash::leaf(b"x"));
        assert!(matches!(statement.is_about(&root), Err(OtherTree::Root { .. })));
        let origin =
            Checkpoint::new(Origin::parse("other").unwrap(), TreeSize::new(50), TreeHash::leaf(b"any"));
        assert!(matches!(statement.is_about(&origin), Err(OtherTree::Origin { .. })));
    }
}
