//! What is known of a ledger elsewhere, what its signer remembers, and what is fetched back: the Chinese of what is said of it.

use ledger_spec::wording::Wording;

const fn w(en: &'static str, zh: &'static str) -> Wording {
    Wording { en, zh }
}

/// From what is missing to how it comes back.
#[rustfmt::skip] // one wording a line
pub(super) const CUSTODY: &[Wording] = &[
    // Who knows of what.
    w("the log holds {} entries where {} knows of {}: entries {} to {} are missing; nothing is appended: fetch them back with `restore --from MIRROR`, or bring the newer folder back", "日志有 {0} 个条目，而{1}载明共有 {2} 个：缺少第 {3} 至 {4} 号条目；停止记载。请用 `restore --from MIRROR` 从副本取回，或者恢复较新的目录"),
    w("the log's root at {} is {} where {} has {}, signed by the operator: these are two histories; nothing is appended: keep both as evidence", "日志在 {0} 个条目时的树根为 {1}，而{2}持有运营单位签署的树根 {3}：存在两个历史，停止记载。请将两者留作证据"),
    w("the signer's memory {}", "签署记录 {} "),
    w("the witness {}", "见证方 {} "),
    w("the mirror {}", "副本 {} "),
    // What the signer remembers.
    w("{} is not there: it holds what this ledger has signed last, and nothing is signed without it; bring it back, or begin it with `serve --begin-memory` where there never was one", "没有 {}：其中载有本台账最后签署的内容，没有它不予签署；请恢复该文件，从未有过的用 `serve --begin-memory` 建立"),
    w("{} exists already: what a ledger has signed last, which is never begun anew", "{} 已经存在：其中载有台账最后签署的内容，不得重新建立"),
    w("{}: another process signs by this memory", "{}：另一进程正在使用此签署记录"),
    w("{}: the memory was moved, or another stands in its place", "{}：签署记录已被移走，或者已被替换"),
    w("{}: it holds no checkpoint that {} has signed; a signer without its memory signs nothing", "{0}：其中没有 {1} 签署的检查点；失去签署记录的，不予签署"),
    w("a checkpoint of {} entries is not signed, because {} were signed before ({})", "此前已签署 {1} 个条目的检查点，不再签署 {0} 个条目的检查点（{2}）"),
    w("a second checkpoint of {} entries is not signed: its root is {}, and {} was signed before ({})", "不再签署 {0} 个条目的另一检查点：其树根为 {1}，此前签署的为 {2}（{3}）"),
    w("ledger.toml names no signer_memory, which is to be begun", "ledger.toml 未指定要建立的签署记录（signer_memory）"),
    w("the folder was moved, or another stands in its place", "目录已被移走，或者已被替换"),
    // restore.
    w("fetching what is missing", "正在取回缺失的条目"),
    w("put back entries {} to {}, root {}", "已补回第 {0} 至 {1} 号条目（不含末号），树根 {2}"),
    w("the personal fields beside {} of these events are lost: no copy has them; bring sealed/ back from a newer backup where there is one", "其中 {} 项事项之外的个人信息字段已经丢失，任何副本均未保存；有较新备份的，请恢复 sealed/"),
    w("the copy in {}: {}", "{0} 中的副本：{1}"),
    w("{} has {} entries, and {} are here: there is nothing to fetch from it", "{0} 有 {1} 个条目，此处有 {2} 个，无可取回"),
    w("{} would not make it whole: {}", "用 {0} 不能补全：{1}"),
    w("tree/ does not lead to the root that `checkpoint` signs: put tree/ and log/offsets away, where they stay as evidence, run `rebuild`, and restore then", "由 tree/ 得不出检查点所签署的树根：请将 tree/ 和 log/offsets 移走留作证据，运行 `rebuild` 后再取回"),
    w("{} has no entry at {}: {}", "{0} 的第 {1} 号不是条目：{2}"),
    w("what {} has at {} does not follow from the entry before", "{0} 的第 {1} 号条目与前一条目不衔接"),
    w("what {} has leads to root {}; the operator signed {}", "由 {0} 的条目得出的树根为 {1}，运营单位签署的为 {2}"),
    w("nothing opens entry {}: neither sealed/ here nor {}; bring sealed/ and keys/ back from a newer backup of this very folder, or restore from the folder of an opened copy", "第 {0} 号条目无法开启：此处的 sealed/ 和 {1} 都没有其开启材料；请从本目录较新的备份恢复 sealed/ 和 keys/，或者从持有开启材料的副本目录取回"),
    w("entry {} is not as it was fetched: the disk has changed it", "第 {} 号条目与取回时不同：磁盘内容已变"),
    w("what was fetched could not be stored: {}", "取回的内容不能保存：{}"),
];
