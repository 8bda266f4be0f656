//! `certificate-expiring`

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Each certificate that the configuration names is valid now and for two weeks more.
    ///
    /// ## Why it matters
    ///
    /// Clients refuse a certificate outside of its time, and who goes on nevertheless has been
    /// taught to.
    ///
    /// ## Example
    ///
    /// A certificate for ninety days that should have been renewed after sixty, and wasn't.
    ///
    /// ## Mend
    ///
    /// Renew it, and look why that wasn't done by itself. The new files are taken up without a
    /// restart.
    pub static CERTIFICATE_EXPIRING: Rule =
        "certificate-expiring", Warning, Advice, "RFC 5280 §4.1.2.5";
}
