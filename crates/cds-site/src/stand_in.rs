//! What is served while there was never a good site.

use std::time::SystemTime;

use cds_metadata::{Report, Url};
use serde::Deserialize;

use crate::coverage::Coverage;
use crate::endpoint::METADATA_FILE;
use crate::location::Location;
use crate::settings::Settings;
use crate::site::Site;
use crate::source::Sources;

/// What stands in for a site that was never good: its well-known path answers 503
/// (RFC 9110 §15.6.4), and so does the path of its coverage listing where that can be read.
///
/// Among many sites it answers only on the hosts that its settings name: what its documents say
/// can't be relied on.
pub fn stand_in(sources: &Sources) -> Site {
    let mut locations = vec![Location::well_known(None)];
    let url = coverage_url(sources).map(Url::new);
    let parts = url
        .as_ref()
        .and_then(Url::parts)
        .filter(|parts| parts.path != "/");
    if let Some(parts) = parts.filter(|_| Coverage::is_in(sources)) {
        locations.push(Location {
            host: None,
            ..Location::of(&parts)
        });
    }
    // What is wrong with the settings has been told.
    let settings = Settings::read(sources, SystemTime::UNIX_EPOCH, &mut Report::new());
    Site::unavailable_at(locations, settings.hosts)
}

/// The `coverage` URL of a metadata object, whatever else is wrong with it.
fn coverage_url(sources: &Sources) -> Option<String> {
    #[derive(Deserialize)]
    struct Outline {
        coverage: String,
    }
    let source = sources.get(METADATA_FILE)?;
    let outline: Outline = serde_json::from_slice(&source.bytes).ok()?;
    Some(outline.coverage)
}
