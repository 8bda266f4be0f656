//! What must be true of every edit, whatever the document.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use cds_metadata::rules::{entry_lists_coverage, json_syntax};
use cds_metadata::{Edit, Report, check_document, is_coverage};
use proptest::prelude::*;

use crate::common::{ENTRY, METADATA};

/// A JSON value as someone wrote it.
#[derive(Debug, Clone)]
enum Written {
    Scalar(String),
    Array(Vec<Self>, End),
    Object(Vec<(String, Self)>, End),
}

/// What stands between a last element and its bracket: white space, before each of which there
/// may be a comma.
#[derive(Debug, Clone)]
struct End(Vec<(bool, String)>);

impl Written {
    fn write(&self, with_commas: bool, out: &mut String) {
        match self {
            Self::Scalar(json) => out.push_str(json),
            Self::Array(elements, end) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { " ,\n" });
                    element.write(with_commas, out);
                }
                end.write(with_commas && !elements.is_empty(), out);
                out.push(']');
            }
            Self::Object(members, end) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(key);
                    out.push_str(": ");
                    value.write(with_commas, out);
                }
                end.write(with_commas && !members.is_empty(), out);
                out.push('}');
            }
        }
    }

    fn text(&self, with_commas: bool) -> String {
        let mut text = String::new();
        self.write(with_commas, &mut text);
        text
    }
}

impl End {
    fn write(&self, with_commas: bool, out: &mut String) {
        for (comma, space) in &self.0 {
            if *comma && with_commas {
                out.push(',');
            }
            out.push_str(space);
        }
    }
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\[\\]{},:\"\\\\ \u{feff}]{0,6}"]
        .prop_map(|text| serde_json::to_string(&text).unwrap())
}

fn written() -> impl Strategy<Value = Written> {
    let end = || {
        let piece = (any::<bool>(), "[ \n\r\t]{0,2}");
        prop::collection::vec(piece, 0..3).prop_map(End)
    };
    let scalar = prop_oneof![
        string(),
        any::<i32>().prop_map(|number| number.to_string()),
        prop::sample::select(vec!["true", "false", "null", "-0.5e+3"]).prop_map(str::to_owned),
    ];
    let leaf = scalar.prop_map(Written::Scalar);
    leaf.prop_recursive(5, 64, 5, move |inner| {
        let elements = prop::collection::vec(inner.clone(), 0..5);
        let members = prop::collection::vec((string(), inner), 0..5);
        prop_oneof![
            (elements, end()).prop_map(|(elements, end)| Written::Array(elements, end)),
            (members, end()).prop_map(|(members, end)| Written::Object(members, end)),
        ]
    })
}

fn mend_syntax(text: &[u8]) -> Vec<u8> {
    Edit::apply(&json_syntax::mend(text), text)
}

fn count(report: &Report, slug: &str) -> usize {
    let kept = report.findings().iter().map(|finding| finding.rule.slug);
    let omitted = report.omitted().filter(|omitted| omitted.rule.slug == slug);
    kept.filter(|rule| *rule == slug).count() + omitted.map(|it| it.count).sum::<usize>()
}

/// A good document with bytes exchanged, put in or cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let listing = format!(
        "{{\"coverage_entries\": [{}]}}",
        ENTRY.replace("[\"oauth\"]", "[\"coverage\", \"oauth\",]")
    );
    let good = prop::sample::select(vec![METADATA.to_owned(), listing, ENTRY.to_owned()]);
    let piece = prop::sample::select(vec![
        ",", "]", "}", "[", "{", "\"", "\\", ":", "\u{feff}", " ", "\n", "//", "coverage",
        "\u{201c}",
    ]);
    let damage = (any::<prop::sample::Index>(), 0..3_usize, piece);
    (good, prop::collection::vec(damage, 0..6), any::<bool>()).prop_map(|(good, damages, bom)| {
        let mut text = good.into_bytes();
        for (at, cut, piece) in damages {
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        if bom {
            text.splice(0..0, "\u{feff}".bytes());
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn commas_and_marks_that_were_put_in_are_taken_out_again(
        document in written(),
        marks in 0..3_usize,
        commas in 0..3_usize,
    ) {
        let original = document.text(false);
        let marks = "\u{feff}".repeat(marks);
        let spoiled = format!("{marks}{}{}", document.text(true), ",".repeat(commas));
        let mended = mend_syntax(spoiled.as_bytes());
        prop_assert_eq!(String::from_utf8(mended).unwrap(), original);
    }

    #[test]
    fn what_is_json_is_left(document in written()) {
        prop_assert_eq!(json_syntax::mend(document.text(false).as_bytes()), vec![]);
    }

    #[test]
    fn mending_twice_is_mending_once(text in damaged()) {
        let once = mend_syntax(&text);
        prop_assert_eq!(json_syntax::mend(&once), vec![]);
        if let Ok(json) = String::from_utf8(once) {
            let edits = entry_lists_coverage::mend(&json);
            let once = String::from_utf8(Edit::apply(&edits, json.as_bytes())).unwrap();
            prop_assert_eq!(entry_lists_coverage::mend(&once), vec![]);
        }
    }

    #[test]
    fn no_edit_makes_a_report_worse(text in damaged()) {
        let report = |text: &[u8]| check_document("a.json", text, None);
        let before = report(&text);
        let has_mark = text.starts_with("\u{feff}".as_bytes());
        let text = mend_syntax(&text);
        let syntax = report(&text);
        let (hidden, shown) = (count(&before, "json-syntax"), count(&syntax, "json-syntax"));
        // A byte order mark hides all other faults of syntax.
        let bounded = if has_mark { hidden > 0 } else { shown <= hidden };
        prop_assert!(bounded, "{} to {}", hidden, shown);
        if let Ok(json) = std::str::from_utf8(&text)
            && is_coverage(&text)
        {
            let after = report(&Edit::apply(&entry_lists_coverage::mend(json), &text));
            for rule in cds_metadata::rules::TABLE {
                let (before, after) = (count(&syntax, rule.slug), count(&after, rule.slug));
                prop_assert!(after <= before, "{}: {} to {}", rule.slug, before, after);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_json_are_no_panic(text in prop::collection::vec(any::<u8>(), 0..64)) {
        let once = mend_syntax(&text);
        prop_assert_eq!(json_syntax::mend(&once), vec![]);
    }
}
