//! What holds for any request, and for any settings.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

#[path = "common/chosen_coding.rs"]
mod chosen_coding;
#[path = "common/fixed_site.rs"]
mod fixed_site;

use std::sync::LazyLock;

use cds_site::{Respond, Site};
use http::{Request, header};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use chosen_coding::assert_coding_is_chosen;
use fixed_site::{
    PATHS, assert_only_own_paths, assert_settings_hold, assert_tags_are_found, status_with,
};

static SITE: LazyLock<Site> = LazyLock::new(fixed_site::site);

/// A path of the site in which some characters are percent-encoded, some once too often, and some
/// damaged.
fn target() -> impl Strategy<Value = String> {
    let spelling = |character: char| {
        let code = u32::from(character);
        prop_oneof![
            12 => Just(character.to_string()),
            2 => Just(format!("%{code:02X}")),
            2 => Just(format!("%{code:02x}")),
            1 => select(vec!["", "%", "%2", "%25", "%2F", "/", "..", "%00", "A"]).prop_map(str::to_owned),
        ]
    };
    let path = select(PATHS.to_vec()).prop_flat_map(move |path| {
        let characters: Vec<_> = path.chars().map(spelling).collect();
        characters.prop_map(|spelt| spelt.concat())
    });
    let query = select(vec![
        "", "?", "?v=1", "?v=1&w", "?w&v=1", "?v=12", "?v%3D1", "?%76=%31", "?V=1", "?v=1#x",
    ]);
    let plain = select(PATHS.to_vec()).prop_map(str::to_owned);
    (
        prop_oneof![3 => path, 1 => plain, 1 => "/[ -~]{0,40}"],
        query,
    )
        .prop_map(|(path, query)| format!("{path}{query}"))
}

/// An element of a list of entity tags: whether it is weak, and the tag, `@` being the document's.
fn tag() -> impl Strategy<Value = (bool, String)> {
    let opaque = prop_oneof![
        2 => Just("@".to_owned()),
        3 => "[!#-?A-~]{0,12}".prop_map(|inside| format!("\"{inside}\"")),
        1 => select(vec!["\"a,b\"", "\"W/\"", "\"*\"", "\"\""]).prop_map(str::to_owned),
    ];
    (any::<bool>(), opaque)
}

/// A member of `Accept-Encoding`, well formed more often than not.
fn accepted() -> impl Strategy<Value = String> {
    let name = select(vec![
        "gzip", "GZIP", "x-gzip", "br", "bR", "zstd", "identity", "*", "deflate", "", "gzi",
        "gzip2",
    ]);
    let weight = prop_oneof![
        3 => Just(String::new()),
        2 => (0..=1_000_u16).prop_map(|thousandths| format!(";q={}", f64::from(thousandths) / 1e3)),
        2 => select(vec![
            ";q=0", ";q=1", ";Q=0.5", ";q=0.", ";q=1.000", "; q=0.3", " ;\tq=0.8 ", ";q=1.001", ";q=.5",
            ";q=0.5000", ";q=", ";q", ";", ";x=1", ";q=1;x", ";q =1", ";q= 1", ";q=-0", ";q=0,5",
        ])
        .prop_map(str::to_owned),
    ];
    let space = || select(vec!["", "", " ", "\t", " \t "]);
    (space(), name, weight, space())
        .prop_map(|(before, name, weight, after)| format!("{before}{name}{weight}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn only_the_paths_of_the_site_are_answered(
        target in target(),
        method in select(vec!["GET", "HEAD", "OPTIONS", "POST", "get", "PROPFIND"]),
        host in "[ -~]{0,20}",
    ) {
        let request = Request::builder().method(method).uri(target).header(header::HOST, host).body(());
        if let Ok(request) = request {
            assert_only_own_paths(&request, SITE.respond((&request).into()));
        }
    }

    #[test]
    fn the_tag_is_found_in_any_list_over_any_lines(
        tags in vec(tag(), 0..6),
        separators in vec(select(vec![",", ", ", " ,\t", ",,", ", , "]), 6),
        line_ends in vec(any::<bool>(), 6),
    ) {
        let mut lines = vec![String::new()];
        for (index, (weak, tag)) in tags.iter().enumerate() {
            let line = lines.last_mut().unwrap();
            line.push_str(if *weak { "W/" } else { "" });
            line.push_str(tag);
            line.push_str(separators[index]);
            if line_ends[index] {
                lines.push(String::new());
            }
        }
        let lines: Vec<_> = lines.iter().map(String::as_bytes).collect();
        let is_named = tags.iter().any(|(_, tag)| tag == "@");
        let is_named_strongly = tags.iter().any(|(weak, tag)| !weak && tag == "@");
        let none_match = status_with(&SITE, &header::IF_NONE_MATCH, &lines).unwrap();
        prop_assert_eq!(none_match.as_u16(), if is_named { 304 } else { 200 });
        let matched = status_with(&SITE, &header::IF_MATCH, &lines).unwrap();
        prop_assert_eq!(matched.as_u16(), if is_named_strongly { 200 } else { 412 });
    }

    #[test]
    fn any_bytes_as_a_list_of_tags_are_read_without_a_panic(
        line in vec(prop_oneof![2 => select(b"@\"W/*, \t".to_vec()), 1 => any::<u8>()], 0..40),
    ) {
        assert_tags_are_found(&SITE, &line);
    }

    #[test]
    fn the_coding_is_the_one_that_the_client_prefers(
        lines in vec(vec(accepted(), 0..5), 0..3),
    ) {
        let lines: Vec<_> = lines.iter().map(|members| members.join(",")).collect();
        let lines: Vec<_> = lines.iter().map(String::as_bytes).collect();
        assert_coding_is_chosen(&SITE, PATHS[0], &lines);
    }

    #[test]
    fn any_bytes_as_accepted_codings_choose_what_they_say(
        line in vec(prop_oneof![9 => select(b"gzipbrstd*;q=01.5, \t".to_vec()), 1 => any::<u8>()], 0..40),
    ) {
        assert_coding_is_chosen(&SITE, PATHS[0], &[&line]);
    }

    #[test]
    fn any_bytes_as_settings_are_read_without_a_panic(
        pieces in vec(
            prop_oneof![
                3 => select(vec![
                    "max_age", "maintenance", "moved_to", "moved", "since", "former_paths", "hosts", "rules", " = ", "\n", "[",
                    "]", "\"", "'", "\"5m\"", "\"99999999999999y\"", "2022-01-01", "9999-12-31", "T22:00", "Z", "true", "ü", "\u{FEFF}",
                    "#", "{", "}", "\"permanent\"", "\"https://a.example/\"", "\"a.example:80\"", "not-https", "off", ".", ",",
                ]).prop_map(|piece| piece.as_bytes().to_vec()),
                1 => vec(any::<u8>(), 0..4),
            ],
            0..12,
        ),
    ) {
        assert_settings_hold(&pieces.concat());
    }
}

#[test]
fn settings_nested_without_end_are_refused() {
    for open in ["a = [", "a = {b = "] {
        let nested = open.to_owned() + &open[4..].repeat(100_000);
        assert_settings_hold(nested.as_bytes());
    }
    assert_settings_hold(format!("a{}", ".a".repeat(100_000)).as_bytes());
    assert_settings_hold(format!("[a{}]", ".a".repeat(100_000)).as_bytes());
}
