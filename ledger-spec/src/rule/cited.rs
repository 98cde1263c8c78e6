//! The law that a rule rests on, as it is cited in a language. The Chinese is the law's own; an English citation names it
//! for readers of English, and is no text of the law.

use super::Rule;
use crate::wording::{Language, Wording};

const fn w(en: &'static str, zh: &'static str) -> Wording {
    Wording { en, zh }
}

/// Each citation once.
#[rustfmt::skip] // one citation a line, or two
const CITATIONS: &[Wording] = &[
    w("General Office of the State Council, Guobanfa [2020] No. 49: what is in no catalogue is not taken in",
        "国办发〔2020〕49号：目录管理，目录之外不得纳入"),
    w("Administrative Penalty Law, article 17: within the powers that the law gives", "行政处罚法第十七条：在法定职权范围内实施"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: a document with legal effect is what it rests on",
        "国办发〔2020〕49号：以具有法律效力的文书为依据"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: notice beforehand", "国办发〔2020〕49号：事先告知"),
    w("Hunan Social Credit Regulation, article 2; Law on the Prevention of Juvenile Delinquency, article 59",
        "湖南省社会信用条例第二条；预防未成年人犯罪法第五十九条"),
    w("Administrative Penalty Law, article 36", "行政处罚法第三十六条"),
    w("Regulation on the Credit Reporting Industry, article 14", "征信业管理条例第十四条"),
    w("Measures for Credit Repair (National Development and Reform Commission, Order No. 36): minor, general, serious",
        "信用修复管理办法（国家发展改革委令第36号）：轻微、一般、严重"),
    w("Measures for Credit Repair (National Development and Reform Commission, Order No. 36)",
        "信用修复管理办法（国家发展改革委令第36号）"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: what follows is in proportion to the fault",
        "国办发〔2020〕49号：过惩相当"),
    w("Administrative Reconsideration Law, article 20; Administrative Litigation Law, articles 45 and 46",
        "行政复议法第二十条；行政诉讼法第四十五条、第四十六条"),
    w("General Office of the State Council, Guobanfa [2020] No. 49; Personal Information Protection Law, articles 25, 34 and 55",
        "国办发〔2020〕49号；个人信息保护法第二十五条、第三十四条、第五十五条"),
    w("Regulation on Open Government Information, articles 14 and 15", "政府信息公开条例第十四条、第十五条"),
    w("the plan, part 4 (1) 4: what is public and what is shared", "规划四（一）4：社会公开类、共享类"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: on laws, regulations or policies of the Central Committee and the State Council",
        "国办发〔2020〕49号：以法律、法规或者党中央、国务院政策文件为依据"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: nothing outside of the catalogue is taken in",
        "国办发〔2020〕49号：目录之外不得纳入"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: standards and procedure of the lists of the seriously dishonest",
        "国办发〔2020〕49号：严重失信主体名单的认定标准和程序"),
    w("General Office of the State Council, Guobanfa [2020] No. 49; Personal Information Protection Law",
        "国办发〔2020〕49号；个人信息保护法"),
    w("General Office of the State Council, Guobanfa [2020] No. 49: the list of measures against dishonesty",
        "国办发〔2020〕49号：失信惩戒措施清单"),
    w("Administrative Penalty Law, article 58: legal review", "行政处罚法第五十八条：法制审核"),
    w("the plan, part 4 (2) 4 (3): litigation", "规划四（二）4（3）：诉讼管理"),
    w("Personal Information Protection Law; Regulation on the Credit Reporting Industry, articles 13 and 18",
        "个人信息保护法；征信业管理条例第十三条、第十八条"),
    w("Personal Information Protection Law, article 47", "个人信息保护法 第四十七条"),
    w("Measures for Credit Repair (National Development and Reform Commission, Order No. 36): whoever recognised it repairs it",
        "信用修复管理办法（国家发展改革委令第36号）：谁认定、谁修复"),
    w("Personal Information Protection Law", "个人信息保护法"),
    w("GB 32100-2015", "GB 32100-2015"),
];

impl Rule {
    /// The law that the rule rests on, as it is cited in a language.
    #[must_use]
    pub fn cited(self, language: Language) -> Option<&'static str> {
        let chinese = self.basis()?;
        let known = CITATIONS.iter().find(|citation| citation.zh == chinese);
        Some(known.map_or(chinese, |citation| language.pick(citation.zh, citation.en)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_law_is_cited_in_both_languages_and_every_citation_is_a_rules() {
        let is_chinese =
            |c: char| ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c);
        for rule in Rule::ALL {
            let Some(chinese) = rule.basis() else {
                assert_eq!(rule.cited(Language::En), None);
                continue;
            };
            let english = rule.cited(Language::En).unwrap();
            assert!(!english.contains(is_chinese), "{}: {english}", rule.id());
            assert_eq!(rule.cited(Language::Zh), Some(chinese));
        }
        for citation in CITATIONS {
            assert!(Rule::ALL.iter().any(|rule| rule.basis() == Some(citation.zh)), "{}", citation.zh);
        }
    }
}
