//! Every rule has a small site that breaks it and a snapshot of what a person sees.

#![cfg(test)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read fixtures and end where they fail"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cds_site::rules::{self, TABLE};
use cds_site::{Bind, Compiled, Compiler, Report, SiteSet, Source, Sources};

/// The version of a site that is served while the fixture is compiled, if there is such a folder.
const PREVIOUS: &str = "previous";

/// The directory that each fixture stands for.
const NAME: &str = "demoutility.com";

fn fixture(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(slug)
}

fn now() -> SystemTime {
    // 2026-01-01T00:00:00Z
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// The files of a directory and those inside it, their paths beginning with `prefix`.
fn read(directory: &Path, prefix: &str, sources: &mut Sources) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_file() {
            sources.insert(Source {
                path: format!("{prefix}{name}"),
                bytes: fs::read(&path).unwrap().into(),
                modified: SystemTime::UNIX_EPOCH,
            });
        } else if name != PREVIOUS {
            read(&path, &format!("{prefix}{name}/"), sources);
        }
    }
}

fn compile(slug: &str) -> Report {
    let mut sources = Sources::new();
    read(&fixture(slug), "", &mut sources);
    let before = fixture(slug).join(PREVIOUS);
    let previous = before.is_dir().then(|| {
        let mut sources = Sources::new();
        read(&before, "", &mut sources);
        Compiler::new(now()).compile(&sources).site.unwrap()
    });
    let compiler = Compiler::new(now()).previous(previous.as_ref());
    let Compiled { site, mut report } = compiler.compile(&sources);
    // Some rules are about a site's place among others.
    let mut set = SiteSet::bound(match slug {
        "host-unlike-directory" => Bind::Documents,
        _ => Bind::Directory,
    });
    if let Some(site) = site {
        set.insert(NAME, site);
    }
    report.merge(set.report(NAME));
    report
}

/// Every finding as a person would copy it down.
fn rendered(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings() {
        writeln!(text, "{finding}").unwrap();
        if let Some(pointer) = &finding.pointer {
            writeln!(text, "  at: {pointer}").unwrap();
        }
        if let Some(place) = &finding.place {
            let excerpt = &place.excerpt;
            writeln!(text, "  line: {}", excerpt.text).unwrap();
            writeln!(text, "  mark: {}", &excerpt.text[excerpt.mark.clone()]).unwrap();
        }
        writeln!(text, "  help: {}", finding.help.as_deref().unwrap_or("-")).unwrap();
    }
    text
}

#[test]
fn every_rule_has_a_site_that_breaks_it_and_nothing_else() {
    for rule in TABLE {
        assert!(fixture(rule.slug).is_dir(), "{} has no fixture", rule.slug);
        let report = compile(rule.slug);
        let others: Vec<_> = report
            .findings()
            .iter()
            .filter(|finding| finding.rule != *rule)
            .map(ToString::to_string)
            .collect();
        assert!(!report.is_empty(), "the fixture of {} is fine", rule.slug);
        assert!(others.is_empty(), "{}: {others:#?}", rule.slug);
        insta::assert_snapshot!(rule.slug, rendered(&report));
    }
}

#[test]
fn every_rule_explains_itself() {
    for rule in TABLE {
        for heading in [
            "## What it checks",
            "## Why it matters",
            "## Example",
            "## Mend",
        ] {
            assert!(rule.docs.contains(heading), "{} lacks {heading}", rule.slug);
        }
    }
}

#[test]
fn the_table_is_sorted_and_no_rule_has_the_slug_of_another() {
    assert!(TABLE.windows(2).all(|pair| pair[0].slug < pair[1].slug));
    let slugs: BTreeSet<_> = rules::all().map(|rule| rule.slug).collect();
    assert_eq!(slugs.len(), rules::all().count());
}

#[test]
fn every_file_of_a_rule_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap());
    let slugs: BTreeSet<_> = names
        .filter(|name| name != "mod.rs")
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    let table: BTreeSet<_> = TABLE.iter().map(|rule| rule.slug.to_owned()).collect();
    assert_eq!(slugs, table, "left: files; right: TABLE");
}
