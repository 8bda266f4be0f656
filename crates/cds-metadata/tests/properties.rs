//! What holds for any bytes at all.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use cds_metadata::{
    CoverageEntry, CoverageForm, CoverageReader, Datetime, MetadataObject, check_document,
};
use proptest::collection::vec;
use proptest::prelude::*;

use common::damage::{damage, piece};
use common::invariants::assert_hold;

fn document() -> impl Strategy<Value = String> {
    let extended = common::METADATA.replace(
        "\"coverage\":",
        "\"x_more\": {\"a\": [1.5e3, {\"b\\u0063\": \"\\ud83d\\ude00\"}], \"ü\": null}, \"coverage\":",
    );
    let entry = common::ENTRY.to_owned();
    let array = format!("[{entry},\r\n{}]", entry.replace("west", "east"));
    let listing = common::listing();
    let minified = listing.replace('\n', "");
    proptest::sample::select(vec![extended, entry, array, listing, minified])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        assert_hold(&bytes);
    }

    #[test]
    fn anything_made_of_pieces_of_json_is_read_without_a_panic(pieces in vec(piece(), 0..12)) {
        assert_hold(&pieces.concat());
    }

    #[test]
    fn damaged_documents_are_told_from_sound_ones(
        document in document(),
        damages in vec(damage(), 1..4),
    ) {
        let mut bytes = document.into_bytes();
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        assert_hold(&bytes);
    }

    #[test]
    fn datetimes_are_read_as_another_library_reads_them(
        (year, month, day) in (1..9999_i32, 0..14_u32, 0..33_u32),
        (hour, minute, second) in (0..25_u32, 0..61_u32, 0..60_u32),
        fraction in "(\\.[0-9]{1,9})?",
        offset in "Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]",
    ) {
        let text = format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}"
        );
        let ours = Datetime::parse(text.as_str()).ok().map(|datetime| {
            let timestamp = datetime.timestamp();
            (timestamp.seconds, timestamp.nanoseconds)
        });
        let theirs = text.parse::<jiff::Timestamp>().ok().map(|timestamp| {
            let nanoseconds = timestamp.as_nanosecond();
            (
                i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap(),
                u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap(),
            )
        });
        prop_assert_eq!(ours, theirs, "{}", text);
    }

    #[test]
    fn datetimes_are_ordered_as_the_timestamps_they_mean(
        seconds in vec(-50_000_000_000..200_000_000_000_i64, 2),
        offsets in vec(-1439..=1439_i32, 2),
    ) {
        let written = |index: usize| {
            let offset = jiff::tz::Offset::from_seconds(offsets[index] * 60).unwrap();
            let timestamp = jiff::Timestamp::from_second(seconds[index]).unwrap();
            let text = timestamp.display_with_offset(offset).to_string();
            Datetime::parse(text).unwrap()
        };
        prop_assert_eq!(written(0).cmp(&written(1)), seconds[0].cmp(&seconds[1]));
    }

    #[test]
    fn a_metadata_object_comes_back_from_what_it_is_written_as(
        texts in vec("\\PC{0,12}", 3),
        extensions in extensions(),
    ) {
        let document = with_extensions(common::METADATA, &extensions)
            .replace("\"Demo Gas & Electric\"", &quoted(&texts[0]))
            .replace("\"A fictional utility.\"", &quoted(&texts[1]))
            .replace("\"oauth\"]", &format!("\"oauth\", {}]", quoted(&texts[2])));
        let (object, report) = MetadataObject::parse("f", document.as_bytes(), None);
        let object = object.unwrap();
        let written = serde_json::to_vec(&object).unwrap();
        let (again, again_report) = MetadataObject::parse("f", &written, None);
        let again = again.unwrap();
        prop_assert_eq!(format!("{object:?}"), format!("{again:?}"));
        prop_assert_eq!(common::slugs(&report).len(), common::slugs(&again_report).len());
        prop_assert_eq!(format!("{object:?}"), format!("{:?}", object.clone().into_owned()));
        prop_assert!(extensions.iter().all(|(name, _)| again.extensions.get(name).is_some()));
    }

    #[test]
    fn a_coverage_entry_comes_back_from_what_it_is_written_as(
        texts in vec("\\PC{1,12}", 3),
        extensions in extensions(),
    ) {
        let document = with_extensions(common::ENTRY, &extensions)
            .replace("\"dge_elec_west\"", &quoted(&texts[0]))
            .replace("\"distribution_utility\"", &quoted(&texts[1]))
            .replace("\"official\"", &quoted(&texts[2]));
        let object = read_entry(document.as_bytes());
        let written = serde_json::to_vec(&object).unwrap();
        prop_assert_eq!(format!("{object:?}"), format!("{:?}", read_entry(&written)));
        prop_assert_eq!(format!("{object:?}"), format!("{:?}", object.clone().into_owned()));
    }
}

fn read_entry(bytes: &[u8]) -> CoverageEntry<'_> {
    let mut entries = Vec::new();
    let mut reader = CoverageReader::new(None);
    reader.read("f", bytes, CoverageForm::Part, &mut |authored| {
        entries.push(authored.entry);
    });
    assert!(!reader.finish().1.has_errors());
    assert_eq!(entries.len(), 1);
    entries.remove(0)
}

/// Members of an extension: names that no one else has, and values of every kind.
fn extensions() -> impl Strategy<Value = Vec<(String, String)>> {
    const VALUES: &[&str] = &[
        "null",
        "true",
        "-0",
        "1.50e+3",
        "18446744073709551616",
        "\"\\ud83d\\ude00\"",
        "\"\\/\"",
        "[ 1,\t2 ]",
        "{\"b\": {}, \"a\": []}",
        "[[[[]]]]",
        "\"\"",
    ];
    vec(("\\PC{0,6}", proptest::sample::select(VALUES)), 0..6).prop_map(|members| {
        let numbered = |(index, (name, value)): (usize, (String, &str))| {
            (format!("x_{index}_{name}"), value.to_owned())
        };
        members.into_iter().enumerate().map(numbered).collect()
    })
}

fn with_extensions(document: &str, extensions: &[(String, String)]) -> String {
    let members: String = extensions
        .iter()
        .map(|(name, value)| format!("{}: {value},", quoted(name)))
        .collect();
    document.replacen('{', &format!("{{{members}"), 1)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn nesting_is_counted_over_the_whole_document_wherever_it_stands() {
    for levels in 115..=135 {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert_hold(deep.as_bytes());
            let member = format!("\"x\":{deep},\"");
            let field = format!("\"capabilities\":{deep},\"");
            for document in [common::METADATA, common::ENTRY, &common::listing()] {
                for member in [&member, &field] {
                    assert_hold(document.replacen('"', member, 1).as_bytes());
                    let inside = document.replacen("[{", "[{\"x\":1,", 1);
                    assert_hold(inside.replacen("\"x\":1,\"", member, 1).as_bytes());
                }
            }
            for around in [
                "{\"coverage_entries\":[@]}",
                "[@]",
                "{\"coverage_entries\":@}",
                "{\"next\":@}",
            ] {
                assert_hold(around.replace('@', &deep).as_bytes());
            }
        }
    }
}

#[test]
fn what_serde_json_refuses_is_a_fault_of_syntax_in_every_part_of_a_document() {
    for value in [
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\u00😀\"",
        "\"\\u12\"",
        "\"\\u",
        "\"\\x\"",
        "\"\\é\"",
        "1e999",
        "-1e999",
        "1e-999",
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "0x1F",
        "\"\t\"",
        "\"\n\"",
        "\"\0\"",
        "\"\u{7f}\"",
        "nul",
        "truefalse",
        "[1,]",
        "{\"a\"}",
        "{\"\\ud800\":1}",
        "{\"a\":1,}",
        "{1:2}",
        "[1 2]",
        "1 2",
        "\u{FEFF}1",
        "\u{A0}1",
        "",
        "\"",
        "//",
        "{\"a\":{\"\\udfff\":1}}",
    ] {
        assert_hold(value.as_bytes());
        for around in [
            "[@]",
            "{\"x\":@}",
            "{\"id\":@}",
            "{\"name\":@}",
            "{\"capabilities\":[@]}",
            "{\"coverage_entries\":[{\"x\":@}]}",
            "{\"coverage_entries\":[{\"id\":@}]}",
            "{\"coverage_entries\":[@]}",
            "{\"coverage_entries\":@}",
            "[{\"x\":[@]}]",
            "{\"next\":@}",
            "{\"x\":{\"y\":@}}",
            "@\n",
            " @ ",
            "{@:1}",
            "[{@:1}]",
            "{\"coverage_entries\":[{@:1}]}",
        ] {
            assert_hold(around.replace('@', value).as_bytes());
            assert_hold(
                around
                    .replace('@', value)
                    .trim_end_matches(['}', ']'])
                    .as_bytes(),
            );
        }
    }
}

/// Shapes that a careless search is quadratic in: with the sizes here it would take minutes or hours.
#[test]
fn time_grows_with_the_size_of_a_document_whatever_its_shape() {
    let many = |piece: &str| piece.repeat(100_000);
    let field = |json: String| common::METADATA.replacen('{', &format!("{{{json},"), 1);
    let numbered = |piece: &str| -> String {
        let pieces = (0..100_000).map(|index| piece.replace('@', &index.to_string()));
        pieces.collect()
    };
    let entry = common::ENTRY.replace('\n', "");
    let faulty = entry.replace("\"US\"", "\"USA\"").replace("oauth", "");
    let sound = format!("{entry},").repeat(3_000);
    for document in [
        many("["),
        many("{\"a\":"),
        many("\""),
        many("\n"),
        format!("{{\"coverage_entries\":[{}", many("[")),
        field(format!(
            "\"{}\":[{}{{\"a\":1,\"a\":1}}]",
            many("key"),
            many("{\"b\":[1]},")
        )),
        field(format!("{}\"x\":1", many("\"x\":1,"))),
        field(format!("{}\"naem\":1", numbered("\"x@\":1,"))),
        field(format!("{}\"x\":1", many("\"naem\":1,"))),
        field(format!(
            "\"related_metadata\":[{}\"\"]",
            many("\"\",1,\"http://a.example/\",")
        )),
        common::METADATA.replace(
            "[\"coverage\"",
            &format!("[{}\"coverage\"", numbered("\"@\",\"\",")),
        ),
        common::ENTRY.replace("US", &many("0123456789")),
        format!("[{sound}{}{faulty}]", format!("{faulty},").repeat(1_000)),
        format!("[{}1,]", many("1,")),
    ] {
        let (_, report) = MetadataObject::parse("f", document.as_bytes(), None);
        assert!(!report.is_empty());
        let report = check_document("f", document.as_bytes(), None);
        let longest = report
            .findings()
            .iter()
            .map(|finding| finding.message.len())
            .max();
        assert!(longest.unwrap() < 1_000, "{longest:?}");
    }
}
