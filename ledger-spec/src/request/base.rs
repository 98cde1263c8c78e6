//! The signature base of RFC 9421 §2.5, of any components and parameters: what is signed and verified.

/// The lines of a signature base: a name and a value each, and at last the parameters of the signature, which bind the
/// names and their order.
///
/// The caller has made sure of what §2.5 wants: each name once, values of ASCII without line ends.
#[must_use]
pub fn signature_base<'a>(
    components: impl IntoIterator<Item = (&'a str, &'a str)>,
    signature_params: &str,
) -> String {
    let mut base = String::with_capacity(512);
    for (name, value) in components {
        for piece in ["\"", name, "\": ", value, "\n"] {
            base.push_str(piece);
        }
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(signature_params);
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::bytes::{from_base64_exact, from_base64url_exact};
    use tlog::key::SecretKey;

    /// RFC 9421, appendix B.2.6, with the key of B.1.4.
    #[test]
    fn the_rfcs_own_ed25519_signature_is_made_and_verified() {
        let params = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
            ;created=1618884473;keyid=\"test-key-ed25519\"";
        let components = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@method", "POST"),
            ("@path", "/foo"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ];
        let base = signature_base(components, params);
        assert_eq!(
            base,
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
             \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
             \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
             \"content-length\");created=1618884473;keyid=\"test-key-ed25519\""
        );
        let key = from_base64url_exact("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU").unwrap();
        let key = SecretKey::from_seed(&key);
        assert_eq!(key.public().to_base64url(), "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
        let signature = from_base64_exact(
            "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
        )
        .unwrap();
        assert_eq!(key.sign(base.as_bytes()), signature);
        assert_eq!(key.public().verify(base.as_bytes(), &signature), Ok(()));
    }
}
