//! What is served while there was never a good site.

use cds_metadata::{MetadataObject, Url};

use crate::coverage::Coverage;
use crate::endpoint::METADATA_FILE;
use crate::location::Location;
use crate::site::Site;
use crate::source::Sources;

/// What stands in for a site that was never good: its well-known path answers 503
/// (RFC 9110 §15.6.4), and so does the path of its coverage listing where that can be read.
pub fn stand_in(sources: &Sources) -> Site {
    let mut locations = vec![Location::well_known(None)];
    let metadata = sources
        .get(METADATA_FILE)
        .map(|source| source.bytes.as_ref());
    let object = metadata.and_then(|bytes| MetadataObject::parse(METADATA_FILE, bytes, None).0);
    let url = object.as_ref().and_then(|object| object.coverage.as_ref());
    if let Some(parts) = url.and_then(Url::parts).filter(|parts| parts.path != "/") {
        locations.extend(Coverage::is_in(sources).then(|| Location::of(&parts)));
    }
    Site::unavailable_at(locations)
}
