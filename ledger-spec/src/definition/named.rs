//! What the values of the shared vocabularies are called in Chinese.

use super::ItemKind;
use super::record::{DetailForm, Pole};
use super::words::{AuthorityLevel, Disclosure, Domain, Level, Polarity, Severity, Status};
use crate::id::SubjectKind;
use crate::wording::named;

named!(AuthorityLevel { County = "县级", City = "市级", Province = "省级", Centre = "国家级" });
named!(Polarity { Positive = "守信", Neutral = "中性", Negative = "失信" });
named!(Disclosure { Public = "社会公开", Shared = "政务共享", Restricted = "授权查询" });
named!(Severity { Minor = "轻微", General = "一般", Serious = "严重" });
named!(Status {
    Active = "有效",
    BasisRequired = "须逐件引用依据",
    Repealed = "已废止",
    Excluded = "不得记载",
    Reference = "只供参考",
});
// The plan's own words (3.1-1).
named!(Domain {
    Licensing = "行政许可",
    Procurement = "政府采购",
    Tendering = "招标投标",
    MarketAccess = "市场准入",
    Qualification = "资质审核",
    Employment = "劳动就业",
    SocialSecurity = "社会保障",
    Research = "科研管理",
    Cadre = "干部选拔任用和管理监督",
    Funding = "申请政府资金支持",
    ServicePurchase = "政府购买服务",
});
named!(Level {
    Law = "法律",
    AdminRegulation = "行政法规",
    CentralPolicy = "党中央、国务院政策文件",
    LocalRegulation = "地方性法规",
    JudicialInterpretation = "司法解释",
    MinistryRule = "部门规章",
    Normative = "规范性文件",
    LocalPolicy = "地方政策",
    Standard = "标准",
});
named!(SubjectKind {
    Enterprise = "企业",
    IndividualBusiness = "个体工商户",
    Cooperative = "农民专业合作社",
    SocialOrg = "社会组织",
    PublicInstitution = "事业单位",
    Government = "机关",
    Person = "自然人",
    Household = "家庭户",
    Place = "地区",
});
named!(DetailForm { Date = "日期", WanYuan = "以万元为单位的金额", Uscc = "统一社会信用代码" });
named!(ItemKind {
    Type = "信息类型",
    List = "名单",
    Measure = "措施",
    Rating = "评价办法",
    Points = "记分办法",
    Calendar = "工作日历",
    Procedure = "办理期限",
    Basis = "依据文件",
});

impl Pole {
    /// Its name in Chinese.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Fixed(polarity) => polarity.chinese(),
            Self::Mixed => "逐条确定",
        }
    }
}
