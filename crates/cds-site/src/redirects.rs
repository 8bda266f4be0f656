//! The redirects that settings ask for: of a site that has moved (CDS-WG1-01 §5), and of paths that
//! its metadata object had before.

use cds_metadata::{Finding, Url};
use http::HeaderValue;

use crate::host;
use crate::location::{Location, WELL_KNOWN};
use crate::moved::Moved;
use crate::path::normalise;
use crate::rules::SETTINGS_INVALID;
use crate::settings::{SETTINGS_FILE, Settings};

/// The redirects of a site whose metadata object is on `host`, and their places.
pub(crate) fn of(settings: &Settings, host: Option<&str>) -> Vec<(Location, Moved)> {
    let moved = settings.moved.as_ref();
    let here = || Moved {
        location: HeaderValue::from_static(WELL_KNOWN),
        permanent: true,
        max_age: settings.max_age,
    };
    let well_known = moved.map(|moved| (Location::well_known(host), moved.clone()));
    let former = settings.former_paths.iter().map(|path| {
        let location = Location {
            path: normalise(path).into_owned(),
            ..Location::well_known(host)
        };
        (location, moved.cloned().unwrap_or_else(here))
    });
    well_known.into_iter().chain(former).collect()
}

/// Whether the site has moved to a place from which it redirects: a Client would go round for ever.
pub(crate) fn is_endless(settings: &Settings, host: Option<&str>) -> bool {
    let moved = settings.moved.as_ref();
    let url = moved.and_then(|moved| moved.location.to_str().ok());
    let url = url.map(Url::new);
    // Another port is another program's.
    let parts = url.as_ref().and_then(Url::parts).filter(|parts| {
        parts
            .port
            .is_none_or(|port| matches!(port, "" | "80" | "443"))
    });
    parts.is_some_and(|parts| {
        let (to, path) = (host::normalise(parts.host), normalise(parts.path));
        let is_own = host.is_some_and(|host| host::normalise(host) == to)
            || settings.hosts.iter().any(|alias| *alias.host == *to);
        is_own
            && (path == WELL_KNOWN
                || settings
                    .former_paths
                    .iter()
                    .any(|former| normalise(former) == path))
    })
}

/// What is told of a site that has moved to where it is.
pub(crate) fn endless(settings: &Settings) -> Finding {
    let message = "`moved_to` is where the site is, so that it would redirect for ever".to_owned();
    Finding::new(&SETTINGS_INVALID, SETTINGS_FILE, message)
        .place(settings.moved_to.clone())
        .help("write the metadata object's URL on its new host, or remove the line")
}

/// What is told of one of many sites that has moved and says nowhere from which host.
pub(crate) fn from_nowhere() -> Finding {
    let message = "the site has moved, but nothing says on which host it was".to_owned();
    Finding::new(&SETTINGS_INVALID, SETTINGS_FILE, message)
        .help("name the old host, as in `hosts = [\"demoutility.com\"]`")
}
