//! GeoJSON documents (RFC 7946): checked as they go by, whatever their size.
//!
//! No tree is built and no ring is held. What is kept of a document is where the reader is, and
//! the first faults of each rule; where those are is looked up at the end, in a second walk.

mod bbox;
mod coordinates;
mod crs;
mod faults;
mod kind;
mod line;
mod locate;
mod object;
mod path;
mod position;
mod reader;
mod value;

use cds_metadata::{Report, explain_syntax};
use serde::de::DeserializeSeed;

use crate::rules::geojson_invalid::{self, GEOJSON_INVALID};

use self::object::Object;
use self::value::Seed;

pub(crate) use self::faults::{Part, Words};
pub(crate) use self::kind::Kind;
pub(crate) use self::line::RingFault;
pub(crate) use self::object::Role;
pub(crate) use self::path::Path;
pub(crate) use self::position::{Misfit, Position};
pub(crate) use self::reader::Reader;
pub(crate) use self::value::Seen;

/// Checks one GeoJSON document, which findings call `name`.
///
/// Takes memory for the names of one object's members and for the findings, and none for
/// positions.
///
/// ```
/// let json = br#"{ "type": "Point", "coordinates": [37.7, -122.4] }"#;
/// let report = cds_site::check_geojson("office.geojson", json);
/// assert_eq!(
///     report.findings()[0].to_string(),
///     "office.geojson:1:35: error[geojson-not-wgs84]: \
///      latitude and longitude are swapped in `[37.7, -122.4]`",
/// );
/// ```
pub fn check_geojson(name: &str, bytes: &[u8]) -> Report {
    let mut report = Report::new();
    let content = std::str::from_utf8(bytes).unwrap_or_default();
    let mut reader = Reader::default();
    if read(content, &mut reader).is_ok() {
        reader.faults.report(name, content, content, &mut report);
    } else {
        // First, so that the faults of syntax are among the findings that are kept.
        let syntax = explain_syntax(name, bytes, &GEOJSON_INVALID);
        report.merge(syntax.report);
        match syntax.mended {
            Some(mended) => report_mended(name, content, &mended, &mut report),
            // What comes before the fault.
            None => reader.faults.report(name, content, content, &mut report),
        }
    }
    report.sort();
    report
}

/// Finds what is wrong with a document beside its commas, which were replaced by spaces.
fn report_mended(name: &str, content: &str, mended: &str, report: &mut Report) {
    let mut reader = Reader::default();
    if read(mended, &mut reader).is_ok() {
        reader.faults.report(name, content, mended, report);
    }
}

/// Whether bytes that nobody has named anything look like GeoJSON: the first of them hold a
/// member that GeoJSON has, and none that documents of the specification have.
pub(crate) fn looks_like_geojson(bytes: &[u8]) -> bool {
    // Enough for a `name`, a `crs` and a `bbox`, which programs write first.
    let beginning = &bytes[..bytes.len().min(4096)];
    let has = |name: &&str| {
        let name = name.as_bytes();
        beginning.windows(name.len()).any(|window| window == name)
    };
    GEOJSON_NAMES.iter().any(has) && !DOCUMENT_NAMES.iter().any(has)
}

const GEOJSON_NAMES: [&str; 4] = [
    "\"FeatureCollection\"",
    "\"Feature\"",
    "\"coordinates\"",
    "\"geometries\"",
];

const DOCUMENT_NAMES: [&str; 3] = ["\"cds_metadata_", "\"coverage_entries\"", "\"entity_name\""];

fn read<'d>(content: &'d str, reader: &mut Reader<'d>) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_str(content);
    let role = Role::Document;
    let object = Object {
        reader: &mut *reader,
        role,
    };
    let seen = Seed(object).deserialize(&mut deserializer)?;
    deserializer.end()?;
    if seen != Seen::Object {
        geojson_invalid::not_an_object(reader, role, &seen);
    }
    reader.judge_emptiness();
    Ok(())
}
