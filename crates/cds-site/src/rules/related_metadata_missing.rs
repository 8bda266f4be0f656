//! `related-metadata-missing`

use std::sync::Arc;

use cds_metadata::{MetadataObject, Pointer, Report, shown};
use hashbrown::{HashMap, HashSet};

use crate::claim::Claim;
use crate::location::Location;
use crate::rules::report_at;
use crate::source::Source;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// A URL in `related_metadata` on one of the site's own hosts is that of a metadata object
    /// that the site publishes.
    ///
    /// ## Why it matters
    ///
    /// Clients follow these URLs to learn of the Server's other endpoints.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "related_metadata": ["https://demoutility.com/partners/cds.json"] }
    /// ```
    ///
    /// without a directory whose metadata object has that `cds_metadata_url`.
    ///
    /// ## Mend
    ///
    /// Add a directory with the object, or correct the URL. If the portal serves it, nothing is
    /// to be done.
    pub static RELATED_METADATA_MISSING: Rule =
        "related-metadata-missing", Warning, Interop, "CDS-WG1-01 §3.2, §3.3";
}

/// Looks each URL of all objects up in the places that the site publishes.
pub(crate) fn check<'o>(
    objects: impl Iterator<Item = &'o (&'o Source, MetadataObject<'o>)>,
    published: &HashMap<Location, Claim>,
    report: &mut Report,
) {
    let hosts: HashSet<_> = published.keys().map(|location| &location.host).collect();
    for (source, object) in objects {
        check_object(source, object, published, &hosts, report);
    }
}

fn check_object(
    source: &Source,
    object: &MetadataObject<'_>,
    published: &HashMap<Location, Claim>,
    hosts: &HashSet<&Option<Arc<str>>>,
    report: &mut Report,
) {
    for (index, url) in object.related_metadata.iter().flatten().enumerate() {
        let Some(location) = url.parts().map(|parts| Location::of(&parts)) else {
            continue;
        };
        let is_ours = hosts.contains(&location.host);
        if is_ours && !is_object(&location, published) {
            let message = format!(
                "`{}` is on this site's host, but no object of the site",
                shown(&location.path)
            );
            let help = "add a directory with that metadata object, unless the portal serves it";
            let pointer = Pointer::root().key("related_metadata").index(index);
            report_at(
                report,
                &RELATED_METADATA_MISSING,
                source,
                pointer,
                message,
                help,
            );
        }
    }
}

/// Whether a metadata object is published in a place, or redirected to. Its query doesn't matter.
fn is_object(location: &Location, published: &HashMap<Location, Claim>) -> bool {
    let location = Location {
        query: Vec::new(),
        ..location.clone()
    };
    match published.get(&location) {
        Some(Claim::Field { field, .. }) => *field == "cds_metadata_url",
        Some(Claim::Settings) => true,
        Some(Claim::File(_)) | None => false,
    }
}
