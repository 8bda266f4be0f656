//! `certificate-invalid`

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Each certificate that the configuration names can be read, is an X.509 certificate in PEM,
    /// and has the key that is named with it. The file of authorities that upstreams' certificates
    /// are checked against has at least one certificate, and none that can't be understood.
    ///
    /// ## Why it matters
    ///
    /// TLS can't be spoken without, so the proxy doesn't start. When it is renewed, the one before
    /// is used on.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[listen.tls]]
    /// certificate = "portal.pem"
    /// key = "portal.pem"
    /// ```
    ///
    /// ## Mend
    ///
    /// Give the paths of the right files, both in PEM: the certificate followed by those that lead
    /// to its root, and the key that it was made for, without a passphrase.
    pub static CERTIFICATE_INVALID: Rule =
        "certificate-invalid", Error, Advice, "RFC 5280; RFC 7468", structural;
}
