//! The coverage entry (CDS-WG1-01 §4.3).

use std::borrow::Cow;

use serde::Serialize;

use crate::datetime::Datetime;
use crate::draft::{EntryDraft, Slot};
use crate::extensions::Extensions;
use crate::metadata::owned;
use crate::url::Url;
use crate::vocabulary::{CommodityType, EntryRole, EntryType, InfrastructureType};

/// Where, and for whom, a Server offers something (CDS-WG1-01 §4.3).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::complete_coverage_entry)
)]
pub struct CoverageEntry<'a> {
    /// The entry's name for machines, unique in its listing.
    pub id: Cow<'a, str>,
    /// When the entry was first published.
    pub created: Datetime<'a>,
    /// When the entry last changed.
    pub updated: Datetime<'a>,
    /// The utility or other entity.
    pub entity_name: Cow<'a, str>,
    /// The entity's short name.
    pub entity_abbreviation: Option<Cow<'a, str>>,
    /// The country, as ISO 3166-1 alpha-2.
    pub country: Cow<'a, str>,
    /// The area's or grouping's name, for people.
    pub name: Cow<'a, str>,
    /// What is covered, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Cow<'a, str>>,
    /// A territory or a grouping.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// How the Server stands to what is described.
    pub role: EntryRole,
    /// What the entity does there.
    pub infrastructure_types: Vec<InfrastructureType>,
    /// What the entity delivers there.
    pub commodity_types: Vec<CommodityType>,
    /// What the Server offers there; an open list that never has `coverage`.
    pub capabilities: Vec<Cow<'a, str>>,
    /// A map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_resource: Option<Url<'a>>,
    /// The map's media type (RFC 6838); required with a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map_content_type: Option<Cow<'a, str>>,
    /// The territory as GeoJSON (RFC 7946).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geojson_resource: Option<Url<'a>>,
    /// Fields of extensions.
    #[serde(flatten)]
    pub extensions: Extensions<'a>,
}

impl<'a> CoverageEntry<'a> {
    /// The draft as an entry, if it has no structural faults.
    pub(crate) fn from_draft(draft: EntryDraft<'a>) -> Option<Self> {
        if draft.repeated_key {
            return None;
        }
        // In the order of the table.
        let [
            id,
            created,
            updated,
            entity_name,
            entity_abbreviation,
            country,
            name,
            description,
            entry_type,
            role,
            infrastructure_types,
            commodity_types,
            capabilities,
            map_resource,
            map_content_type,
            geojson_resource,
        ] = draft.slots;
        Some(Self {
            id: id.into_text()?,
            created: created.into_datetime()?,
            updated: updated.into_datetime()?,
            entity_name: entity_name.into_text()?,
            entity_abbreviation: entity_abbreviation.nullable_text()?,
            country: country.into_text()?,
            name: name.into_text()?,
            description: description.optional(Slot::into_text)?,
            entry_type: EntryType::from(&*entry_type.into_text()?),
            role: EntryRole::from(&*role.into_text()?),
            infrastructure_types: words(&infrastructure_types.into_list()?),
            commodity_types: words(&commodity_types.into_list()?),
            capabilities: capabilities.into_list()?,
            map_resource: map_resource.optional(|slot| slot.into_text().map(Url::new))?,
            map_content_type: map_content_type.optional(Slot::into_text)?,
            geojson_resource: geojson_resource.optional(|slot| slot.into_text().map(Url::new))?,
            extensions: Extensions::borrowed(draft.extensions),
        })
    }

    /// The entry without its borrow.
    pub fn into_owned(self) -> CoverageEntry<'static> {
        CoverageEntry {
            id: owned(self.id),
            created: self.created.into_owned(),
            updated: self.updated.into_owned(),
            entity_name: owned(self.entity_name),
            entity_abbreviation: self.entity_abbreviation.map(owned),
            country: owned(self.country),
            name: owned(self.name),
            description: self.description.map(owned),
            entry_type: self.entry_type,
            role: self.role,
            infrastructure_types: self.infrastructure_types,
            commodity_types: self.commodity_types,
            capabilities: self.capabilities.into_iter().map(owned).collect(),
            map_resource: self.map_resource.map(Url::into_owned),
            map_content_type: self.map_content_type.map(owned),
            geojson_resource: self.geojson_resource.map(Url::into_owned),
            extensions: self.extensions.into_owned(),
        }
    }
}

fn words<W: for<'w> From<&'w str>>(texts: &[Cow<'_, str>]) -> Vec<W> {
    texts.iter().map(|text| W::from(text)).collect()
}
