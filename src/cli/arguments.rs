//! The arguments, their help and what is wrong with them, in the language of whoever runs the program.

use super::help_words::HELP;
use crate::words::{quoted, say};
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, Command};
use ledger_spec::wording::{Language, Words};
use std::error::Error as _;

/// How help is laid out in Chinese.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// What exit codes mean.
const EXIT_CODES: &str = "
退出码：
  0  已完成，核对无误
  1  核对有误，或者事项未予记载
  2  参数或者其所指的文件不能使用
  3  服务不可达，或者台账不能打开

数据写入标准输出，说明写入标准错误。加 --json 时，数据均为 JSON，每行一个值。
";

/// A command as it is told in a language: the English is its own.
pub(super) fn in_language(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::Zh => in_chinese(command),
    }
}

fn in_chinese(command: Command) -> Command {
    let mut command = command;
    // Else the help option and command that clap makes are not there yet.
    command.build();
    told(command)
}

fn told(command: Command) -> Command {
    let about = command.get_about().map(chinese);
    let examples = command.get_after_help().map(|help| examples(&help.to_string()));
    let names: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    let usage = usage(&command);
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .override_usage(usage)
        .mut_args(argument);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(examples) = examples {
        command = command.after_help(examples);
    }
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, told))
}

/// How a command is called: its own words but for what stands for others.
fn usage(command: &Command) -> String {
    let english = command.clone().render_usage().to_string();
    let english = english.strip_prefix("Usage: ").unwrap_or(&english);
    english.replace("[OPTIONS]", "[选项]").replace("<COMMAND>", "<命令>").replace("[COMMAND]", "[命令]")
}

fn argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let english = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let help = argument.get_help().map(chinese);
    // What clap adds itself it adds in English.
    let written = argument.get_action().takes_values();
    let join = |words: Vec<String>| Words::data(words.join("、"));
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
    let defaults: Vec<_> = defaults.filter(|_| written && !english.contains("[default:")).collect();
    let default = (!defaults.is_empty()).then(|| say!("[default: {}]", join(defaults)));
    let known = argument.get_possible_values().into_iter().filter(|_| written);
    let known: Vec<_> = known.map(|value| value.get_name().to_owned()).collect();
    let known = (!known.is_empty()).then(|| say!("[possible: {}]", join(known)));
    let help = help.map(|help| {
        [default, known].into_iter().flatten().fold(help, |help, more| help + &more.text(Language::Zh))
    });
    let argument = argument.help_heading(heading).hide_default_value(true).hide_possible_values(true);
    // Another one for `--help` alone would be in English.
    help.into_iter().fold(argument.long_help(None), Arg::help)
}

/// The Chinese of what a command or an option is for.
fn chinese(english: &StyledStr) -> String {
    let english = english.to_string();
    match english.as_str() {
        "Print help" | "Print help (see more with '--help')" | "Print help (see a summary with '-h')" => {
            return "显示帮助".to_owned();
        }
        "Print version" => return "显示版本".to_owned(),
        "Print this message or the help of the given subcommand(s)" => return "显示命令的帮助".to_owned(),
        _ => {}
    }
    let known = HELP.iter().find(|(known, _)| *known == english);
    known.map_or(english, |(_, chinese)| (*chinese).to_owned())
}

/// The commands of a text of examples, without the English beside and below them.
fn examples(text: &str) -> String {
    let is_command = |line: &&str| line.starts_with("  credit-ledger ") || line.starts_with("      --");
    let bare = |line: &str| {
        let command = line.trim_start();
        let command = command.split_once("   ").map_or(command, |(command, _)| command);
        format!("  {}{}", if line.starts_with("      ") { "    " } else { "" }, command.trim_end())
    };
    let commands: Vec<_> = text.lines().filter(is_command).map(bare).collect();
    let codes = if text.contains("Exit codes:") { EXIT_CODES } else { "" };
    format!("示例：\n{}\n{codes}\n英文的详细说明：LC_ALL=C credit-ledger <命令> --help", commands.join("\n"))
}

/// What is wrong with the arguments, in Chinese; `None` for what is no fault, such as help that was asked for.
pub(super) fn fault(error: &Error) -> Option<Words> {
    let context = |kind| error.get(kind).map(text).unwrap_or_default();
    let argument = Words::data(context(ContextKind::InvalidArg));
    Some(match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = Words::data(format_args!("{:?}", context(ContextKind::InvalidValue)));
            match context(ContextKind::ValidValue) {
                none if none.is_empty() => match error.source() {
                    None => say!("{}: {} cannot be used", argument, value),
                    Some(why) => say!("{}: {} cannot be used: {}", argument, value, quoted(why)),
                },
                values => {
                    say!("{}: {} cannot be used; possible are {}", argument, value, Words::data(values))
                }
            }
        }
        ErrorKind::UnknownArgument => say!("{} is not known here", argument),
        ErrorKind::InvalidSubcommand => {
            say!("there is no command {}", Words::data(context(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::NoEquals => say!("{} needs = before its value", argument),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            say!("{} has another number of values than it takes", argument)
        }
        ErrorKind::ArgumentConflict => {
            say!("{} cannot be given together with {}", argument, Words::data(context(ContextKind::PriorArg)))
        }
        ErrorKind::MissingRequiredArgument => say!("missing: {}", argument),
        ErrorKind::MissingSubcommand => {
            say!("a command is missing; there are {}", Words::data(context(ContextKind::ValidSubcommand)))
        }
        ErrorKind::InvalidUtf8 => say!("an argument is not UTF-8"),
        _ => return None,
    })
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use clap::CommandFactory as _;

    fn is_chinese(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
    }

    fn english(command: &Command, left: &mut Vec<String>) {
        let mut ask = |text: Option<&StyledStr>| {
            let text = text.map(ToString::to_string).unwrap_or_default();
            let data = text.starts_with("如 ") || text.is_empty();
            if !data && !text.contains(is_chinese) {
                left.push(format!("{}: {text}", command.get_name()));
            }
        };
        ask(command.get_about());
        command.get_arguments().for_each(|argument| ask(argument.get_help()));
        command.get_subcommands().filter(|one| one.get_name() != "help").for_each(|one| english(one, left));
    }

    #[test]
    fn help_is_whole_in_chinese() {
        let mut left = Vec::new();
        english(&in_language(Arguments::command(), Language::Zh), &mut left);
        assert!(left.is_empty(), "{left:#?}");
        let help = in_language(Arguments::command(), Language::Zh).render_help().to_string();
        for part in ["用法：", "命令:", "选项:", "示例："] {
            assert!(help.contains(part), "{part} in {help}");
        }
        assert!(!help.contains("Usage") && !help.contains("Print"), "{help}");
    }

    #[test]
    fn faults_are_told_in_chinese() {
        for (arguments, expected) in [
            (&["vkey"][..], "缺少"),
            (&["vkey", "--nothing"], "--nothing"),
            (&["vkex"], "vkex"),
            (&["show", "subject", "x", "--lang", "fr"], "zh、en"),
            (&["vkey", "--dir", "a", "--url", "b"], "不能与"),
        ] {
            let whole = std::iter::once("credit-ledger").chain(arguments.iter().copied());
            let error =
                in_language(Arguments::command(), Language::Zh).try_get_matches_from(whole).unwrap_err();
            let told = fault(&error).unwrap_or_else(|| panic!("{error}")).text(Language::Zh);
            assert!(told.contains(expected), "{told}");
        }
    }
}
