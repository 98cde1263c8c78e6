//! What states and ends of facts are called in Chinese.

use super::Sight;
use super::ends::{Cause, Life};
use super::publicity::Mark;
use crate::wording::named;

named!(Life { NotYet = "尚未生效", InForce = "有效", Ended = "已失效" });
named!(Cause {
    Revoked = "原决定被撤销",
    Nullified = "原决定被确认无效",
    FiledInError = "记载有误撤下",
    Sealed = "封存",
    Repaired = "准予修复",
    Removed = "移出名单",
    TakenBack = "撤回",
    Expired = "期限届满",
    GroundEnded = "所依据的记载失效",
    Superseded = "由新的结果取代",
    Displaced = "因列入严重失信主体名单而失效",
});
named!(Mark {
    Corrected = "已更正",
    Annotated = "附有主体说明",
    FoundUnlawful = "原决定被确认违法",
    ChangedOnReview = "原决定已被变更，记录待更正",
    UnderReview = "正在复议或诉讼",
    Objected = "异议处理中",
    ObjectionOverdue = "异议逾期未处理，暂停公示",
    ObjectionUpheld = "异议成立，待更正",
    Held = "保全中",
    PublicationStayed = "依法暂停公示",
    ExecutionStayed = "依法停止执行",
    Masked = "破产重整、和解期间屏蔽",
    Exempted = "措施豁免期内",
    NotVerified = "历史数据迁入，部分规则未核验",
    CompromisedKey = "签署密钥当时可能已失控，待核实",
});
named!(Sight { Public = "社会公众", Shared = "政务部门", Restricted = "经授权者", Court = "法院" });
