//! Why a record is shown to fewer than the catalogue would have it shown to.

use super::case::Case;
use super::details::Named;
use super::{Refusal, Rule, refuse};
use crate::definition::{Citation, Disclosure, is_article};
use crate::event::{RecordFiled, Role, Secrecy};
use crate::time::Date;
use crate::wording::{Joint, Words, say};

/// D01: what the catalogue would show to more is kept from them by law, which is named, or is a secret, or its type keeps it
/// so. Nobody has to be told why less is shown of a natural person.
pub(super) fn by_law(
    case: &Case<'_>,
    (named, body): (&Named<'_>, &RecordFiled),
    (class, stated): (Disclosure, Disclosure),
    decided: Date,
) -> Result<(), Refusal> {
    let kept = named.circle().map_or(class, |circle| circle.max(class));
    if stated <= kept || body.secrecy != Secrecy::None || case.event.subject.is_natural() {
        return Ok(());
    }
    let catalogue = &case.governance.catalogue;
    let (cited, code) = (body.narrowed_by.as_ref(), body.record_type.as_str());
    let law = cited
        .and_then(|cited| catalogue.instrument_at(&cited.instrument, decided.start_of_day(), case.known()));
    let law = law.filter(|law| !law.administration || !case.is(Role::Court));
    let law = law.filter(|law| law.narrows.iter().any(|pattern| pattern.covers(code)));
    if let (Some(cited), Some(law)) = (cited, law) {
        return by_article(cited, &law.narrows_by);
    }
    let found = cited.map_or_else(|| say!("absent"), |cited| Words::from(&cited.instrument));
    let expected = say!(
        "an instrument in force on {} by which {} may be {} and no wider",
        decided,
        Words::data(code),
        stated
    );
    Err(refuse(Rule::DisclosureNarrowed, "body.narrowed_by", found, expected))
}

/// D01: the article is named, and is one that keeps things from the public: another may command that they be published
/// (政府信息公开条例第十四至十六条; 第二十条).
fn by_article(cited: &Citation, articles: &[String]) -> Result<(), Refusal> {
    let field = "body.narrowed_by.article";
    let expected = || {
        let articles = Words::several(articles.iter().map(Words::data), Joint::Or);
        say!("an article by which {} keeps things from the public: {}", &cited.instrument, articles)
    };
    match &cited.article {
        Some(named) if articles.iter().any(|article| is_article(article, named)) => Ok(()),
        Some(named) => {
            Err(refuse(Rule::DisclosureNarrowed, field, say!("article {}", Words::data(named)), expected()))
        }
        None => Err(refuse(Rule::DisclosureNarrowed, field, say!("absent"), expected())),
    }
}
