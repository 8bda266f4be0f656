//! The rules of all crates, and the pages about them.

pub mod explain;
pub mod list;
mod markdown;

use cds_metadata::Rule;

/// Every rule, sorted by slug.
pub fn all() -> Vec<&'static Rule> {
    let mut rules: Vec<_> = TABLES
        .iter()
        .flat_map(|table| table.iter().copied())
        .collect();
    rules.sort_by_key(|rule| rule.slug);
    rules
}

/// The rule's page in Markdown.
///
/// Rules are written as doc comments, each line of which begins with a space.
pub fn page(rule: &Rule) -> String {
    let lines = rule
        .docs
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut page = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    page.push('\n');
    page
}

/// What the rule checks, in one sentence on one line.
pub fn summary(rule: &Rule) -> String {
    let page = page(rule);
    let text = page
        .lines()
        .skip_while(|line| line.starts_with('#') || line.is_empty());
    let paragraph: Vec<_> = text.take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph,
    }
}

/// The table of each crate that has rules.
static TABLES: &[&[&Rule]] = &[cds_metadata::rules::TABLE, cds_site::rules::TABLE];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_is_listed_once_and_says_what_it_checks() {
        let rules = all();
        let slugs: BTreeSet<_> = rules.iter().map(|rule| rule.slug).collect();
        assert_eq!(slugs.len(), rules.len());
        for rule in rules {
            let summary = summary(rule);
            assert!(summary.ends_with('.'), "{}: {summary:?}", rule.slug);
            for heading in [
                "## What it checks",
                "## Why it matters",
                "## Example",
                "## Mend",
            ] {
                assert!(
                    page(rule).contains(heading),
                    "{} lacks {heading:?}",
                    rule.slug
                );
            }
        }
    }
}
