//! The table of a site's rules is whole.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::collections::BTreeSet;
use std::path::Path;

use cds_site::rules::{self, TABLE};

#[test]
#[expect(clippy::disallowed_methods, reason = "the rules are files")]
fn every_file_of_a_rule_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let slugs: BTreeSet<_> = names
        .filter(|name| name != "mod.rs")
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    let table: BTreeSet<_> = TABLE.iter().map(|rule| rule.slug.to_owned()).collect();
    assert_eq!(slugs, table, "left: files; right: TABLE");
}

#[test]
fn the_table_is_sorted_and_no_rule_has_the_slug_of_another() {
    assert!(TABLE.windows(2).all(|pair| pair[0].slug < pair[1].slug));
    let slugs: BTreeSet<_> = rules::all().map(|rule| rule.slug).collect();
    assert_eq!(slugs.len(), rules::all().count());
}
