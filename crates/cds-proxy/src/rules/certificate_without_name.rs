//! `certificate-without-name`

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Each certificate of a listener is for at least one name or IP address in its
    /// subjectAltName.
    ///
    /// ## Why it matters
    ///
    /// Clients compare the name that they asked for with those alone, not with the subject's common
    /// name, and so refuse the certificate whatever they asked for.
    ///
    /// ## Example
    ///
    /// What `openssl req -x509 -subj /CN=demoutility.com` makes.
    ///
    /// ## Mend
    ///
    /// Have one made with the names that clients ask for, as by
    /// `-addext subjectAltName=DNS:demoutility.com`.
    pub static CERTIFICATE_WITHOUT_NAME: Rule =
        "certificate-without-name", Warning, Advice, "RFC 5280 §4.2.1.6; RFC 9525 §6.3";
}
