//! The fields of the specification's objects, as tables.

use crate::vocabulary;
use crate::walk::JsonType;

/// One field of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    NullableText,
    Version,
    Datetime,
    /// A page for people: any scheme will do.
    PageUrl,
    /// A resource for Clients: http or https.
    EndpointUrl,
    EndpointUrls,
    Country,
    MediaType,
    Capabilities,
    /// One of these words, or one that an extension adds.
    Word(&'static [&'static str]),
    Words(&'static [&'static str]),
}

impl Field {
    /// The field as it could be written.
    pub(crate) fn example(&self) -> String {
        let value = match self.name {
            "cds_metadata_url" => r#""https://example.org/.well-known/cds-server-metadata.json""#,
            "coverage" => r#""https://example.org/cds-coverage.json""#,
            "entity_abbreviation" => "null",
            "map_resource" => r#""https://example.org/maps/west.png""#,
            "geojson_resource" => r#""https://example.org/maps/west.json""#,
            _ => &self.shape.example(),
        };
        format!("\"{}\": {value}", self.name)
    }
}

impl Shape {
    /// A value as it could be written.
    fn example(self) -> String {
        let first = |words: &'static [&str]| words.first().copied().unwrap_or("…");
        match self {
            Self::Version => r#""v1""#.to_owned(),
            Self::Datetime => r#""2026-01-31T12:00:00Z""#.to_owned(),
            Self::PageUrl | Self::EndpointUrl => r#""https://example.org/…""#.to_owned(),
            Self::EndpointUrls => r#"[ "https://example.org/…" ]"#.to_owned(),
            Self::Country => r#""US""#.to_owned(),
            Self::MediaType => r#""image/png""#.to_owned(),
            Self::Capabilities => "[ … ]".to_owned(),
            Self::Word(words) => format!("\"{}\"", first(words)),
            Self::Words(words) => format!("[ \"{}\" ]", first(words)),
            Self::Text | Self::NullableText => "\"…\"".to_owned(),
        }
    }

    pub(crate) const fn is_list(self) -> bool {
        matches!(
            self,
            Self::EndpointUrls | Self::Capabilities | Self::Words(_)
        )
    }

    /// The JSON type asked for, with its article.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::NullableText => "a text or `null`".to_owned(),
            shape if shape.is_list() => "a list of texts".to_owned(),
            _ => JsonType::String.to_string(),
        }
    }
}

const fn required(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        required: true,
        shape,
    }
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        required: false,
        shape,
    }
}

/// The metadata object (CDS-WG1-01 §3.2).
pub(crate) static METADATA_OBJECT: [Field; 12] = [
    required("cds_metadata_version", Shape::Version),
    required("cds_metadata_url", Shape::EndpointUrl),
    required("created", Shape::Datetime),
    required("updated", Shape::Datetime),
    required("name", Shape::Text),
    required("description", Shape::Text),
    required("website", Shape::PageUrl),
    required("documentation", Shape::PageUrl),
    required("support", Shape::PageUrl),
    required("capabilities", Shape::Capabilities),
    optional("coverage", Shape::EndpointUrl),
    optional("related_metadata", Shape::EndpointUrls),
];

/// The coverage entry (CDS-WG1-01 §4.3).
pub(crate) static COVERAGE_ENTRY: [Field; 16] = [
    required("id", Shape::Text),
    required("created", Shape::Datetime),
    required("updated", Shape::Datetime),
    required("entity_name", Shape::Text),
    required("entity_abbreviation", Shape::NullableText),
    required("country", Shape::Country),
    required("name", Shape::Text),
    optional("description", Shape::Text),
    required("type", Shape::Word(vocabulary::EntryType::WORDS)),
    required("role", Shape::Word(vocabulary::EntryRole::WORDS)),
    required(
        "infrastructure_types",
        Shape::Words(vocabulary::InfrastructureType::WORDS),
    ),
    required(
        "commodity_types",
        Shape::Words(vocabulary::CommodityType::WORDS),
    ),
    required("capabilities", Shape::Capabilities),
    optional("map_resource", Shape::EndpointUrl),
    optional("map_content_type", Shape::MediaType),
    optional("geojson_resource", Shape::EndpointUrl),
];
