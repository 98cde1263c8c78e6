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
    w("nothing was changed: a start (`serve`) finishes an erasure or a new key that was cut short, and makes a lost copy of the root anew; where it refuses, keep this folder as evidence, check the disk, and restore log, sealed/ and keys/ together, from a backup of this very folder that was made after the last erasure; a mirror's sealed/ opens nothing here", "未作任何改动：启动服务（`serve`）会办完中断的删除或者密钥更换，并重新生成缺失的一份根密钥文件；启动仍被拒绝的，请保留此目录作为证据，检查磁盘，并用本目录在最近一次删除之后所作的备份一并恢复 log/、sealed/ 和 keys/；镜像的 sealed/ 在此不能开启任何内容"),
    w("keys/root: {}; nothing was changed: restore keys/root.a, keys/root.b and the master key as they belong together, made after the last erasure", "keys/root：{}；未作任何改动：请恢复在最近一次删除之后所作、彼此对应的 keys/root.a、keys/root.b 和主密钥"),
    w("{} is not there: it holds the master key, without which nothing that is sealed can be opened; bring it back from where you keep it", "{} 不存在：该文件存有主密钥，没有它就不能开启任何加密内容；请从保管处取回"),
    // show.
    w("{}; {} fields beside it are erased, and so are their names", "{0}；另有 {1} 个字段已经删除，其名称也已一并删除"),
    // erase.
    w("finished what was cut short: {} entries and {} single fields that the ledger had said are erased", "已完成此前中断的删除：台账已有删除记载的 {0} 个条目和 {1} 个单独字段"),
    w("what the ledger says is erased could not be destroyed, and opens still: {}", "台账已有删除记载的内容未能销毁，目前仍可开启：{}"),
];
