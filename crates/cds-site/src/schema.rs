//! The JSON Schema of `site.toml`, for editors and for programs that check it.

use cds_metadata::{Level, Severities};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::rules;
use crate::settings::{LARGEST_PAGE, Written};

/// The schema (draft-07) of `site.toml`, read as the JSON that a TOML document amounts to.
///
/// Settings in which the rules find no error are valid by it. The reverse doesn't hold: whether
/// a duration or a URL is one, and whether a date is a TOML date or a string, it doesn't know.
pub fn settings() -> Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Written>()
        .to_value()
}

/// Leaves those defaults that can be written.
pub(crate) fn mend_defaults(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else {
        return;
    };
    for (name, property) in properties {
        let Value::Object(property) = property else {
            continue;
        };
        if name == "max_age" {
            property.insert("default".to_owned(), Written::default_max_age().into());
        } else if property
            .get("default")
            .is_some_and(|default| !default.is_string() && !default.is_number())
        {
            property.remove("default");
        }
    }
}

/// A length of time, as in `5m`.
pub(crate) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "examples": ["30s", "5m", "1h"] })
}

/// A number of entries.
pub(crate) fn page_size(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE })
}

/// A complete http or https URL.
pub(crate) fn url(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "format": "uri",
        "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://",
    })
}

/// A TOML date, or datetime.
pub(crate) fn date(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" })
}

/// Paths of documents.
pub(crate) fn paths(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": "^/[!\"$->@-~]+$" },
    })
}

/// Names of hosts, without scheme, port and path.
pub(crate) fn hosts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": "^([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])$" },
        "examples": [["www.demoutility.com"]],
    })
}

/// Whether, or a TOML datetime with its offset.
pub(crate) fn maintenance(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["boolean", "string"],
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    })
}

/// Each rule with the levels that it may have.
pub(crate) fn severities(_: &mut SchemaGenerator) -> Schema {
    let properties: Map<String, Value> = rules::all()
        .map(|rule| {
            let levels: Vec<_> = Level::ALL
                .into_iter()
                .filter(|level| Severities::new().set(rule, *level).is_ok())
                .map(Level::as_str)
                .collect();
            let property = json!({ "description": rule.summary(), "enum": levels });
            (rule.slug.to_owned(), property)
        })
        .collect();
    json_schema!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}
