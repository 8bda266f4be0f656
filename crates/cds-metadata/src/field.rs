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

impl Shape {
    pub(crate) const fn is_list(self) -> bool {
        matches!(
            self,
            Self::EndpointUrls | Self::Capabilities | Self::Words(_)
        )
    }

    /// The JSON type asked for, with its article.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::NullableText => "a string or null".to_owned(),
            shape if shape.is_list() => "an array of strings".to_owned(),
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
