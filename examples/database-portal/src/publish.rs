//! From rows to documents to a site, whenever a row changes.

use std::sync::Arc;
use std::time::SystemTime;

use tower_cds::metadata::{
    CommodityType, CoverageEntry, Datetime, EntryRole, EntryType, Extensions, InfrastructureType,
    MetadataObject,
};
use tower_cds::{Compiled, Severity, SiteHandle, Sources, compile};

use crate::database::{Database, Territory};

/// Publishes what is in the database at each change of it, for ever.
pub(crate) async fn keep_published(database: Arc<Database>, handle: SiteHandle) {
    // Before the first read, so that no change falls in between.
    let mut changes = database.changes();
    loop {
        let (rows, site) = (Arc::clone(&database), handle.clone());
        // With a million rows it takes seconds, in which no request may wait.
        let published = tokio::task::spawn_blocking(move || publish(&rows, &site));
        if published.await.is_err() || changes.changed().await.is_err() {
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
