//! The metadata object (CDS-WG1-01 §3.2).

use std::borrow::Cow;

use serde::Serialize;

use crate::datetime::{Datetime, Instant};
use crate::draft::Draft;
use crate::extensions::Extensions;
use crate::field::METADATA_OBJECT;
use crate::report::Report;
use crate::rules;
use crate::scope::{Position, Scope};
use crate::syntax;
use crate::text::Text;
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

pub(crate) type MetadataDraft<'a> = Draft<'a, { METADATA_OBJECT.len() }>;

impl<'a> MetadataObject<'a> {
    /// Parses and checks a metadata object.
    ///
    /// `name` is the file's name in findings; `now` is what `updated` is compared to, if
    /// anything. The object is `None` when a rule that is [structural](crate::Rule::structural) is
    /// broken; other findings, errors too, may come with an object.
    pub fn parse(name: &str, bytes: &'a [u8], now: Option<Instant>) -> (Option<Self>, Report) {
        let mut report = Report::new();
        let object = Self::parse_into(name, bytes, now, &mut report);
        report.sort();
        (object, report)
    }

    fn parse_into(
        name: &str,
        bytes: &'a [u8],
        now: Option<Instant>,
        report: &mut Report,
    ) -> Option<Self> {
        let text = syntax::decode(name, bytes, report)?;
        if let Ok(object) = Self::read(&text, now, report) {
            return object;
        }
        if let Some(mended) = syntax::report(&text, report) {
            // Only for its findings: what was written is no object.
            let _ = MetadataObject::read(&text.mended(&mended), now, report);
        }
        None
    }

    /// Reads and checks an object; an error means that the text is no JSON.
    fn read(
        text: &Text<'a>,
        now: Option<Instant>,
        report: &mut Report,
    ) -> serde_json::Result<Option<Self>> {
        let draft = MetadataDraft::read(text.content, &METADATA_OBJECT, 0)?;
        let mut scope = Scope::new(text, report, Position::Document, text.content, now);
        Ok(match draft {
            Ok(draft) => {
                rules::check_metadata_object(&draft, &mut scope);
                Self::from_draft(draft)
            }
            Err(found) => {
                rules::wrong_type::document(&mut scope, "a metadata object", found);
                None
            }
        })
    }

    /// The draft as an object, if it has no structural faults.
    fn from_draft(draft: MetadataDraft<'a>) -> Option<Self> {
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
