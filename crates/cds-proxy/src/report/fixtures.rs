//! Findings of every shape, made by hand.

use std::path::Path;

use cds_metadata::{Finding, Place, Pointer, Report, Rule, rule};

use super::Results;

rule! {
    /// ## What it checks
    /// That nothing is missing.
    pub(crate) static MISSING_FIELD: Rule =
        "missing-field", Error, Spec, "CDS-WG1-01 §3.2", structural;
}

rule! {
    /// ## What it checks
    /// That words are known.
    pub(crate) static UNKNOWN_VALUE: Rule = "unknown-value", Warning, Interop, "CDS-WG1-01 §4.5";
}

rule! {
    /// ## What it checks
    /// That linked files are here.
    pub(crate) static LINKED_FILE: Rule = "linked-file-elsewhere", Info, Advice, "";
}

pub(crate) fn finding(rule: &'static Rule, file: &str) -> Finding {
    Finding::new(rule, file, "something is wrong")
}

/// A finding about the part of `line` that stands between `«` and `»`.
fn placed(line_number: usize, line: &str) -> Place {
    let start = line.find('«').unwrap_or_default();
    let text = line.replacen('«', "", 1);
    let end = text.find('»').unwrap_or(text.len());
    let text = text.replacen('»', "", 1);
    let mut place = Place::of(&text, start..end);
    place.line = line_number;
    place.span = 100 + start..100 + end;
    place
}

fn at(rule: &'static Rule, place: Place) -> Finding {
    let pointer = Pointer::root().key("coverage_entries").index(3).key("role");
    finding(rule, "cds-coverage.json")
        .place(Some(place))
        .pointer(pointer)
        .help("Write `authoritative`.\nOr leave it.")
}

fn cut(mut place: Place) -> Place {
    place.column = 81_234;
    place.excerpt.cut_before = true;
    place.excerpt.cut_after = true;
    place
}

/// Two sites: one with a finding of every shape, one without faults.
pub(crate) fn results() -> Results {
    let mut report = Report::new();
    report.push(at(
        &UNKNOWN_VALUE,
        placed(1, "  \"role\": «\"autoritative\"»,"),
    ));
    report.push(at(&UNKNOWN_VALUE, placed(22, "\t\t\"role\":\t«\"tabs\"»")));
    report.push(at(
        &UNKNOWN_VALUE,
        placed(333, "\"名前\": \"日本電力 ⚡️\", «\"役割\"»: 1"),
    ));
    report.push(at(
        &UNKNOWN_VALUE,
        cut(placed(1, "5,\"role\":«\"autoritative\"»,\"x\":1")),
    ));
    report.push(at(&MISSING_FIELD, placed(4_000, "«»")));
    report.push(at(&MISSING_FIELD, placed(5, "    \"capabilities\": [«»")));
    report.push(at(
        &MISSING_FIELD,
        placed(6, "\x1b[2J\x1b]0;x\x07 \u{9b}1m «\"\x08\u{202e}\"»"),
    ));
    report.push(
        Finding::new(
            &MISSING_FIELD,
            "public/\x1b[1m odd, na:me.json",
            "\x1b[31m100% wrong:\nso, what",
        )
        .help("Don't\x07."),
    );
    report.push(finding(&LINKED_FILE, "public/map.png"));
    let mut results = Results::new();
    results.add_site(
        Path::new("cds"),
        ["cds-coverage.json", "site.toml"],
        &report,
    );
    results.add_site(
        Path::new("other"),
        ["cds-server-metadata.json"],
        &Report::new(),
    );
    results
}

/// One file in which one rule is broken more often than a report keeps.
pub(crate) fn crowded(count: usize) -> Results {
    let mut report = Report::new();
    report.extend((0..count).map(|_| finding(&MISSING_FIELD, "cds-coverage.json")));
    let mut results = Results::new();
    results.add_site(
        Path::new("cds"),
        ["cds-coverage.json", "site.toml"],
        &report,
    );
    results
}
