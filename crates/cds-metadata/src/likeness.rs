//! What an object looks like, told by the names of its fields: files get swapped, and objects are
//! pasted where others belong.

use std::fmt;

use crate::absent::Unknown;
use crate::listing::is_nearly_entries;
use crate::locate::{elements, members};

/// A kind of object that staff have at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    MetadataObject,
    CoverageListing,
    CoverageEntry,
    GeoJson,
}

/// What stands in the place of an object of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mistaken<'n> {
    /// An object of this kind, known by the field of this name.
    For(Likeness, &'n str),
    /// An object with the right one in the field of this name.
    Around(&'n str),
}

impl Likeness {
    /// What an object is that has no known field which only this kind has. The fields are those
    /// that this kind doesn't know.
    pub(crate) fn mistaken<'n>(self, unknown: Unknown<'n, '_>) -> Option<Mistaken<'n>> {
        let names = || unknown.iter().map(|(name, _)| &**name);
        if names().any(|name| self.is_told_by(name)) {
            return None;
        }
        let mut others = Self::ALL.into_iter();
        let other = others.find_map(|other| Some((other, other.told_by(names())?)));
        if let Some((other, name)) = other {
            return Some(Mistaken::For(other, name));
        }
        let mut around = unknown.iter();
        let around = around.find(|(_, value)| self.is_likeness_of(value.get()));
        around.map(|(name, _)| Mistaken::Around(name))
    }

    /// Whether a JSON text is an object of this kind.
    pub(crate) fn is_likeness_of(self, json: &str) -> bool {
        if !json.trim_ascii_start().starts_with('{') {
            return false;
        }
        let names: Vec<_> = members(json)
            .into_iter()
            .flatten()
            .filter_map(|member| member.name())
            .collect();
        self.told_by(names.iter().map(String::as_str)).is_some()
    }

    /// Whether a JSON text is an array of objects of this kind.
    pub(crate) fn is_likeness_of_each(self, json: &str) -> bool {
        let elements = elements(json).unwrap_or_default();
        let first = elements.first();
        first.is_some_and(|element| self.is_likeness_of(element))
    }

    /// The first field that tells this kind, if there are enough.
    fn told_by<'n>(self, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let first = names.find(|name| self.is_told_by(name))?;
        // Others may have one of its fields as an extension.
        let is_enough = self != Self::CoverageEntry || names.any(|name| self.is_told_by(name));
        is_enough.then_some(first)
    }

    /// Whether only this kind has the field.
    pub(crate) fn is_told_by(self, name: &str) -> bool {
        match self {
            Self::MetadataObject => name.starts_with("cds_metadata_"),
            Self::CoverageListing => is_nearly_entries(name),
            Self::CoverageEntry => matches!(
                name,
                "entity_name" | "country" | "role" | "infrastructure_types" | "commodity_types"
            ),
            Self::GeoJson => matches!(name, "features" | "geometry" | "coordinates"),
        }
    }

    const ALL: [Self; 4] = [
        Self::MetadataObject,
        Self::CoverageListing,
        Self::CoverageEntry,
        Self::GeoJson,
    ];
}

impl fmt::Display for Likeness {
    /// With its article, for sentences.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MetadataObject => "a metadata object",
            Self::CoverageListing => "a coverage listing",
            Self::CoverageEntry => "a coverage entry",
            Self::GeoJson => "a map (GeoJSON)",
        })
    }
}
