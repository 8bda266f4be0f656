//! `not-canonical-url`

use cds_metadata::{MetadataObject, Pointer, Report, shown};

use crate::location::WELL_KNOWN;
use crate::path::normalise;
use crate::rules::report_at;
use crate::source::Source;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// The `cds_metadata_url` of the site's own metadata object has the well-known path.
    ///
    /// ## Why it matters
    ///
    /// The object is published there whatever it says of itself. Clients that compare the two,
    /// or keep the URL that the object names, look for it where it is not.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "cds_metadata_url": "https://demoutility.com/cds.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write `https://…/.well-known/cds-server-metadata.json` with your own host. A further
    /// metadata object has a directory of its own.
    pub static NOT_CANONICAL_URL: Rule =
        "not-canonical-url", Warning, Spec, "CDS-WG1-01 §3.1, §3.2";
}

pub(crate) fn check(source: &Source, object: &MetadataObject<'_>, report: &mut Report) {
    let Some(parts) = object.cds_metadata_url.parts() else {
        return;
    };
    if normalise(parts.path) == WELL_KNOWN {
        return;
    }
    let message = format!(
        "`cds_metadata_url` has the path `{}`, not the well-known one",
        shown(parts.path)
    );
    let help = format!(
        "write `https://{}{WELL_KNOWN}`: the object is published there",
        shown(parts.host)
    );
    let pointer = Pointer::root().key("cds_metadata_url");
    report_at(report, &NOT_CANONICAL_URL, source, pointer, message, &help);
}
