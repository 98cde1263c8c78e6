//! What is said of what stands beside the log, or is missing there, and what can be done about it. Found by its English, as
//! `faults.rs` is.

use ledger_spec::wording::Wording;

const fn w(en: &'static str, zh: &'static str) -> Wording {
    Wording { en, zh }
}

/// By what is told of: behind the log, lost openings.
#[rustfmt::skip] // one wording a line
pub(super) const DAMAGE: &[Wording] = &[
    w("the frames of {} entries from {} to {}", "第 {1} 号至第 {2} 号之间共 {0} 个条目的帧"),
    w("whole batches alone, because the log was closed", "只有完整的批次（日志已正常关闭）"),
    w("behind the log stands what opens {} entries that it does not hold, from {} to {}: a running server may be writing them; where none runs, the next start takes them for never acknowledged and cuts them", "日志之外另有 {0} 个条目的开启材料（第 {1} 号至第 {2} 号），日志中没有这些条目：可能是运行中的服务正在写入；如无服务运行，下次启动将视为未曾确认记载而清除"),
    w("nothing is left of this entry but its links, and up to entry {} the ledger does not say that it is erased; entry {}: {}", "此条目仅存链接，至第 {0} 号条目为止，台账没有删除它的记载；第 {1} 号条目：{2}"),
    // erase.
    w("finished what was cut short: {} entries and {} single fields that the ledger had said are erased", "已完成此前中断的删除：台账已有删除记载的 {0} 个条目和 {1} 个单独字段"),
    w("what the ledger says is erased could not be destroyed, and opens still: {}", "台账已有删除记载的内容未能销毁，目前仍可开启：{}"),
];
