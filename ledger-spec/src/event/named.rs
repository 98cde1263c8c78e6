//! What roles, phases and other values of events are called in Chinese.

use super::governance::{RevocationReason, Role};
use super::kinds::{Change, Kind};
use super::record::{DataCategory, Review, Secrecy};
use super::rights::ReportKind;
use super::step::{Class, Phase, StepKind};
use super::verified::Checked;
use crate::wording::{Words, named};

named!(Role {
    Operator = "台账运营单位",
    Registrar = "登记机关",
    Steward = "目录管理方",
    Department = "部门",
    Court = "法院",
    Window = "信用服务窗口",
    Auditor = "审计单位",
});
named!(RevocationReason {
    Rotated = "已轮换",
    Retired = "已停用",
    Lost = "已遗失",
    Compromised = "已失控",
});
named!(ReportKind { Enterprise = "企业信用报告", Personal = "个人信用报告", Occupational = "职业信用报告" });
named!(Checked {
    IdentityDocument = "身份证件",
    Registration = "执照或者登记证书",
    PowerOfAttorney = "授权委托书",
});
named!(Review { None = "无", Pending = "审理中", Upheld = "维持", Expired = "期满未提起" });
named!(Secrecy { None = "不涉密", State = "国家秘密", Commercial = "商业秘密" });
named!(DataCategory {
    Religion = "宗教信仰",
    Genes = "基因",
    Fingerprints = "指纹",
    BloodType = "血型",
    Health = "疾病和病史",
    Income = "收入",
    Deposits = "存款",
    Securities = "有价证券",
    Insurance = "商业保险",
    Property = "不动产",
    Tax = "纳税数额",
});
named!(Phase {
    Filed = "已记载",
    Sealed = "已封存",
    Revoked = "已撤销",
    Retracted = "已撤下",
    Notified = "已告知",
    Stated = "已陈述申辩",
    Entered = "已列入",
    Removed = "已移出",
    Imposed = "执行中",
    Exempted = "已豁免",
    Lifted = "已解除",
    Applied = "已申请",
    Accepted = "已受理",
    Returned = "已退回",
    Granted = "已准予",
    Refused = "不予修复",
    Rescinded = "修复已撤销",
    Raised = "已提出",
    Forwarded = "已转办",
    Upheld = "异议成立",
    Dismissed = "异议不成立",
    Decided = "已办结",
    Placed = "保全中",
    Released = "已解除保全",
    Made = "已作出",
    Kept = "已履行",
    Broken = "未履行",
    Assigned = "已评定",
    Withdrawn = "已撤回",
    Charged = "已记分",
    Cancelled = "已取消",
    Issued = "已出具",
    Declared = "已申报",
    Ordered = "已责令",
    Done = "已完成",
    Opened = "已开启",
    Closed = "已关闭",
});

impl Phase {
    /// Its name in Chinese, of a thing of this class: a word that several share does not fit all of them.
    #[must_use]
    pub const fn chinese_of(self, class: Class) -> &'static str {
        match (self, class) {
            (Self::Granted, Class::Consent) => "已授权",
            (Self::Withdrawn, Class::Consent) => "已撤回授权",
            (Self::Filed, Class::Complaint) => "已提出",
            (Self::Accepted, Class::Transfer) => "已接收",
            (Self::Made, Class::Transfer) => "已移送",
            (Self::Ordered, Class::Erasure) => "已决定删除",
            (Self::Withdrawn, Class::Erasure) => "已撤回删除决定",
            _ => self.chinese(),
        }
    }

    /// The same to be said, in either language.
    #[must_use]
    pub const fn of(self, class: Class) -> Words {
        Words::named(self.name(), self.chinese_of(class))
    }
}

named!(StepKind {
    RecordCorrected = "更正记录",
    RecordRevoked = "原决定被撤销",
    RecordRetracted = "撤下误载记录",
    ReviewOpened = "进入复议、诉讼",
    ReviewClosed = "复议、诉讼终结",
    RecordSealed = "封存记录",
    RecordAnnotated = "附加主体说明",
    StatementReceived = "收到陈述申辩",
    ListingExtended = "延长列入期限",
    ListingCorrected = "更正列入内容",
    ListingRemoved = "移出名单",
    MeasureExempted = "豁免措施",
    MeasureLifted = "解除措施",
    MeasureApplied = "反馈措施应用情况",
    RepairAccepted = "受理修复申请",
    RepairReturned = "退回修复申请",
    RepairGranted = "准予修复",
    RepairRefused = "不予修复",
    RepairRescinded = "撤销修复",
    RepairServed = "送达信用修复决定书",
    RepairWithdrawn = "撤回修复申请",
    ObjectionForwarded = "转办异议",
    ObjectionUpheld = "异议成立",
    ObjectionDismissed = "异议不成立",
    ComplaintDecided = "办结投诉",
    HoldReleased = "解除保全",
    CommitmentKept = "承诺已履行",
    CommitmentBroken = "承诺未履行",
    CommitmentReleased = "解除承诺",
    RatingWithdrawn = "撤回评价",
    PointsCancelled = "取消记分",
    ConsentWithdrawn = "撤回授权",
    RectificationDone = "完成整改",
    IncidentClosed = "事件办结",
    TransferAccepted = "接收移送",
    TransferReturned = "退回移送",
    MigrationClosed = "关闭迁移",
    ErasureWithdrawn = "撤回删除决定",
});

impl Change {
    const fn chinese(self) -> &'static str {
        match self {
            Self::Adopted => "列入目录",
            Self::Amended => "修改",
            Self::Repealed => "废止",
        }
    }
}

impl Kind {
    /// Its name in Chinese.
    #[must_use]
    pub fn chinese(self) -> String {
        let plain = match self {
            Self::LedgerOpened => "启用台账",
            Self::AuthorityEnrolled => "登记单位",
            Self::AuthorityAmended => "变更单位登记",
            Self::AuthoritySucceeded => "承接职责",
            Self::AuthoritySuspended => "暂停单位",
            Self::KeyAdded => "增加密钥",
            Self::KeyRevoked => "撤销密钥",
            Self::SubjectRegistered => "登记主体",
            Self::SubjectAmended => "变更主体登记",
            Self::IdentifierLinked => "关联标识",
            Self::IdentifierAccepted => "确认代码",
            Self::SubjectMerged => "主体合并",
            Self::SubjectDissolved => "主体注销",
            Self::RecordFiled => "记载信用信息",
            Self::ListingNotified => "列入名单事先告知",
            Self::ListingEntered => "列入名单",
            Self::MeasureImposed => "采取措施",
            Self::RepairApplied => "申请修复",
            Self::ObjectionRaised => "提出异议",
            Self::ComplaintFiled => "提出投诉",
            Self::HoldPlaced => "采取保全",
            Self::CommitmentMade => "作出承诺",
            Self::RatingAssigned => "评定等级",
            Self::PointsCharged => "记分",
            Self::ConsentGranted => "本人授权",
            Self::SubjectVerified => "核验身份",
            Self::ReportIssued => "出具信用报告",
            Self::UseReported => "反馈使用情况",
            Self::PopulationDeclared => "申报指标分母",
            Self::RectificationOrdered => "责令整改",
            Self::IncidentOpened => "报告安全事件",
            Self::TransferMade => "移送",
            Self::MigrationOpened => "开启历史数据迁移",
            Self::ErasureOrdered => "决定删除",
            Self::LedgerErased => "执行删除",
            Self::AuditorsNamed => "指定审计见证方",
            Self::IdentityRotated => "更换身份密钥",
            Self::AccessRead => "查询记录",
            Self::Step(step) => step.chinese(),
            Self::Catalogue(item, change) => return format!("{}：{}", item.chinese(), change.chinese()),
        };
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_phase_is_told_by_what_it_is_of() {
        for (phase, class, zh) in [
            (Phase::Granted, Class::Consent, "已授权"),
            (Phase::Granted, Class::Application, "已准予"),
            (Phase::Filed, Class::Complaint, "已提出"),
            (Phase::Filed, Class::Record, "已记载"),
        ] {
            assert_eq!(phase.chinese_of(class), zh);
        }
    }
}
