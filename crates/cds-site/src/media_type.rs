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

/// Whether content of this type is usually smaller in a coding. What is compressed already, as
/// most images, archives and PDF are, isn't.
pub(crate) fn is_compressible(media_type: &HeaderValue) -> bool {
    let text = media_type.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    let essence = essence.trim_ascii().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["+json", "+xml", "+yaml", "+json-seq"]
            .iter()
            .any(|suffix| essence.ends_with(suffix))
        || COMPRESSIBLE.contains(&essence.as_str())
}

/// Types that are compressible though their names don't say so.
const COMPRESSIBLE: [&str; 14] = [
    "application/javascript",
    "application/json",
    "application/json-seq",
    "application/rtf",
    "application/toml",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/x-ndjson",
    "application/xml",
    "application/yaml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/x-icon",
];

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

    #[test]
    fn text_is_compressible_and_what_is_compressed_already_is_not() {
        for (media_type, expected) in [
            ("application/json;charset=UTF-8", true),
            ("Application/Geo+JSON ; x=y", true),
            ("text/html; charset=UTF-8", true),
            ("image/svg+xml", true),
            ("application/vnd.google-earth.kml+xml", true),
            ("application/wasm", true),
            ("image/png", false),
            ("application/pdf", false),
            ("application/vnd.google-earth.kmz", false),
            ("application/octet-stream", false),
            ("font/woff2", false),
        ] {
            let value = HeaderValue::from_static(media_type);
            assert_eq!(is_compressible(&value), expected, "{media_type}");
        }
    }
}
