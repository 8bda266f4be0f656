//! What is served while there was never a good site.

use std::time::SystemTime;

use cds_metadata::{Report, Url};
use serde_json::Value;

use crate::coverage::Coverage;
use crate::endpoint::METADATA_FILE;
use crate::location::Location;
use crate::redirects;
use crate::resource::Resource;
use crate::settings::Settings;
use crate::site::Site;
use crate::source::Sources;

/// What stands in for a site that was never good: its well-known path answers 503
/// (RFC 9110 §15.6.4), and so does the path of its coverage listing where that can be read. What
/// its settings redirect is redirected, since a site that has moved needs no documents.
///
/// Among many sites it answers only on the hosts that its settings name: what its documents say
/// can't be relied on.
pub fn stand_in(sources: &Sources) -> Site {
    // What is wrong with the settings has been told.
    let mut settings = Settings::read(sources, SystemTime::UNIX_EPOCH, &mut Report::new());
    let object = sources.get(METADATA_FILE);
    let object = object.and_then(|source| serde_json::from_slice(&source.bytes).ok());
    let object: Value = object.unwrap_or_default();
    let url = |field: &str| object.get(field)?.as_str().map(Url::new);

    let own = url("cds_metadata_url");
    let own = own.as_ref().and_then(Url::parts);
    if redirects::is_endless(&settings, own.map(|parts| parts.host)) {
        settings.moved = None;
    }
    let redirects = redirects::of(&settings, None).into_iter();
    let mut places: Vec<_> = redirects
        .map(|(location, moved)| (location, Resource::Moved(moved)))
        .collect();
    if settings.moved.is_none() {
        places.push((Location::well_known(None), Resource::Unavailable));
    }
    let coverage = url("coverage").filter(|_| Coverage::is_in(sources));
    let parts = coverage.as_ref().and_then(Url::parts);
    if let Some(parts) = parts.filter(|parts| parts.path != "/") {
        let location = Location {
            host: None,
            ..Location::of(&parts)
        };
        places.push((location, Resource::Unavailable));
    }
    Site::never_good(places, settings.hosts)
}
