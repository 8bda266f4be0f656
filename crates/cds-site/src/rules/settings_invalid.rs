//! `settings-invalid`

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// `site.toml` is TOML and has only settings that exist, with values that they can have.
    ///
    /// ## Why it matters
    ///
    /// A setting that is misspelt would silently do nothing.
    ///
    /// ## Example
    ///
    /// ```toml
    /// max_agee = "5m"
    /// ```
    ///
    /// ## Mend
    ///
    /// Correct the name or the value that the finding names. The guide lists all settings.
    pub static SETTINGS_INVALID: Rule =
        "settings-invalid", Error, Advice, "TOML 1.0", structural;
}
