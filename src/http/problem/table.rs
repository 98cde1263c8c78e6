//! The table of problems: the type's last part, the status, and the words in both languages.
//!
//! A name never changes its meaning; what is retired is not used again. `/docs` shows the table.

use super::row::Row;
use ledger_spec::admission::Rule;
use ledger_spec::rule::RequestRule;
use ledger_spec::wording::Language;

/// What kinds of problems there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // each is named like its slug, and the table below says what it is
pub enum ProblemKind {
    /// An admission rule refuses.
    Rule(Rule),
    /// A rule of signed requests refuses.
    Request(RequestRule),
    MalformedJson,
    TruncatedBody,
    InvalidUtf8,
    DuplicateKey,
    UnknownField,
    MissingField,
    WrongType,
    NumberOutOfRange,
    CheckCharacter,
    MalformedIdentifier,
    PersonInPath,
    MalformedTime,
    InvalidValue,
    UnknownKind,
    EventTooLong,
    EnvelopeTooLong,
    MalformedDisclosure,
    DisclosuresTooLong,
    DisclosureMissing,
    DisclosureSuperfluous,
    DisclosureAltered,
    DisclosureDoubled,
    InvalidParameter,
    BadSignature,
    Copy,
    BlindCopy,
    Erased,
    NotWitnessed,
    NotPublic,
    NotFound,
    MethodNotAllowed,
    BodyTimeout,
    BodyTooLarge,
    BatchTooLarge,
    UnsupportedMediaType,
    QueueFull,
    IdentitiesSpent,
    Damaged,
    Internal,
    Timeout,
    Overloaded,
    Behind,
    ReadingSlowed,
    CodeRefused,
    TooManyCodes,
    SessionOver,
    TwoAuthorizations,
    NotJournalled,
    WriterStopped,
    Stopping,
    DiskFull,
    KnownElsewhere,
}

impl ProblemKind {
    /// Every kind that is not a rule's.
    pub const OTHERS: [Self; 52] = [
        Self::MalformedJson,
        Self::TruncatedBody,
        Self::InvalidUtf8,
        Self::DuplicateKey,
        Self::UnknownField,
        Self::MissingField,
        Self::WrongType,
        Self::NumberOutOfRange,
        Self::CheckCharacter,
        Self::MalformedIdentifier,
        Self::PersonInPath,
        Self::MalformedTime,
        Self::InvalidValue,
        Self::UnknownKind,
        Self::EventTooLong,
        Self::EnvelopeTooLong,
        Self::MalformedDisclosure,
        Self::DisclosuresTooLong,
        Self::DisclosureMissing,
        Self::DisclosureSuperfluous,
        Self::DisclosureAltered,
        Self::DisclosureDoubled,
        Self::InvalidParameter,
        Self::BadSignature,
        Self::Copy,
        Self::BlindCopy,
        Self::Erased,
        Self::NotWitnessed,
        Self::NotPublic,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::BodyTooLarge,
        Self::BatchTooLarge,
        Self::UnsupportedMediaType,
        Self::QueueFull,
        Self::IdentitiesSpent,
        Self::Damaged,
        Self::Internal,
        Self::Timeout,
        Self::Overloaded,
        Self::Behind,
        Self::ReadingSlowed,
        Self::CodeRefused,
        Self::TooManyCodes,
        Self::SessionOver,
        Self::TwoAuthorizations,
        Self::NotJournalled,
        Self::WriterStopped,
        Self::Stopping,
        Self::DiskFull,
        Self::KnownElsewhere,
    ];

    /// Every kind, the rules' first.
    pub fn all() -> impl Iterator<Item = Self> {
        let requests = RequestRule::ALL.iter().copied().map(Self::Request);
        Rule::ALL.iter().copied().map(Self::Rule).chain(requests).chain(Self::OTHERS)
    }

    /// The last part of the problem's type.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.slug(),
            Self::Request(rule) => rule.slug(),
            other => other.row().0,
        }
    }

    /// The problem's type (RFC 9457 §3.1.1).
    pub fn urn(self) -> String {
        format!("urn:credit-ledger:problem:{}", self.slug())
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The admission rule, where one refuses, or the one that what was sent could not be asked by.
    pub const fn rule(self) -> Option<Rule> {
        match self {
            Self::Rule(rule) => Some(rule),
            Self::MalformedDisclosure
            | Self::DisclosureMissing
            | Self::DisclosureSuperfluous
            | Self::DisclosureAltered
            | Self::DisclosureDoubled => Some(Rule::PersonalFields),
            _ => None,
        }
    }

    /// The id of the rule, of admission or of signed requests.
    pub const fn rule_id(self) -> Option<&'static str> {
        match (self, self.rule()) {
            (Self::Request(rule), _) => Some(rule.id()),
            (_, Some(rule)) => Some(rule.id()),
            (_, None) => None,
        }
    }

    /// The kind in a few words.
    pub const fn title(self, language: Language) -> &'static str {
        let [zh, en] = self.row().2;
        language.pick(zh, en)
    }

    /// What to do.
    pub const fn advice(self, language: Language) -> &'static str {
        let [zh, en] = self.row().3;
        language.pick(zh, en)
    }

    #[rustfmt::skip] // one problem a paragraph reads better than rustfmt's columns
    const fn row(self) -> Row {
        match self {
            Self::Rule(rule) => rule_row(rule),
            Self::Request(rule) => super::request::row(rule),
            Self::MalformedJson => Row("malformed-json", 400,
                ["JSON 格式有误", "not well-formed JSON"],
                ["请按 RFC 8259 核对报文格式后重新提交。", "Check the JSON against RFC 8259 and send it again."]),
            Self::TruncatedBody => Row("truncated-body", 400,
                ["报文不完整", "the body ends too early"],
                ["请确认报文已完整发送后重新提交；重复提交同一事项不会重复记载。", "Send the whole body again; sending the same event twice records it once."]),
            Self::InvalidUtf8 => Row("invalid-utf8", 400,
                ["字符编码不是有效的 UTF-8", "not valid UTF-8"],
                ["请以 UTF-8 编码重新提交。", "Encode the text as UTF-8 and send it again."]),
            Self::DuplicateKey => Row("duplicate-key", 400,
                ["同一对象中字段重复", "a key stands twice in one object"],
                ["请删除重复字段，重新签名后提交。", "Remove the second key, sign again and send."]),
            Self::UnknownField => Row("unknown-field", 400,
                ["存在未定义的字段", "an unknown field"],
                ["请对照规范删除或更正该字段，重新签名后提交。", "Remove or correct the field as the specification has it, sign again and send."]),
            Self::MissingField => Row("missing-field", 400,
                ["缺少必填字段", "a required field is missing"],
                ["请补齐该字段，重新签名后提交。", "Add the field, sign again and send."]),
            Self::WrongType => Row("wrong-type", 400,
                ["字段类型不符", "a field of the wrong JSON type"],
                ["请按规范要求的类型填写该字段，重新签名后提交。", "Give the field the type that the specification has, sign again and send."]),
            Self::NumberOutOfRange => Row("number-out-of-range", 400,
                ["数值超出允许范围", "a number out of range"],
                ["请填写允许范围内的整数，重新签名后提交。", "Use a whole number within the bounds, sign again and send."]),
            Self::CheckCharacter => Row("check-character", 400,
                ["代码校验位不正确", "the check character does not fit the code"],
                ["请核对统一社会信用代码等证照号码是否录入有误。", "Check the code against the certificate: a character is mistyped."]),
            Self::MalformedIdentifier => Row("malformed-identifier", 400,
                ["标识格式不符合规范", "a malformed identifier"],
                ["请对照规范核对标识的格式。", "Check the identifier's form against the specification."]),
            Self::PersonInPath => Row("person-in-path", 400,
                ["自然人、家庭户的标识不得写入网址", "a person or household in a path"],
                ["网址可能被网络设备留存。请改用 POST /v1/questions/{view}，将标识写入请求正文的 subject 字段。", "Others keep the paths that they see. Ask by POST /v1/questions/{view}, with the identifier as `subject` in the body."]),
            Self::MalformedTime => Row("malformed-time", 400,
                ["时间格式不符合规范", "a malformed time or date"],
                ["时刻请按 RFC 3339 填写（如 2026-11-01T00:00:00+08:00），日期请填写为 2026-11-01 的形式。", "Write instants as RFC 3339 (2026-11-01T00:00:00+08:00) and days as 2026-11-01."]),
            Self::InvalidValue => Row("invalid-value", 400,
                ["字段取值无效", "a value that is not allowed"],
                ["请按所列要求更正取值，重新签名后提交。", "Correct the value as stated, sign again and send."]),
            Self::UnknownKind => Row("unknown-kind", 400,
                ["事项种类未定义", "an unknown kind of event"],
                ["请使用规范所列的事项种类。", "Use one of the kinds that the specification lists."]),
            Self::EventTooLong => Row("event-too-long", 413,
                ["事项内容超过长度上限", "the event is too long"],
                ["请精简内容；附件请另行保存，事项中仅记载其摘要值。", "Shorten it; keep documents elsewhere and record their digest."]),
            Self::EnvelopeTooLong => Row("envelope-too-long", 413,
                ["签名信封超过长度上限", "the envelope is too long"],
                ["请精简内容；附件请另行保存，事项中仅记载其摘要值。", "Shorten it; keep documents elsewhere and record their digest."]),
            Self::MalformedDisclosure => Row("malformed-disclosure", 400,
                ["披露项格式有误", "a malformed disclosure"],
                ["披露项为 [盐, 字段名, 值] 三个文本的 JSON 数组的 base64url；请用 sign 或 import 重新生成并签名。", "A disclosure is base64url of the JSON array [salt, name, value] of three texts: split and sign the event again."]),
            Self::DisclosuresTooLong => Row("disclosures-too-long", 413,
                ["披露项合计超过长度上限", "the disclosures are too long together"],
                ["请精简内容；附件请另行保存。", "Shorten them; keep documents elsewhere."]),
            Self::DisclosureMissing => Row("disclosure-missing", 422,
                ["缺少事项所列的披露项", "a disclosure that the event names is missing"],
                ["请将 private 所列摘要值对应的披露项全部随事项提交；重复提交时也应一并提交。", "Send every disclosure whose digest stands in `private`, also when the event is sent again."]),
            Self::DisclosureSuperfluous => Row("disclosure-superfluous", 422,
                ["提交了事项未列的披露项", "a disclosure that the event does not name"],
                ["请删除多余的披露项；需要增加的，应将其摘要值写入 private 后重新签名。", "Leave it out, or name its digest in `private` and sign again."]),
            Self::DisclosureAltered => Row("disclosure-altered", 422,
                ["披露项与事项所列摘要值不符", "a disclosure was altered: its digest is none that the event names"],
                ["披露项签名后不得改动，包括盐和编码；请提交签名时生成的原文。", "Send the text as it was when the event was signed, salt and spelling included."]),
            Self::DisclosureDoubled => Row("disclosure-doubled", 422,
                ["同一字段的披露项重复", "two disclosures of one field"],
                ["每个字段只能有一个披露项；请删除重复的一项后重新签名。", "A field is disclosed once: remove the second and sign again."]),
            Self::InvalidParameter => Row("invalid-parameter", 400,
                ["请求参数无效", "an invalid parameter"],
                ["请对照接口文档（/docs）核对参数的名称和取值，每个参数只能出现一次。", "Check the names and values of the parameters in /docs; each may stand once."]),
            Self::BadSignature => Row("bad-signature", 401,
                ["签名验证未通过", "a signature that does not hold"],
                ["请确认信封所列公钥与签名所用的密钥一致，且签名后内容未作改动。", "Sign exactly the bytes that are sent, with the key that the envelope names."]),
            Self::Copy => Row("copy", 403,
                ["此处为台账副本，只供查询", "this is a copy of the ledger: it can only be read"],
                ["请向台账运营单位的服务提交。", "Send it to the ledger's own server."]),
            Self::BlindCopy => Row("blind-copy", 403,
                ["此副本未持有加密内容的开启材料，不能查询主体", "this copy is blind: it says nothing about anybody"],
                ["请向台账运营单位的服务查询；此副本只提供日志、单位名录和目录。", "Ask the ledger's own server; this copy has the log, the authorities and the catalogue."]),
            Self::Erased => Row("erased", 410,
                ["该事项已依法删除", "this event was erased, as the law orders"],
                ["已删除的内容不能恢复，也不得重新提交；删除的依据见该主体的删除决定。", "What is erased does not come back; the order says by what law."]),
            Self::NotWitnessed => Row("not-witnessed", 404,
                ["尚无满足见证规则的检查点", "no checkpoint meets the policy of witnesses yet"],
                ["请稍后再试，或先使用 /checkpoint；各见证方的状态见 /readyz。", "Try again later, or use /checkpoint; /readyz says how each witness is."]),
            Self::NotPublic => Row("not-public", 403,
                ["该内容不对社会公开", "this is not public"],
                ["请向记载该信息的单位或信用服务窗口依法查询。", "Ask the authority that holds it, or a credit service window."]),
            Self::NotFound => Row("not-found", 404,
                ["未找到所请求的内容", "not found"],
                ["请核对地址或编号；接口目录见 /docs。", "Check the address or number; /docs lists what there is."]),
            Self::MethodNotAllowed => Row("method-not-allowed", 405,
                ["不支持该请求方法", "this method is not supported here"],
                ["请使用 Allow 响应头所列的方法。", "Use a method that the Allow header names."]),
            Self::BodyTimeout => Row("body-timeout", 408,
                ["报文接收超时", "the body did not arrive in time"],
                ["请检查网络状况后重新提交；重复提交同一事项不会重复记载。", "Send it again; sending the same event twice records it once."]),
            Self::BodyTooLarge => Row("body-too-large", 413,
                ["报文超过大小上限", "the body is too large"],
                ["请拆分为多个批次提交。", "Split it into smaller batches."]),
            Self::BatchTooLarge => Row("batch-too-large", 413,
                ["批次条数超过上限", "too many events in one batch"],
                ["请拆分为多个批次提交。", "Split it into smaller batches."]),
            Self::UnsupportedMediaType => Row("unsupported-media-type", 415,
                ["不支持该内容类型", "an unsupported media type"],
                ["单条提交请用 application/json，批量提交请用 application/x-ndjson，且不得压缩。", "Send application/json for one envelope or application/x-ndjson for many, without compression."]),
            Self::QueueFull => Row("queue-full", 429,
                ["待处理事项已满，请稍后重试", "too much is waiting already"],
                ["请按 Retry-After 响应头所示秒数等待后重试；本次提交未记载任何事项。", "Wait as Retry-After says and send again; nothing of this was recorded."]),
            Self::IdentitiesSpent => Row("identities-spent", 429,
                ["本单位当前可转换的证件号码数量已用完", "the authority has no numbers left to be resolved for now"],
                ["请按 Retry-After 响应头所示秒数等待后重新签名提交。", "Wait as Retry-After says and sign a new request."]),
            Self::Damaged => Row("damaged", 500,
                ["台账数据受损，该处内容暂停提供", "the ledger is damaged here, and nothing is served from there"],
                ["请告知台账运营单位；运营单位请运行 audit 命令查明受损位置。", "Tell the operator, who runs `audit` to find the place."]),
            Self::Internal => Row("internal", 500,
                ["系统内部错误", "an internal error"],
                ["请告知台账运营单位；重复提交同一事项不会重复记载。", "Tell the operator; sending the same event twice records it once."]),
            Self::Timeout => Row("timeout", 503,
                ["处理超时，结果未知", "no answer in time; the outcome is unknown"],
                ["请重新提交同一事项：如已记载，将返回原有回执，不会重复记载。", "Send the same event again: if it was recorded, its first receipt comes back."]),
            Self::Overloaded => Row("overloaded", 503,
                ["同类查询过多，暂时不能答复", "too much of this kind is asked at once"],
                ["请按 Retry-After 响应头所示秒数等待后重试；记载和其他查询不受影响。", "Wait as Retry-After says and ask again; appends and other questions go on."]),
            Self::Behind => Row("behind", 503,
                ["全市范围的汇总数据正在生成，尚未涵盖所查时点", "what answers about the whole city are made from is still being made, and does not cover this yet"],
                ["请按 Retry-After 响应头所示秒数等待后重试；单个主体的查询、回执和记载不受影响。", "Wait as Retry-After says and ask again; questions about one subject, receipts and appends go on."]),
            Self::ReadingSlowed => Row("reading-slowed", 429,
                ["查询数量超出通常范围，已减慢答复", "more is read than is usual, so it is answered slowly"],
                ["请按 Retry-After 响应头所示秒数等待后重试；工作确有需要的，请联系台账运营单位。", "Wait as Retry-After says and ask again; if the work needs as much, talk to the operator."]),
            Self::CodeRefused => Row("code-refused", 403,
                ["验证码无效", "this code opens nothing"],
                ["验证码十五分钟内有效，只能使用一次；请在信用服务窗口重新取得。", "A code is good for fifteen minutes and once; have the window give a new one."]),
            Self::TooManyCodes => Row("too-many-codes", 429,
                ["近期无效的验证码过多", "too many codes that open nothing came lately"],
                ["请按 Retry-After 响应头所示秒数等待；有效的验证码不受影响。", "Wait as Retry-After says; a code that is good is taken all the same."]),
            Self::SessionOver => Row("session-over", 401,
                ["查阅会话已经结束或者无效", "the session is over, or is none"],
                ["会话自验证码使用之时起十五分钟内有效；请在信用服务窗口重新取得验证码。", "A session holds for fifteen minutes from the exchange of its code; have the window give a new code."]),
            Self::TwoAuthorizations => Row("two-authorizations", 400,
                ["请求同时带有签名和 Authorization 请求头", "the request is signed and has an Authorization field too"],
                ["单位请求只签名，主体请求只带 Authorization 请求头。", "Sign it, as an authority; or send Authorization, as a subject."]),
            Self::NotJournalled => Row("not-journalled", 503,
                ["查询无法留痕，不予答复", "the look cannot be written down, so it is not answered"],
                ["请告知台账运营单位；公开内容仍可不签名查询。", "Tell the operator; what is public is answered without a signature."]),
            Self::WriterStopped => Row("writer-stopped", 503,
                ["台账已暂停记载，查询不受影响", "the ledger takes nothing for now; reading goes on"],
                ["请告知台账运营单位；恢复后重新提交同一事项即可，不会重复记载。", "Tell the operator; send the same event again later, it is recorded once."]),
            Self::Stopping => Row("stopping", 503,
                ["服务正在停止", "the server is stopping"],
                ["请稍后重新提交。", "Send it again a little later."]),
            Self::DiskFull => Row("disk-full", 507,
                ["存储空间不足，台账已暂停记载", "the disk is full, and the ledger takes nothing"],
                ["请告知台账运营单位扩充存储并重新启动；本次提交未获确认，恢复后请重新提交。", "Tell the operator to make room and restart; this was not acknowledged, so send it again then."]),
            Self::KnownElsewhere => Row("known-elsewhere", 503,
                ["他处存有本台账未载的已签署检查点，停止记载", "a checkpoint that this ledger has signed is known elsewhere and does not fit what it holds, so nothing is recorded"],
                ["请告知台账运营单位：先找回缺失的条目，再重新启动；在此之前的查询结果可能不完整。", "Tell the operator: what is missing is to be brought back, and the server started again; until then answers may lack it."]),
        }
    }
}

#[rustfmt::skip] // as above
const fn rule_row(rule: Rule) -> Row {
    let slug = rule.slug();
    match rule {
        Rule::Origin => Row(slug, 422,
            ["事项所指台账与本台账不符", "the event is meant for another ledger"],
            ["请将 origin 字段填写为本台账的名称，重新签名后提交。", "Name this ledger in `origin`, sign again and send."]),
        Rule::Genesis => Row(slug, 422,
            ["台账启用事项只能作为首条记载", "a ledger is opened once, by its first entry"],
            ["台账已经启用，请勿再次提交 ledger.opened。", "The ledger is open already; do not send ledger.opened."]),
        Rule::IssuerEnrolled => Row(slug, 403,
            ["记载单位尚未登记", "the issuer is not enrolled"],
            ["请先由登记机关办理单位登记，再提交事项。", "Have a registrar enrol the authority first."]),
        Rule::KeyOfIssuer => Row(slug, 403,
            ["签名密钥不属于该记载单位", "a signing key is not the issuer's"],
            ["请使用本单位已登记的密钥签名，且每个密钥只签一次。", "Sign with keys that are enrolled for the issuer, each once."]),
        Rule::KeyInForce => Row(slug, 403,
            ["签名密钥已被撤销", "a signing key is revoked"],
            ["请改用有效密钥签名；没有有效密钥的，请向登记机关申请登记新密钥。", "Sign with a key that is in force, or have a registrar add a new one."]),
        Rule::Role => Row(slug, 403,
            ["记载单位的职责不含此类事项", "the issuer's role does not cover this kind of event"],
            ["请由负有相应职责的单位提交。", "Have an authority with the role send it."]),
        Rule::ErasureWhole => Row(slug, 422,
            ["删除的范围不完整", "the erasure is not whole"],
            ["请将依附于该记录的全部事项一并列入；处于保全、复议或诉讼期间的记录不得删除。", "Name everything that follows the record or rests on it; nothing that is under a hold can be erased."]),
        Rule::ErasedAsOrdered => Row(slug, 422,
            ["所列已删除的内容与删除决定不符", "not what the orders say"],
            ["此类事项由台账程序依据全部删除决定生成，请勿手工提交。", "The ledger's own program makes this event of all orders; do not send it by hand."]),
        Rule::PseudonymCurrent => Row(slug, 422,
            ["所用假名不是由台账现行身份密钥生成的", "the pseudonym is not of the ledger's newest identity key"],
            ["请重新转换证件号码（resolve 或 import），以新的假名重新签名提交；原假名下已有记载的后续事项仍使用原假名。", "Have the number resolved again (`resolve`, `import`) and sign anew; what follows on an event under the old pseudonym keeps it."]),
        Rule::JournalAlone => Row(slug, 422,
            ["此类事项不在此处记载", "this does not stand in this log"],
            ["查询记录只由台账程序写入查询日志，其他事项只写入台账，请勿手工提交。", "Looks are written to the access journal, by the ledger's own program and by nobody else; all else stands in the ledger."]),
        Rule::LookSigned => Row(slug, 422,
            ["查询记录与查询人所签请求不符", "the look is not what its reader signed"],
            ["此类事项由台账程序依据所签请求生成，请勿手工提交。", "The ledger's own program makes this event of a signed request; do not send it by hand."]),
        Rule::VerifiedWhole => Row(slug, 422,
            ["身份核验的材料不齐全", "what was looked at does not tell who stood there"],
            ["请核验到场人的身份证件；主体为单位的，同时核验其执照或者登记证书；由代理人办理的，同时核验授权委托书，并填写 agent。", "Look at the identity document; of a body at its licence or certificate of registration too; of an agent at the power of attorney, and say `agent`."]),
        Rule::AuditedBefore => Row(slug, 422,
            ["删除前未经审计见证", "no auditing witness had vouched for what is erased"],
            ["请待审计见证方对涵盖全部拟删除内容的检查点联署后，由台账程序重新生成。", "Have an auditing witness cosign a checkpoint over all that is erased; the ledger's own program then makes this event."]),
        Rule::IdOnce => Row(slug, 409,
            ["事项编号已被另一事项使用", "the id stands for another event already"],
            ["请核对此前提交的内容；新事项请使用新的编号。", "Compare with what was sent before; give a new event a new id."]),
        Rule::SeenVersion => Row(slug, 409,
            ["所依据的版本不是最新版本", "the version seen is not the last"],
            ["请重新查阅该主体的记载（最新版本见 head），确认后更新 seen_version，重新签名提交。", "Read the subject's history up to `head`, then name that version, sign again and send."]),
        Rule::NotInFuture => Row(slug, 422,
            ["事项时间晚于当前时间", "the time lies in the future"],
            ["请核对日期和本机时钟；尚未生效的事项请在生效后提交。", "Check the date and your clock; send it once it has begun."]),
        Rule::SubjectFits => Row(slug, 422,
            ["事项与主体类别不符", "the event does not fit its subject"],
            ["请核对主体标识及目录中该类型适用的主体范围。", "Check the subject against those that the catalogue allows."]),
        Rule::StrongKey => Row(slug, 422,
            ["公钥强度不符合要求", "a key that strict verifiers refuse"],
            ["请重新生成 Ed25519 密钥后再登记。", "Generate a fresh Ed25519 key and enrol that."]),
        Rule::KeyNew => Row(slug, 422,
            ["该公钥已经登记过", "the key is enrolled already"],
            ["一个密钥只能属于一个单位，且不得重复登记；请重新生成密钥。", "A key belongs to one authority for ever; generate a fresh one."]),
        Rule::ReferenceKnown => Row(slug, 422,
            ["所引用的事项不属于该主体，或者与本事项不符", "what it refers to is not in the subject's stream"],
            ["请核对所引用的事项编号和主体标识。", "Check the id that it refers to, and the subject."]),
        Rule::InPhase => Row(slug, 409,
            ["所引用的事项目前的状态不能办理本步骤", "what it refers to is not in a phase from which this step starts"],
            ["请查阅该事项目前的状态（见 found）；已经办结的不再重复办理。", "Look at the phase it is in (`found`); what has ended cannot end again."]),
        Rule::Acting => Row(slug, 403,
            ["记载单位的职责已由其他单位承接，或者该单位已暂停履职", "the issuer has a successor, or is suspended"],
            ["请由承接其职责的单位提交；暂停履职的，待恢复后办理。", "Have the authority that took over its tasks send it."]),
        Rule::IdentifierAccepted => Row(slug, 422,
            ["该统一社会信用代码未通过校验，且未经确认", "the code fails its check and has not been accepted by name"],
            ["请核对代码；确属真实代码的，先由登记机关提交 subject.identifier_accepted。", "Check the code; if it is genuine, have its registrar send subject.identifier_accepted first."]),
        Rule::LastKey => Row(slug, 409,
            ["不得撤销台账运营单位的密钥或者最后一个登记机关的密钥", "the operator or the last registrar would be left without a key"],
            ["请先为登记机关增加新的密钥，再撤销原密钥；台账运营单位的密钥不能撤销。", "Add a new key for a registrar first, then revoke the old one."]),
        Rule::SourceDecides => Row(slug, 403,
            ["只能由原认定单位办理", "only the source decides this"],
            ["按照“谁认定、谁修复”的原则，请由原认定单位提交。", "Have the authority that filed it send this."]),
        Rule::RowFits => Row(slug, 422,
            ["所填内容与名单的栏目不符", "the row does not fit the list's columns"],
            ["请按目录所列栏目逐项填写，不得缺漏或增加。", "Give exactly the columns that the catalogue has for the list."]),
        Rule::NotTwice => Row(slug, 409,
            ["重复办理：所列内容已有登记、列入、申请或者决定", "it is there already, and is not done twice"],
            ["请查阅“实际情况”所指的已有记载；同一事项不重复办理。", "Look at what is there; it need not be done twice."]),
        Rule::OrderOfTime => Row(slug, 422,
            ["时间先后有误：早于其所依据的事项或者决定", "it would end before it began"],
            ["请核对所列字段的时间，不得早于其所依据的事项或者决定。", "Check `valid_from`."]),
        Rule::NoPersonalData => Row(slug, 422,
            ["不得以明文记载个人信息", "personal data in clear"],
            ["请删除自然人的姓名、身份证件号码、电话号码等个人信息，重新签名后提交。", "Remove names, identity and telephone numbers of persons, sign again and send."]),
        due => super::due_process::row(due),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_problem_has_its_own_name_and_words() {
        let all: Vec<_> = ProblemKind::all().collect();
        for words in [
            all.iter().map(|kind| kind.slug()).collect::<HashSet<_>>(),
            all.iter().map(|kind| kind.title(Language::Zh)).collect(),
            all.iter().map(|kind| kind.title(Language::En)).collect(),
        ] {
            assert_eq!(words.len(), all.len());
        }
        for kind in all {
            let kept = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(kind.slug().bytes().all(kept), "{}", kind.slug());
            assert!(!kind.title(Language::Zh).is_ascii() && kind.title(Language::En).is_ascii());
            assert!(!kind.advice(Language::Zh).is_ascii() && kind.advice(Language::En).is_ascii());
            assert!((400..600).contains(&kind.status()));
        }
    }

    #[test]
    fn every_rule_has_a_row_of_its_own() {
        for rule in Rule::ALL {
            let title = ProblemKind::Rule(*rule).title(Language::En);
            assert_ne!(title, "refused by a rule of admission", "{}", rule.slug());
        }
    }
}
