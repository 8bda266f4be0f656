//! `geojson-not-wgs84`

use cds_metadata::shown;

use crate::geojson::{Misfit, Part, Path, Position, Reader, Words};

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Coordinates are degrees in WGS 84, longitude first: longitudes from -180 to 180,
    /// latitudes from -90 to 90, in positions and in `bbox`. A `crs` member, which GeoJSON had
    /// until 2016, names no other coordinate system; one that names WGS 84 (`EPSG:4326`,
    /// `urn:ogc:def:crs:OGC:1.3:CRS84`), or none, does no harm and is let be.
    ///
    /// ## Why it matters
    ///
    /// Clients read all GeoJSON as WGS 84 and ignore `crs`. Numbers of another system put the
    /// territory to the wrong place, to the other side of the Earth, or nowhere.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "type": "Point", "coordinates": [37.77, -122.42] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write longitude before latitude. Export maps of other coordinate systems in WGS 84, for
    /// example by `ogr2ogr -t_srs EPSG:4326 map.geojson map.shp`.
    pub static GEOJSON_NOT_WGS84: Rule =
        "geojson-not-wgs84", Error, Spec, "CDS-WG1-01 §4.3; RFC 7946 §3.1.1, §4";
}

/// The position that the reader is at.
pub(crate) fn find(reader: &mut Reader<'_>, misfit: Misfit, position: Position) {
    let words = || words(misfit, position, 0);
    reader.find(&GEOJSON_NOT_WGS84, Part::Value, words);
}

/// The first position of a geometry with a fault that `more` others share.
pub(crate) fn find_shared<'d>(
    reader: &mut Reader<'d>,
    path: &Path<'d>,
    misfit: Misfit,
    position: Position,
    more: usize,
) {
    let words = || words(misfit, position, more);
    reader
        .faults
        .find(&GEOJSON_NOT_WGS84, path, Part::Value, words);
}

/// A `crs` of another name.
pub(crate) fn find_crs(reader: &mut Reader<'_>, name: &str) {
    reader.find(&GEOJSON_NOT_WGS84, Part::Value, || {
        let name = shown(name);
        Words::new(
            format!(
                "`crs` says that the coordinates are in `{name}`, but GeoJSON is always in WGS 84"
            ),
            "export the map again in WGS 84 (EPSG:4326); to remove `crs` alone does not change \
             the numbers",
        )
    });
}

/// A longitude less 360, with as many digits as were written.
fn west_of_greenwich(longitude: f64) -> String {
    let written = longitude.to_string();
    let digits = written
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    format!("{:.*}", digits.min(MOST_DIGITS), longitude - 360.0)
}

/// A tenth of a millimetre on the ground.
const MOST_DIGITS: usize = 9;

fn words(misfit: Misfit, position: Position, more: usize) -> Words {
    let (longitude, latitude) = (position.longitude(), position.latitude());
    let these = format!("`[{longitude}, {latitude}]`");
    let others = match more {
        0 => String::new(),
        1 => ", and in one more position of this geometry".to_owned(),
        more => format!(", and in {more} more positions of this geometry"),
    };
    match misfit {
        Misfit::Swapped => Words::new(
            format!("latitude and longitude are swapped in {these}{others}"),
            "GeoJSON writes longitude first: `[longitude, latitude]`",
        ),
        Misfit::Projected => Words::new(
            format!("{these} is no longitude and latitude{others}"),
            "these look like metres or feet of a map projection: ask whoever exported the map for \
             it again as GeoJSON (RFC 7946), which is in WGS 84 (EPSG:4326)",
        ),
        Misfit::EastOnly => Words::new(
            format!("the longitude in {these} is larger than 180{others}"),
            format!(
                "subtract 360: west of Greenwich longitudes are negative, so write {} for \
                 {longitude}",
                west_of_greenwich(longitude)
            ),
        ),
        Misfit::Longitude => Words::new(
            format!("the longitude {longitude} is not between -180 and 180"),
            "correct the first number of this position, in degrees",
        ),
        Misfit::Latitude => Words::new(
            format!("the latitude {latitude} is not between -90 and 90"),
            "correct the second number of this position, in degrees",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longitude_less_360_has_the_digits_that_were_written() {
        for (longitude, expected) in [
            (283.5123, "-76.4877"),
            (200.0, "-160"),
            (283.123_456_789_012, "-76.876543211"),
        ] {
            assert_eq!(west_of_greenwich(longitude), expected);
        }
    }
}
