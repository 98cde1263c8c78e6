//! `/openapi.json`, and `/docs`: one page made from it, in the reader's language, that needs no other
//! host and no script.

use super::described::in_chinese;
use super::params::Params;
use super::problem::{Problem, problem_rows};
use super::{Edge, Shared};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use ledger_spec::wording::Language;
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const STYLE: &str = "body{font:16px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60rem;\
margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}\
code{font-family:ui-monospace,monospace;background:#f2f2f2;padding:.1em .3em;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;\
vertical-align:top}th{background:#f2f2f2}details{margin:.5rem 0}\
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}code,th{background:#262626}}";

/// What each operation does, in Chinese; the English is the document's own.
const ZH: [(&str, &str); 50] = [
    ("appendEvents", "提交一条或多条已签名的事项"),
    ("resolveIdentities", "将公民身份号码换成本台账中自然人、家庭户的假名"),
    ("getStanding", "分页查询主体在指定时点的信用状况，并列明依据的记载和规则"),
    ("getEvents", "按时间倒序分页查询主体的全部记载"),
    ("getList", "分页查询名单在指定时点的成员"),
    ("getEntry", "查询一条记载"),
    ("getEntryBytes", "取得一条记载的原始字节"),
    ("getReceipt", "取得一条记载的最新回执（C2SP tlog-proof）"),
    ("getAuthorities", "查询已登记的单位及其密钥"),
    ("getStandingByName", "查询主体在指定时点的信用状况（同上）"),
    ("getRecords", "按公开范围分页查询主体的信用记录"),
    ("getMeasures", "分页查询对主体的措施、豁免及各单位的应用反馈"),
    ("getRepairs", "分页查询主体的信用修复申请及其进程和期限"),
    ("getObjections", "分页查询主体的异议、投诉和中止事项"),
    ("getCommitments", "分页查询主体的信用承诺及其履行情况"),
    ("getRatings", "分页查询主体的信用评价结果"),
    ("getPoints", "按办法和周期分页查询主体的记分"),
    ("getEligibility", "查询主体能否参与某一领域的活动，以及限制的依据"),
    ("getOccupation", "分页查询主体的职业信用信息"),
    ("getCivilServant", "分页查询公务员诚信档案（公众不可见）"),
    ("getRural", "分页查询农户、村镇、农场的信用信息"),
    ("getUses", "分页查询主体的授权、信用报告和使用情况"),
    ("askAboutSubject", "查询主体（标识写在请求正文中；自然人、家庭只能这样查询）"),
    ("getWitnessedCheckpoint", "取得符合见证规则的最新检查点"),
    ("getAccesses", "查询何人查阅过某一主体"),
    ("getAccessCheckpoint", "取得查询日志的签名检查点"),
    ("getAccessTile", "取得查询日志的分块"),
    ("getPortal", "主体查阅本人信用档案的网页"),
    ("getPortalScript", "该网页的脚本"),
    ("getPortalStyle", "该网页的样式"),
    ("getPortalWords", "该网页的文字（中英文）"),
    ("giveCode", "窗口核验身份后，为主体取得一次性验证码"),
    ("beginSession", "以一次性验证码换取查阅会话"),
    ("endSession", "结束查阅会话"),
    ("getOpenings", "取得加密条目的开启材料（审计单位）"),
    ("getAccessOpenings", "取得查询日志条目的开启材料（审计单位）"),
    ("getTile", "取得日志的分块（C2SP tlog-tiles）"),
    ("getFeed", "订阅新的记载和检查点（服务器推送事件）"),
    ("getConsistency", "取得两个规模之间的一致性证明"),
    ("getDepartures", "分页查询已移出名单的事项（停止使用通知），后移出的在前"),
    ("getIndicators", "查询规划的十五项指标及其分母"),
    ("getOversight", "查询各单位的履职情况和承诺兑现情况"),
    ("getDirectory", "查询指定时点的记载单位、职权和密钥"),
    ("getCatalogue", "查询指定时点的信用信息目录：类型、名单、措施、评价和记分办法、期限、日历、法律依据"),
    ("getCheckpoint", "取得台账的签名检查点（C2SP tlog-checkpoint）"),
    ("getHealth", "进程是否存活"),
    ("getReadiness", "当前能否提交事项"),
    ("getMetrics", "运行指标（OpenMetrics 格式）"),
    ("getOpenApi", "本接口的 OpenAPI 文档"),
    ("getDocs", "本页面"),
];

/// How pages are read, in both languages.
const PAGES: (&str, &str) = (
    "凡有 <code>after</code> 和 <code>limit</code> 参数的应答均分页：<code>next</code> 是下一页的游标，没有 <code>next</code> \
     即为末页。翻页时请固定 <code>valid_at</code> 和 <code>known_at</code>。就全部记载作出的陈述（状态、计数、合计、能否参与）\
     在每一页上相同；所列条目过多时，<code>more</code> 等字段写明另有多少。",
    "Whatever takes <code>after</code> and <code>limit</code> is answered by pages: <code>next</code> is the cursor of the next \
     page, and where it is absent the page is the last. Keep <code>valid_at</code> and <code>known_at</code> while turning pages. \
     What is said over everything (states, counts, sums, eligibility) stands on every page; where it names only some of \
     what it rests on, <code>more</code> and its like say how many more there are.",
);

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(openapi_json)).routes(routes!(page))
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenApi",
    tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
async fn openapi_json(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Problem> {
    Params::read(query.as_deref(), &[])?;
    Ok(Json(shared.document.clone()))
}

/// This document as a page.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "getDocs",
    tag = "operation",
    params(("lang" = Option<String>, Query,
        description = "`zh` or `en`: the language of the page; by `Accept-Language` where it is absent")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(edge): Extension<Edge>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, Problem> {
    let params = Params::read(query.as_deref(), &["lang"])?;
    let language = match params.word("lang", &["zh", "en"])? {
        Some("zh") => Language::Zh,
        Some(_) => Language::En,
        None => edge.language,
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, language.tag()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (VARY, "accept-language"),
    ];
    Ok((headers, html(&shared.document, language)))
}

/// The whole page.
fn html(document: &Value, language: Language) -> String {
    let (title, lang) =
        (language.pick("公共信用台账接口文档", "credit-ledger: the HTTP interface"), language.tag());
    let mut out = format!(
        "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>"
    );
    let intro = language.pick(
        "任何改动、遗漏或提前删除都可以被证明的公共信用记录台账。机器可读的版本见 <a href=\"/openapi.json\">/openapi.json</a>。",
        "A public credit-record ledger in which every alteration, omission or early deletion can be proven. \
         For machines: <a href=\"/openapi.json\">/openapi.json</a>.",
    );
    let _ = write!(out, "<p>{intro}</p><p>{}</p>", language.pick(PAGES.0, PAGES.1));
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            write_operation(&mut out, method, path, operation, language);
        }
    }
    write_problems(&mut out, language);
    write_types(&mut out, document, language);
    out.push_str("</body></html>\n");
    out
}

// Writing into a String cannot fail.
fn write_operation(out: &mut String, method: &str, path: &str, operation: &Value, language: Language) {
    let id = text(operation, "operationId");
    let (_, zh) = ZH.iter().find(|(known, _)| *known == id).or_defect("every operation has its Chinese line");
    let summary = language.pick(zh, text(operation, "summary"));
    let method = method.to_uppercase();
    let _ = write!(
        out,
        "<h2 id=\"{}\">{} <code>{}</code></h2><p>{}</p>",
        escape(id),
        escape(&method),
        escape(path),
        escape(summary)
    );
    let parameters = operation.get("parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        let heads = language
            .pick("<th>参数</th><th>位置</th><th>说明</th>", "<th>parameter</th><th>in</th><th>meaning</th>");
        let _ = write!(out, "<table><tr>{heads}</tr>");
        for parameter in parameters {
            let pattern = parameter.pointer("/schema/pattern").and_then(Value::as_str).unwrap_or_default();
            let pattern = if pattern.is_empty() {
                String::new()
            } else {
                format!("<br><code>{}</code>", escape(pattern))
            };
            let _ = write!(
                out,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}{pattern}</td></tr>",
                escape(text(parameter, "name")),
                place(text(parameter, "in"), language),
                described(parameter, language)
            );
        }
        out.push_str("</table>");
    }
    let heads = language
        .pick("<th>状态</th><th>说明</th><th>格式</th>", "<th>status</th><th>meaning</th><th>form</th>");
    let label = language.pick("应答", "Answers");
    let _ = write!(out, "<details><summary>{label}</summary><table><tr>{heads}</tr>");
    let responses = operation.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        let media = response.get("content").and_then(Value::as_object);
        let media: Vec<_> = media.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            escape(status),
            described(response, language),
            escape(&media.join(", "))
        );
    }
    out.push_str("</table></details>");
}

fn write_problems(out: &mut String, language: Language) {
    let (title, heads) = language_pair(
        language,
        ("问题一览（RFC 9457）", "<th>类型</th><th>状态</th><th>规则</th><th>含义</th><th>处理建议</th>"),
        (
            "All problems (RFC 9457)",
            "<th>type</th><th>status</th><th>rule</th><th>meaning</th><th>what to do</th>",
        ),
    );
    let _ = write!(out, "<h2 id=\"problems\">{title}</h2><table><tr>{heads}</tr>");
    for [urn, status, rule, meaning, advice] in problem_rows(language) {
        let _ = write!(
            out,
            "<tr><td><code>{}</code></td><td>{status}</td><td>{rule}</td><td>{}</td><td>{}</td></tr>",
            escape(&urn),
            escape(&meaning),
            escape(&advice)
        );
    }
    out.push_str("</table>");
}

fn write_types(out: &mut String, document: &Value, language: Language) {
    let _ = write!(out, "<h2 id=\"types\">{}</h2>", language.pick("数据类型", "Types"));
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let summary = described(schema, language);
        let _ = write!(out, "<details><summary><code>{}</code> {summary}</summary><table>", escape(name));
        let properties = schema.get("properties").and_then(Value::as_object);
        for (field, property) in properties.into_iter().flatten() {
            let meaning = described(property, language);
            let _ = write!(out, "<tr><td><code>{}</code></td><td>{meaning}</td></tr>", escape(field));
        }
        out.push_str("</table></details>");
    }
}

const fn language_pair<'a>(
    language: Language,
    zh: (&'a str, &'a str),
    en: (&'a str, &'a str),
) -> (&'a str, &'a str) {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// Where a parameter stands.
fn place(place: &str, language: Language) -> &str {
    let zh = match place {
        "path" => "路径",
        "query" => "查询",
        "header" => "请求头",
        other => other,
    };
    language.pick(zh, place)
}

/// A description, in the reader's language.
fn described(value: &Value, language: Language) -> String {
    let english = text(value, "description");
    let chinese = || in_chinese(english).unwrap_or_else(|| english.to_owned());
    escape(&if language == Language::Zh { chinese() } else { english.to_owned() })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every description in a document.
    fn descriptions<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                all.extend(members.get("description").and_then(Value::as_str));
                members.values().for_each(|member| descriptions(member, all));
            }
            Value::Array(items) => items.iter().for_each(|item| descriptions(item, all)),
            _ => {}
        }
    }

    #[test]
    fn the_page_is_whole_in_each_language() {
        let document = crate::http::document();
        let mut all = Vec::new();
        for part in ["/paths", "/components"] {
            descriptions(document.pointer(part).unwrap(), &mut all);
        }
        let page = html(&document, Language::Zh);
        let english = |text: &&&str| in_chinese(text).is_none_or(|chinese| chinese != **text);
        let shows =
            |text: &str| ["", " "].iter().any(|gap| page.contains(&format!(">{gap}{}<", escape(text))));
        let shown: Vec<_> = all.iter().filter(english).filter(|text| shows(text)).collect();
        assert!(shown.is_empty(), "{shown:#?}");
        assert!(all.len() > 300);
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let page = html(&document, Language::En);
        let seen: Vec<_> = page.split('>').filter(|piece| piece.contains(chinese)).collect();
        assert!(seen.iter().all(|piece| piece.contains("font")), "{seen:#?}");
        assert!(html(&document, Language::Zh).contains("公共信用台账接口文档"));
    }
}
