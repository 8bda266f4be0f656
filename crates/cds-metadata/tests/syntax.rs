//! What people write that is not JSON, and what they are told.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use std::fmt::Write;

use cds_metadata::{CoverageForm, CoverageReader, Finding, MetadataObject, Report, check_document};
use serde_json::Value;

use common::METADATA;

/// A mistake by name, and a file that has it.
const MISTAKES: &[(&str, &str)] = &[
    // Commas.
    (
        "a comma after the last element of an array",
        "{\n  \"capabilities\": [\n    \"coverage\",\n  ]\n}",
    ),
    (
        "a comma after the last field",
        "{\n  \"name\": \"Demo\",\n}\n",
    ),
    ("two commas between elements", "[1,, 2]"),
    ("two commas between fields", "{\"a\": 1,, \"b\": 2}"),
    ("a comma before the first element", "[, 1]"),
    ("a comma before the first field", "{, \"a\": 1}"),
    (
        "no comma between fields",
        "{\n  \"name\": \"Demo\"\n  \"support\": \"x\"\n}",
    ),
    (
        "no comma between elements",
        "{\"capabilities\": [\"coverage\" \"oauth\"]}",
    ),
    (
        "no comma between entries",
        "[\n  {\"id\": \"a\"}\n  {\"id\": \"b\"}\n]",
    ),
    ("no comma after a number", "{\"a\": 1 \"b\": 2}"),
    ("a semicolon for a comma", "{\"a\": 1; \"b\": 2}"),
    (
        "a comma after the document",
        "{\"id\": \"a\"},\n{\"id\": \"b\"}\n",
    ),
    // Colons.
    ("no colon", "{\"name\" \"Demo\"}"),
    ("an equals sign for a colon", "{\"name\" = \"Demo\"}"),
    ("an arrow for a colon", "{\"name\" => \"Demo\"}"),
    ("a name without a value", "{\"coverage\", \"oauth\"}"),
    (
        "a value that was left out",
        "{\"name\": , \"support\": \"x\"}",
    ),
    ("a last value that was left out", "{\"name\": }"),
    ("a name in an array", "[\"id\": \"a\"]"),
    // Quotation marks.
    ("curly quotation marks", "{\n  “name”: “Demo”\n}"),
    ("German quotation marks", "{\"name\": „Demo“}"),
    (
        "a closing quotation mark that is curly",
        "{\"name”: \"Demo\"}",
    ),
    ("single quotation marks", "{'name': 'Demo'}"),
    ("a value in single quotation marks", "{\"name\": 'Demo'}"),
    ("a value in backticks", "{\"name\": `Demo`}"),
    ("a name without quotation marks", "{name: \"Demo\"}"),
    (
        "a later name without quotation marks",
        "{\n  \"name\": \"Demo\",\n  created_by: 1\n}",
    ),
    (
        "a text without quotation marks",
        "{\"country\": US, \"a\": 1}",
    ),
    (
        "a sentence without quotation marks",
        "{\"name\": Demo Gas, \"a\": 1}",
    ),
    (
        "a URL without quotation marks",
        "{\"website\": https://example.org/a?b=c}",
    ),
    (
        "a date without quotation marks",
        "{\"updated\": 2026-12-31, \"name\": 1}",
    ),
    (
        "a German date without quotation marks",
        "{\"updated\": 31.12.2026, \"name\": 1}",
    ),
    (
        "a datetime without quotation marks",
        "{\"updated\": 2022-06-01T00:00:00Z}",
    ),
    (
        "a name whose quotation mark is not closed",
        "{\"name: \"Demo\"}",
    ),
    (
        "a text whose quotation mark is not opened",
        "{\"name\": Demo\", \"a\": 1}",
    ),
    (
        "a text whose quotation mark is not closed",
        "{\n  \"name\": \"Demo,\n  \"a\": 1\n}",
    ),
    (
        "a quotation mark in a text",
        "{\"name\": \"The \"best\" utility\"}",
    ),
    ("a text that is not closed at the end", "{\"name\": \"Demo"),
    (
        "a text in quotation marks in quotation marks",
        "{\n  \"name\": \"\"Demo Gas\"\",\n  \"a\": 1\n}",
    ),
    (
        "an inch sign in a text",
        "{\"name\": \"Pipes of 3\" and more\"}",
    ),
    (
        "quotation marks and commas in a text",
        "{\"name\": \"The \"Old\", \"New\" one\", \"a\": 1}",
    ),
    (
        "quotation marks in an element",
        "{\"capabilities\": [\"the \"x\" one\", \"oauth\"]}",
    ),
    (
        "quotation marks in round brackets",
        "{\"name\": \"Gas \"(old)\" Ltd\"}",
    ),
    (
        "doubled quotation marks",
        "{\"name\": \"The \"\"Old\"\" Utility\"}",
    ),
    (
        "a long text with quotation marks",
        "{\"description\": \"The \"best\" utility of all the utilities that there are, and more\"}",
    ),
    (
        "a text that is not closed, in one line",
        "{\"name\":\"Demo,\"support\":\"x\"}",
    ),
    (
        "a name whose first quotation mark is missing",
        "{\n  name\": \"Demo\"\n}",
    ),
    (
        "a sentence whose first quotation mark is missing",
        "{\n  \"name\": Demo Gas & Electric\",\n  \"a\": 1\n}",
    ),
    (
        "quotation marks of a web page",
        "{&quot;name&quot;: &quot;Demo&quot;}",
    ),
    // Inside texts.
    ("a line break in a text", "{\"description\": \"one\ntwo\"}"),
    (
        "a line break of Windows in a text",
        "{\"description\": \"one\r\ntwo\"}",
    ),
    ("a tab in a text", "{\"description\": \"one\ttwo\"}"),
    ("a Windows path", "{\"map\": \"C:\\data\\maps\"}"),
    (
        "a Windows path to the users",
        "{\"map\": \"C:\\users\\maps\"}",
    ),
    (
        "a backslash before a letter with an accent",
        "{\"map\": \"a\\ürich\"}",
    ),
    (
        "an escape cut short by the end of the file",
        "{\"a\": \"\\u1\"}",
    ),
    ("an escape cut short by an emoji", "{\"a\": \"\\u00😀\"}"),
    ("half of a surrogate pair", "{\"a\": \"\\ud83d!\"}"),
    ("an apostrophe that is escaped", "{\"a\": \"it\\'s\"}"),
    // Comments.
    (
        "a comment of C++",
        "{\n  // who we are\n  \"name\": \"Demo\"\n}",
    ),
    (
        "a comment after a value",
        "{\n  \"name\": \"Demo\" // us\n}",
    ),
    ("a comment of C", "{ /* who */ \"name\": \"Demo\" }"),
    ("a comment of a shell", "# who we are\n{\"name\": \"Demo\"}"),
    // Brackets.
    ("no brace at the end", "{\n  \"name\": \"Demo\"\n"),
    (
        "no brackets at the end",
        "{\"coverage_entries\": [{\"id\": \"a\"}",
    ),
    (
        "an entry that is not closed",
        "{\"coverage_entries\": [\n  {\"id\": \"a\"\n], \"next\": null}",
    ),
    (
        "an array that is not closed",
        "{\n  \"capabilities\": [\"oauth\",\n  \"name\": \"Demo\"\n}",
    ),
    (
        "an array closed by a brace",
        "{\"capabilities\": [\"oauth\"}, \"a\": 1}",
    ),
    ("a brace too many", "{\"name\": \"Demo\"}}"),
    (
        "a brace too many in a list",
        "{\"coverage_entries\": [{\"id\": \"a\"}}, {\"id\": \"b\"}]}",
    ),
    (
        "an entry that is not closed before the next",
        "[\n  {\n    \"id\": \"a\"\n  {\n    \"id\": \"b\"\n  }\n]",
    ),
    (
        "an entry whose comma is there, but not its brace",
        "[\n  {\n    \"id\": \"a\",\n  {\n    \"id\": \"b\"\n  }\n]",
    ),
    (
        "an entry that is not opened",
        "[\n  {\"id\": \"a\"},\n  \"id\": \"b\"}\n]",
    ),
    ("a bracket too many", "{\"name\": \"Demo\"}\n]\n"),
    ("no brace at the beginning", "\"name\": \"Demo\", \"a\": 1}"),
    ("a file cut after a colon", "{\"name\":"),
    ("a file cut after a comma", "{\"name\": \"Demo\","),
    (
        "an object in an object without a name",
        "{\"a\": 1, {\"b\": 2}}",
    ),
    ("round brackets", "{\"capabilities\": (\"oauth\")}"),
    // Words and numbers.
    ("True of Python", "{\"a\": True}"),
    ("None of Python", "{\"a\": None, \"b\": 1}"),
    ("NaN", "{\"a\": NaN}"),
    ("undefined", "{\"a\": undefined}"),
    ("null misspelt", "{\"next\": nul}"),
    ("a word that begins like null", "{\"a\": nothing}"),
    ("a leading zero", "{\"zip\": 01234}"),
    ("a plus sign", "{\"a\": +1}"),
    ("no digit before the point", "{\"a\": .5}"),
    ("no digit after the point", "{\"a\": 1.}"),
    ("a hexadecimal number", "{\"a\": 0x1F}"),
    ("a number out of range", "{\"a\": 1e999}"),
    ("a minus sign alone", "{\"a\": -}"),
    // Whole files.
    ("text after the end", "{\"name\": \"Demo\"}\nthat is all\n"),
    (
        "two documents in a file",
        "{\"id\": \"a\"}\n{\"id\": \"b\"}\n",
    ),
    (
        "a web page",
        "<!DOCTYPE html>\n<html><title>404</title></html>\n",
    ),
    ("YAML with its mark", "---\nname: Demo\n"),
    ("YAML", "name: Demo\nwebsite: https://example.org\n"),
    (
        "the head of an HTTP answer",
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}\n",
    ),
    ("JavaScript", "module.exports = {}\n"),
    ("a table", "id,name,country\nwest,West,US\n"),
    (
        "a table with quotation marks",
        "\"id\";\"name\";\"country\"\n",
    ),
    ("Markdown", "```json\n{\"name\": \"Demo\"}\n```\n"),
    ("an empty file", ""),
    ("white space only", " \n\t\r\n"),
    ("a zero byte", "{\"a\": \0}"),
    ("a non-breaking space", "{\u{A0}\"a\": 1}"),
    ("a mark in the middle", "{\"a\": 1}\u{FEFF}"),
    ("a comma of another script", "{\"a\": 1， \"b\": 2}"),
];

/// Files that are not text in UTF-8.
const ENCODINGS: &[(&str, &[u8])] = &[
    ("UTF-8 with a mark", b"\xEF\xBB\xBF{\"a\": 1}"),
    (
        "UTF-16 little-endian with a mark",
        b"\xFF\xFE{\0\"\0a\0\"\0:\x001\0}\0",
    ),
    (
        "UTF-16 big-endian with a mark",
        b"\xFE\xFF\0{\0\"\0a\0\"\0:\x001\0}",
    ),
    ("UTF-16 little-endian", b"{\0\"\0a\0\"\0:\x001\0}\0"),
    ("UTF-16 big-endian", b"\0{\0\"\0a\0\"\0:\x001\0}"),
    ("zero bytes", b"\0\0\0\0\0\0\0\0"),
    (
        "an umlaut of Windows-1252",
        b"{\n  \"name\": \"Stadtwerke M\xFCnchen GmbH\"\n}\n",
    ),
    (
        "a quotation mark of Windows-1252",
        b"{\"name\": \x93Demo\x94}",
    ),
    ("a file cut in a character", b"{\"name\": \"M\xC3"),
    ("a byte that nothing has", b"{\"name\": \"\x81\"}"),
    ("an archive", b"PK\x03\x04\x14\0\x06\0"),
    ("a compressed file", b"\x1F\x8B\x08\0\0\0\0\0"),
    ("a picture", b"\x89PNG\r\n\x1A\n\0\0"),
    ("a shapefile", b"\x00\x00\x27\x0A\0\0\0\0"),
    ("rich text", b"{\\rtf1\\ansi {\\fonttbl}}"),
];

fn told(bytes: &[u8]) -> String {
    let mut reader = CoverageReader::new(None);
    reader.read("f", bytes, CoverageForm::Listing, &mut |_| ());
    let (_, report) = reader.finish();
    let syntax = report
        .findings()
        .iter()
        .filter(|finding| finding.rule.slug == "json-syntax");
    let mut told = String::new();
    for finding in syntax {
        let place = finding.place.as_ref().unwrap();
        let (text, mark) = (&place.excerpt.text, place.excerpt.mark.clone());
        let columns = |part: &str| part.chars().count();
        writeln!(told, "{}:{}: {}", place.line, place.column, finding.message).unwrap();
        writeln!(told, "    {}", visible(text)).unwrap();
        let (before, marked) = (columns(&text[..mark.start]), columns(&text[mark]));
        writeln!(
            told,
            "    {}{}",
            " ".repeat(before),
            "^".repeat(marked.max(1))
        )
        .unwrap();
        writeln!(told, "  help: {}", finding.help.as_deref().unwrap_or("-")).unwrap();
    }
    told
}

/// Control characters and the like by their escapes.
fn visible(text: &str) -> String {
    let visible = |c: char| match c {
        '"' | '\\' | '\'' => c.to_string(),
        other => other.escape_debug().to_string(),
    };
    text.chars().map(visible).collect()
}

#[test]
fn every_mistake_is_explained_at_its_place() {
    let texts = MISTAKES.iter().map(|(name, text)| (*name, text.as_bytes()));
    let mut all = String::new();
    for (name, bytes) in texts.chain(ENCODINGS.iter().copied()) {
        assert!(serde_json::from_slice::<Value>(bytes).is_err(), "{name}");
        common::invariants::assert_hold(bytes);
        writeln!(all, "# {name}\n{}", told(bytes)).unwrap();
    }
    insta::assert_snapshot!(all);
}

/// A listing laid out as the specification prints its own, commas after last elements included.
const PRINTED: &str = r#"{
    "coverage_entries": [
        {
            "id": "demo_west",

            "created": "2022-06-01T00:00:00.000000Z",
            "updated": "2022-06-01T00:00:00.000000Z",

            "entity_name": "Demo, Gas & [Electric,]",
            "entity_abbreviation": null,

            "country": "US",
            "name": "West",

            "type": "logical",
            "role": "official",
            "infrastructure_types": [
                "distribution_utility",
            ],
            "commodity_types": [
                "electricity",
            ],
            "capabilities": [
                "oauth"
            ],
        }
    ],
    "next": null,
    "previous": null,
}
"#;

fn lines(report: &Report) -> Vec<(&str, usize)> {
    let line = |finding: &Finding| finding.place.as_ref().unwrap().line;
    report
        .findings()
        .iter()
        .map(|finding| (finding.rule.slug, line(finding)))
        .collect()
}

#[test]
fn every_comma_after_a_last_element_is_found_at_once() {
    let report = check_document("f", PRINTED.as_bytes(), None);
    let commas = [18, 21, 25, 29].map(|line| ("json-syntax", line));
    assert_eq!(lines(&report), commas);
    assert_eq!(
        report.findings()[0]
            .place
            .as_ref()
            .unwrap()
            .excerpt
            .text
            .trim(),
        "\"distribution_utility\","
    );
}

#[test]
fn beside_commas_after_last_elements_everything_else_is_found_too() {
    let faulty = PRINTED
        .replace("\"US\"", "\"USA\"")
        .replace("2022-06-01T", "2022-06-01 ");
    let mut expected = vec![
        ("invalid-datetime", 6),
        ("invalid-datetime", 7),
        ("invalid-country", 12),
    ];
    expected.extend([18, 21, 25, 29].map(|line| ("json-syntax", line)));
    assert_eq!(
        lines(&check_document("f", faulty.as_bytes(), None)),
        expected
    );

    // Up to a fault of another kind, which nothing can be read beyond.
    let broken = faulty.replace("null,\n    \"previous", "null\n    \"previous");
    let report = check_document("f", broken.as_bytes(), None);
    let syntax: Vec<_> = lines(&report)
        .into_iter()
        .filter(|(slug, _)| *slug == "json-syntax")
        .collect();
    assert_eq!(syntax, [18, 21, 25, 28].map(|line| ("json-syntax", line)));

    let (object, report) = MetadataObject::parse("f", b"{ \"name\": 1, }", None);
    assert!(object.is_none());
    assert!(common::slugs(&report).contains(&"wrong-type"));
    assert!(common::slugs(&report).contains(&"missing-field"));
}

#[test]
fn entries_of_a_file_with_commas_after_last_elements_are_not_duplicates_of_themselves() {
    let two = PRINTED.replacen("        }\n", "        },\n        {}\n", 1);
    let mut reader = CoverageReader::new(None);
    reader.read("f", two.as_bytes(), CoverageForm::Listing, &mut |_| ());
    let report = reader.finish().1;
    assert!(!common::slugs(&report).contains(&"duplicate-id"));
    assert!(common::slugs(&report).contains(&"missing-field"));
}

#[test]
fn what_follows_a_fault_of_syntax_is_not_told_as_another() {
    let text = "[\n  {\"id\": 1},\n  \"id\": \"b\"}\n]";
    let report = check_document("f", text.as_bytes(), None);
    let of_line_3: Vec<_> = lines(&report)
        .into_iter()
        .filter(|(_, line)| *line == 3)
        .collect();
    assert_eq!(of_line_3, [("json-syntax", 3)]);
    assert!(lines(&report).contains(&("wrong-type", 2)));
}

#[test]
fn the_members_of_a_listing_are_checked_beside_an_entry_that_no_parser_takes() {
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    for value in ["\"\\ud800\"", "1e999", &deep] {
        let listing = format!("{{ \"next\": 7, \"coverage_entries\": [{{ \"id\": {value} }}] }}");
        let mut reader = CoverageReader::new(None);
        reader.read("f", listing.as_bytes(), CoverageForm::Listing, &mut |_| ());
        let report = reader.finish().1;
        let slugs = common::slugs(&report);
        assert!(slugs.contains(&"json-syntax"), "{value}: {slugs:?}");
        assert!(slugs.contains(&"wrong-type"), "{value}: {slugs:?}");
    }
}

/// What is found in files of one listing, as `file:line rule`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut reader = CoverageReader::new(None);
    for (name, content) in files {
        reader.read(name, content.as_bytes(), CoverageForm::Part, &mut |_| ());
    }
    let (_, report) = reader.finish();
    let shown = |finding: &Finding| {
        let line = finding.place.as_ref().unwrap().line;
        format!("{}:{line} {}", finding.file, finding.rule.slug)
    };
    report.findings().iter().map(shown).collect()
}

#[test]
fn a_bad_escape_in_an_entry_hides_none_of_the_entries_after_it() {
    let entry = common::ENTRY.replace('\n', " ");
    let bad = entry.replace("\"US\"", "\"USA\"");
    let listing = format!("[{{\"id\": \"\\ud83d!\"}},\n{bad}]");
    assert_eq!(
        found(&[("a", &listing)]),
        ["a:1 json-syntax", "a:2 invalid-country"]
    );
    // Without a bracket nobody knows where the next entry begins.
    let listing = format!("[{{\"id\": \"a\", \"x\": [}},\n{bad}]");
    assert_eq!(found(&[("a", &listing)]), ["a:1 json-syntax"]);
}

#[test]
fn files_with_a_trailing_comma_are_held_against_the_others() {
    let entry = common::ENTRY.replace('\n', " ");
    let trailing = format!("[{entry},]");
    let (a, b) = ("a:1 json-syntax", "b:1 json-syntax");
    let (double, triple) = ("b:1 duplicate-id", "c:1 duplicate-id");
    assert_eq!(found(&[("a", &entry), ("b", &trailing)]), [double, b]);
    assert_eq!(found(&[("a", &trailing), ("b", &entry)]), [a, double]);
    let all = [("a", &*trailing), ("b", &trailing), ("c", &entry)];
    assert_eq!(found(&all), [a, double, b, triple]);
}

#[test]
fn a_byte_order_mark_hides_nothing_of_what_else_is_wrong() {
    let json = format!(
        "\u{feff}{}",
        METADATA.replace("2022-06-01T00", "2022-06-31T00")
    );
    let (object, report) = MetadataObject::parse("f", json.as_bytes(), None);
    assert!(object.is_none());
    let slugs: Vec<_> = report.findings().iter().map(|it| it.rule.slug).collect();
    assert_eq!(slugs, ["json-syntax", "invalid-datetime"]);
}
