//! `file-unreadable`

use cds_metadata::Finding;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// The metadata object's file is there, and every file of the site directory can be read: it
    /// is a regular file that this program may open, it lies inside the directory once symbolic
    /// links are followed, its name is UTF-8, and it is no larger than the limits allow.
    ///
    /// ## Why it matters
    ///
    /// A site without one of its files is not the site that its author meant; to leave the file
    /// out silently would unpublish it. FIFOs and devices are never opened, because that can
    /// block for ever. A link that leads out of the directory is not followed, so that nobody
    /// publishes a file of the machine by mistake or on purpose.
    ///
    /// ## Example
    ///
    /// ```text
    /// $ ls -l cds/
    /// -rw------- 1 root root 5120 cds-coverage.json
    /// lrwxrwxrwx 1 root root   16 cds-server-metadata.json -> /srv/backup/m.json
    /// ```
    ///
    /// ## Mend
    ///
    /// Let the user that runs the program read the file (`chmod a+r cds-coverage.json`), and copy
    /// into the directory what a link takes from elsewhere.
    pub static FILE_UNREADABLE: Rule =
        "file-unreadable", Error, Advice, "CDS-WG1-01 §3.1", structural;
}

/// A file that a site can't do without.
pub(crate) fn missing(file: &str) -> Finding {
    let help = format!(
        "save the metadata object as `{file}`, exactly so (Windows may hide an ending such as \
         `.txt`); `cds-proxy init` writes one to fill in"
    );
    Finding::new(&FILE_UNREADABLE, file, "the file is missing").help(help)
}
