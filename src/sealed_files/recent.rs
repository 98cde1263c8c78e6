//! Which groups stay open: the one that is written to, and those that were read last.

use ledger_spec::sealed::Group;
use std::sync::Arc;

/// How many groups stay open beside the newest: three descriptors each, and at most 200 KB to know where their frames
/// lie.
const KEPT: usize = 64;

/// The open groups, the one that was used last at the end.
pub(super) struct Recent<T> {
    newest: Option<(Group, Arc<T>)>,
    others: Vec<(Group, Arc<T>)>,
}

impl<T> Recent<T> {
    /// With the group that is written to, where there is one.
    pub(super) const fn new(newest: Option<(Group, Arc<T>)>) -> Self {
        Self { newest, others: Vec::new() }
    }

    /// An open group.
    pub(super) fn get(&mut self, group: Group) -> Option<Arc<T>> {
        if let Some(newest) = self.newest(group) {
            return Some(newest);
        }
        let at = self.others.iter().position(|(known, _)| *known == group)?;
        let used = self.others.remove(at);
        let files = Arc::clone(&used.1);
        self.others.push(used);
        Some(files)
    }

    /// A group, if it is the one that is written to.
    pub(super) fn newest(&self, group: Group) -> Option<Arc<T>> {
        self.newest.as_ref().filter(|(newest, _)| *newest == group).map(|(_, files)| Arc::clone(files))
    }

    /// Keeps a group that was opened, in the place of what was known of it. The one that is written to is never
    /// replaced: it alone knows what is being written.
    pub(super) fn keep(&mut self, group: Group, files: Arc<T>) -> Arc<T> {
        if let Some(newest) = self.newest(group) {
            return newest;
        }
        self.forget(group);
        if self.others.len() >= KEPT {
            self.others.remove(0);
        }
        self.others.push((group, Arc::clone(&files)));
        files
    }

    /// Forgets a group whose files were made anew. The one that is written to is begun anew instead.
    pub(super) fn forget(&mut self, group: Group) {
        self.others.retain(|(known, _)| *known != group);
    }

    /// The writer goes on to another group, or to new files of the same one.
    pub(super) fn begin(&mut self, group: Group, files: Arc<T>) {
        self.forget(group);
        if let Some((before, files)) = self.newest.replace((group, files)) {
            self.keep(before, files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_used_last_stay_and_the_newest_always_does() {
        let open: Vec<Arc<u64>> = (0..200).map(Arc::new).collect();
        let of = |number: u64| (Group::new(number), Arc::clone(&open[usize::try_from(number).unwrap()]));
        let mut recent = Recent::new(Some(of(0)));
        for number in 1..150 {
            let (group, files) = of(number);
            recent.keep(group, files);
            assert_eq!(recent.get(Group::new(1)).as_deref(), Some(&1), "used again and again");
            assert_eq!(recent.get(Group::new(0)).as_deref(), Some(&0), "written to");
        }
        let kept: Vec<u64> = (0..150).filter(|number| recent.get(Group::new(*number)).is_some()).collect();
        assert_eq!(kept, [0, 1].into_iter().chain(87..150).collect::<Vec<_>>());
        // What is known of the one that is written to is never replaced; of others it is.
        let other = Arc::new(7);
        assert_eq!(*recent.keep(Group::new(0), Arc::clone(&other)), 0);
        assert_eq!(*recent.keep(Group::new(149), other), 7);
        assert_eq!(recent.get(Group::new(149)).as_deref(), Some(&7));
        let (group, files) = of(160);
        recent.begin(group, files);
        assert_eq!(recent.newest(Group::new(0)), None);
        assert_eq!(recent.get(Group::new(0)).as_deref(), Some(&0));
        assert_eq!(recent.newest(Group::new(160)).as_deref(), Some(&160));
        assert_eq!(recent.others.len(), KEPT);
        // New files of the one that is written to take its place, and the old ones are not kept.
        let other = Arc::new(8);
        recent.begin(Group::new(160), Arc::clone(&other));
        assert_eq!(recent.get(Group::new(160)).as_deref(), Some(&8));
        assert_eq!((recent.others.len(), Arc::strong_count(&open[160])), (KEPT, 1));
        recent.forget(Group::new(149));
        recent.forget(Group::new(160));
        assert_eq!((recent.get(Group::new(149)), recent.get(Group::new(160))), (None, Some(other)));
    }
}
