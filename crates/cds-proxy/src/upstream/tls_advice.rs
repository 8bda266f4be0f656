//! What to do about an upstream that no TLS connection comes about with.

/// What to do, for what rustls says is wrong.
pub(super) fn advice(cause: &str) -> Option<&'static str> {
    ADVICE
        .iter()
        .find(|(said, _)| cause.contains(said))
        .map(|(_, advice)| *advice)
}

/// What is known of a cause is lost on its way through Pingora, but for its words.
const ADVICE: [(&str, &str); 8] = [
    (
        // RFC 5280 §4.2.1.9
        "CaUsedAsEndEntity",
        "the certificate is that of an authority (CA:TRUE), as `openssl req -x509` makes them, and no \
         server can show such a one: have one made for the portal with basicConstraints CA:FALSE, and \
         give it, or the authority that signed it, as --upstream-tls-ca",
    ),
    (
        "UnknownIssuer",
        "name the file of the authority that signed it, and not another's: --upstream-tls-ca FILE",
    ),
    (
        "BadSignature",
        "an authority of that name has not signed it; name the file of the one that has: \
         --upstream-tls-ca FILE",
    ),
    (
        "not valid for name",
        "say which name it is for: --upstream-tls-name NAME",
    ),
    ("certificate expired", "renew it at the portal"),
    (
        "not valid yet",
        "look at the clocks of this machine and of the one that made it",
    ),
    (
        "CertificateRequired",
        "it wants a certificate of this proxy: --upstream-tls-certificate FILE, --upstream-tls-key FILE",
    ),
    (
        "InvalidContentType",
        "it does not speak TLS there; write http:// in its URL",
    ),
];
