//! Media types of files by their names.

use http::HeaderValue;

/// Documents, spelt as the specification's examples spell it.
pub(crate) const DOCUMENT: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// GeoJSON (RFC 7946 §12).
pub(crate) const GEOJSON: HeaderValue = HeaderValue::from_static("application/geo+json");

/// The media type that a file name's extension stands for; `application/octet-stream` for one
/// that is not known.
///
/// A short table of what utilities publish beside their documents. A map's own
/// `map_content_type` comes before it.
pub(crate) fn of_extension(path: &str) -> HeaderValue {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    HeaderValue::from_static(match extension.to_ascii_lowercase().as_str() {
        "csv" => "text/csv; charset=UTF-8",
        "geojson" => return GEOJSON,
        "gif" => "image/gif",
        "htm" | "html" => "text/html; charset=UTF-8",
        "jpeg" | "jpg" => "image/jpeg",
        "json" => "application/json",
        "kml" => "application/vnd.google-earth.kml+xml",
        "kmz" => "application/vnd.google-earth.kmz",
        "md" => "text/markdown; charset=UTF-8",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        "txt" => "text/plain; charset=UTF-8",
        "webp" => "image/webp",
        "xml" => "application/xml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_extension_counts_in_any_case() {
        assert_eq!(
            of_extension("public/maps/west.GeoJSON"),
            "application/geo+json"
        );
        assert_eq!(of_extension("public/west.tar.zip"), "application/zip");
        assert_eq!(of_extension("public/west"), "application/octet-stream");
    }
}
