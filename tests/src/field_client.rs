//! A Client as they are in the field: strict types, nothing forgiven.
//!
//! Of enumerations it knows what the specification lists, and nothing more. It follows URLs as
//! they stand in the documents, except that every host is the one server under test.

use std::collections::HashSet;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Uri, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::ask::Received;
use crate::wire;

/// CDS-WG1-01 §3.2.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// The only version there is.
    pub cds_metadata_version: Version,
    /// Where the object says it is.
    pub cds_metadata_url: Url,
    /// RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub updated: OffsetDateTime,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// A URL.
    pub website: Url,
    /// A URL.
    pub documentation: Url,
    /// A URL.
    pub support: Url,
    /// An open list.
    pub capabilities: Vec<String>,
    /// Required here: a Client refuses a Server without coverage.
    pub coverage: Url,
    /// URLs.
    pub related_metadata: Vec<Url>,
}

/// A page of a coverage listing, CDS-WG1-01 §4.1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The entries.
    pub coverage_entries: Vec<Entry>,
    /// Required, if only as null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub next: Option<Url>,
    /// Required, if only as null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub previous: Option<Url>,
}

/// CDS-WG1-01 §4.3.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Unique in the listing.
    pub id: String,
    /// RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub updated: OffsetDateTime,
    /// For people.
    pub entity_name: String,
    /// Required, if only as null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub entity_abbreviation: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// §4.4.
    pub r#type: Type,
    /// §4.5.
    pub role: Role,
    /// §4.6.
    pub infrastructure_types: Vec<Infrastructure>,
    /// §4.7.
    pub commodity_types: Vec<Commodity>,
    /// Never `coverage`.
    pub capabilities: Vec<String>,
    /// A URL.
    pub map_resource: Option<Url>,
    /// With a map.
    pub map_content_type: Option<String>,
    /// A URL.
    pub geojson_resource: Option<Url>,
}

/// An absolute https URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Url(Uri);

impl TryFrom<String> for Url {
    type Error = String;

    fn try_from(url: String) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("{url}: {error}"))?;
        let is_absolute = uri.scheme_str() == Some("https") && uri.authority().is_some();
        if is_absolute {
            Ok(Self(uri))
        } else {
            Err(format!("{url} is no https URL"))
        }
    }
}

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident: $($value:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[allow(non_camel_case_types, missing_docs, reason = "spelt as in documents")]
        pub enum $name { $($value),* }
    };
}

closed_list!(
    /// §3.2.
    Version: v1
);
closed_list!(
    /// §4.4.
    Type: geographic logical
);
closed_list!(
    /// §4.5.
    Role: authoritative official aggregator
);
closed_list!(
    /// §4.6.
    Infrastructure: distribution_utility metering_provider supplier generator market_operator
        distribution_service_operator transmission_service_operator service_provider
);
closed_list!(
    /// §4.7.
    Commodity: electricity natural_gas fuel_oil water wastewater trash distributed_energy
);

/// What a Client knows of a Server after a crawl.
#[derive(Debug)]
pub struct Crawl {
    /// The metadata object.
    pub metadata: Metadata,
    /// The entries of all pages.
    pub entries: Vec<Entry>,
    /// How many maps and territories were fetched.
    pub resources: usize,
}

/// Crawls a server: the well-known document, every page of its coverage, every map and territory.
/// Fails on the first thing that the specification doesn't allow.
pub async fn crawl(server: SocketAddr) -> Crawl {
    let well_known = format!("https://{server}/.well-known/cds-server-metadata.json");
    let metadata: Metadata = document(server, &Url::try_from(well_known).unwrap()).await;
    assert!(
        metadata
            .capabilities
            .iter()
            .any(|capability| capability == "coverage")
    );
    assert!(metadata.created <= metadata.updated);

    let entries = every_page(server, metadata.coverage.clone()).await;
    let mut ids = HashSet::new();
    let mut resources = 0;
    for entry in &entries {
        assert!(ids.insert(entry.id.clone()), "{} twice", entry.id);
        entry.check(&metadata);
        resources += entry.fetch_resources(server).await;
    }
    assert!(
        entries.is_sorted_by(|a, b| a.updated >= b.updated),
        "not newest first"
    );
    Crawl {
        metadata,
        entries,
        resources,
    }
}

async fn every_page(server: SocketAddr, first: Url) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(first);
    let mut before: Option<Listing> = None;
    while let Some(url) = next {
        assert!(seen.insert(url.clone()), "{url:?} leads back to itself");
        let page: Listing = document(server, &url).await;
        next = page.next.clone();
        // Which leads to the page before, if by another URL.
        assert_eq!(page.previous.is_some(), before.is_some(), "{url:?}");
        if let (Some(previous), Some(before)) = (&page.previous, before) {
            let back: Listing = document(server, previous).await;
            assert_eq!(back.ids(), before.ids(), "{previous:?}");
            entries.extend(before.coverage_entries);
        }
        before = Some(page);
    }
    entries.extend(before.into_iter().flat_map(|last| last.coverage_entries));
    entries
}

impl Listing {
    fn ids(&self) -> Vec<&str> {
        let entries = self.coverage_entries.iter();
        entries.map(|entry| entry.id.as_str()).collect()
    }
}

impl Entry {
    fn check(&self, metadata: &Metadata) {
        let Self { id, .. } = self;
        for capability in &self.capabilities {
            assert_ne!(capability, "coverage", "{id}");
            assert!(
                metadata.capabilities.contains(capability),
                "{id}: {capability}"
            );
        }
        assert!(self.created <= self.updated, "{id}");
        assert!(self.country.len() == 2 && self.country.bytes().all(|b| b.is_ascii_uppercase()));
        assert_eq!(
            self.map_resource.is_some(),
            self.map_content_type.is_some(),
            "{id}"
        );
        let has_area = self.map_resource.is_some() || self.geojson_resource.is_some();
        assert!(self.r#type == Type::logical || has_area, "{id} has no area");
    }

    async fn fetch_resources(&self, server: SocketAddr) -> usize {
        if let (Some(map), Some(content_type)) = (&self.map_resource, &self.map_content_type) {
            let map = fetch(server, map).await;
            assert_eq!(
                map.field(&header::CONTENT_TYPE),
                content_type,
                "{}",
                self.id
            );
            assert!(!map.body.is_empty());
        }
        if let Some(geojson) = &self.geojson_resource {
            let geojson = fetch(server, geojson).await;
            assert_eq!(geojson.field(&header::CONTENT_TYPE), "application/geo+json");
            let kinds = ["FeatureCollection", "Feature", "Polygon", "MultiPolygon"];
            assert!(
                kinds.contains(&geojson.json()["type"].as_str().unwrap()),
                "{}",
                self.id
            );
        }
        [&self.map_resource, &self.geojson_resource]
            .iter()
            .filter(|url| url.is_some())
            .count()
    }
}

async fn document<T: DeserializeOwned>(server: SocketAddr, url: &Url) -> T {
    let received = fetch(server, url).await;
    let content_type = received.field(&header::CONTENT_TYPE);
    assert_eq!(content_type, "application/json;charset=UTF-8", "{url:?}");
    let parsed = serde_json::from_slice(&received.body);
    parsed.unwrap_or_else(|error| panic!("{url:?}: {error}\n{}", received.text()))
}

/// GET of an absolute URL, as a Client behind the Server's TLS would send it.
async fn fetch(server: SocketAddr, Url(url): &Url) -> Received {
    let request = Request::get(url.path_and_query().map_or("/", |target| target.as_str()))
        .header(header::HOST, url.authority().unwrap().as_str())
        .body(Bytes::new());
    let received = wire::send(server, request.unwrap()).await;
    let received = received.unwrap_or_else(|error| panic!("{url}: {error:#}"));
    assert_eq!(received.status, 200, "{url}: {received:?}");
    assert_eq!(
        received.field(&header::ACCESS_CONTROL_ALLOW_ORIGIN),
        "*",
        "{url}"
    );
    received
}
