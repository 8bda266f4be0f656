//! `not-https`

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::rules::each_text;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;
use crate::url::http_parts;

rule! {
    /// ## What it checks
    ///
    /// The URLs that Clients fetch (metadata, coverage, maps, GeoJSON) begin with `https`.
    ///
    /// ## Why it matters
    ///
    /// What comes over plain HTTP can be changed on its way. Browsers refuse to load it from a
    /// page that came over HTTPS, and many Clients refuse it everywhere.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage": "http://example.org/cds-coverage.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write `https`, once the host answers there.
    pub static NOT_HTTPS: Rule = "not-https", Warning, Spec, "CDS-WG1-01 §3, §8";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    each_text(field, slot, |text, steps| {
        check_url(text, field, steps, scope);
    });
}

fn check_url(text: &str, field: &Field, steps: &[Step<'_>], scope: &mut Scope<'_, '_>) {
    // Nearly all begin so, and need no taking apart.
    let is_https = text.starts_with("https:");
    if is_https || http_parts(text).is_none_or(|parts| parts.is_https) {
        return;
    }
    scope.find(&NOT_HTTPS, Spot::Value(steps), || {
        let rest = text.get("http".len()..).unwrap_or_default();
        Words::new(format!("`{}` has a URL that is not https", field.name)).help(format!(
            "write `https{}`, if the host answers there",
            shown(rest)
        ))
    });
}
