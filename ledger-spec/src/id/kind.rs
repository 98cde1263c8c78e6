//! What kind of subject an identifier names: for the rules that apply to some kinds only.

use super::SubjectId;

/// A kind of subject, as far as an identifier shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
pub enum SubjectKind {
    /// 企业
    Enterprise,
    /// 个体工商户
    IndividualBusiness,
    /// 农民专业合作社
    Cooperative,
    /// 社会组织
    SocialOrg,
    /// 事业单位
    PublicInstitution,
    /// 机关
    Government,
    /// 自然人
    Person,
    /// 农户、家庭
    Household,
    /// 地方：县、乡镇、村
    Place,
}

impl SubjectId {
    /// The kind that the identifier shows; `None` where it does not show one.
    #[must_use]
    pub fn kind(&self) -> Option<SubjectKind> {
        match self {
            Self::Person(_) => Some(SubjectKind::Person),
            Self::Household(_) => Some(SubjectKind::Household),
            Self::Place(_) => Some(SubjectKind::Place),
            Self::Uscc(code) => shown_by(code.as_str()),
            Self::External(id) => id.credit_code().and_then(shown_by),
            _ => None,
        }
    }

    /// Whether it is a natural person or a household of them.
    #[must_use]
    pub const fn is_natural(&self) -> bool {
        matches!(self, Self::Person(_) | Self::Household(_))
    }
}

/// What the first two characters of a unified social credit code name: the registering department and the class of
/// body (GB 32100-2015, table 1: 11 organ, 12 public institution, 51 to 53 social organisations, 91 enterprise, 92
/// individual business, 93 farmers' cooperative).
fn shown_by(code: &str) -> Option<SubjectKind> {
    match code.get(..2)? {
        "11" => Some(SubjectKind::Government),
        "12" => Some(SubjectKind::PublicInstitution),
        "51" | "52" | "53" => Some(SubjectKind::SocialOrg),
        "91" => Some(SubjectKind::Enterprise),
        "92" => Some(SubjectKind::IndividualBusiness),
        "93" => Some(SubjectKind::Cooperative),
        _ => None,
    }
}
