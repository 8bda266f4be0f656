//! The nine types of GeoJSON objects (RFC 7946 §1.4).

/// What a GeoJSON object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
    GeometryCollection,
    Feature,
    FeatureCollection,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Point,
        Self::MultiPoint,
        Self::LineString,
        Self::MultiLineString,
        Self::Polygon,
        Self::MultiPolygon,
        Self::GeometryCollection,
        Self::Feature,
        Self::FeatureCollection,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::MultiPoint => "MultiPoint",
            Self::LineString => "LineString",
            Self::MultiLineString => "MultiLineString",
            Self::Polygon => "Polygon",
            Self::MultiPolygon => "MultiPolygon",
            Self::GeometryCollection => "GeometryCollection",
            Self::Feature => "Feature",
            Self::FeatureCollection => "FeatureCollection",
        }
    }

    /// The type of exactly this name: types are case-sensitive (RFC 7946 §1.4).
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The type that a name probably means.
    pub(crate) fn meant_by(name: &str) -> Option<Self> {
        let lower = Self::ALL.map(|kind| kind.name().to_lowercase());
        let name = name.replace(['-', '_', ' '], "");
        let meant = cds_metadata::nearest(&name, lower.iter().map(String::as_str), 2)?;
        let index = lower.iter().position(|name| name == meant)?;
        Self::ALL.get(index).copied()
    }

    /// How many brackets open before a position's first number (RFC 7946 §3.1).
    pub(crate) const fn depth(self) -> Option<usize> {
        match self {
            Self::Point => Some(1),
            Self::MultiPoint | Self::LineString => Some(2),
            Self::MultiLineString | Self::Polygon => Some(3),
            Self::MultiPolygon => Some(4),
            Self::GeometryCollection | Self::Feature | Self::FeatureCollection => None,
        }
    }

    pub(crate) const fn is_geometry(self) -> bool {
        !matches!(self, Self::Feature | Self::FeatureCollection)
    }

    /// The members that define other types, and that this one must not have (RFC 7946 §7.1).
    pub(crate) const fn foreign_members(self) -> &'static [&'static str] {
        match self {
            Self::Feature => &["coordinates", "geometries", "features"],
            Self::FeatureCollection => &["coordinates", "geometries", "geometry", "properties"],
            _ => &["geometry", "properties", "features"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_types_are_understood() {
        for (name, meant) in [
            ("polygon", Some(Kind::Polygon)),
            ("Multi-Polygon", Some(Kind::MultiPolygon)),
            ("FeatureColection", Some(Kind::FeatureCollection)),
            ("feature collection", Some(Kind::FeatureCollection)),
            ("Circle", None),
        ] {
            assert_eq!(Kind::meant_by(name), meant, "{name}");
        }
    }
}
