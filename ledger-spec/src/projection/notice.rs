//! What every answer says to whoever is not told how much was left out.

use crate::casefile::{Beyond, Names, Sight, Viewer};
use crate::definition::Name;

/// The sentence in every answer to the public about a subject, and to who reads by a consent; others are told how many were
/// left out. Beside it what is said to who reads under one of several names.
#[must_use]
pub fn more_may_exist(viewer: Viewer) -> Option<Name> {
    let (zh, en) = said_of_classes(viewer);
    let (zh_names, en_names) = match viewer.names {
        Names::All => ("", ""),
        Names::Asked => (
            "本答复只列所查名称之下的内容；该主体登记有其他名称，据以查询的事项未载明窗口就各名称一并核验，其他名称之下的内容不在其中，不能据此认为没有。",
            "This shows only what stands under the name that was asked about. The subject is registered under other names too, for \
             which the matter that it is asked in does not say that the window looked at who stood there; what stands under those is \
             not among this, and nothing here says that there is nothing.",
        ),
    };
    let en = [en, en_names].into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" ");
    (!en.is_empty()).then(|| Name { zh: zh.to_owned() + zh_names, en })
}

fn said_of_classes(viewer: Viewer) -> (&'static str, &'static str) {
    match (viewer.sight, viewer.beyond) {
        (Sight::Public, Beyond::Consent(_)) => (
            "本答复只列查询时依法公开的内容和授权范围内的内容；可能另有不公开的内容，不能据此认为没有其他记录。",
            "This shows only what is public at the moment of asking and what the consent covers; more may exist that is not \
             public, and nothing here says that there is nothing else.",
        ),
        (Sight::Public, _) => (
            "本答复只列查询时依法公开的内容；可能另有不公开的内容，不能据此认为没有其他记录。",
            "This shows only what is public at the moment of asking; more may exist that is not public, and nothing \
             here says that there is nothing else.",
        ),
        _ => ("", ""),
    }
}
