//! What is said of signed requests.

use super::Wording;

const fn w(en: &'static str, zh: &'static str) -> Wording {
    Wording { en, zh }
}

/// By what is read, from the fields to the body.
#[rustfmt::skip] // one wording a line
pub(super) const REQUESTS: &[Wording] = &[
    w("a request signed as RFC 9421 has it", "按 RFC 9421 签名的请求"),
    w("the header twice", "请求头重复"),
    w("it once", "该请求头只填写一次"),
    w("other bytes than visible ASCII", "含可见 ASCII 以外的字节"),
    w("visible ASCII", "可见的 ASCII 字符"),
    w("absent, or no host", "未填写，或者不是主机名"),
    w("a host, and its port", "主机名，可带端口"),
    w("a dictionary (RFC 9651) of one signature", "仅含一个签名的字典（RFC 9651）"),
    w("no dictionary (RFC 9651)", "不是字典（RFC 9651）"),
    w("a dictionary without a member", "没有成员的字典"),
    w("{} members", "{} 个成员"),
    w("another type", "类型不符"),
    w("an inner list of the components that are signed", "由所签内容组成的内层列表"),
    w("64 bytes between colons in base64, without parameters", "两个冒号之间的 64 字节（base64 编码），不带参数"),
    w("{}, doubled, unknown or with parameters", "{}（重复、未定义或者带有参数）"),
    w("{}, which is not covered", "{} 未纳入签名"),
    w("each once: {}", "下列各项各出现一次：{}"),
    w("a whole number of seconds since 1970", "自 1970 年起的整秒数"),
    w("an Ed25519 key in 64 lower-case hex digits", "以 64 个小写十六进制数字书写的 Ed25519 公钥"),
    w("{} to {} bytes in base64url", "以 base64url 编码的 {0} 至 {1} 字节"),
    w("made at {}, to expire at {}", "签署于 {0}，失效于 {1}"),
    w("to expire 1 to {} seconds after it was made", "签署后 1 至 {} 秒内失效"),
    w("a request of now, {}, give or take {} seconds", "此刻（{0}，误差 {1} 秒以内）的请求"),
    w("sha-256 and the body's digest alone, as {}", "仅含报文的 SHA-256 摘要值，形如 {}"),
    w("1 to 64 of `a`-`z`, `0`-`9`, `-` and `.`", "1 至 64 个 `a` 至 `z`、`0` 至 `9`、`-` 或 `.`"),
    w("a string, or a display string where it is not ASCII (RFC 9651), of 1 to 128 characters", "1 至 128 个字符的字符串；含非 ASCII 字符的，为显示字符串（RFC 9651）"),
    w("an Ed25519 signature over the signature base (RFC 9421), strictly verified", "对签名基（RFC 9421）作出并能通过严格验证的 Ed25519 签名"),
    w("a body of {} bytes, whose digest is not signed", "报文长 {} 字节，其摘要值未纳入签名"),
    w("the body's SHA-256, signed (RFC 9530)", "已纳入签名的报文 SHA-256 摘要值（RFC 9530）"),
    w("a body of the digest {}", "摘要值为 {} 的报文"),
    w("a key that is enrolled in this ledger", "已在本台账登记的密钥"),
    w("a request without {}", "请求没有 {}"),
    w("what it is asked for, in {}", "在 {} 中填写查询用途"),
    w("the matter that it is asked in, in {}", "在 {} 中填写所办事项"),
    w("{}, which is {}, asking about {} for {}", "{0}（{1}）以“{3}”为用途查询{2}"),
    w("a subject asking about {} for {}", "信息主体以“{1}”为用途查询{0}"),
    w("for {}: {}", "以“{0}”为用途的：{1}"),
    w("nobody", "均不得查询"),
    w("{} about {}", "{0}可查询{1}"),
    w("{}, outside the competence of {}", "{0}，不在 {1} 的职权范围内"),
    w("{} without a competence for a type, list, measure or scheme", "{} 没有对任何信息类型、名单、措施或者评价、记分办法的职权"),
    w("an authority that is competent for it", "有相应职权的单位"),
    w("a subject", "信息主体"),
    w("another subject", "其他主体"),
    w("the subject itself", "主体本人"),
    w("no consent of the subject that {} names and that was given to {}", "主体没有作出 {0} 所指、授予 {1} 的授权"),
    w("the event of a consent that was given to the authority", "授予该单位的授权事件的编号"),
    w("a consent that ended with {}", "截至 {} 的授权，已经到期"),
    w("a consent that was withdrawn, or does not hold yet", "已经撤回或者尚未生效的授权"),
    w("a consent that holds", "有效的授权"),
];
