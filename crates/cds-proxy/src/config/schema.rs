//! The JSON Schema of the configuration file.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

use super::layer::Layer;

/// The schema (draft-07) of `cds-proxy.toml`, read as the JSON that a TOML document amounts to.
///
/// A file without a mistake is valid by it. The reverse doesn't hold: whether a text is an
/// address, a time or a size, it doesn't know.
pub fn configuration() -> Value {
    SchemaSettings::draft07()
        .with_transform(WithoutNull)
        .with_transform(TellDefaults)
        .into_generator()
        .into_root_schema_for::<Layer>()
        .to_value()
}

/// The same with each default where the documentation has it.
pub(super) fn as_documented() -> Value {
    SchemaSettings::draft07()
        .with_transform(WithoutNull)
        .into_generator()
        .into_root_schema_for::<Layer>()
        .to_value()
}

/// A text, and the default that stands at its end as `[default: …]`.
pub(super) fn split_default(text: &str) -> (&str, Option<&str>) {
    let split = text
        .strip_suffix(']')
        .and_then(|text| text.rsplit_once("[default: "));
    match split {
        Some((text, default)) => (text.trim_end(), Some(default)),
        None => (text, None),
    }
}

/// A key that need not be there is an option in Rust, but TOML has no null.
#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [name] = &types[..] {
                let name = name.clone();
                schema.insert("type".to_owned(), name);
            }
        }
    }
}

/// Takes defaults out of texts. Those that are words, such as `none`, go: what isn't written
/// has no value.
#[derive(Debug, Clone)]
struct TellDefaults;

impl Transform for TellDefaults {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(text) = schema.get("description").and_then(Value::as_str) else {
            return;
        };
        let (text, default) = split_default(text);
        let default = default.and_then(|default| literal(default, schema));
        let text = text.to_owned();
        schema.insert("description".to_owned(), text.into());
        if let Some(default) = default {
            schema.insert("default".to_owned(), default);
        }
    }
}

/// A default as the value it is.
fn literal(default: &str, schema: &Schema) -> Option<Value> {
    if default == "none" || default.contains(' ') {
        return None;
    }
    if schema.get("type").is_some_and(|name| name == "string") {
        return Some(default.into());
    }
    serde_json::from_str(default).ok()
}
