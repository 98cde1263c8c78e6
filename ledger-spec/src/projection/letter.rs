//! The letter that a body files with its decision whether a subject may take part: it counts every measure in force for who
//! decides, names what the reader may see, and says to nobody else that there is nothing.

use super::page::{self, MOST_NAMED};
use super::{MarkLine, Projector};
use crate::casefile::ItemNumber;
use crate::definition::{Domain, Name};
use crate::id::SubjectId;
use crate::wording::Language;
use tlog::position::EntryIndex;

/// What closes a domain to a subject, as a reader is told it.
pub(super) struct Closing<'a> {
    /// The domain.
    pub(super) domain: Domain,
    /// Whether the letter is for the reader.
    pub(super) told: bool,
    /// The subject's own measures that the reader sees.
    pub(super) own: &'a [ItemNumber],
    /// The entries of the holds but for which more of them would close it.
    pub(super) stays: &'a [EntryIndex],
    /// How many close it that the reader may not see; none where the letter is not for the reader.
    pub(super) unseen: usize,
    /// Those that went on in the subject, to whom something closes it.
    pub(super) inherited: Vec<&'a SubjectId>,
    /// How many more are said to have gone on in it, of which nothing was asked.
    pub(super) unasked: usize,
    /// How many entries were recorded since those that are asked about.
    pub(super) later: u64,
    /// Whether the reader decides by the letter, and so by what is known and holds at the moment of asking.
    pub(super) decides: bool,
    /// Whether another moment is asked about than that of asking.
    pub(super) of_another_moment: bool,
}

impl Closing<'_> {
    /// Whether nothing closes the domain, where that can be said.
    pub(super) fn eligible(&self) -> Option<bool> {
        if !self.own.is_empty() || self.unseen > 0 || !self.inherited.is_empty() {
            return Some(false);
        }
        (self.told && self.unasked == 0 && !(self.decides && (self.later > 0 || self.of_another_moment)))
            .then_some(true)
    }
}

impl Projector<'_> {
    /// The letter.
    pub(super) fn letter(&self, closing: &Closing<'_>, marks: &[MarkLine]) -> Name {
        let mut letter = self.of_the_subject(closing);
        let mut say = |zh: String, en: String| {
            letter.zh.push_str(&zh);
            letter.en.push_str(&en);
        };
        let (unseen, unasked) = (closing.unseen, closing.unasked);
        if unseen > 0 && !closing.own.is_empty() {
            say(
                format!(
                    "另有{unseen}项生效的限制措施，内容属限制知悉，本次查询人不得查看；请向有权机关核实。"
                ),
                format!(
                    " In force beside them are measures that this reader may not see, {unseen} in number; ask the authority that may."
                ),
            );
        }
        if !closing.inherited.is_empty() {
            let subject = self.case.subject;
            let merged: Vec<_> = closing.inherited.iter().map(ToString::to_string).collect();
            say(
                format!(
                    "因合并由{subject}承继的{}在该领域有生效的限制措施，随合并由其承受。",
                    merged.join("、")
                ),
                format!(
                    " A measure in force on {}, which went on in {subject}, does, and goes on with it.",
                    merged.join(", ")
                ),
            );
        }
        if !closing.stays.is_empty() {
            let (zh, en) = named(closing.stays.iter().map(ToString::to_string).collect());
            say(
                format!("另有限制措施已依法停止执行（见条目{zh}），停止执行期间不适用，不得据以限制。"),
                format!(
                    " The execution of measures that would close it is stayed, and they are not applied until that is released: entries {en}."
                ),
            );
        }
        if unasked > 0 {
            say(
                format!("另有{unasked}个主体合并入{}，本次未予查询，不能据此认为没有。", self.case.subject),
                format!(
                    " Of {unasked} more that are said to have gone on in it nothing was asked; of those this says nothing."
                ),
            );
        }
        if closing.told && closing.of_another_moment {
            say(
                "所查时点不是查询之时，不能据此认为现在没有限制措施。".to_owned(),
                " Another moment is asked about than that of asking, and of now this says nothing."
                    .to_owned(),
            );
        }
        if closing.later > 0 {
            let later = closing.later;
            say(
                format!("此后台账又记载{later}个条目，未予计入，不能据此认为现在没有限制措施。"),
                format!(
                    " Entries recorded since, {later} in number, are not counted, and of today this says nothing."
                ),
            );
        }
        if !closing.told {
            say(
                "可能另有查询人不得查看的措施，不能据此认为没有。".to_owned(),
                " There may be measures that this reader may not see, and this is no statement that there are none.".to_owned(),
            );
        }
        if !marks.is_empty() {
            say(
                "另：据以得出本结论的条目中，有以可能已失控的密钥签署的，应先核实。".to_owned(),
                " Entries that this follows from were signed with a key that may have been in wrong hands; find out first.".to_owned(),
            );
        }
        letter
    }

    /// What it says of the measures on the subject itself.
    fn of_the_subject(&self, closing: &Closing<'_>) -> Name {
        let (subject, at, known) = (self.case.subject, self.case.as_of.valid_at, self.known);
        let (zh_domain, domain) = (closing.domain.chinese(), closing.domain.name());
        let checked = if closing.told { "经查，" } else { "" };
        let zh_begun = format!("{checked}截至{}（台账条目数{known}），", at.said(Language::Zh));
        let begun = format!("As of {}, with {known} entries known, ", at.said(Language::En));
        let others = !closing.inherited.is_empty() || closing.unasked > 0;
        let (zh, en) = match (closing.own.is_empty(), closing.unseen, closing.told) {
            (false, ..) => {
                let (zh, en) = self.entries_named(closing.own);
                (
                    format!("{subject}在“{zh_domain}”领域有生效的限制措施，见条目{zh}。"),
                    format!("measures in force close {domain} to {subject}: entries {en}."),
                )
            }
            (true, 1.., _) => (
                format!(
                    "{subject}在“{zh_domain}”领域有{}项生效的限制措施，内容属限制知悉，本次查询人不得查看；请向有权机关核实。",
                    closing.unseen
                ),
                format!(
                    "measures in force that this reader may not see, {} in number, close {domain} to {subject}; ask the authority \
                     that may.",
                    closing.unseen
                ),
            ),
            (true, 0, true) if others => (
                format!("{subject}在“{zh_domain}”领域没有直接对其作出的限制措施。"),
                format!("no measure on {subject} itself closes {domain}."),
            ),
            (true, 0, true) => (
                format!("{subject}在“{zh_domain}”领域无生效的限制措施。"),
                format!("no measure in force closes {domain} to {subject}."),
            ),
            (true, 0, false) => (
                format!("本次查询未见对{subject}作出的“{zh_domain}”领域的限制措施。"),
                format!("this reader is shown no measure on {subject} that closes {domain}."),
            ),
        };
        Name { zh: zh_begun + &zh, en: begun + &en }
    }

    /// The entries of some measures, the first of them, and how many more there are.
    fn entries_named(&self, numbers: &[ItemNumber]) -> (String, String) {
        let entries =
            numbers.iter().filter_map(|number| Some(self.case.file.get(*number)?.entry.to_string()));
        named(entries.collect())
    }
}

/// Entries by their numbers, the first of them, and how many more there are.
fn named(entries: Vec<String>) -> (String, String) {
    let (named, more) = page::first(entries, MOST_NAMED);
    let entries = named.join(", ");
    match more {
        0 => (entries.clone(), entries),
        more => (format!("{entries}等，另有{more}条"), format!("{entries} and {more} more")),
    }
}
