//! A subject under all its names, as the streams say: who it is, and who went on in it.

use super::{State, Streams};
use crate::admission::Between;
use crate::authority::AuthorityNumber;
use crate::casefile::{CaseFile, Named};
use crate::event::{Body, Event};
use crate::id::{SubjectId, SubjectStream};
use std::sync::Arc;
use tlog::position::TreeSize;

impl<S: Streams> State<S> {
    /// A subject under all its names, where it has more than one: the operator links those of two epochs, registrars those of
    /// a body.
    pub(super) fn under_other_names(
        &mut self,
        subject: &SubjectId,
    ) -> Result<Option<Named<Arc<CaseFile>>>, S::Error> {
        let (streams, directory) = (&mut self.streams, &self.governance.directory);
        let stream = |name: &SubjectId| SubjectStream::sealed(name.clone());
        if subject.pseudonym().is_none() && !subject.is_body()
            || !streams.file(&stream(subject), directory)?.names_others()
        {
            return Ok(None);
        }
        let file =
            |name: &SubjectId| streams.file(&stream(name), directory).map(|file| Arc::new(file.clone()));
        let named = Named::of(file, subject, TreeSize::new(u64::MAX))?;
        Ok(Some(named).filter(|named| named.only().is_none()))
    }

    /// Every name that a subject has or had.
    fn ever_named(&mut self, subject: &SubjectId) -> Result<Vec<SubjectId>, S::Error> {
        let (streams, directory) = (&mut self.streams, &self.governance.directory);
        let file = |name: &SubjectId| {
            let stream = SubjectStream::sealed(name.clone());
            streams.file(&stream, directory).map(|file| Arc::new(file.clone()))
        };
        Ok(Named::ever_of(file, subject, TreeSize::new(u64::MAX))?.names().to_vec())
    }

    /// Every name of the subject of an event that erasures have to know it by.
    pub(super) fn names(&mut self, event: &Event) -> Result<Vec<SubjectId>, S::Error> {
        let (subject, known) = (&event.subject, TreeSize::new(u64::MAX));
        match &event.body {
            Body::HoldPlaced(_) | Body::ErasureOrdered(_) => self.ever_named(subject),
            Body::IdentifierLinked(body)
                if !body.taken_back && subject.is_body() && body.identifier.is_body() =>
            {
                let other = SubjectStream::sealed(body.identifier.clone());
                if !self.streams.file(&other, &self.governance.directory)?.was_linked(subject, known) {
                    return Ok(Vec::new());
                }
                let names = [self.ever_named(subject)?, self.ever_named(&body.identifier)?].concat();
                let erasures = &self.governance.erasures;
                Ok(if names.iter().any(|name| erasures.knows(name)) { names } else { Vec::new() })
            }
            _ => Ok(Vec::new()),
        }
    }

    /// How the subject of a merger, or of a link of a body's names, stands to the other that this names.
    pub(super) fn between(&mut self, event: &Event) -> Result<Between, S::Error> {
        let other = match &event.body {
            Body::SubjectMerged(body) => &body.into,
            Body::IdentifierLinked(body)
                if !body.taken_back && event.subject.is_body() && body.identifier.is_body() =>
            {
                &body.identifier
            }
            _ => return Ok(Between::Nothing),
        };
        Ok(if self.went_on_in(&event.subject)?.contains(other) {
            Between::OtherWentOn
        } else if self.went_on_in(other)?.contains(&event.subject) {
            Between::WentOn
        } else {
            Between::Nothing
        })
    }

    /// Who registered the body that the subject of a merger is to go on in, by the name that is said.
    pub(super) fn registrar_of_heir(&mut self, event: &Event) -> Result<Option<AuthorityNumber>, S::Error> {
        let Body::SubjectMerged(body) = &event.body else { return Ok(None) };
        let stream = SubjectStream::sealed(body.into.clone());
        Ok(self.streams.file(&stream, &self.governance.directory)?.registrar())
    }

    /// The files of all that went on in the subject of a record that is to be filed.
    pub(super) fn files_that_went_on(&mut self, event: &Event) -> Result<Vec<Arc<CaseFile>>, S::Error> {
        if !matches!(event.body, Body::RecordFiled(_)) || self.governance.mergers.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.went_on_in(&event.subject)?;
        let (streams, directory) = (&mut self.streams, &self.governance.directory);
        let file =
            |name| streams.file(&SubjectStream::sealed(name), directory).map(|file| Arc::new(file.clone()));
        names.into_iter().map(file).collect()
    }

    /// All that went on in a subject, by any of its names, by itself or with what it went on in, by each of their names.
    fn went_on_in(&mut self, subject: &SubjectId) -> Result<Vec<SubjectId>, S::Error> {
        let mut reached = self.all_names(subject)?;
        let (own, mut at) = (reached.len(), 0);
        while let Some(name) = reached.get(at).cloned() {
            at += 1;
            let ended: Vec<_> = self.governance.mergers.ended_in(&name).cloned().collect();
            for of in ended {
                if !reached.contains(&of) {
                    reached.extend(self.all_names(&of)?);
                }
            }
        }
        Ok(reached.split_off(own))
    }

    fn all_names(&mut self, subject: &SubjectId) -> Result<Vec<SubjectId>, S::Error> {
        let named = self.under_other_names(subject)?;
        Ok(named.map_or_else(|| vec![subject.clone()], |named| named.names().to_vec()))
    }
}
