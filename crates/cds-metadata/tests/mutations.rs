//! Valid documents with one thing wrong: every field removed, of every other type, damaged in
//! every way that a rule knows, in every style of writing. Each gives the findings expected and no
//! others, at their places.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

mod common;

use cds_metadata::{CoverageForm, CoverageReader, MetadataObject, Report};

use common::written::Content::{self, Array, One};
use common::written::{Member, STYLES, Style, Written};

/// What is done to a document, and what is found then.
#[derive(Debug)]
struct Mutation {
    name: String,
    members: Vec<Member>,
    /// Rule, pointer inside the object, and place: the object (empty), a value's pointer, or `#`
    /// and a key's.
    expected: Vec<(&'static str, String, String)>,
}

/// A field of the specification, its valid value, and whether it is required.
struct Field {
    name: &'static str,
    valid: Content,
    kind: Kind,
    required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    NullableText,
    Id,
    Version,
    Datetime,
    Page,
    Endpoint,
    Endpoints,
    Country,
    MediaType,
    Capabilities,
    Word,
    Words,
}

impl Kind {
    fn is_list(self) -> bool {
        matches!(self, Self::Endpoints | Self::Capabilities | Self::Words)
    }
}

fn field(name: &'static str, valid: &str, kind: Kind, required: bool) -> Field {
    let valid = if kind.is_list() {
        Array(valid.split(' ').map(quoted).collect())
    } else {
        One(quoted(valid))
    };
    Field {
        name,
        valid,
        kind,
        required,
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn metadata_fields() -> Vec<Field> {
    use Kind::{Capabilities, Datetime, Endpoint, Endpoints, Page, Text, Version};
    vec![
        field("cds_metadata_version", "v1", Version, true),
        field(
            "cds_metadata_url",
            "https://demoutility.com/.well-known/cds.json",
            Endpoint,
            true,
        ),
        field("created", "2022-01-01T00:00:00Z", Datetime, true),
        field("updated", "2022-06-01T00:00:00.5+02:00", Datetime, true),
        field("name", "Demo Gas & Electric", Text, true),
        field("description", "Ein Werk für “Strom” 🙂", Text, true),
        field("website", "https://demoutility.com/", Page, true),
        field("documentation", "http://demoutility.com/docs", Page, true),
        field("support", "mailto:help@demoutility.com", Page, true),
        field("capabilities", "coverage ieee1547", Capabilities, true),
        field(
            "coverage",
            "https://demoutility.com/cds-coverage.json?v=1",
            Endpoint,
            false,
        ),
        field(
            "related_metadata",
            "https://a.example/ https://b.example/",
            Endpoints,
            false,
        ),
    ]
}

fn entry_fields() -> Vec<Field> {
    use Kind::{
        Capabilities, Country, Datetime, Endpoint, Id, MediaType, NullableText, Text, Word, Words,
    };
    vec![
        field("id", "west", Id, true),
        field("created", "2022-01-01T00:00:00Z", Datetime, true),
        field("updated", "2022-06-01T00:00:00Z", Datetime, true),
        field("entity_name", "Demo Gas & Electric", Text, true),
        field("entity_abbreviation", "DG&E", NullableText, true),
        field("country", "US", Country, true),
        field("name", "Western “territory”", Text, true),
        field("description", "The western half.", Text, false),
        field("type", "geographic", Word, true),
        field("role", "official", Word, true),
        field("infrastructure_types", "supplier generator", Words, true),
        field("commodity_types", "electricity water", Words, true),
        field("capabilities", "oauth ieee1547", Capabilities, true),
        field(
            "map_resource",
            "https://demoutility.com/west.png",
            Endpoint,
            false,
        ),
        field("map_content_type", "image/png", MediaType, false),
        field(
            "geojson_resource",
            "https://demoutility.com/west.json",
            Endpoint,
            false,
        ),
    ]
}

fn members(fields: &[Field]) -> Vec<Member> {
    // An extension whose value looks like fields, to be passed over.
    let extension = One(r#"{"name": [{"id": 1}], "name2": "\ud83d\ude00"}"#.to_owned());
    let mut members = vec![("x/y~z".to_owned(), extension)];
    members.extend(
        fields
            .iter()
            .map(|field| (field.name.to_owned(), field.valid.clone())),
    );
    members
}

/// The document with other content in one field.
fn with(fields: &[Field], name: &str, content: Content) -> Vec<Member> {
    let mut members = members(fields);
    members
        .iter_mut()
        .find(|(other, _)| other == name)
        .unwrap()
        .1 = content;
    members
}

fn without(fields: &[Field], names: &[&str]) -> Vec<Member> {
    let mut members = members(fields);
    members.retain(|(other, _)| !names.contains(&other.as_str()));
    members
}

fn at_value(rule: &'static str, pointer: &str) -> (&'static str, String, String) {
    (rule, pointer.to_owned(), pointer.to_owned())
}

fn at_object(rule: &'static str, pointer: &str) -> (&'static str, String, String) {
    (rule, pointer.to_owned(), String::new())
}

fn removals(fields: &[Field]) -> impl Iterator<Item = Mutation> {
    fields.iter().map(|field| {
        let pointer = format!("/{}", field.name);
        let expected = match field.name {
            "coverage" => vec![at_object("coverage-url-missing", &pointer)],
            "map_content_type" => vec![at_object("map-type-missing", &pointer)],
            _ if field.required => vec![at_object("missing-field", &pointer)],
            _ => Vec::new(),
        };
        Mutation {
            name: format!("without {}", field.name),
            members: without(fields, &[field.name]),
            expected,
        }
    })
}

fn other_types(fields: &[Field]) -> impl Iterator<Item = Mutation> {
    const VALUES: [(&str, &str); 9] = [
        ("null", "null"),
        ("boolean", "true"),
        ("boolean", "false"),
        ("number", "0"),
        ("number", "-1.5e3"),
        ("string", "\"x\""),
        ("array", "[ \"a\", \"b\" ]"),
        ("object", "{}"),
        ("object", "{ \"a\": [1] }"),
    ];
    fields.iter().flat_map(move |field| {
        let fits = move |json_type: &str| match json_type {
            "null" => field.kind == Kind::NullableText,
            "string" => !field.kind.is_list(),
            "array" => field.kind.is_list(),
            _ => false,
        };
        let others = VALUES.iter().filter(move |(json_type, _)| !fits(json_type));
        others.map(move |(_, json)| Mutation {
            name: format!("{} is {json}", field.name),
            members: with(fields, field.name, One((*json).to_owned())),
            expected: vec![at_value("wrong-type", &format!("/{}", field.name))],
        })
    })
}

/// Texts that break a rule in a field of a kind, and texts that break none (`-`).
fn bad_texts(kind: Kind) -> &'static [(&'static str, &'static [&'static str])] {
    match kind {
        Kind::Text | Kind::NullableText => &[
            ("empty-string", &["", "  ", "\u{A0}\n"]),
            ("-", &["-", "ü"]),
        ],
        Kind::Id => &[
            ("empty-string", &[""]),
            ("id-with-space", &["a b", " a", "a  "]),
        ],
        Kind::Version => &[("unsupported-version", &["", "v2", "V1", "1", "v1 "])],
        Kind::Datetime => &[
            (
                "invalid-datetime",
                &[
                    "",
                    "x",
                    "2022-06-01",
                    "2022-06-01 00:00:00Z",
                    "2022-02-29T00:00:00Z",
                    "2022-06-01T00:00:00",
                    "2022-06-01T24:00:00Z",
                    "01/06/2022",
                    "1654041600",
                    "2022-06-01T00:00:00+0200",
                    " 2022-06-01T00:00:00Z",
                ],
            ),
            (
                "datetime-unusual",
                &[
                    "2022-01-01t00:00:00Z",
                    "2022-01-01T00:00:00z",
                    "2021-12-31T23:59:60Z",
                    "2022-01-01T00:00:00.0000000001Z",
                ],
            ),
            ("-", &["2022-01-01T00:00:00Z", "2022-01-01T05:30:00+05:30"]),
        ],
        Kind::Page => &[
            (
                "invalid-url",
                &[
                    "",
                    "/docs",
                    "demoutility.com",
                    "https://",
                    "https://a b/",
                    "http://ü/",
                ],
            ),
            ("-", &["http://a.example", "tel:+1-201-555-0123"]),
        ],
        Kind::Endpoint | Kind::Endpoints => &[
            (
                "invalid-url",
                &[
                    "",
                    "/cds.json",
                    "demoutility.com/x",
                    "https://",
                    "https:/a.example/",
                    "//a.example/",
                    "https://a b/",
                    "https://a.example/ ",
                    "https://ä.example/",
                    "ftp://a.example/",
                    "mailto:a@a.example",
                    "https://a.example/%zz",
                    "https://a.example:x/",
                ],
            ),
            ("not-https", &["http://a.example/x", "HTTP://a.example/"]),
            (
                "-",
                &[
                    "https://c.example",
                    "HTTPS://[::1]:8443/a?b#c",
                    "https://xn--4ca.example/%20",
                ],
            ),
        ],
        Kind::Country => &[
            (
                "invalid-country",
                &["", "USA", "us", "ZZ", "UK", "United States", "U", "US "],
            ),
            ("-", &["XK", "DE", "GB"]),
        ],
        Kind::MediaType => &[
            (
                "invalid-media-type",
                &["", "png", "*/*", "image/*", "image/", "/png", "image png"],
            ),
            ("-", &["image/svg+xml; charset=utf-8", "APPLICATION/PDF"]),
        ],
        Kind::Word | Kind::Words => &[("unknown-value", &["", "offical", "Water", "x"])],
        Kind::Capabilities => &[("empty-string", &["", " "]), ("-", &["anything"])],
    }
}

fn bad_values(fields: &[Field]) -> impl Iterator<Item = Mutation> {
    fields.iter().flat_map(move |field| {
        let texts = bad_texts(field.kind).iter();
        texts.flat_map(move |(rule, texts)| {
            texts
                .iter()
                .flat_map(move |text| damaged(fields, field, rule, text))
        })
    })
}

/// A bad text in a field, or as each of the elements of a list.
fn damaged(fields: &[Field], field: &Field, rule: &'static str, text: &str) -> Vec<Mutation> {
    let mutation = |content, pointer: String| Mutation {
        name: format!("{pointer} is {text:?}"),
        members: with(fields, field.name, content),
        expected: Vec::from_iter((rule != "-").then(|| at_value(rule, &pointer))),
    };
    let Array(elements) = &field.valid else {
        return vec![mutation(One(quoted(text)), format!("/{}", field.name))];
    };
    let each = |index: usize| {
        let mut elements = elements.clone();
        elements.insert(index, quoted(text));
        mutation(Array(elements), format!("/{}/{index}", field.name))
    };
    (0..=elements.len()).map(each).collect()
}

fn bad_elements(fields: &[Field]) -> impl Iterator<Item = Mutation> {
    fields
        .iter()
        .filter(|field| field.kind.is_list())
        .flat_map(move |field| {
            let Array(valid) = &field.valid else {
                panic!("{} is a list", field.name)
            };
            let mutation = |name: &str, elements: Vec<String>, rule, index: usize| Mutation {
                name: format!("{} with {name}", field.name),
                members: with(fields, field.name, Array(elements)),
                expected: vec![at_value(rule, &format!("/{}/{index}", field.name))],
            };
            let typed = ["null", "true", "0", "[]", "{\"a\": 1}"].map(|json| {
                let elements = [vec![json.to_owned()], valid.clone()].concat();
                mutation(json, elements, "wrong-type", 0)
            });
            let twice = [valid.clone(), valid[..1].to_vec()].concat();
            let empty = Mutation {
                name: format!("{} is empty", field.name),
                members: with(fields, field.name, Array(Vec::new())),
                expected: Vec::new(),
            };
            typed.into_iter().chain([
                mutation("the first twice", twice, "duplicate-value", 2),
                empty,
            ])
        })
}

/// Fields written twice, and names that are slips.
fn bad_names(fields: &[Field]) -> impl Iterator<Item = Mutation> {
    fields.iter().flat_map(move |field| {
        let mutation = |rule, name: String| {
            let mut members = members(fields);
            members.push((name.clone(), field.valid.clone()));
            // In the reversed style the added one comes first; of twins that is the same.
            let expected = vec![(rule, format!("/{name}"), format!("#/{name}"))];
            Mutation {
                name: format!("{rule} {name}"),
                members,
                expected,
            }
        };
        [
            mutation("json-duplicate-key", field.name.to_owned()),
            mutation("near-miss-field", format!("{}s", field.name)),
            mutation("near-miss-field", field.name.to_uppercase()),
        ]
    })
}

fn mutations(fields: &[Field]) -> Vec<Mutation> {
    let unchanged = Mutation {
        name: "unchanged".to_owned(),
        members: members(fields),
        expected: Vec::new(),
    };
    std::iter::once(unchanged)
        .chain(removals(fields))
        .chain(other_types(fields))
        .chain(bad_values(fields))
        .chain(bad_elements(fields))
        .chain(bad_names(fields))
        .collect()
}

/// Compares the findings to those expected of the object at `base`.
fn assert_found(report: &Report, mutation: &Mutation, base: &str, written: &Written, style: Style) {
    let found: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| {
            let place = finding.place.as_ref().unwrap();
            let pointer = finding.pointer.as_ref().unwrap().as_str().to_owned();
            (finding.rule.slug, pointer, (place.line, place.column))
        })
        .collect();
    let expected: Vec<_> = mutation
        .expected
        .iter()
        .map(|(rule, pointer, place)| {
            let place = match place.strip_prefix('#') {
                Some(key) => format!("#{base}{key}"),
                None => format!("{base}{place}"),
            };
            (
                *rule,
                format!("{base}{pointer}"),
                written.line_and_column(&place),
            )
        })
        .collect();
    assert_eq!(
        found, expected,
        "{} {}\n{}",
        mutation.name, style.name, written.text
    );
    assert!(
        report
            .findings()
            .iter()
            .all(|finding| finding.help.is_some()),
        "{}",
        mutation.name
    );
}

fn is_structural(mutation: &Mutation) -> bool {
    const STRUCTURAL: [&str; 4] = [
        "missing-field",
        "wrong-type",
        "invalid-datetime",
        "json-duplicate-key",
    ];
    mutation
        .expected
        .iter()
        .any(|(rule, ..)| STRUCTURAL.contains(rule))
}

#[test]
fn each_fault_of_a_metadata_object_is_found_at_its_place_in_every_style() {
    let mut count = 0;
    for mutation in mutations(&metadata_fields()) {
        for style in STYLES {
            let written = Written::object(&mutation.members, *style);
            let (object, report) = MetadataObject::parse("f", written.text.as_bytes(), None);
            assert_found(&report, &mutation, "", &written, *style);
            assert_eq!(
                object.is_none(),
                is_structural(&mutation),
                "{}",
                mutation.name
            );
            count += 1;
        }
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn each_fault_of_a_coverage_entry_is_found_at_its_place_in_every_style_and_form() {
    let other = with(&entry_fields(), "id", One(quoted("other")));
    let mut count = 0;
    for mutation in mutations(&entry_fields()) {
        for style in STYLES {
            let both = [other.as_slice(), mutation.members.as_slice()];
            for (base, written) in [
                ("", Written::object(&mutation.members, *style)),
                ("/1", Written::array(&both, *style)),
                ("/coverage_entries/1", Written::listing(&both, *style)),
            ] {
                let mut entries = Vec::new();
                let mut reader = CoverageReader::new(None);
                reader.read(
                    "f",
                    written.text.as_bytes(),
                    CoverageForm::Part,
                    &mut |authored| {
                        entries.push(authored.span);
                    },
                );
                assert_found(&reader.finish().1, &mutation, base, &written, *style);
                let others = usize::from(!base.is_empty());
                let expected = others + usize::from(!is_structural(&mutation));
                assert_eq!(entries.len(), expected, "{}", mutation.name);
                count += 1;
            }
        }
    }
    assert!(count > 4000, "{count}");
}

#[test]
fn fields_that_depend_on_each_other_are_missed_only_when_they_matter() {
    let fields = entry_fields();
    let none: Vec<(&str, String, String)> = Vec::new();
    let both = ["map_resource", "map_content_type"];
    let all = ["map_resource", "map_content_type", "geojson_resource"];
    let logical = |names: &[&str]| {
        let mut members = without(&fields, names);
        members
            .iter_mut()
            .find(|(name, _)| name == "type")
            .unwrap()
            .1 = One(quoted("logical"));
        members
    };
    for (name, members, expected) in [
        ("only GeoJSON", without(&fields, &both), none.clone()),
        ("only a map", without(&fields, &all[2..]), none.clone()),
        (
            "no map at all",
            without(&fields, &all),
            vec![at_object("geographic-without-map", "")],
        ),
        ("a logical entry", logical(&all), none.clone()),
        (
            "a map without its type",
            logical(&all[1..2]),
            vec![at_object("map-type-missing", "/map_content_type")],
        ),
        (
            "an entry that lists coverage",
            with(
                &fields,
                "capabilities",
                Array(vec![quoted("a"), quoted("coverage")]),
            ),
            vec![at_value("entry-lists-coverage", "/capabilities/1")],
        ),
        (
            "updated before it was created",
            with(&fields, "created", One(quoted("2022-06-01T00:00:00-00:30"))),
            vec![at_value("updated-before-created", "/updated")],
        ),
    ] {
        let mutation = Mutation {
            name: name.to_owned(),
            members,
            expected,
        };
        for style in STYLES {
            let written = Written::object(&mutation.members, *style);
            let mut reader = CoverageReader::new(None);
            reader.read(
                "f",
                written.text.as_bytes(),
                CoverageForm::Part,
                &mut |_| (),
            );
            assert_found(&reader.finish().1, &mutation, "", &written, *style);
        }
    }

    let fields = metadata_fields();
    let oauth = |more: Vec<Member>| {
        let capabilities = Array(vec![quoted("coverage"), quoted("oauth")]);
        [with(&fields, "capabilities", capabilities), more].concat()
    };
    let member = |json: &str| vec![("oauth_metadata".to_owned(), One(json.to_owned()))];
    let missing = "oauth-metadata-missing";
    let without_promise = with(&fields, "capabilities", Array(Vec::new()));
    let no_coverage: Vec<_> = without_promise
        .iter()
        .filter(|(name, _)| name != "coverage")
        .cloned()
        .collect();
    for (name, members, expected) in [
        (
            "neither the capability nor the URL",
            no_coverage,
            none.clone(),
        ),
        (
            "oauth without its URL",
            oauth(Vec::new()),
            vec![at_object(missing, "/oauth_metadata")],
        ),
        (
            "oauth with its URL",
            oauth(member("\"https://a.example/x\"")),
            none.clone(),
        ),
        (
            "oauth with null",
            oauth(member("null")),
            vec![at_value(missing, "/oauth_metadata")],
        ),
        (
            "oauth with a path",
            oauth(member("\"/x\"")),
            vec![at_value(missing, "/oauth_metadata")],
        ),
        (
            "oauth with an object",
            oauth(member("{}")),
            vec![at_value(missing, "/oauth_metadata")],
        ),
    ] {
        let mutation = Mutation {
            name: name.to_owned(),
            members,
            expected,
        };
        for style in STYLES {
            let written = Written::object(&mutation.members, *style);
            let (_, report) = MetadataObject::parse("f", written.text.as_bytes(), None);
            assert_found(&report, &mutation, "", &written, *style);
        }
    }
}

#[test]
fn each_fault_of_a_listing_is_found_at_its_place_in_every_style() {
    let entries = || ("coverage_entries", Array(Vec::new()));
    let one = |json: &str| One(json.to_owned());
    let page = || one("\"https://a.example/?page=2\"");
    let listing = |members: Vec<(&str, Content)>| -> Vec<Member> {
        members
            .into_iter()
            .map(|(name, content)| (name.to_owned(), content))
            .collect()
    };
    let mut cases = vec![
        (
            "empty",
            vec![entries(), ("next", one("null")), ("previous", one("null"))],
            Vec::new(),
        ),
        ("no links", vec![entries()], Vec::new()),
        (
            "next",
            vec![entries(), ("next", page())],
            vec![at_value("listing-is-a-page", "/next")],
        ),
        (
            "previous",
            vec![entries(), ("previous", page())],
            vec![at_value("listing-is-a-page", "/previous")],
        ),
        (
            "no entries",
            vec![("next", one("null")), ("previous", one("null"))],
            vec![at_object("missing-field", "/coverage_entries")],
        ),
        (
            "twice",
            vec![entries(), ("x", one("1")), ("x", one("1"))],
            vec![("json-duplicate-key", "/x".to_owned(), "#/x".to_owned())],
        ),
        (
            "a slip",
            vec![entries(), ("prevous", one("null"))],
            vec![(
                "near-miss-field",
                "/prevous".to_owned(),
                "#/prevous".to_owned(),
            )],
        ),
    ];
    for json in ["true", "1", "[]", "{}", "[{}]"] {
        for name in ["next", "previous"] {
            let pointer = format!("/{name}");
            cases.push((
                json,
                vec![entries(), (name, one(json))],
                vec![at_value("wrong-type", &pointer)],
            ));
        }
    }
    for json in ["null", "false", "0", "\"x\"", "{}", "{\"id\": \"a\"}"] {
        let pointer = "/coverage_entries";
        cases.push((
            json,
            vec![(&pointer[1..], one(json))],
            vec![at_value("wrong-type", pointer)],
        ));
    }
    for json in ["null", "false", "0", "\"x\"", "[]", "[{}]"] {
        let content = Array(vec![json.to_owned()]);
        let expected = vec![at_value("wrong-type", "/coverage_entries/0")];
        cases.push((json, vec![("coverage_entries", content)], expected));
    }
    for (name, members, expected) in cases {
        let mutation = Mutation {
            name: name.to_owned(),
            members: listing(members),
            expected,
        };
        for style in STYLES {
            let written = Written::object(&mutation.members, *style);
            let mut reader = CoverageReader::new(None);
            reader.read(
                "f",
                written.text.as_bytes(),
                CoverageForm::Listing,
                &mut |_| (),
            );
            assert_found(&reader.finish().1, &mutation, "", &written, *style);
        }
    }
}

#[test]
fn a_document_that_is_no_object_is_found_in_every_form() {
    for json in ["null", "true", "0", "\"x\"", " \"\\u0041\" "] {
        let at_root = |report: &Report| {
            let finding = &report.findings()[0];
            assert_eq!(report.findings().len(), 1, "{json}");
            assert_eq!(finding.pointer.as_ref().unwrap().as_str(), "", "{json}");
            finding.rule.slug
        };
        let (object, report) = MetadataObject::parse("f", json.as_bytes(), None);
        assert!(object.is_none());
        assert_eq!(at_root(&report), "wrong-type");
        for form in [CoverageForm::Listing, CoverageForm::Part] {
            let mut reader = CoverageReader::new(None);
            reader.read("f", json.as_bytes(), form, &mut |_| ());
            assert_eq!(at_root(&reader.finish().1), "wrong-type");
        }
    }
    let (object, report) = MetadataObject::parse("f", b"[{}]", None);
    assert!(object.is_none());
    assert_eq!(common::slugs(&report), ["wrong-type"]);
}
