//! `geojson-winding`

use super::geojson_invalid::ASK_AGAIN;
use crate::geojson::Words;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// The outer ring of a polygon lists its positions counterclockwise, the rings of its holes
    /// clockwise. Rings that cross the antimeridian in one step and rings without area are not
    /// looked at.
    ///
    /// ## Why it matters
    ///
    /// Some Clients take what lies to the left of the line for the inside. To them a territory
    /// that runs the other way round is the whole Earth except the territory. Most Clients do
    /// without the rule, and the standard asks them to, so that this is a warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "type": "Polygon",
    ///   "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
    /// }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the positions of the ring in the opposite order. Map programs do it on request:
    /// `ogr2ogr -lco RFC7946=YES mended.geojson map.geojson`.
    pub static GEOJSON_WINDING: Rule =
        "geojson-winding", Warning, Interop, "RFC 7946 §3.1.6";
}

/// A ring that runs the wrong way.
pub(crate) fn words(is_exterior: bool) -> Words {
    let message = if is_exterior {
        "this outer ring of a polygon runs clockwise, but should run counterclockwise"
    } else {
        "this hole in a polygon runs counterclockwise, but should run clockwise"
    };
    Words::new(
        message,
        format!(
            "{ASK_AGAIN}, which ogr2ogr writes with `-lco RFC7946=YES`; or write its positions in \
             the opposite order"
        ),
    )
}
