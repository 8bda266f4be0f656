//! `invalid-url`

use crate::draft::Slot;
use crate::field::{Field, Shape};
use crate::locate::Step;
use crate::meant;
use crate::rule;
use crate::rules::each_text;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;
use crate::url::{is_http_url, is_url};

rule! {
    /// ## What it checks
    ///
    /// Every URL is a complete RFC 3986 URI, with its scheme. What Clients fetch (metadata,
    /// coverage, maps, GeoJSON) is `https` or `http`, with a host.
    ///
    /// ## Why it matters
    ///
    /// A Client follows these URLs as they stand. It does not know which host a path belongs to,
    /// and many refuse the whole document because of one URL that they can't read.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage": "/cds-coverage.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the whole URL, as in `https://example.org/cds-coverage.json`; write a space as
    /// `%20` and other characters outside ASCII percent-encoded.
    pub static INVALID_URL: Rule = "invalid-url", Error, Spec, "CDS-WG1-01 §3.2, §4.3; RFC 3986 §3";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    each_text(field, slot, |text, steps| {
        check_url(text, field, steps, scope);
    });
}

fn check_url(text: &str, field: &Field, steps: &[Step<'_>], scope: &mut Scope<'_, '_>) {
    let is_valid = match field.shape {
        Shape::PageUrl => is_url(text),
        _ => is_http_url(text),
    };
    if !is_valid {
        scope.find(&INVALID_URL, Spot::Value(steps), || {
            let is_whole = text.contains("://");
            let what = if is_whole { "correct" } else { "complete" };
            let message = format!("`{}` is not a {what} URL", field.name);
            Words::new(message).help(mend(text))
        });
    }
}

fn mend(text: &str) -> String {
    if let Some(url) = meant::url::meant(text) {
        return format!("write `\"{url}\"`");
    }
    if text.contains('@') && is_url(&format!("mailto:{text}")) {
        return format!(
            "write the URL of a page; where a mail address may stand, write `mailto:{}`",
            shown(text)
        );
    }
    if let Some(path) = text.strip_prefix('/') {
        let path = shown(path.trim_start_matches('/'));
        return format!("write all of it, as in `https://example.org/{path}`");
    }
    let is_foreign = |character: &char| !character.is_ascii();
    match text.chars().find(is_foreign) {
        Some(character) if text.contains("://") => {
            format!("write `{character}` percent-encoded, and in the name of a host in Punycode")
        }
        _ => "write a whole URL, as in `https://example.org/…`".to_owned(),
    }
}
