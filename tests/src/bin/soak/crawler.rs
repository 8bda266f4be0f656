//! A Client that never stops crawling.

use std::collections::HashMap;
use std::fmt;
use std::iter::Sum;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Request, header};
use serde::Deserialize;
use tests::wire;

use crate::versions::{STAYING, Versions, version_of_map};

/// Where the metadata object is.
pub(crate) const METADATA: &str = "/.well-known/cds-server-metadata.json";

/// Where the coverage listing is.
pub(crate) const COVERAGE: &str = "/cds/coverage.json";

/// Where the map is.
const MAP: &str = "/cds/map.svg";

/// What crawlers saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    requests: u64,
    crawls: u64,
    /// How often a document was of another version than before.
    changes: u64,
    pub(crate) violations: Vec<String>,
}

/// The part of a document that is looked at.
#[derive(Debug, Deserialize)]
struct Document {
    x_version: u64,
}

#[derive(Debug, Deserialize)]
struct Page {
    x_version: u64,
    coverage_entries: Vec<Entry>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: String,
}

pub(crate) struct Crawler {
    server: SocketAddr,
    versions: Arc<Versions>,
    seen: Seen,
    /// The last version of the metadata object, of the listing, and of the map.
    last: [u64; 3],
}

impl Crawler {
    pub(crate) fn new(server: SocketAddr, versions: Arc<Versions>) -> Self {
        Self {
            server,
            versions,
            seen: Seen::default(),
            last: [0; 3],
        }
    }

    /// Crawls until it is to stop.
    pub(crate) async fn run(mut self, stop: Arc<AtomicBool>) -> Seen {
        while !stop.load(Ordering::Relaxed) {
            if let Err(violation) = self.crawl().await {
                self.seen.violations.push(violation);
            }
            self.seen.crawls += 1;
        }
        self.seen
    }

    async fn crawl(&mut self) -> Result<(), String> {
        let metadata: Document = self.get(METADATA).await?;
        self.check(0, METADATA, metadata.x_version)?;
        let mut times = HashMap::new();
        let mut next = Some(COVERAGE.to_owned());
        while let Some(target) = next {
            let page: Page = self.get(&target).await?;
            self.check(1, &target, page.x_version)?;
            for entry in page.coverage_entries {
                *times.entry(entry.id).or_insert(0) += 1;
            }
            next = page
                .next
                .map(|url| url.replace("https://utility.example", ""));
        }
        let (status, body) = get(self.server, MAP).await?;
        let version = version_of_map(&String::from_utf8_lossy(&body));
        let Some(version) = version.filter(|_| status == 200) else {
            return Err(format!("{MAP}: {status}, {} bytes", body.len()));
        };
        self.seen.requests += 1;
        self.check(2, MAP, version)?;
        for number in 0..STAYING {
            let id = format!("stays-{number}");
            let seen = times.get(&id).copied().unwrap_or(0);
            if seen != 1 {
                return Err(format!("{id} was listed {seen} times in one crawl"));
            }
        }
        Ok(())
    }

    /// Versions come in their order, and none before it was written.
    fn check(&mut self, document: usize, target: &str, version: u64) -> Result<(), String> {
        let last = std::mem::replace(&mut self.last[document], version);
        self.seen.changes += u64::from(last != version);
        let written = self.versions.written();
        if last <= version && version <= written {
            return Ok(());
        }
        Err(format!(
            "{target}: version {version} after {last}, while {written} was the newest"
        ))
    }

    async fn get<T: serde::de::DeserializeOwned>(&mut self, target: &str) -> Result<T, String> {
        self.seen.requests += 1;
        let (status, body) = get(self.server, target).await?;
        if status != 200 {
            return Err(format!(
                "{target}: {status} {}",
                String::from_utf8_lossy(&body)
            ));
        }
        serde_json::from_slice(&body).map_err(|error| format!("{target}: {error}"))
    }
}

/// The version of a document that is served now.
pub(crate) async fn version(server: SocketAddr, target: &str) -> Option<u64> {
    let (_, body) = get(server, target).await.ok()?;
    serde_json::from_slice(&body)
        .ok()
        .map(|document: Document| document.x_version)
}

/// The version of the map that is served now.
pub(crate) async fn map_version(server: SocketAddr) -> Option<u64> {
    let (_, body) = get(server, MAP).await.ok()?;
    version_of_map(&String::from_utf8_lossy(&body))
}

async fn get(server: SocketAddr, target: &str) -> Result<(u16, Bytes), String> {
    let request = Request::get(target)
        .header(header::HOST, "utility.example")
        .body(Bytes::new())
        .map_err(|error| format!("{target}: {error}"))?;
    let received = wire::send(server, request).await;
    let received = received.map_err(|error| format!("{target}: {error:#}"))?;
    Ok((received.status.as_u16(), received.body))
}

impl Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, seen| {
            sum.requests += seen.requests;
            sum.crawls += seen.crawls;
            sum.changes += seen.changes;
            sum.violations.extend(seen.violations);
            sum
        })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests in {} crawls, {} changes of version, {} violations",
            self.requests,
            self.crawls,
            self.changes,
            self.violations.len()
        )
    }
}
