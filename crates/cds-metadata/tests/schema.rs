//! The schemas and the rules agree.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use std::sync::LazyLock;

use cds_metadata::{CoverageForm, CoverageReader, MetadataObject, Report, Severity, schema};
use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A kind of document: how it is checked by the rules and by its schema.
struct Kind {
    rules: fn(&[u8]) -> Report,
    schema: &'static LazyLock<Validator>,
}

const METADATA: Kind = Kind {
    rules: |bytes| MetadataObject::parse("cds.json", bytes, None).1,
    schema: &METADATA_SCHEMA,
};

const COVERAGE: Kind = Kind {
    rules: |bytes| {
        let mut reader = CoverageReader::new(None);
        reader.read("cds.json", bytes, CoverageForm::Part, &mut |_| ());
        reader.finish().1
    },
    schema: &COVERAGE_SCHEMA,
};

static METADATA_SCHEMA: LazyLock<Validator> = LazyLock::new(|| build(&schema::metadata_object()));
static COVERAGE_SCHEMA: LazyLock<Validator> = LazyLock::new(|| build(&schema::coverage_listing()));

fn build(schema: &Value) -> Validator {
    jsonschema::draft7::meta::validate(schema).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

impl Kind {
    /// The errors that the rules find.
    fn by_rules(&self, document: &Value) -> Vec<String> {
        let report = (self.rules)(document.to_string().as_bytes());
        let errors = report.findings().iter();
        errors
            .filter(|finding| finding.severity == Severity::Error)
            .map(ToString::to_string)
            .collect()
    }

    /// The errors that the schema finds.
    fn by_schema(&self, document: &Value) -> Vec<String> {
        let errors = self.schema.iter_errors(document);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    #[track_caller]
    fn agree(&self, document: &Value) {
        let (rules, schema) = (self.by_rules(document), self.by_schema(document));
        assert_eq!(
            rules.is_empty(),
            schema.is_empty(),
            "{document:#}\nby rules: {rules:#?}\nby schema: {schema:#?}"
        );
    }
}

fn metadata() -> Value {
    serde_json::from_str(common::METADATA).unwrap()
}

fn entry() -> Value {
    serde_json::from_str(common::ENTRY).unwrap()
}

fn listing() -> Value {
    serde_json::from_str(&common::listing()).unwrap()
}

#[test]
fn good_documents_are_good_for_both() {
    assert_eq!(METADATA.by_schema(&metadata()), [""; 0]);
    for document in [
        listing(),
        entry(),
        json!([entry()]),
        json!([]),
        json!({ "coverage_entries": [] }),
    ] {
        assert_eq!(COVERAGE.by_rules(&document), [""; 0]);
        assert_eq!(COVERAGE.by_schema(&document), [""; 0]);
    }
}

#[test]
fn a_document_may_name_its_schema() {
    for (kind, mut document) in [
        (METADATA, metadata()),
        (COVERAGE, listing()),
        (COVERAGE, entry()),
    ] {
        document["$schema"] = "../schemas/cds.schema.json".into();
        let report = (kind.rules)(document.to_string().as_bytes());
        assert_eq!(common::slugs(&report), [""; 0]);
        assert_eq!(kind.by_schema(&document), [""; 0]);
    }
}

/// Of every type, and some that only one field takes.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!(""),
        json!("x"),
        json!("v1"),
        json!("US"),
        json!("XK"),
        json!("us"),
        json!("a/b"),
        json!("image/*"),
        json!("/a"),
        json!("2022-06-01"),
        json!("2022-02-30T00:00:00Z"),
        json!("2022-06-01T00:00:00Z"),
        json!("https://example.org/a"),
        json!("https://example.org/a b"),
        json!("mailto:data@example.org"),
        json!([]),
        json!(["x"]),
        json!(["https://example.org/a"]),
        json!(["coverage"]),
        json!(["oauth"]),
        json!(["x", null]),
        json!([[]]),
        json!({}),
        json!({ "x": "x" }),
    ]
}

/// A document with each value in place of each member of the object at a place in it, and
/// without each one and each two of them.
fn mutations(document: &Value, at: &str) -> Vec<Value> {
    let object = document.pointer(at).unwrap().as_object().unwrap();
    let with = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut document = document.clone();
        change(document.pointer_mut(at).unwrap().as_object_mut().unwrap());
        document
    };
    let mut mutations = Vec::new();
    for name in object.keys() {
        for value in values() {
            mutations.push(with(&|object| object[name] = value.clone()));
        }
        for other in object.keys() {
            mutations.push(with(&|object| {
                object.remove(name);
                object.remove(other);
            }));
        }
    }
    mutations
}

#[test]
fn what_the_rules_refuse_the_schema_refuses_too() {
    for document in mutations(&metadata(), "") {
        METADATA.agree(&document);
    }
    for mut document in mutations(&entry(), "") {
        COVERAGE.agree(&document);
        COVERAGE.agree(&json!([document]));
        document = json!({ "coverage_entries": [document], "next": null });
        COVERAGE.agree(&document);
    }
    for document in mutations(&listing(), "") {
        COVERAGE.agree(&document);
    }
    for document in values() {
        METADATA.agree(&document);
        COVERAGE.agree(&document);
    }
}

/// RFC 3339 §5.6, the whole grammar; days up to 28, so that each exists.
fn datetime() -> impl Strategy<Value = Value> {
    let time = prop_oneof![
        4 => "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
        1 => "23:59:60(\\.[0-9]{1,12})?([Zz]|[+-]00:00)",
        1 => Just("15:59:60-08:00".to_owned()),
        1 => Just("00:29:60+00:30".to_owned()),
    ];
    ("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]", time)
        .prop_map(|(date, time)| format!("{date}{time}").into())
}

const PATH: &str = "(/([a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}){0,8}){0,3}(\\?[a-zA-Z0-9/?&=._~-]{0,8})?(#[a-zA-Z0-9/?]{0,5})?";

/// What Clients fetch (RFC 9110 §4.2, RFC 3986 §3).
fn endpoint_url() -> impl Strategy<Value = Value> {
    let scheme = prop_oneof![Just("https"), Just("http"), Just("HTTPS"), Just("hTTp")];
    let host = prop_oneof![
        4 => "[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z]{2,5}){0,2}",
        1 => Just("[2001:db8::1]".to_owned()),
        1 => Just("[::ffff:192.0.2.7]".to_owned()),
        1 => Just("[v1.a:b]".to_owned()),
        1 => Just("192.0.2.7".to_owned()),
        1 => Just("ex%41mple.org".to_owned()),
        1 => Just("a_b!c.example".to_owned()),
    ];
    let user = prop_oneof![4 => Just(""), 1 => Just("user@"), 1 => Just("us%40er:pass@")];
    let port = prop_oneof![4 => Just(""), 1 => Just(":"), 1 => Just(":8443")];
    (scheme, user, host, port, PATH).prop_map(|(scheme, user, host, port, path)| {
        format!("{scheme}://{user}{host}{port}{path}").into()
    })
}

/// What people open: any URI.
fn page_url() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => endpoint_url(),
        1 => prop::sample::select(vec![
            "mailto:data@example.org",
            "tel:+1-201-555-0123",
            "urn:isbn:0451450523",
            "x:",
            "file:///etc",
            "ftp://[::1]/a",
            "a+b-c.d:e//f",
        ])
        .prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = Value> {
    any::<String>().prop_map(Value::from)
}

/// Known words, and ones that an extension adds.
fn words(known: &'static [&'static str]) -> impl Strategy<Value = Value> {
    vec(word(known), 0..4).prop_map(Value::from)
}

fn word(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(known).prop_map(str::to_owned),
        "[a-z0-9_ Ä]{0,12}",
    ]
}

/// Any JSON at all.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text(),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{0,4}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Fields that the specification doesn't know.
fn unknown_fields() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof!["x_[a-z]{0,8}", Just("$schema".to_owned()), "[A-Z ]{0,6}"];
    vec((name, anything()), 0..3)
}

/// Fields of which each may be left out.
fn optional(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> {
    let fields = fields.into_iter().map(|(name, value)| {
        prop::option::weighted(0.7, value)
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
            .boxed()
    });
    fields
        .collect::<Vec<_>>()
        .prop_map(|fields| fields.into_iter().flatten().collect())
}

/// An object of these fields, over which others are laid.
fn object(
    required: Vec<(&'static str, BoxedStrategy<Value>)>,
    others: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    let (names, values): (Vec<_>, Vec<_>) = required.into_iter().unzip();
    (values, others, unknown_fields()).prop_map(move |(values, others, unknown)| {
        let required = names.iter().map(|name| (*name).to_owned()).zip(values);
        let others = others.as_object().unwrap().clone();
        required.chain(others).chain(unknown).collect()
    })
}

fn any_metadata() -> impl Strategy<Value = Value> {
    const CAPABILITIES: &[&str] = &["ieee1547", "x"];
    let promised = (any::<bool>(), any::<bool>(), endpoint_url(), endpoint_url());
    let promised = promised.prop_map(|(coverage, oauth, coverage_url, oauth_url)| {
        let mut fields = Map::new();
        let mut capabilities = Vec::new();
        if coverage {
            capabilities.push("coverage");
            fields.insert("coverage".to_owned(), coverage_url);
        }
        if oauth {
            capabilities.push("oauth");
            fields.insert("oauth_metadata".to_owned(), oauth_url);
        }
        capabilities.extend(CAPABILITIES);
        fields.insert("capabilities".to_owned(), json!(capabilities));
        Value::Object(fields)
    });
    let required = vec![
        ("cds_metadata_version", Just(json!("v1")).boxed()),
        ("cds_metadata_url", endpoint_url().boxed()),
        ("created", datetime().boxed()),
        ("updated", datetime().boxed()),
        ("name", text().boxed()),
        ("description", text().boxed()),
        ("website", page_url().boxed()),
        ("documentation", page_url().boxed()),
        ("support", page_url().boxed()),
    ];
    let urls = vec(endpoint_url(), 0..3).prop_map(Value::from);
    let others = optional(vec![("related_metadata", urls.boxed())]);
    let others = (promised, others).prop_map(|(mut one, mut other)| {
        one.as_object_mut()
            .unwrap()
            .append(other.as_object_mut().unwrap());
        one
    });
    object(required, others)
}

fn any_entry() -> impl Strategy<Value = Value> {
    let country = prop::sample::select(vec!["US", "CA", "GB", "XK", "DE", "ZW"]);
    let abbreviation = prop_oneof![Just(Value::Null), text()];
    let media_type = prop::sample::select(vec![
        "image/png",
        "image/svg+xml",
        "application/vnd.mapbox-vector-tile",
        "text/html; charset=utf-8",
        "text/html;charset=\"utf-8\"",
        "A/B",
    ]);
    let required = vec![
        ("id", text().boxed()),
        ("created", datetime().boxed()),
        ("updated", datetime().boxed()),
        ("entity_name", text().boxed()),
        ("entity_abbreviation", abbreviation.boxed()),
        ("country", country.prop_map(Value::from).boxed()),
        ("name", text().boxed()),
        ("type", word(&["logical"]).prop_map(Value::from).boxed()),
        ("role", word(&["official"]).prop_map(Value::from).boxed()),
        ("infrastructure_types", words(&["supplier"]).boxed()),
        ("commodity_types", words(&["water", "trash"]).boxed()),
        ("capabilities", words(&["oauth", "ieee1547"]).boxed()),
        ("map_content_type", media_type.prop_map(Value::from).boxed()),
    ];
    let others = vec![
        ("description", text().boxed()),
        ("map_resource", endpoint_url().boxed()),
        ("geojson_resource", endpoint_url().boxed()),
    ];
    object(required, optional(others)).prop_map(|mut entry| {
        if entry.get("map_resource").is_some() {
            entry["type"] = "geographic".into();
        }
        entry
    })
}

/// An object in which some members have any value that these strategies know.
fn damaged(document: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        datetime(),
        page_url(),
        text(),
        anything(),
        words(&["coverage", "oauth", "geographic"]),
        word(&["coverage", "geographic", "US", "image/png"]).prop_map(Value::from),
        "[a1*][a*+.%]{0,2}/[a1*][a*+.%']{0,2}( ?; ?a=b)?".prop_map(Value::from),
    ];
    let damage = (any::<prop::sample::Index>(), prop::option::of(value));
    (document, vec(damage, 1..4)).prop_map(|(mut document, damages)| {
        let object = document.as_object_mut().unwrap();
        for (at, value) in damages {
            if object.is_empty() {
                break;
            }
            let name = object.keys().nth(at.index(object.len())).unwrap().clone();
            match value {
                Some(value) => object.insert(name, value),
                None => object.remove(&name),
            };
        }
        document
    })
}

proptest! {
    #[test]
    fn what_the_rules_accept_of_metadata_the_schema_accepts(document in any_metadata()) {
        prop_assert_eq!(METADATA.by_rules(&document), [""; 0]);
        prop_assert_eq!(METADATA.by_schema(&document), [""; 0]);
    }

    #[test]
    fn what_the_rules_accept_of_coverage_the_schema_accepts(entry in any_entry()) {
        for document in [json!({ "coverage_entries": [&entry] }), json!([&entry]), entry] {
            prop_assert_eq!(COVERAGE.by_rules(&document), [""; 0]);
            prop_assert_eq!(COVERAGE.by_schema(&document), [""; 0]);
        }
    }

    #[test]
    fn damage_that_the_rules_accept_the_schema_accepts(
        metadata in damaged(any_metadata()),
        entry in damaged(any_entry()),
    ) {
        for (kind, document) in [(METADATA, metadata), (COVERAGE, json!([entry]))] {
            if kind.by_rules(&document).is_empty() {
                prop_assert_eq!(kind.by_schema(&document), [""; 0], "{:#}", document);
            }
        }
    }
}
