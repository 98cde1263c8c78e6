//! What the members of answers are called in Chinese, and the words in them that have no name in `ledger_spec`. The
//! English of a member is its own.

use ledger_spec::projection::State;
use ledger_spec::wording::Words;

/// By what answers call them.
#[rustfmt::skip] // one member a line
const LABELS: &[(&str, &str)] = &[
    ("accesses", "查阅记录"), ("added", "增加条目"), ("algorithm", "算法"), ("article", "适用条款"), ("asked_at", "查询时间"),
    ("at", "时间"), ("authorities", "单位"), ("authority", "单位"), ("barred", "不得履职原因"),
    ("bars", "限制领域"), ("basis", "依据"), ("because", "依据条目"), ("broken", "未履行"),
    ("cause", "原因"), ("chain_hash", "链摘要值"), ("charges", "记分事项"), ("clear_version", "明文记载版本"),
    ("closed", "关闭条目"), ("commitments", "承诺"), ("complaints", "投诉"), ("compromised", "失控说明"),
    ("compromised_since", "失控时间"), ("consents", "授权"), ("corrected_on", "纠正日期"), ("corrections", "更正"),
    ("counts", "是否计入"), ("current", "现行周期"), ("cycles", "记分周期"), ("date", "日期"),
    ("deadlines", "办理期限"), ("decision", "决定文书"), ("declared_by", "申报条目"), ("denominator", "分母"),
    ("departures", "移出"), ("details", "专项字段"), ("direction", "方向"), ("disclosure", "公开范围"),
    ("disclosures", "披露项"), ("dissolved_from", "注销时间"), ("document", "文书摘要值"), ("domain", "领域"),
    ("due", "届满时间"), ("duty", "履行职责"), ("effective", "是否执行"), ("eligible", "能否参与"), ("in_force_from", "自此有效"), ("inherited", "随合并承受"),
    ("by_subject", "本人查阅"), ("verified", "身份核验事项"), ("outcome", "结果"), ("case", "所办事项"), ("case_withheld", "所办事项不予显示"), ("own_competence", "含本单位主管内容"), ("consent", "授权条目"), ("through", "所查的承继主体或者关联名称"), ("opened_by_compromised", "据以查阅的事项由可能失控的密钥签署，失控始于"), ("question", "查询内容"), ("reader", "查阅单位"), ("visible_from", "告知日期"),
    ("en", "英文"), ("end", "失效"), ("entry", "条目"), ("entry_hash", "条目摘要值"),
    ("ethics", "社会公德"), ("event", "事项编号"), ("events", "事项"), ("from", "起始日"),
    ("grade", "等级"), ("ground", "事由"), ("holds", "保全"), ("id", "编号"),
    ("identifiers", "其他标识"), ("incentives", "激励"), ("index", "序号"), ("indicator", "指标"),
    ("indicators", "指标"), ("issued_by", "作出机关"), ("issuer", "记载单位"), ("kept", "已履行"),
    ("key", "公钥"), ("keys", "公钥"), ("kind", "种类"), ("known", "已知"),
    ("known_at", "台账条目数"), ("last_day", "届满日期"), ("late_filings", "逾期归集"), ("late_withdrawals", "逾期撤下"),
    ("law", "遵纪守法"), ("letter", "文书"), ("life", "效力"), ("links", "链接"),
    ("list", "名单"), ("listings", "列入名单"), ("lists", "名单"), ("loan", "贷款"),
    ("longest_delisting_days", "最长逾期移出天数"), ("made", "作出"), ("mark", "标注"), ("marks", "标注"),
    ("measure", "措施"), ("measures", "措施"), ("merged_from", "并入的主体"), ("merged_into", "并入"),
    ("method", "办法版本"), ("migrations", "迁移"), ("missing", "缺少的步骤"), ("more", "另有"),
    ("more_identifiers", "另有标识"), ("more_marks", "另有标注"), ("more_merged_from", "另有并入的主体"),
    ("more_steps", "更早的步骤"), ("more_uses", "更早的使用"), ("name", "名称"), ("next", "下一页"),
    ("not_verified", "未核验的规则"), ("notice", "说明"), ("number", "文号"), ("numerator", "分子"),
    ("objections", "异议"), ("occupations", "职业"), ("open", "在办"), ("opened", "开启条目"),
    ("overdue", "逾期"), ("overdue_complaints", "逾期投诉"), ("overdue_delistings", "逾期移出"),
    ("overdue_objections", "逾期异议"), ("overdue_rectifications", "逾期整改"), ("overdue_repairs", "逾期修复"),
    ("per_mille", "千分比"), ("period", "期限"), ("period_from", "期限自"), ("phase", "阶段"),
    ("place", "地区"), ("points", "记分"), ("polarity", "性质"), ("previous", "前一条目"),
    ("probity", "廉洁"), ("proposes", "拟采取"), ("public", "社会公开"), ("publicity_until", "公示至"),
    ("published", "是否公示"), ("purpose", "用途"), ("ratings", "评价"), ("reason", "理由"),
    ("reasons", "理由"), ("recipient", "接收方"), ("record", "记录"), ("recorded_at", "记载时间"),
    ("records", "记录"), ("registered_on", "登记日期"), ("registration", "登记"), ("released", "已解除"),
    ("repairs", "修复"), ("reports", "信用报告"), ("restricted", "授权查询"), ("restriction_until", "限制至"), ("rests_on", "依据事项"),
    ("revocations", "撤销"), ("revoked", "撤销"), ("roles", "职责"), ("row", "名单内容"),
    ("rule", "规则"), ("rule_of_scheme", "记分规则"), ("rules", "规则"), ("scheme", "办法"),
    ("schemes", "办法"), ("scope", "授权范围"), ("served_on", "送达日期"), ("severity", "失信程度"),
    ("shared", "政务共享"), ("sight", "查阅身份"), ("signature", "签名"), ("signatures", "签名"),
    ("since", "自"), ("source", "来源"), ("state", "状态"), ("statement", "陈述"),
    ("states", "状态"), ("stayed", "停止执行"), ("steps", "后续事项"), ("stream", "记载"), ("subject", "主体"), ("subject_count", "主体数"),
    ("subjects", "主体类别"), ("successor", "承接单位"), ("summary", "摘要"), ("taken_back", "撤回"),
    ("target", "所针对事项"), ("tax", "税务"), ("term", "期限"), ("text", "内容"),
    ("title", "名称"), ("type", "信息类型"), ("types", "信息类型"), ("unchecked", "未核对的规则"),
    ("undisclosed", "未示字段数"), ("until", "截止日"), ("uses", "使用"), ("valid_at", "时点"),
    ("valid_from", "生效时间"), ("version", "版本"), ("what", "事项"), ("withheld", "未示数量"),
    ("zh", "中文"),
];

/// Words of answers, by the members in which they stand.
#[rustfmt::skip] // one member a line, or two
const VALUES: &[(&str, &[(&str, &str)])] = &[
    ("direction", &[("ban", "禁入"), ("sanction", "惩戒"), ("incentive", "激励")]),
    ("term", &[("with-ground", "随事由"), ("lifetime", "终身")]),
    ("kind", &[("other", "其他")]),
    ("subjects", &[("ext", "外部标识"), ("household", "家庭户"), ("person", "自然人"), ("place", "地区"), ("uscc", "统一社会信用代码")]),
    ("period", &[
        ("notice.statement", "陈述申辩"), ("notice.hearing", "要求听证"), ("notice.hearing_held", "通知听证"), ("objection.forward", "转办异议"), ("objection.source", "核查异议"),
        ("objection.decide", "办结异议"), ("complaint.decide", "办结投诉"), ("repair.accept", "受理修复"),
        ("repair.decide", "决定修复"), ("penalty.withdraw", "撤下处罚信息"), ("penalty.limitation", "处罚时效"),
        ("penalty.limitation_harm", "涉及危害后果的处罚时效"), ("minor.min", "轻微失信最短公示期"), ("minor.max", "轻微失信最长公示期"),
        ("general.min", "一般失信最短公示期"), ("general.max", "一般失信最长公示期"), ("serious.min", "严重失信最短公示期"),
        ("serious.max", "严重失信最长公示期"), ("special.min", "特定领域最短公示期"), ("tax.limitation", "税务处罚时效"),
        ("review.administrative", "申请复议"), ("review.litigation", "提起诉讼"), ("review.after_review", "复议后起诉"), ("review.appeal", "提起上诉"),
        ("repair.after_fraud", "修复被撤销后再次申请"),
    ]),
];

/// What a member of an answer is called.
pub fn label(name: &str) -> Words {
    let known = LABELS.iter().find(|(known, _)| *known == name);
    Words::both(name.replace('_', " "), known.map_or(name, |(_, chinese)| chinese))
}

/// A word of an answer, by the member in which it stands.
pub fn value_words(name: &str, word: &str) -> Option<Words> {
    // Indicators and rules are called by their numbers in both languages.
    let (_, words) = VALUES.iter().find(|(known, _)| *known == name)?;
    let (known, chinese) = words.iter().find(|(known, _)| *known == word)?;
    Some(Words::named(known, chinese))
}

/// What can be said of a subject in a word.
pub fn state_words(state: State) -> Words {
    let (zh, en) = match state {
        State::NoRecord => ("本台账无记录", "no record here"),
        State::Registered => ("已登记", "registered"),
        State::RecordInForce => ("有有效记录", "record in force"),
        State::Listed => ("在名单中", "on a list"),
        State::MeasureInForce => ("有有效措施", "measure in force"),
        State::Rated => ("有有效评级", "graded"),
        State::PointsCharged => ("有信用记分", "points charged"),
        State::Committed => ("作出过信用承诺", "made a commitment"),
        State::RepairPending => ("信用修复办理中", "repair pending"),
        State::Successor => ("承继已并入的主体", "took over a subject that was merged into it"),
        State::NothingInForce => ("有记录，该时点无有效事项", "nothing in force at that time"),
        State::Withheld => ("另有不公开事项", "more that is not public"),
    };
    Words::both(en, zh)
}

/// What each member is called.
pub fn labels() -> impl Iterator<Item = (&'static str, Words)> {
    LABELS.iter().map(|(name, _)| (*name, label(name)))
}

/// Each word that has no name in `ledger_spec`, with the member in which it stands.
pub(super) fn values() -> impl Iterator<Item = (&'static str, &'static str, Words)> {
    let words = |(name, words): &'static (&str, &'static [(&'static str, &'static str)])| {
        words.iter().map(|(word, chinese)| (*name, *word, Words::named(word, chinese)))
    };
    VALUES.iter().flat_map(words)
}
