//! `crs`, which GeoJSON had before RFC 7946: the coordinate system of the numbers.

use std::borrow::Cow;

use serde::de::{MapAccess, SeqAccess};

use super::reader::Reader;
use super::value::{Foreign, Members, Read, Scalar, Seen};
use crate::rules::geojson_not_wgs84;

/// The name that a `crs` gives.
#[derive(Debug, Default)]
pub(super) struct Crs<'d> {
    name: Option<Cow<'d, str>>,
}

impl<'d> Crs<'d> {
    pub(super) fn reading<'b>(&'b mut self, reader: &'b mut Reader<'d>) -> Reading<'b, 'd> {
        Reading { crs: self, reader }
    }

    /// Finds another coordinate system than WGS 84. The reader is at the `crs`.
    pub(super) fn judge(mut self, seen: Seen<'d>, reader: &mut Reader<'_>) {
        self.take(seen);
        if let Some(name) = self.name.filter(|name| !is_wgs84(name)) {
            geojson_not_wgs84::find_crs(reader, &name);
        }
    }

    fn take(&mut self, seen: Seen<'d>) {
        match seen {
            Seen::Scalar(Scalar::Text(name)) => self.name = Some(name),
            Seen::Scalar(Scalar::Number(code)) => self.name = Some(format!("EPSG:{code}").into()),
            _ => {}
        }
    }
}

/// Whether a name of a coordinate system means WGS 84: `urn:ogc:def:crs:OGC:1.3:CRS84`,
/// `EPSG:4326`, `http://www.opengis.net/def/crs/EPSG/0/4979` and their like.
fn is_wgs84(name: &str) -> bool {
    let last = name.rsplit([':', '/', '#']).find(|part| !part.is_empty());
    let last = last.unwrap_or_default().to_ascii_uppercase();
    matches!(last.as_str(), "CRS84" | "CRS84H" | "4326" | "4979")
}

/// Reads a `crs`: an object with a name in its `properties`.
pub(super) struct Reading<'b, 'd> {
    crs: &'b mut Crs<'d>,
    reader: &'b mut Reader<'d>,
}

impl<'d> Read<'d> for Reading<'_, 'd> {
    type Output = Seen<'d>;

    fn array<A: SeqAccess<'d>>(self, elements: A) -> Result<Seen<'d>, A::Error> {
        Foreign(self.reader).array(elements)
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Seen<'d>, A::Error> {
        let Self { crs, reader } = self;
        let mut members = Members::new(members);
        while let Some(name) = members.next(reader)? {
            match &*name {
                "properties" => drop(members.value(crs.reading(reader))?),
                "name" | "href" | "code" => {
                    let seen = members.value(Foreign(reader))?;
                    crs.take(seen);
                }
                _ => drop(members.value(Foreign(reader))?),
            }
            reader.path.pop();
        }
        Ok(Seen::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wgs_84_has_many_names() {
        for name in [
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:OGC::CRS84",
            "urn:ogc:def:crs:EPSG::4326",
            "EPSG:4326",
            "epsg:4326",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            "http://spatialreference.org/ref/epsg/4326/",
        ] {
            assert!(is_wgs84(name), "{name}");
        }
        for name in ["EPSG:3857", "urn:ogc:def:crs:EPSG::4269", "EPSG:14326", ""] {
            assert!(!is_wgs84(name), "{name}");
        }
    }
}
