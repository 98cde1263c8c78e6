//! The page that the link of a one-time code opens: a subject's own file, in Chinese or English. Its code, style and words are
//! files of this server; it loads nothing from elsewhere, and nothing that it shows is in the page itself.

mod said;

use super::params::Params;
use super::problem::Problem;
use super::{Edge, Shared};
use axum::Extension;
use axum::extract::RawQuery;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use ledger_spec::wording::Language;
use said::UI;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("portal.js");
const STYLE: &str = include_str!("portal.css");
/// What the page may do: run and show its own files, and ask this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(page))
        .routes(routes!(script))
        .routes(routes!(style))
        .routes(routes!(words))
}

/// The page on which a subject sees its own file.
#[utoipa::path(
    get,
    path = "/portal",
    operation_id = "getPortal",
    tag = "read",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
async fn page(Extension(edge): Extension<Edge>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let language = edge.language;
    let headers = [(CONTENT_LANGUAGE, language.tag()), (VARY, "accept-language")];
    Ok((headers, file("text/html; charset=utf-8", html(language))).into_response())
}

/// What the page runs.
#[utoipa::path(
    get,
    path = "/portal/portal.js",
    operation_id = "getPortalScript",
    tag = "read",
    responses((status = 200, description = "A script", body = String, content_type = "text/javascript")),
)]
async fn script(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(file("text/javascript; charset=utf-8", SCRIPT))
}

/// How the page looks.
#[utoipa::path(
    get,
    path = "/portal/portal.css",
    operation_id = "getPortalStyle",
    tag = "read",
    responses((status = 200, description = "A style sheet", body = String, content_type = "text/css")),
)]
async fn style(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(file("text/css; charset=utf-8", STYLE))
}

/// What the page says, in both languages.
#[utoipa::path(
    get,
    path = "/portal/words.json",
    operation_id = "getPortalWords",
    tag = "read",
    responses((status = 200, description = "The words", body = Object)),
)]
async fn words(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(file("application/json", said::all().to_string()))
}

/// A file of the page, under the page's policy. It is asked for anew each time: a page and a script of two versions of this
/// server do not go together.
fn file(media: &'static str, content: impl IntoResponse) -> Response {
    let headers = [
        (CONTENT_TYPE, media),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}

/// The page before anything runs there.
fn html(language: Language) -> String {
    let page = PAGE.replace("{lang}", language.tag());
    UI.iter().fold(page, |page, (key, en, zh)| page.replace(&format!("{{{key}}}"), language.pick(zh, en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between<'a>(text: &'a str, begin: &str, end: char) -> Vec<&'a str> {
        text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
    }

    #[test]
    fn the_page_says_everything_in_each_language_and_nothing_unknown() {
        let known = |key: &str| UI.iter().any(|(known, ..)| *known == key);
        for key in between(PAGE, "data-word=\"", '"').into_iter().chain(between(SCRIPT, "say('", '\'')) {
            assert!(known(key), "{key}");
        }
        let used = |key: &str| {
            [format!("{{{key}}}"), format!("say('{key}')"), format!("id: '{key}'")]
                .iter()
                .any(|form| PAGE.contains(form) || SCRIPT.contains(form))
                // A truth, and what may have been asked besides the parts of the page.
                || matches!(key, "yes" | "no" | "codes" | "events")
        };
        let unused: Vec<_> = UI.iter().filter(|(key, ..)| !used(key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
        for language in [Language::Zh, Language::En] {
            let page = html(language);
            assert!(!page.contains('{'), "{page}");
            assert!(page.contains(&format!("lang=\"{}\"", language.tag())));
        }
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let english = html(Language::En).replace(">中文<", "><");
        assert!(!english.contains(chinese), "{english}");
        assert!(
            !SCRIPT.lines().any(|line| line.contains(chinese) && !line.contains("年")),
            "words stand in the table"
        );
    }

    #[test]
    fn nothing_of_the_page_comes_from_elsewhere_or_stands_inline() {
        for text in [PAGE, SCRIPT, STYLE] {
            assert!(
                !text.contains("://") && !text.contains("style=") && !text.contains("innerHTML"),
                "{text}"
            );
        }
        assert!(!PAGE.contains("onclick") && !PAGE.contains("<style") && !PAGE.contains("<script>"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn every_member_and_word_that_the_page_shows_has_its_name() {
        let all = said::all();
        for list in ["RECORD", "REQUEST", "USE", "LINE", "WITHIN"] {
            let start = format!("const {list} = [");
            let members = SCRIPT.split(&start).nth(1).and_then(|rest| rest.split("];").next()).unwrap();
            let unknown: Vec<_> = between(members, "'", '\'')
                .into_iter()
                .step_by(2)
                .filter(|name| all["labels"].get(name).is_none())
                .collect();
            assert!(unknown.is_empty(), "{list}: {unknown:?}");
        }
        assert_eq!(all["values"]["phase"]["filed"]["zh"], "已记载");
        assert_eq!(all["values"]["kind"]["subject.verified"]["zh"], "核验身份");
        assert_eq!(all["values"]["purpose"]["own-file"]["en"], "own file");
    }
}
