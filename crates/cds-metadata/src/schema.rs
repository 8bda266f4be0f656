//! JSON Schemas (draft-07) of the documents, for editors and for programs that check them.
//!
//! They come from the types and from the table of fields that the rules go by, so they agree with
//! the rules: a document in which the rules find no error is valid by its schema. The reverse
//! doesn't hold, because a schema can't say everything. It says nothing of keys given twice, of
//! nesting, of ids given twice or of what two files must have in common, it knows media types and
//! hosts of URLs less exactly, and of warnings it knows none. What `format` means is up to the
//! program that reads it: some refuse datetimes with a lower-case `t`, a leap second or many
//! digits of fraction, of which the rule `datetime-unusual` warns.
//!
//! Fields that the specification doesn't know, `$schema` among them, are allowed everywhere
//! (CDS-WG1-01 §6), and so are words and capabilities that it doesn't list: those that it lists
//! are there for editors to offer.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::entry::CoverageEntry;
use crate::field::{COVERAGE_ENTRY, Field, METADATA_OBJECT, Shape};
use crate::metadata::MetadataObject;
use crate::rules::invalid_country;

/// The schema of the metadata object (CDS-WG1-01 §3.2).
///
/// What of the rules it can't say: [the module](self) tells.
pub fn metadata_object() -> Value {
    generator()
        .into_root_schema_for::<MetadataObject<'_>>()
        .to_value()
}

/// The schema of a file of coverage entries (CDS-WG1-01 §4): a listing, an array of entries, or
/// one entry.
///
/// `next` and `previous` may be missing, as in the file that a listing is made from; what a
/// Client sees always has both. What of the rules it can't say: [the module](self) tells. It also
/// takes one entry for a document of its own, which only a further file of entries may be.
pub fn coverage_listing() -> Value {
    let mut generator = generator();
    let entry = generator.subschema_for::<CoverageEntry<'_>>();
    let listing = generator.subschema_for::<CoverageListing<'_>>();
    let is_entry = json!({ "required": ["id"], "not": { "required": ["coverage_entries"] } });
    json!({
        "$schema": generator.settings().meta_schema,
        "title": "CDS-WG1-01 coverage listing",
        "description": "Where, and for whom, a Server offers something.",
        "if": { "type": "array" },
        "then": { "items": entry },
        "else": { "if": is_entry, "then": entry, "else": listing },
        "definitions": generator.take_definitions(true),
    })
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft07().into_generator()
}

/// A coverage listing (CDS-WG1-01 §4.1) as it may be written.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct CoverageListing<'a> {
    /// The entries, in any order: they are published with the newest first.
    coverage_entries: Vec<CoverageEntry<'a>>,
    /// Leave it out or write null: pages are made from the whole listing.
    next: Option<String>,
    /// Leave it out or write null: pages are made from the whole listing.
    previous: Option<String>,
}

/// What the derived schema of the metadata object doesn't know.
pub(crate) fn complete_metadata_object(schema: &mut Schema) {
    complete(schema, &METADATA_OBJECT);
    suggest(schema, &["coverage", "ieee1547", "oauth"]);
    let mut oauth_metadata = json!({
        "description": "Where the metadata of the authorization server is (CDS-WG1-02).",
        "type": "string",
        "format": "uri",
    });
    begin_as_http(&mut oauth_metadata);
    // The rules `coverage-url-missing` and `oauth-metadata-missing`.
    schema.insert(
        "allOf".to_owned(),
        json!([
            { "if": has_capability("coverage"), "then": { "required": ["coverage"] } },
            {
                "if": has_capability("oauth"),
                "then": {
                    "required": ["oauth_metadata"],
                    "properties": { "oauth_metadata": oauth_metadata },
                },
            },
        ]),
    );
}

/// What the derived schema of the coverage entry doesn't know.
pub(crate) fn complete_coverage_entry(schema: &mut Schema) {
    complete(schema, &COVERAGE_ENTRY);
    suggest(schema, &["ieee1547", "oauth"]);
    // The rule `entry-lists-coverage`.
    if let Some(item) = schema.pointer_mut("/properties/capabilities/items") {
        item["not"] = json!({ "const": "coverage" });
    }
    // The rules `map-type-missing` and `geographic-without-map`.
    schema.insert(
        "dependencies".to_owned(),
        json!({ "map_resource": ["map_content_type"] }),
    );
    schema.insert(
        "if".to_owned(),
        json!({ "required": ["type"], "properties": { "type": { "const": "geographic" } } }),
    );
    schema.insert(
        "then".to_owned(),
        json!({ "anyOf": [{ "required": ["map_resource"] }, { "required": ["geojson_resource"] }] }),
    );
}

fn has_capability(capability: &str) -> Value {
    json!({
        "required": ["capabilities"],
        "properties": {
            "capabilities": { "type": "array", "contains": { "const": capability } },
        },
    })
}

/// Gives each property what the rules ask of its field.
fn complete(schema: &mut Schema, table: &[Field]) {
    let required: Vec<_> = table
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    schema.insert("required".to_owned(), json!(required));
    for field in table {
        if let Some(property) = schema.pointer_mut(&format!("/properties/{}", field.name)) {
            complete_property(property, field.shape);
        }
    }
}

fn complete_property(property: &mut Value, shape: Shape) {
    // An `Option` may be null for the derived schema; here it is a field that may be missing.
    if !matches!(shape, Shape::NullableText)
        && let Some(name) = property.pointer("/type/0").cloned()
    {
        property["type"] = name;
    }
    match shape {
        Shape::Version => property["enum"] = json!(["v1"]),
        Shape::EndpointUrl => begin_as_http(property),
        Shape::EndpointUrls => begin_as_http(&mut property["items"]),
        Shape::Country => property["enum"] = invalid_country::codes().collect(),
        Shape::MediaType => {
            property["pattern"] = MEDIA_TYPE.into();
            property["patternErrorMessage"] =
                "Write type and subtype, as in image/png or application/pdf".into();
            property["examples"] = json!(["image/png", "image/svg+xml", "application/pdf"]);
        }
        Shape::Text
        | Shape::NullableText
        | Shape::Datetime
        | Shape::PageUrl
        | Shape::Capabilities
        | Shape::Word(_)
        | Shape::Words(_) => {}
    }
}

/// With the words that VS Code shows instead of the pattern.
fn begin_as_http(property: &mut Value) {
    property["pattern"] = HTTP.into();
    property["patternErrorMessage"] = "Write the whole URL, as in https://example.org/…".into();
}

/// Lets editors offer the capabilities that specifications define.
fn suggest(schema: &mut Schema, capabilities: &[&str]) {
    if let Some(items) = schema.pointer_mut("/properties/capabilities/items") {
        *items = open_list(capabilities).to_value();
    }
}

/// A string, preferably one of these.
pub(crate) fn open_list(words: &[&str]) -> Schema {
    schemars::json_schema!({ "anyOf": [{ "enum": words }, { "type": "string" }] })
}

/// What begins as the URLs do that Clients fetch (RFC 9110 §4.2).
const HTTP: &str = "^[Hh][Tt][Tt][Pp][Ss]?://";

/// A type, a subtype and perhaps more; neither is the lone `*` of a range (RFC 9110 §12.5.1).
const MEDIA_TYPE: &str = "^([^/*\\s]|[^/\\s]{2})[^/\\s]*/([^/*\\s]|[^/\\s]{2})";
