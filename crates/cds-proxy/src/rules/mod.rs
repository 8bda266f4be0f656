//! The rules of all crates, and the pages about them.

pub mod certificate_expiring;
pub mod certificate_invalid;
pub mod certificate_without_name;
pub mod config_invalid;
pub mod explain;
pub mod handbook;
pub mod list;
mod markdown;

use cds_metadata::Rule;

/// The rules of this crate: those that a configuration is held to.
pub static TABLE: &[&Rule] = &[
    &certificate_expiring::CERTIFICATE_EXPIRING,
    &certificate_invalid::CERTIFICATE_INVALID,
    &certificate_without_name::CERTIFICATE_WITHOUT_NAME,
    &config_invalid::CONFIG_INVALID,
];

/// Every rule, sorted by slug.
pub fn all() -> Vec<&'static Rule> {
    let mut rules: Vec<_> = cds_site::rules::all()
        .chain(TABLE.iter().copied())
        .collect();
    rules.sort_by_key(|rule| rule.slug);
    rules
}

/// The rule of this slug.
///
/// # Errors
/// Says that there is none, and which was probably meant.
pub fn named(slug: &str) -> Result<&'static Rule, String> {
    let rules = all();
    if let Some(rule) = rules.iter().find(|rule| rule.slug == slug) {
        return Ok(rule);
    }
    let guess = match cds_site::rules::nearest(slug, rules.iter().copied()) {
        Some(slug) => format!("did you mean `{slug}`?"),
        None => "`cds-proxy rules` lists them all".to_owned(),
    };
    Err(format!("there is no rule `{slug}`; {guess}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_guessed() {
        for (slug, guess) in [
            ("mising-field", "did you mean `missing-field`?"),
            ("[INVALID_URL]", "did you mean `invalid-url`?"),
            (
                "certificate-expirng",
                "did you mean `certificate-expiring`?",
            ),
            ("teapot", "lists them all"),
            ("", "lists them all"),
        ] {
            let error = named(slug).unwrap_err();
            assert!(error.ends_with(guess), "{error}");
        }
    }

    #[test]
    fn every_rule_is_listed_once_and_says_what_it_checks() {
        let rules = all();
        let slugs: BTreeSet<_> = rules.iter().map(|rule| rule.slug).collect();
        assert_eq!(slugs.len(), rules.len());
        for rule in rules {
            let (slug, summary) = (rule.slug, rule.summary());
            assert!(summary.ends_with('.'), "{slug}: {summary:?}");
            assert!(!rule.section.is_empty(), "{slug} has no section");
        }
    }

    #[test]
    fn every_page_has_all_its_parts_in_order() {
        for rule in all() {
            let page = rule.page();
            let headings: Vec<_> = page.lines().filter(|line| line.starts_with('#')).collect();
            let expected = [
                "## What it checks",
                "## Why it matters",
                "## Example",
                "## Mend",
            ];
            assert_eq!(headings, expected, "{}", rule.slug);
            let parts = page.split("## ").skip(1);
            let is_empty = |part: &str| part.lines().skip(1).all(|line| line.trim().is_empty());
            assert!(!parts.into_iter().any(is_empty), "{}: {page}", rule.slug);
        }
    }
}
