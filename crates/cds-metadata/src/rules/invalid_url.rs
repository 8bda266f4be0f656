//! `invalid-url`

use crate::draft::Slot;
use crate::field::{Field, Shape};
use crate::locate::Step;
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
            Words::new(format!("`{}` is not a complete URL", field.name)).help(mend(text))
        });
    }
}

fn mend(text: &str) -> String {
    let trimmed = text.trim();
    if text.is_empty() {
        return "write a URL, as in `https://example.org/…`".to_owned();
    }
    if trimmed != text && is_url(trimmed) {
        return "remove the space before or after it".to_owned();
    }
    if text.contains(' ') && is_url(&text.replace(' ', "%20")) {
        return "write a space in a URL as `%20`".to_owned();
    }
    if let Some(character) = text.chars().find(|character| !character.is_ascii()) {
        return format!("write `{character}` percent-encoded (in a host name: in Punycode)");
    }
    if text.contains('@') && is_url(&format!("mailto:{text}")) {
        return format!(
            "write the URL of a page; where a mail address may stand, write `mailto:{}`",
            shown(text)
        );
    }
    if text.starts_with('/') {
        return format!(
            "write it with scheme and host, as in `https://example.org{}`",
            shown(text)
        );
    }
    if text.contains(':') {
        return "write it with `https://` and a host, as in `https://example.org/…`".to_owned();
    }
    format!("write it with its scheme, as in `https://{}`", shown(text))
}
