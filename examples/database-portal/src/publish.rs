//! From rows to documents to a site, whenever a row changes.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::watch;
use tower_cds::metadata::{
    CommodityType, CoverageEntry, Datetime, EntryRole, EntryType, Extensions, InfrastructureType,
    MetadataObject,
};
use tower_cds::{Compiled, Severity, SiteHandle, Sources, compile};

use crate::database::{Database, Territory};

/// Publishes what is in the database at each change of it, for ever.
pub(crate) async fn keep_published(database: Arc<Database>, handle: SiteHandle) {
    // Before the first read, so that no change falls in between.
    let changes = database.changes();
    at_each_change(changes, move || publish(&database, &handle)).await;
}

/// Does the work now and at each change. One that panics is told; the next is done all the same.
async fn at_each_change(mut changes: watch::Receiver<()>, work: impl Fn() + Send + Sync + 'static) {
    let work = Arc::new(work);
    loop {
        let work = Arc::clone(&work);
        // With a million rows it takes seconds, in which no request may wait.
        if let Err(error) = tokio::task::spawn_blocking(move || work()).await {
            tracing::error!("not published: {error}");
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Publishes what is in the database, or tells why it can't be; then what was published before
/// stays.
pub(crate) fn publish(database: &Database, handle: &SiteHandle) {
    let now = SystemTime::now();
    let sources = sources(&database.territories());
    // What hasn't changed keeps its `Last-Modified`.
    let Compiled { site, report } = compile(&sources, now, Some(&handle.load()));
    for finding in report.findings() {
        let help = finding.help.as_deref().unwrap_or_default();
        match finding.severity {
            Severity::Error => tracing::error!(help, "{finding}"),
            Severity::Warning | Severity::Info => tracing::warn!(help, "{finding}"),
        }
    }
    match site {
        Some(site) => {
            handle.store(site);
            tracing::info!("published what is in the database");
        }
        None => tracing::error!("not published: what was served before still is"),
    }
}

/// The documents that rows amount to.
fn sources(territories: &[Territory]) -> Sources {
    let changed = territories.iter().map(|row| row.changed).max();
    let changed = changed.unwrap_or(SystemTime::UNIX_EPOCH);
    let entries: Vec<_> = territories.iter().map(entry).collect();
    let mut sources = Sources::new();
    sources.insert_metadata("", &metadata(changed), changed);
    sources.insert_coverage("", &entries, changed);
    sources
}

fn metadata(updated: SystemTime) -> MetadataObject<'static> {
    MetadataObject {
        cds_metadata_version: "v1".into(),
        cds_metadata_url: "https://demoutility.com/.well-known/cds-server-metadata.json".into(),
        created: Datetime::from(SystemTime::UNIX_EPOCH),
        updated: Datetime::from(updated),
        name: "Demo Gas & Electric".into(),
        description: "A fictional utility whose documents come from a database.".into(),
        website: "https://demoutility.com/data-access".into(),
        documentation: "https://demoutility.com/data-access/docs".into(),
        support: "https://demoutility.com/contact-us".into(),
        capabilities: vec!["coverage".into()],
        coverage: Some("https://demoutility.com/cds-coverage.json".into()),
        related_metadata: None,
        extensions: Extensions::new(),
    }
}

fn entry(row: &Territory) -> CoverageEntry<'_> {
    CoverageEntry {
        id: row.id.as_str().into(),
        created: Datetime::from(SystemTime::UNIX_EPOCH),
        updated: Datetime::from(row.changed),
        entity_name: "Demo Gas & Electric".into(),
        entity_abbreviation: Some("DG&E".into()),
        country: row.country.as_str().into(),
        name: row.name.as_str().into(),
        description: None,
        entry_type: EntryType::Logical,
        role: EntryRole::Official,
        infrastructure_types: vec![InfrastructureType::DistributionUtility],
        commodity_types: vec![CommodityType::Electricity],
        capabilities: Vec::new(),
        map_resource: None,
        map_content_type: None,
        geojson_resource: None,
        extensions: Extensions::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_publication_that_panics_is_not_the_last() {
        let changed = watch::Sender::new(());
        let (published, mut publications) = mpsc::unbounded_channel();
        let calls = AtomicUsize::new(0);
        let work = move || {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            assert!(call > 0, "the first fails");
            published.send(call).unwrap();
        };
        let publishing = tokio::spawn(at_each_change(changed.subscribe(), work));
        changed.send_replace(());
        assert_eq!(publications.recv().await, Some(1));
        drop(changed);
        publishing.await.unwrap();
    }
}
