//! Every stream, as it stood after so many entries: a subject's case file, where a stream ends, and its entries one by
//! one.
//!
//! The one way from the log to a subject's file, for the writer, for a dry run and for every answer. What the case
//! files keep is believed only where the log confirms it; what they do not cover yet is read from the log, as the
//! entries' links lead. Links are what makes a stream as of any size cheap: the index names its newest entry, and each
//! entry the one before.

mod backwards;
mod long;

pub use backwards::entries_backwards;

pub use crate::case_files::Forgetting;

use crate::case_files::{CaseFileStore, KeptFile};
use crate::index::Index;
use crate::log::{LogReader, ReadError, Said};
use ledger_spec::authority::{Directory, Recorded};
use ledger_spec::casefile::{CaseFile, Filed, Head};
use ledger_spec::entry::{EntryError, Link, StreamVersion};
use ledger_spec::event::{Event, EventError};
use ledger_spec::id::{StreamKey, SubjectStream};
use ledger_spec::sealed::{NoRandomness, SealError};
use long::LongFiles;
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// By so many events a folded file may lag behind its stream: they are read from the log one by one, which takes as long
/// as some ten times as many rows from the store.
const NEAR: u64 = 256;
/// Most bytes of entries that are kept while a subject's stream is read for its file.
const KEPT: usize = 8 << 20;

/// A stream that could not be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// An entry of it could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The system gave no randomness to seal an entry with.
    #[error("no randomness: {0}")]
    Randomness(String),
    /// An entry that cannot be sealed, which is a defect.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// An entry that does not fit its layout, which is a defect.
    #[error(transparent)]
    Layout(#[from] EntryError),
    /// An entry of it holds no event that this version reads.
    #[error("entry {index}: {error}")]
    Event {
        /// The entry.
        index: EntryIndex,
        /// What is wrong.
        error: EventError,
    },
}

impl From<NoRandomness> for StreamError {
    fn from(error: NoRandomness) -> Self {
        Self::Randomness(error.to_string())
    }
}

/// The streams of an open ledger; cheap to clone.
#[derive(Clone)]
pub struct StreamReader {
    index: Arc<Index>,
    log: LogReader,
    case_files: Arc<CaseFileStore>,
    long: Arc<LongFiles>,
}

/// Entries of a stream, newest first; those that found no room are read again.
type Newer = Vec<(EntryIndex, Option<Said>)>;

impl StreamReader {
    /// The streams of this log, whose newest entries the index names.
    pub fn new(index: Arc<Index>, log: LogReader, case_files: Arc<CaseFileStore>) -> Self {
        Self { index, log, case_files, long: Arc::default() }
    }

    /// Where the streams end now.
    pub const fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The log.
    pub const fn log(&self) -> &LogReader {
        &self.log
    }

    /// Where every subject's case file is kept. It may lag behind the log, and says how far it covers.
    pub const fn case_files(&self) -> &Arc<CaseFileStore> {
        &self.case_files
    }

    /// Forgets all that is folded and kept: something of it is being erased until what this gives is dropped. Then the case
    /// files are made from the log again.
    pub fn forget(&self) -> Forgetting<'_> {
        self.long.forget();
        self.case_files.forget()
    }

    /// The entries of a subject's stream within the first `size` of the log, newest first.
    pub fn entries(
        &self,
        stream: &SubjectStream,
        size: TreeSize,
    ) -> impl Iterator<Item = Result<Said, ReadError>> {
        let newest = self.index.head(&StreamKey::Subject(stream.clone())).map(|head| head.last);
        self.within(newest, 0, size)
    }

    /// Where a stream ended after the first `size` entries.
    pub fn head(&self, stream: &StreamKey, size: TreeSize) -> Result<Option<Head>, ReadError> {
        let Some(newest) = self.index.head(stream) else { return Ok(None) };
        if newest.last.is_in(size) {
            return Ok(Some(newest));
        }
        let link = stream.link();
        let last = self.within(Some(newest.last), link, size).next().transpose()?;
        Ok(last.and_then(|read| {
            read.link(link).map(|found| Head { last: read.index(), version: found.version })
        }))
    }

    /// The case file of a stream as it stood after the first `size` entries. `directory` knows every issuer by then.
    pub fn file(
        &self,
        stream: &SubjectStream,
        size: TreeSize,
        directory: &Directory,
    ) -> Result<Arc<CaseFile>, StreamError> {
        let Some(newest) = self.index.head(&StreamKey::Subject(stream.clone())) else {
            return Ok(Arc::default());
        };
        let near = |long: &KeptFile| {
            let versions = (newest.version.get(), Head::version_of(long.file.head()).get());
            versions.0.saturating_sub(versions.1) <= NEAR
        };
        if let Some(long) = self.long.find(stream, size).filter(near) {
            // What it lacks is read from the log: where that cannot be read, the store may have it.
            if let Ok(file) = self.up_to(stream, (long, newest), size, directory) {
                return Ok(file);
            }
        }
        self.up_to(stream, (self.kept(stream, size), newest), size, directory)
    }

    /// What is kept of a stream, with what the log holds since.
    fn up_to(
        &self,
        stream: &SubjectStream,
        (kept, newest): (KeptFile, Head),
        size: TreeSize,
        directory: &Directory,
    ) -> Result<Arc<CaseFile>, StreamError> {
        let epoch = self.long.epoch();
        let (mut kept, newer) = match self.newer(newest, kept.covered, size)? {
            (newer, end) if kept.file.head().copied() == end => (kept, newer),
            (_, expected) => {
                let found = kept.file.head();
                tracing::error!(
                    ?found,
                    ?expected,
                    "a case file is not what the log says: it is read from the log"
                );
                self.case_files.doubt(&kept);
                (self.case_files.nothing(), self.newer(newest, TreeSize::EMPTY, size)?.0)
            }
        };
        if !newer.is_empty() {
            let file = Arc::make_mut(&mut kept.file);
            for (index, read) in newer.into_iter().rev() {
                match read.map_or_else(|| self.log.said(index), Ok)? {
                    Said::Event(read) => {
                        let entry = read.entry();
                        let event = Event::parse(&entry.event)
                            .map_err(|error| StreamError::Event { index, error })?;
                        let recorded = Recorded { index, at: entry.recorded_at };
                        file.apply(Filed { event: &event, recorded, signers: &entry.signers() }, directory);
                    }
                    Said::Erased(erased) => {
                        let links = erased.links();
                        file.pass(links.event, Head { last: index, version: links.subject.link.version });
                    }
                }
            }
        }
        kept.covered = size;
        let file = kept.file.clone();
        self.long.keep(stream, kept, epoch);
        Ok(file)
    }

    /// The entries of a subject's stream that follow the first `covered` of the log, and where the log says that it
    /// ended before them: by the index, or by the link of the oldest. A file is folded from its oldest entry on and
    /// read from its newest, so the entries that come first are held, up to [`KEPT`] bytes.
    fn newer(
        &self,
        newest: Head,
        covered: TreeSize,
        size: TreeSize,
    ) -> Result<(Newer, Option<Head>), ReadError> {
        let (mut newer, mut end) = (Newer::new(), Some(newest));
        if newest.last.is_in(covered) {
            return Ok((newer, end));
        }
        let (mut bytes, mut dropped) = (0, 0);
        for read in self.within(Some(newest.last), 0, size) {
            let read = read?;
            let (index, link) = (read.index(), read.link(0));
            if index.is_in(covered) {
                if newer.is_empty() {
                    end = link.map(|link| Head { last: index, version: link.version });
                }
                return Ok((newer, end));
            }
            end = link.as_ref().and_then(before);
            bytes += read.bytes().len();
            newer.push((index, Some(read)));
            while bytes > KEPT {
                let Some((_, newest)) = newer.get_mut(dropped) else { break };
                bytes -= newest.take().map_or(0, |newest| newest.bytes().len());
                dropped += 1;
            }
        }
        if newer.is_empty() {
            end = None;
        }
        Ok((newer, end))
    }

    /// What the case files keep of a stream within the first `size` entries; nothing where it cannot be read: then the log
    /// answers for everything.
    fn kept(&self, stream: &SubjectStream, size: TreeSize) -> KeptFile {
        let kept = self.case_files.file(stream, size);
        let kept =
            kept.inspect_err(|error| tracing::error!(%error, "a subject is answered for from the log"));
        kept.unwrap_or_else(|_| self.case_files.nothing())
    }

    /// From the entry `newest` back, those within the first `size` of the log.
    fn within(
        &self,
        newest: Option<EntryIndex>,
        link: usize,
        size: TreeSize,
    ) -> impl Iterator<Item = Result<Said, ReadError>> {
        entries_backwards(&self.log, newest, link)
            .skip_while(move |read| read.as_ref().is_ok_and(|read| !read.index().is_in(size)))
    }
}

/// Where a stream ended before the entry with this link.
fn before(link: &Link) -> Option<Head> {
    let version = link.version.get().checked_sub(1).map(StreamVersion::new);
    link.previous.zip(version).map(|(last, version)| Head { last, version })
}
