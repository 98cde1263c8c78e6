//! Where a state's streams are kept: what it asks of whoever keeps them, and the layer in which something is tried.

use crate::authority::Directory;
use crate::casefile::{CaseEntry, CaseFile, Head};
use crate::id::{StreamKey, SubjectStream};
use std::collections::HashMap;
use tlog::defect::OrDefect as _;

/// Streams, wherever they are kept.
pub trait Streams {
    /// Why one could not be read.
    type Error;

    /// Where a stream ends; `None` while nothing stands in it.
    fn head(&mut self, stream: &StreamKey) -> Result<Option<Head>, Self::Error>;

    /// The case file of a subject's stream, empty where nothing stands in it. `directory` knows every issuer in it.
    fn file(&mut self, stream: &SubjectStream, directory: &Directory) -> Result<&CaseFile, Self::Error>;

    /// Takes in what an entry adds, whose stream's file was asked for before.
    fn take(&mut self, added: Added);
}

/// What one entry adds to the streams that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Where each of them ends with it.
    pub heads: Vec<(StreamKey, Head)>,
    /// Whether it changes what governs.
    pub governs: bool,
    /// What the file of its subject's stream keeps of it.
    pub case: CaseEntry,
}

/// A layer over streams that are left as they are.
#[derive(Debug)]
pub struct Attempt<'a, S> {
    below: &'a mut S,
    heads: HashMap<StreamKey, Head>,
    files: HashMap<SubjectStream, CaseFile>,
    added: Vec<Added>,
}

impl<'a, S> Attempt<'a, S> {
    pub(super) fn over(below: &'a mut S) -> Self {
        Self { below, heads: HashMap::new(), files: HashMap::new(), added: Vec::new() }
    }

    pub(super) fn into_added(self) -> Vec<Added> {
        self.added
    }
}

impl<S: Streams> Streams for Attempt<'_, S> {
    type Error = S::Error;

    fn head(&mut self, stream: &StreamKey) -> Result<Option<Head>, S::Error> {
        match self.heads.get(stream) {
            Some(head) => Ok(Some(*head)),
            None => self.below.head(stream),
        }
    }

    fn file(&mut self, stream: &SubjectStream, directory: &Directory) -> Result<&CaseFile, S::Error> {
        if !self.files.contains_key(stream) {
            let file = self.below.file(stream, directory)?.clone();
            self.files.insert(stream.clone(), file);
        }
        Ok(self.files.get(stream).or_defect("what was not there was put there"))
    }

    fn take(&mut self, added: Added) {
        self.heads.extend(added.heads.iter().cloned());
        let file = self.files.get_mut(&added.case.stream);
        let file = file.or_defect("its file was asked for when it was admitted");
        file.take(added.case.entry, added.case.row.clone());
        self.added.push(added);
    }
}
