//! `config-invalid`

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// The configuration file of the proxy is TOML and has only keys that exist, with values that
    /// they can have and that make sense together.
    ///
    /// ## Why it matters
    ///
    /// A key that is misspelt would silently do nothing, so the proxy doesn't start with it.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [upstream]
    /// urll = "http://127.0.0.1:3000"
    /// ```
    ///
    /// ## Mend
    ///
    /// Correct the name or the value that the finding names. `docs/configuration.md` has every
    /// key, and so has `cds-proxy reference`.
    pub static CONFIG_INVALID: Rule = "config-invalid", Error, Advice, "TOML 1.0", structural;
}
