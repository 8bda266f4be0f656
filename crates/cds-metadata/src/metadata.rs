//! The metadata object (CDS-WG1-01 §3.2).

use std::borrow::Cow;

use serde::Serialize;

use crate::datetime::Datetime;
use crate::draft::MetadataDraft;
use crate::extensions::Extensions;
use crate::url::Url;

/// Who a Server is and what it offers (CDS-WG1-01 §3.2).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        title = "CDS-WG1-01 metadata object",
        transform = crate::schema::complete_metadata_object,
    )
)]
pub struct MetadataObject<'a> {
    /// The version of the format; `v1`.
    pub cds_metadata_version: Cow<'a, str>,
    /// Where this object is published.
    pub cds_metadata_url: Url<'a>,
    /// When the object was first published.
    pub created: Datetime<'a>,
    /// When the object last changed.
    pub updated: Datetime<'a>,
    /// The Server's name, for people.
    pub name: Cow<'a, str>,
    /// What the Server is, for people.
    pub description: Cow<'a, str>,
    /// A page about the data access that the Server offers.
    pub website: Url<'a>,
    /// A page of documentation for developers.
    pub documentation: Url<'a>,
    /// A page where developers find help.
    pub support: Url<'a>,
    /// What the Server can do; an open list.
    pub capabilities: Vec<Cow<'a, str>>,
    /// Where the coverage listing is; required with the capability `coverage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Url<'a>>,
    /// Other metadata objects that belong to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_metadata: Option<Vec<Url<'a>>>,
    /// Fields of extensions.
    #[serde(flatten)]
    pub extensions: Extensions<'a>,
}

impl<'a> MetadataObject<'a> {
    /// The draft as an object, if it has no structural faults.
    pub(crate) fn from_draft(draft: MetadataDraft<'a>) -> Option<Self> {
        if draft.repeated_key {
            return None;
        }
        // In the order of the table.
        let [
            version,
            url,
            created,
            updated,
            name,
            description,
            website,
            documentation,
            support,
            capabilities,
            coverage,
            related_metadata,
        ] = draft.slots;
        Some(Self {
            cds_metadata_version: version.into_text()?,
            cds_metadata_url: url.into_text().map(Url::new)?,
            created: created.into_datetime()?,
            updated: updated.into_datetime()?,
            name: name.into_text()?,
            description: description.into_text()?,
            website: website.into_text().map(Url::new)?,
            documentation: documentation.into_text().map(Url::new)?,
            support: support.into_text().map(Url::new)?,
            capabilities: capabilities.into_list()?,
            coverage: coverage.optional(|slot| slot.into_text().map(Url::new))?,
            related_metadata: related_metadata.optional(|slot| {
                let urls = slot.into_list()?;
                Some(urls.into_iter().map(Url::new).collect())
            })?,
            extensions: Extensions::borrowed(draft.extensions),
        })
    }

    /// Whether `capabilities` has this one.
    pub fn has_capability(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|listed| listed == capability)
    }

    /// The object without its borrow.
    pub fn into_owned(self) -> MetadataObject<'static> {
        MetadataObject {
            cds_metadata_version: owned(self.cds_metadata_version),
            cds_metadata_url: self.cds_metadata_url.into_owned(),
            created: self.created.into_owned(),
            updated: self.updated.into_owned(),
            name: owned(self.name),
            description: owned(self.description),
            website: self.website.into_owned(),
            documentation: self.documentation.into_owned(),
            support: self.support.into_owned(),
            capabilities: self.capabilities.into_iter().map(owned).collect(),
            coverage: self.coverage.map(Url::into_owned),
            related_metadata: self
                .related_metadata
                .map(|urls| urls.into_iter().map(Url::into_owned).collect()),
            extensions: self.extensions.into_owned(),
        }
    }
}

pub(crate) fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
