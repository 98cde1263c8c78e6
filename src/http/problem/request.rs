//! The words for refusals of signed requests (`R`).

use super::row::Row;
use ledger_spec::rule::RequestRule;

/// A rule's row.
#[rustfmt::skip] // a table reads better by its own lines
pub(super) const fn row(rule: RequestRule) -> Row {
    let slug = rule.slug();
    match rule {
        RequestRule::Signed => Row(slug, 401,
            ["请求未签名", "the request is not signed"],
            ["请按 RFC 9421 对请求签名；本台账采用的格式见规范“Signed requests”一节。", "Sign the request as RFC 9421 has it; the profile is in the specification, \"Signed requests\"."]),
        RequestRule::OneSignature => Row(slug, 400,
            ["请求头所载不是一个签名", "the fields do not hold one signature"],
            ["Signature-Input 和 Signature 应各含一个成员，标签相同。", "Send Signature-Input and Signature with one member each, of one label."]),
        RequestRule::Components => Row(slug, 400,
            ["签名所涵盖的内容不符合要求", "the signature does not cover what it has to, or covers something else"],
            ["请将 expected 所列各项全部纳入签名，各一次，不得增减。", "Cover what `expected` lists, each once, and nothing else."]),
        RequestRule::Parameters => Row(slug, 400,
            ["签名的参数不符合要求", "the signature's parameters are not those that it has to have"],
            ["签名应当有 created、expires、nonce、keyid、alg、tag 六个参数，各一次，不得增减。", "Give created, expires, nonce, keyid, alg and tag, each once, and nothing else."]),
        RequestRule::Algorithm => Row(slug, 400,
            ["签名算法不符", "another algorithm"],
            ["请使用 Ed25519 密钥签名，alg 填写 ed25519。", "Sign with an Ed25519 key, and say so: alg=\"ed25519\"."]),
        RequestRule::Tag => Row(slug, 400,
            ["签名不是为台账作出的", "the signature was made for something else"],
            ["tag 应填写 credit-ledger。", "Sign with tag=\"credit-ledger\"."]),
        RequestRule::KeyId => Row(slug, 400,
            ["keyid 不是公钥的规范写法", "keyid is no key in its one spelling"],
            ["keyid 应填写公钥 32 字节的小写十六进制（64 个字符）。", "Give the public key's 32 bytes in lower-case hex."]),
        RequestRule::Nonce => Row(slug, 400,
            ["随机数不符合要求", "the nonce is none"],
            ["请为每个请求生成至少 16 字节的随机数，以无填充的 base64url 书写。", "Draw at least 16 random bytes for each request, in base64url without padding."]),
        RequestRule::Lifetime => Row(slug, 400,
            ["请求的有效期不符合要求", "the request lives too long, or not at all"],
            ["expires 应晚于 created，且不超过 120 秒。", "Let it expire at most 120 seconds after it was made."]),
        RequestRule::Fresh => Row(slug, 403,
            ["请求的时间与台账时间不符", "the request is of another time than the ledger's"],
            ["请校准时钟后重新签名提交；服务启动之前签署的请求不予办理。", "Set the clock and sign a new request; one that was made before the server's last start is not answered."]),
        RequestRule::Field => Row(slug, 400,
            ["签名所涉及的请求头无法识读", "a field that is to be signed cannot be read"],
            ["请按 expected 更正该请求头，每个请求头只填写一次，然后重新签名。", "Correct the field as `expected` says, send it once, and sign anew."]),
        RequestRule::Holds => Row(slug, 401,
            ["请求的签名验证未通过", "the request's signature does not hold"],
            ["请确认请求的方法、主机名、路径、查询和请求头与签名时完全一致，且 keyid 是签名所用的密钥。", "Sign exactly the method, host, path, query and fields that are sent, with the key that keyid names."]),
        RequestRule::Body => Row(slug, 400,
            ["报文与所签摘要值不符", "the body is not the one that was signed"],
            ["请在 Content-Digest 中填写报文的 SHA-256 摘要值并纳入签名，签名后不得改动报文。", "Send the body's SHA-256 as Content-Digest, sign that, and leave the body as it was."]),
        RequestRule::KeyEnrolled => Row(slug, 403,
            ["签名密钥未在本台账登记", "the key is not enrolled in this ledger"],
            ["请使用已登记的密钥签名，或先由登记机关登记该密钥。", "Sign with a key that is enrolled, or have a registrar enrol it first."]),
        RequestRule::Once => Row(slug, 409,
            ["该请求已经提交过", "this request came before"],
            ["请用新的随机数重新签名提交。", "Sign a new request with another nonce."]),
        RequestRule::Few => Row(slug, 429,
            ["本单位近期的请求过多", "the authority has asked too much lately"],
            ["请按 Retry-After 响应头所示秒数等待后重新签名提交。", "Wait as Retry-After says and sign a new request."]),
    }
}
