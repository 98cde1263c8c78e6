//! The command line speaks the language of the locale, wholly.

use super::{Folder, Ran, event};
use crate::people::whole;
use std::process::Output;

mod every_command;

const SUBJECT: &str = "uscc:914403001922038216";
const RECORD: &str = r#"{"type":"market.penalty","severity":"general","review":"none","notice":{"served_on":"2017-01-01","statement":"answered"},"decision":{"number":"乙罚字7号","date":"2017-01-01","issued_by":"甲局","article":"乙法第一条","served_on":"2017-01-01","document":"0000000000000000000000000000000000000000000000000000000000000000"}}"#;

/// Runs a command under a Chinese locale, named by this variable.
fn in_chinese(folder: &Folder, variable: &str, arguments: &[&str]) -> Ran {
    let mut command = folder.command(arguments);
    let Output { status, stdout, stderr } = command.env(variable, "zh_CN.UTF-8").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

#[test]
fn what_goes_wrong_is_said_in_chinese() {
    let folder = Folder::new();
    folder.write("bad.json", "{}");
    folder.run(&["keygen", "--name", "dept", "--out", "dept.key"]).right();
    for (arguments, code, said) in [
        (&["sign", "--key", "dept.key", "bad.json"][..], 2, "错误：bad.json：事项：字段 origin：未填写"),
        (&["sign", "--key", "none.key", "bad.json"], 2, "错误：none.key：文件或目录不存在"),
        (&["sign"], 2, "错误：缺少 --key"),
        (&["show", "subject", "x"], 2, "错误：请用 --dir"),
        (&["show", "subject", "uscc:1", "--url", "http://127.0.0.1:1"], 3, "http://127.0.0.1:1"),
        (&["verify", "bad.json"], 2, "--vkey"),
        (&["keygen", "--name", "A b"], 2, "错误：--name：authority"),
        (&["scenario", "nowhere"], 2, "文件或目录不存在"),
        (&["nothing"], 2, "错误：没有命令 nothing"),
        (&["catalogue", "check", "nowhere"], 2, "nowhere"),
    ] {
        for variable in ["LC_ALL", "LC_MESSAGES"] {
            let ran = in_chinese(&folder, variable, arguments);
            assert!(ran.err.starts_with("错误：") && !ran.err.starts_with("error"), "{}", ran.err);
            if !said.contains("authority") {
                ran.failed(code, said);
            }
        }
    }
    let help = in_chinese(&folder, "LC_ALL", &["sign", "--help"]).right();
    assert!(help.contains("签署事项") && help.contains("用法：") && !help.contains("Usage"), "{help}");
}

#[test]
fn a_subject_is_shown_by_names() {
    let folder = Folder::new();
    let served = folder.ledger();
    served.append("dept.key", &event("record.filed", "dept", SUBJECT, RECORD)).right();
    let asked = ["show", "subject", SUBJECT, "--url", &served.url];
    let chinese = in_chinese(&folder, "LC_ALL", &asked).right();
    for part in [
        "乙（market.penalty）",
        "甲（dept）",
        "失信信息，一般",
        "决定文书 乙罚字7号，2017-01-01，甲局作出，依据乙法第一条",
    ] {
        assert!(chinese.contains(part), "{part} is not in: {chinese}");
    }
    let english = folder.run(&asked).right();
    for part in
        ["B (market.penalty)", "A (dept)", "negative, general", "decision 乙罚字7号, 2017-01-01, by 甲局"]
    {
        assert!(english.contains(part), "{part} is not in: {english}");
    }
    let events = in_chinese(&folder, "LC_ALL", &["show", "events", SUBJECT, "--url", &served.url]).right();
    assert!(
        events.contains("记载信用信息（record.filed） 甲（dept）") && events.contains("+08:00"),
        "{events}"
    );
    // Told by the server in the caller's language: A03 names what is missing, and nothing that is there.
    let lacking = RECORD.replace(r#""article":"乙法第一条","#, "");
    let lacking = event("record.filed", "dept", SUBJECT, &lacking.replace("乙罚字7号", "乙罚字8号"));
    let envelope = folder.run_with(&["sign", "--key", "dept.key", "--new"], &lacking).right();
    // An id that is told does not say which entry it is of: it is one of the day.
    let id = *whole(&envelope).event().id.as_bytes();
    let millis = u64::from_be_bytes([0, 0, id[0], id[1], id[2], id[3], id[4], id[5]]);
    assert_eq!(millis % 86_400_000, 0, "{envelope}");
    folder.write("lacking.json", &envelope);
    for source in [["--url", &served.url], ["--dir", "l"]] {
        let refused = in_chinese(&folder, "LC_ALL", &["check", source[0], source[1], "lacking.json"]);
        let refused = refused.failed(1, "1 项事项中有 1 项将不予记载");
        assert!(refused.out.contains(r#""expected":"适用的法律条款""#), "{}", refused.out);
        assert!(refused.out.contains("实际情况：未填写；要求：适用的法律条款"), "{}", refused.out);
    }
    served.stop();
}
