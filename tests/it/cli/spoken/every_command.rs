//! Every command, run in both languages: what people read of it is wholly in the one that was chosen.

use super::super::import::MAPPING;
use super::super::{Folder, Ran, event};
use super::{RECORD, SUBJECT};
use std::process::Output;

/// Words that are the same in Chinese: names of formats and of what the program is called.
const SAME: &[&str] = &[
    "https",
    // Ids and fields of the tests' own, and views.
    "op",
    "origin",
    "issuer",
    "code",
    "index",
    "polarity",
    "grave",
    "summary",
    "row",
    "toml",
    "procurement",
    "standing",
    "records",
    "measures",
    "repairs",
    "objections",
    "commitments",
    "ratings",
    "points",
    "eligibility",
    "occupation",
    "rural",
    "uses",
    "positive",
    "neutral",
    "negative",
    "mixed",
    "dept",
    "steward",
    "registrar",
    "operator",
    "zh",
    "en",
    "JSON",
    "UTF",
    "ASCII",
    "HTTP",
    "HTTPS",
    "RFC",
    "DSSE",
    "Ed25519",
    "base64",
    "base64url",
    "vkey",
    "credit-ledger",
    "Ctrl-C",
    "SIGTERM",
    "CSV",
    "TSV",
    "XLSX",
    "TOML",
    "GB",
    "UUID",
    "C2SP",
    "tlog-proof",
    "tlog-policy",
    "tlog-tiles",
    "tlog-witness",
    "tlog-mirror",
    "verifier",
    "key",
    "MHLW",
];

/// What people gave in Chinese, which stands in English answers as it was given.
const GIVEN: [&str; 17] = [
    "证件号码",
    "2017年5月1日",
    "乙罚字7号",
    "甲局",
    "某局",
    "乙法第一条",
    "某法第一条",
    "中文",
    "红牌",
    "甲厂",
    "评价",
    // Examples in help.
    "户主",
    "row.法定代表人",
    "数据局",
    "编办",
    "轻微",
    "严重",
];

/// The words of a Chinese text that are English: runs of letters that are no code, path, option or identifier, and do not
/// stand as a code in brackets behind their Chinese name.
fn foreign(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.to_owned();
    while let Some((before, from)) = rest.split_once('（')
        && let Some((within, after)) = from.split_once('）')
        && !within.contains(' ')
    {
        let kept = if within.chars().any(is_han) { within } else { " " };
        rest = format!("{before} {kept} {after}");
    }
    // What is taken where nothing is given, and what can be given, is as it is typed.
    for mark in ["[默认：", "[可选："] {
        if let Some((before, from)) = rest.clone().split_once(mark)
            && let Some((within, after)) = from.split_once(']')
        {
            let kept = if within.chars().any(is_han) { within } else { " " };
            rest = format!("{before} {kept} {after}");
        }
    }
    let ends = |c: char| c.is_whitespace() || is_han(c) || "：，。；、（）“”《》‘’()[]".contains(c);
    for word in rest.split(ends) {
        // What is quoted or marked is as somebody wrote it.
        if word.contains(['"', '`']) {
            continue;
        }
        let word = word.trim_matches(['.', ',', ':', ';', '\'']);
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        // Placeholders are capitals; codes, paths and options have marks or digits within.
        let is_code = word.contains(|c: char| c.is_ascii_digit() || "._:/-=@{}<>+~*|…\\\"".contains(c));
        let is_placeholder = word.chars().all(|c| c.is_ascii_uppercase());
        if letters > 1 && !is_code && !is_placeholder && !SAME.contains(&word) {
            found.push(word.to_owned());
        }
    }
    found
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

/// The Chinese in an English text that nobody gave it.
fn chinese(text: &str) -> String {
    let text = GIVEN.iter().fold(text.to_owned(), |text, given| text.replace(given, ""));
    text.chars().filter(|c| is_han(*c) || "：，。；、（）“”《》".contains(*c)).collect()
}

#[test]
fn what_is_foreign_is_found() {
    for (text, words) in [
        ("错误：bad.json：字段 origin.x：未填写", &[][..]),
        ("核验无误：right", &["right"]),
        ("守信（positive）", &[]),
        ("所存文件（is damaged）", &["is", "damaged"]),
        ("请用 --dir 指定 DIR", &[]),
        ("“it broke”（原始信息）", &["it", "broke"]),
    ] {
        assert_eq!(foreign(text), words, "{text}");
    }
    assert_eq!((chinese("issued by 甲局").as_str(), chinese("issued by 乙局").as_str()), ("", "乙局"));
}

/// Runs a command in a language: `{l}` in it stands for that.
fn said(folder: &Folder, language: &str, command: &str) -> Ran {
    let locale = if language == "zh" { "zh_CN.UTF-8" } else { "C" };
    let command = command.replace("{l}", language);
    let arguments: Vec<_> = command.split(' ').collect();
    // The program's own log is for whoever runs it, and in English.
    let mut command = folder.command(&arguments);
    let Output { status, stdout, stderr } =
        command.env("LC_ALL", locale).env("RUST_LOG", "off").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

#[test]
fn an_option_chooses_the_language_of_faults_and_help_too() {
    let folder = Folder::new();
    for (command, found) in [
        ("vkey --dir no.where --lang zh", "错误：no.where 的打开操作失败：文件或目录不存在"),
        ("--lang=zh nothing", "错误：没有命令 nothing"),
        ("vkey --lang zh", "错误：缺少"),
    ] {
        let ran = said(&folder, "en", command);
        assert!(ran.code > 1 && ran.err.contains(found), "{command}: {}", ran.err);
    }
    let ran =
        said(&folder, "zh", "vkey --dir no.where --lang en").failed(3, "error: open of no.where failed");
    assert_eq!(chinese(&ran.err), "");
    assert!(said(&folder, "en", "--lang zh sign --help").right().contains("用法：credit-ledger sign"));
}

/// What is wrong with a command that is to end so in both languages, and to say all in the one that was chosen. What is
/// JSON is for programs.
fn speaks(folder: &Folder, code: i32, command: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for language in ["zh", "en"] {
        let ran = said(folder, language, command);
        if ran.code != code {
            wrong.push(format!("{command}: {} where {code} is expected: {}{}", ran.code, ran.out, ran.err));
        }
        for line in ran.out.lines().chain(ran.err.lines()) {
            // What the demo's list holds was given to it, in Japanese.
            let for_programs = line.trim_start().starts_with(['{', '[']) || line.contains("law_articles");
            let other = match language {
                "zh" => foreign(line).join(" "),
                _ => chinese(line),
            };
            if !for_programs && !other.is_empty() {
                wrong.push(format!("{command} ({language}): {other:?} in: {line}"));
            }
        }
    }
    wrong
}

const PERSONAL_TYPE: &str = r#"[[instrument]]
code = "law.one"
title = { zh = "法", en = "Law" }
level = "law"
effective = 2000-01-01
confidence = "V"

[[type]]
code = "base.penalty"
title = { zh = "处罚", en = "Penalty" }
polarity = "negative"
disclosure = "public"
subjects = ["uscc"]
retention = []
effective = 2010-01-01
basis = [{ instrument = "law.one", article = "8" }]
confidence = "K"
"#;

#[test]
fn every_command_speaks_the_language_of_its_reader_alone() {
    let folder = Folder::new();
    let served = folder.ledger();
    let receipt = served.append("dept.key", &event("record.filed", "dept", SUBJECT, RECORD)).right();
    folder.write("receipt.json", &receipt);
    let lacking = event("record.filed", "dept", SUBJECT, &RECORD.replace(r#""article":"乙法第一条","#, ""));
    folder.write("lacking.json", &folder.run_with(&["sign", "--key", "dept.key", "--new"], &lacking).right());
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    folder.write("bad.json", "{}");
    folder.write("c/base.toml", PERSONAL_TYPE);
    folder.write("d/base.toml", &PERSONAL_TYPE.replace("negative", "grave"));
    folder.write("m.toml", MAPPING);
    for language in ["zh", "en"] {
        let header = "code,decided,number,grade,remark";
        let good = format!("914403001922038216,2017/5/1,{language}1,轻微,");
        folder.write(&format!("{language}.csv"), &format!("{header}\n{good}\n"));
        folder.write(
            &format!("{language}-bad.csv"),
            &format!("{header}\n914403001922038215,2017/5/1,3,轻微,\n"),
        );
        folder.write(&format!("states-{language}/2017-03-01.tsv"), "who\twhat\na\tx\n");
    }
    let (url, mut wrong) = (served.url.clone(), Vec::new());
    let at = |command: &str| command.replace("URL", &url);
    for (code, command) in [
        (0, "keygen --name {l} --out {l}.key"),
        (2, "keygen --name {l} --out {l}.key"),
        (2, "keygen --name A"),
        (0, "init --dir new-{l} --origin credit.example/new --operator op --registrar registrar"),
        (2, "init --dir new-{l} --origin credit.example/new --operator op --registrar registrar"),
        (2, "init --dir other --origin credit.example/new --operator a:b --registrar registrar"),
        (2, "init --dir other --origin credit.example/new --operator op --registrar r:a:b:key"),
        (0, "vkey --url URL"),
        (3, "vkey --dir no.where"),
        (3, "serve --dir no.where"),
        (2, "serve --dir l --listen no.where"),
        (2, "sign --key dept.key bad.json"),
        (2, "sign --key bad.json bad.json"),
        (1, "append --url URL lacking.json"),
        (3, "append --url http://127.0.0.1:1 lacking.json"),
        (2, "append --url no.where lacking.json"),
        (1, "check --dir l lacking.json"),
        (1, "check --dir l bad.json"),
        (2, "resolve --key dept.key --url URL bad.json"),
        (0, "import {l}.csv --mapping m.toml --key dept.key --salts {l}.salts --url URL"),
        (1, "import {l}-bad.csv --mapping m.toml --key dept.key --salts {l}.salts --url URL"),
        (2, "import {l}.csv --mapping bad.json --key dept.key --url URL"),
        (0, "catalogue check"),
        (1, "catalogue check d"),
        (0, "catalogue diff c --dir l"),
        (1, "catalogue adopt c --key dept.key --issuer dept --url URL"),
        (0, "show subject SUBJECT --url URL"),
        (0, "show view records SUBJECT --url URL"),
        (0, "show view records SUBJECT --dir l"),
        (0, "show view measures SUBJECT --url URL"),
        (0, "show view repairs SUBJECT --url URL"),
        (0, "show view objections SUBJECT --url URL"),
        (0, "show view commitments SUBJECT --url URL"),
        (0, "show view ratings SUBJECT --url URL"),
        (0, "show view points SUBJECT --url URL"),
        (0, "show view eligibility SUBJECT --domain procurement --dir l"),
        (0, "show view uses SUBJECT --dir l"),
        (0, "show view rural SUBJECT --dir l"),
        (2, "show view nothing SUBJECT --dir l"),
        (0, "show departures reg.list --url URL"),
        (1, "show departures no.list --url URL"),
        (0, "show indicators place:430381 --url URL"),
        (0, "show oversight --url URL"),
        (0, "show directory --url URL"),
        (0, "show events SUBJECT --url URL"),
        (0, "show events SUBJECT --url URL --limit 1"),
        (0, "show entry 1 --url URL"),
        (1, "show entry 99 --url URL"),
        (1, "show entry 99 --dir l"),
        (2, "show field 1 name --url URL"),
        (0, "show list reg.list --url URL"),
        (1, "show list no.list --dir l"),
        (0, "show authorities --url URL"),
        (0, "show catalogue --url URL"),
        (2, "show catalogue --url URL --sight everybody"),
        (2, "show events SUBJECT --url URL --limit 0"),
        (0, "verify receipt.json --vkey l.vkey"),
        (1, "verify receipt.json --vkey l.vkey --event bad.json"),
        (2, "verify bad.json --vkey l.vkey"),
        (2, "verify receipt.json --vkey no.where"),
        (0, "audit --dir l"),
        (0, "audit --dir l --blind"),
        (0, "audit --url URL --vkey l.vkey --save {l}.checkpoint"),
        (0, "audit --url URL --vkey l.vkey --from {l}.checkpoint"),
        (0, "audit --dir l --vkey l.vkey --statement {l}.audited --key dept.key"),
        (3, "audit --dir no.where"),
        (3, "audit --url http://127.0.0.1:1 --vkey l.vkey"),
        (0, "verify {l}.checkpoint --vkey l.vkey"),
        (0, "follow URL --dir blind-{l} --vkey l.vkey --once"),
        (3, "follow http://127.0.0.1:1 --dir blind-{l} --vkey l.vkey --once"),
        (0, "monitor URL --dir blind-{l} --vkey l.vkey --governance --once"),
        (2, "monitor URL --dir blind-{l} --vkey l.vkey --subject SUBJECT --once"),
        (2, "monitor URL --dir blind-{l} --vkey l.vkey --audited-within 1w --auditor a --once"),
        (2, "witness --dir w-{l} --name a b --log l.vkey"),
        (2, "witness --dir w-{l} --name a.example/w --log no.where"),
        (0, "unusual --dir l"),
        (2, "unusual --dir l --usual 0"),
        (2, "unusual --dir l --since no.where"),
        (0, "retention --dir l"),
        (2, "retention --dir l --valid-at no.where"),
        (0, "rebuild --dir new-{l}"),
        (0, "rotate --dir new-{l}"),
        (0, "erase --dir new-{l}"),
        (3, "rebuild --dir l"),
        (3, "restore --dir l --from no.where"),
        (3, "restore --dir new-{l} --from no.where"),
        (3, "restore --dir new-{l} --from URL"),
        (3, "serve --dir new-{l} --begin-memory"),
        (2, "scenario no.where"),
        (2, "demo --dir l --once"),
        (0, "demo --dir demo-{l} --once --listen 127.0.0.1:0"),
        (2, "no.thing"),
    ] {
        wrong.extend(speaks(&folder, code, &at(command).replace("SUBJECT", SUBJECT)));
    }
    served.stop();
    // Damage, found by whoever opens the ledger and by whoever audits it.
    for language in ["zh", "en"] {
        let log = folder.path(&format!("new-{language}/log"));
        let segment = std::fs::read_dir(log).unwrap().map(|item| item.unwrap().path());
        let segment = segment.filter(|path| path.extension().is_some_and(|end| end == "seg")).min().unwrap();
        let mut bytes = std::fs::read(&segment).unwrap();
        let last = bytes.len() / 2;
        bytes[last] ^= 1;
        std::fs::write(segment, bytes).unwrap();
    }
    wrong.extend(speaks(&folder, 1, "audit --dir new-{l}"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The commands by how they are called.
const COMMANDS: [&str; 44] = [
    "",
    "init",
    "keygen",
    "vkey",
    "serve",
    "sign",
    "append",
    "resolve",
    "check",
    "import",
    "catalogue",
    "catalogue check",
    "catalogue diff",
    "catalogue adopt",
    "show",
    "show subject",
    "show view",
    "show departures",
    "show indicators",
    "show oversight",
    "show directory",
    "show events",
    "show entry",
    "show field",
    "show list",
    "show authorities",
    "show catalogue",
    "show checkpoint",
    "accesses",
    "unusual",
    "code",
    "verify",
    "audit",
    "follow",
    "monitor",
    "witness",
    "retention",
    "erase",
    "rotate",
    "rebuild",
    "restore",
    "scenario",
    "demo",
    "completions",
];

#[test]
fn help_is_wholly_in_one_language() {
    let folder = Folder::new();
    for command in COMMANDS {
        let asked = format!("{command} --help");
        for language in ["zh", "en"] {
            let help = said(&folder, language, asked.trim_start()).right();
            let usage = if language == "zh" { "用法：" } else { "Usage: " };
            let expected =
                format!("{usage}credit-ledger{}{command}", if command.is_empty() { "" } else { " " });
            assert!(help.contains(&expected), "{expected}: {help}");
            for line in help.lines() {
                let told = line.trim_start();
                // Commands to be typed, as they are.
                let typed =
                    told.starts_with("credit-ledger ") || told.starts_with("--") || told.starts_with("curl ");
                match language {
                    "zh" if typed => {
                        // An option, and behind it what it is for.
                        let what = told.split_once("  ").map_or("", |(_, what)| what);
                        assert_eq!(foreign(what), [""; 0], "{command}: {line}");
                    }
                    "zh" => {
                        let what = told.split_once("  ").filter(|_| line.starts_with("  "));
                        let what = what.map_or(told, |(_, what)| what).replace(&views(), "");
                        let bare = what.replace(&format!("credit-ledger {command}"), "");
                        assert_eq!(foreign(&bare), [""; 0], "{command}: {line}");
                    }
                    _ => assert_eq!(chinese(line), "", "{command}: {line}"),
                }
            }
        }
    }
}

/// What `show view` takes, as its help names it.
fn views() -> String {
    "records、measures、repairs、objections、commitments、ratings、points、eligibility、occupation、civil-servant、rural、uses、standing".to_owned()
}
