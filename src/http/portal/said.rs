//! What the page of a subject's own file says: its own sentences, and what the members and words of answers are called.

use crate::http::problem::ProblemKind;
use crate::words::{labels, vocabulary};
use ledger_spec::wording::{Language, Words};
use serde_json::{Map, Value, json};

/// The page's own sentences, by a key: English and Chinese.
#[rustfmt::skip] // one sentence a line
pub(super) const UI: &[(&str, &str, &str)] = &[
    ("title", "Public credit ledger", "公共信用台账"),
    ("own_file", "Your own credit file", "本人信用档案"),
    ("skip", "To the content", "跳到正文"),
    ("language", "Language", "语言"),
    ("contents", "Parts of the file", "档案目录"),
    ("door", "The code that the service window gave you opens this file once. It is used when you press the button, and the file then stays open for fifteen minutes.", "凭信用服务窗口交给您的验证码可查阅本人档案。验证码只能使用一次，按下按钮时才使用；打开后十五分钟内可以查阅。"),
    ("code", "One-time code", "一次性验证码"),
    ("open", "Open the file", "打开档案"),
    ("opening", "The file is being opened.", "正在打开档案。"),
    ("opened", "The file is open.", "档案已打开。"),
    ("until", "Open until {}", "可查阅至 {}"),
    ("end", "Close the file", "关闭档案"),
    ("ended", "The file is closed, and nothing of it is left on this page.", "档案已关闭，本页不再保留其内容。"),
    ("over", "Fifteen minutes are over. The file is closed, and nothing of it is left on this page.", "十五分钟已到，档案已关闭，本页不再保留其内容。"),
    ("unreachable", "The ledger cannot be reached. Try again a little later.", "暂时无法连接台账，请稍后再试。"),
    ("no_script", "This page needs JavaScript. The service window can show you the file as well.", "本页需要启用 JavaScript；您也可以在信用服务窗口当场查阅。"),
    ("nothing", "Nothing stands here.", "没有记载。"),
    ("more", "Show more", "显示更多"),
    ("withheld", "{} more are not shown here: they are sealed, or not for the subject to see.", "另有 {} 项不在此显示（已封存或者依法不予显示）。"),
    ("entry", "One entry", "单个条目"),
    ("other", "Another question", "其他查询"),
    ("yes", "yes", "是"),
    ("no", "no", "否"),
    ("yourself", "Yourself", "本人"),
    ("another", "Who stands for the body named below", "下列主体的经办人"),
    ("standing", "Standing", "信用状况"),
    ("records", "Records", "信用记录"),
    ("measures", "Measures", "措施"),
    ("repairs", "Applications for repair", "信用修复申请"),
    ("objections", "Objections, complaints and holds", "异议、投诉和保全"),
    ("uses", "Consents, reports and use", "授权、信用报告和使用情况"),
    ("accesses", "Who looked", "何人查阅过"),
    ("codes", "A one-time code for the subject", "为主体取得一次性验证码"),
    ("events", "The events of the file", "档案的全部记载"),
    ("footer", "Whoever sees something wrong here may raise an objection or ask for repair at the service window.", "如认为记载有误，可以在信用服务窗口提出异议；符合条件的，可以申请信用修复。"),
];

/// Everything, by what it is: `ui`, `labels` of members, `values` of words by the member that holds them, `problems` by their kind.
pub(super) fn all() -> Value {
    let mut by_member = Map::new();
    for (member, word, said) in vocabulary() {
        let words = by_member.entry(member).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(words) = words {
            words.insert(word.to_owned(), of_word(word, &said));
        }
    }
    let ui = UI.iter().map(|(key, en, zh)| ((*key).to_owned(), json!({ "en": en, "zh": zh })));
    let labels = labels().map(|(name, said)| (name.to_owned(), both(&said)));
    let problems = ProblemKind::all().map(|kind| {
        let said = |row: fn(ProblemKind, Language) -> &'static str| {
            json!({ "en": row(kind, Language::En), "zh": row(kind, Language::Zh) })
        };
        (kind.slug().to_owned(), json!({ "title": said(ProblemKind::title), "advice": said(ProblemKind::advice) }))
    });
    let problems: Map<_, _> = problems.collect();
    let (ui, labels): (Map<_, _>, Map<_, _>) = (ui.collect(), labels.collect());
    json!({ "ui": ui, "labels": labels, "values": by_member, "problems": problems })
}

/// A word in both languages, for people alone: without the word itself behind its Chinese, and in English without hyphens.
fn of_word(word: &str, said: &Words) -> Value {
    let (en, zh) = (said.text(Language::En), said.text(Language::Zh));
    let zh = zh.strip_suffix(&format!("（{word}）")).unwrap_or(&zh);
    let en = if en == word { en.replace('-', " ") } else { en };
    json!({ "en": en, "zh": zh })
}

fn both(words: &Words) -> Value {
    json!({ "en": words.text(Language::En), "zh": words.text(Language::Zh) })
}
