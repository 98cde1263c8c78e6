//! What a request is asked for: the purposes that there are, and no others.

use crate::definition::{Domain, words};
use crate::wording::named;

/// The purposes, each with its word, what it is called, and where the plan has it.
macro_rules! purposes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $zh:literal $en:literal $from:literal;)+) => {
        /// What something is asked for. Who may ask for it, and what is then seen, the readers' table says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Purpose { $($(#[$doc])* $variant),+ }

        words!(Purpose { $($variant = $word),+ });
        named!(Purpose { $($variant = $zh),+ });

        impl Purpose {
            /// Every purpose: the plan's eleven domains first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// What it is called in English.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Self::$variant => $en),+ }
            }

            /// Where the plan has it (湘乡市社会信用体系建设规划（2017-2020年）).
            #[must_use]
            pub const fn plan(self) -> &'static str {
                match self { $(Self::$variant => $from),+ }
            }
        }
    };
}

purposes! {
    /// A licence is decided upon.
    Licensing = "licensing" "行政许可" "administrative licensing" "三（一）1";
    /// The government buys.
    Procurement = "procurement" "政府采购" "government procurement" "三（一）1、三（二）8";
    /// A tender is decided upon.
    Tendering = "tendering" "招标投标" "tendering" "三（一）1、三（二）9";
    /// Somebody asks to enter a market.
    MarketAccess = "market-access" "市场准入" "access to a market" "三（一）1";
    /// Qualifications are reviewed.
    Qualification = "qualification" "资质审核" "review of qualifications" "三（一）1";
    /// Work and its conditions.
    Employment = "employment" "劳动就业" "employment" "三（一）1";
    /// Social insurance and assistance.
    SocialSecurity = "social-security" "社会保障" "social security" "三（一）1";
    /// Research is managed.
    Research = "research" "科研管理" "management of research" "三（一）1";
    /// Cadres are chosen and supervised.
    Cadre = "cadre" "干部选拔任用和管理监督" "selection and supervision of cadres" "三（一）1、三（一）3";
    /// Government money is applied for.
    Funding = "funding" "申请政府资金支持" "government funding" "三（一）1";
    /// The government buys services.
    ServicePurchase = "service-purchase" "政府购买服务" "purchase of services by the government" "三（一）1";
    /// A sector is supervised by how each in it stands.
    Supervision = "supervision" "信用分类监管" "supervision of a sector by credit" "四（一）3";
    /// A record is made, and whom it is about is named.
    Filing = "filing" "信用信息归集报送" "recording and filing of credit information" "四（一）1（2）";
    /// What a subject asks for is dealt with: correction, objection, repair, complaint.
    Handling = "handling" "异议、修复和投诉办理" "handling of objections, repairs and complaints" "四（一）1（2）、四（二）4";
    /// A court inquires in a case.
    JudicialEnquiry = "judicial-enquiry" "司法机关办案查询" "enquiry by a court in a case" "四（二）1（3）";
    /// The ledger is audited.
    Audit = "audit" "信用信息安全监督检查" "inspection of the ledger by an auditor" "四（二）5";
    /// How departments record, disclose and correct is overseen.
    Oversight = "oversight" "信用信息录入、披露和更新的监督考核" "oversight of how departments record, disclose and update" "四（一）3、五（三）";
    /// A subject asks for its own file.
    OwnFile = "own-file" "本人信用档案查询" "the subject's own file" "四（二）4";
    /// A report is made for whom the subject allows it.
    ConsentedReport = "consented-report" "经授权查询信用报告" "a report that the subject consented to" "四（二）3（3）";
}

impl Purpose {
    /// The purpose of this word; `None` where there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_word(text).ok()
    }

    /// Whether a text could be a purpose's word: 1 to 64 of `a`-`z`, `0`-`9`, `-` and `.`.
    pub(super) fn is_word(text: &str) -> bool {
        let fits = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        (1..=64).contains(&text.len()) && text.bytes().all(fits)
    }

    /// The domain in which something is decided, where it is asked for that.
    #[must_use]
    pub const fn domain(self) -> Option<Domain> {
        Some(match self {
            Self::Licensing => Domain::Licensing,
            Self::Procurement => Domain::Procurement,
            Self::Tendering => Domain::Tendering,
            Self::MarketAccess => Domain::MarketAccess,
            Self::Qualification => Domain::Qualification,
            Self::Employment => Domain::Employment,
            Self::SocialSecurity => Domain::SocialSecurity,
            Self::Research => Domain::Research,
            Self::Cadre => Domain::Cadre,
            Self::Funding => Domain::Funding,
            Self::ServicePurchase => Domain::ServicePurchase,
            Self::Supervision
            | Self::Filing
            | Self::Handling
            | Self::JudicialEnquiry
            | Self::Audit
            | Self::Oversight
            | Self::OwnFile
            | Self::ConsentedReport => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleven_domains_are_purposes_of_the_same_name() {
        let domains: Vec<_> = Purpose::ALL.iter().filter_map(|purpose| purpose.domain()).collect();
        assert_eq!(domains, Domain::ALL);
        for purpose in Purpose::ALL {
            assert!(Purpose::is_word(purpose.name()) && Purpose::parse(purpose.name()) == Some(*purpose));
            if let Some(domain) = purpose.domain() {
                assert_eq!(purpose.name().replace('-', "_"), domain.name());
                assert_eq!(purpose.chinese(), domain.chinese());
            }
        }
        for none in ["", "Procurement", "a b", "采购", "procurement.2"] {
            assert_eq!(Purpose::parse(none), None);
        }
    }
}
