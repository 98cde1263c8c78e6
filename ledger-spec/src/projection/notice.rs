//! What every answer says to whoever is not told how much was left out.

use crate::casefile::{Beyond, Sight, Viewer};
use crate::definition::Name;

/// The sentence in every answer to the public about a subject, and to who reads by a consent; others are told how many were
/// left out.
#[must_use]
pub fn more_may_exist(viewer: Viewer) -> Option<Name> {
    let (zh, en) = match (viewer.sight, viewer.beyond) {
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
        _ => return None,
    };
    Some(Name { zh: zh.to_owned(), en: en.to_owned() })
}
