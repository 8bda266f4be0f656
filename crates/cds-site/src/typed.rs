//! Sources from values, for programs whose documents come from a database.

use std::time::SystemTime;

use cds_metadata::{CoverageEntry, MetadataObject};

use crate::coverage::LISTING_FILE;
use crate::endpoint::METADATA_FILE;
use crate::source::{Source, Sources};

impl Sources {
    /// Adds a metadata object: the site's own if `endpoint` is empty, else that of the further
    /// endpoint of this name. One that is there is replaced.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use cds_site::{Sources, compile};
    /// use cds_site::metadata::{Datetime, Extensions, MetadataObject};
    ///
    /// let now = SystemTime::now();
    /// let object = MetadataObject {
    ///     cds_metadata_version: "v1".into(),
    ///     cds_metadata_url: "https://demoutility.com/.well-known/cds-server-metadata.json".into(),
    ///     created: Datetime::from(SystemTime::UNIX_EPOCH),
    ///     updated: Datetime::from(now),
    ///     name: "Demo Gas & Electric".into(),
    ///     description: "A fictional utility.".into(),
    ///     website: "https://demoutility.com/".into(),
    ///     documentation: "https://demoutility.com/developers".into(),
    ///     support: "https://demoutility.com/contact".into(),
    ///     capabilities: Vec::new(),
    ///     coverage: None,
    ///     related_metadata: None,
    ///     extensions: Extensions::new(),
    /// };
    /// let mut sources = Sources::new();
    /// sources.insert_metadata("", &object, now);
    /// assert!(compile(&sources, now, None).site.is_some());
    /// ```
    pub fn insert_metadata(
        &mut self,
        endpoint: &str,
        object: &MetadataObject<'_>,
        modified: SystemTime,
    ) {
        // Texts and lists, and JSON that is JSON already, can always be written.
        let bytes = serde_json::to_vec_pretty(object).unwrap_or_default();
        self.insert_file(endpoint, METADATA_FILE, bytes, modified);
    }

    /// Adds the coverage listing of an endpoint, in any order: the site's own if `endpoint` is
    /// empty. One that is there is replaced.
    ///
    /// Each entry has a line, the first the second: what is found in it says which one.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use cds_site::Sources;
    /// use cds_site::metadata::{
    ///     CommodityType, CoverageEntry, Datetime, EntryRole, EntryType, Extensions,
    ///     InfrastructureType,
    /// };
    ///
    /// let now = SystemTime::now();
    /// let west = CoverageEntry {
    ///     id: "west".into(),
    ///     created: Datetime::from(now),
    ///     updated: Datetime::from(now),
    ///     entity_name: "Demo Gas & Electric".into(),
    ///     entity_abbreviation: Some("DG&E".into()),
    ///     country: "US".into(),
    ///     name: "Customers in the west".into(),
    ///     description: None,
    ///     entry_type: EntryType::Logical,
    ///     role: EntryRole::Official,
    ///     infrastructure_types: vec![InfrastructureType::DistributionUtility],
    ///     commodity_types: vec![CommodityType::Electricity],
    ///     capabilities: Vec::new(),
    ///     map_resource: None,
    ///     map_content_type: None,
    ///     geojson_resource: None,
    ///     extensions: Extensions::new(),
    /// };
    /// let mut sources = Sources::new();
    /// sources.insert_coverage("", [&west], now);
    /// assert!(sources.get("cds-coverage.json").is_some());
    /// ```
    pub fn insert_coverage<'e>(
        &mut self,
        endpoint: &str,
        entries: impl IntoIterator<Item = &'e CoverageEntry<'e>>,
        modified: SystemTime,
    ) {
        let mut bytes = b"{\"coverage_entries\":[".to_vec();
        for (index, entry) in entries.into_iter().enumerate() {
            bytes.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            bytes.extend(serde_json::to_vec(entry).unwrap_or_default());
        }
        bytes.extend_from_slice(b"\n]}\n");
        self.insert_file(endpoint, LISTING_FILE, bytes, modified);
    }

    fn insert_file(&mut self, endpoint: &str, file: &str, bytes: Vec<u8>, modified: SystemTime) {
        let path = match endpoint {
            "" => file.to_owned(),
            endpoint => format!("{endpoint}/{file}"),
        };
        let bytes = bytes.into();
        self.insert(Source {
            path,
            bytes,
            modified,
        });
    }
}
