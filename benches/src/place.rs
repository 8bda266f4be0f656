//! The site, the portal, and the answers that the peers give from memory: the same as ours.

use std::fs;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

use crate::case::{Case, request};
use crate::load::Head;
use crate::program::{Program, Running};

const METADATA: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility that can be used for testing and demonstration purposes.",
  "website": "https://demoutility.com/data-access",
  "documentation": "https://demoutility.com/data-access/docs",
  "support": "https://demoutility.com/contact-us?type=developers",
  "capabilities": ["coverage"],
  "coverage": "https://demoutility.com/cds-coverage.json",
  "x_about": "ABOUT"
}
"#;

/// Entries on one page, about 700 bytes each.
const ENTRIES: usize = 1_500;

/// What all servers have in common.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) cds_proxy: PathBuf,
    /// Where the portal listens.
    pub(crate) portal: SocketAddr,
    pub(crate) well_known: Answer,
    pub(crate) listing: Answer,
    /// Ends with this.
    _portal: Running,
}

/// An answer of ours, which peers give, too.
pub(crate) struct Answer {
    pub(crate) etag: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Place {
    /// Writes the site, starts the portal and asks ours for what the peers are to answer.
    pub(crate) fn prepare(cds_proxy: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        fs::create_dir(&site)?;
        fs::write(
            site.join("cds-server-metadata.json"),
            METADATA.replace("ABOUT", &"x".repeat(300)),
        )?;
        fs::write(site.join("cds-coverage.json"), listing())?;
        fs::write(site.join("site.toml"), "page_size = 10000\n")?;
        let portal = Running::start(&Program::portal()?)?;
        let cds_proxy = cds_proxy.canonicalize().with_context(|| {
            format!(
                "{} is missing: `cargo build --release -p cds-proxy` makes it",
                cds_proxy.display()
            )
        })?;
        let mut place = Self {
            folder,
            cds_proxy,
            portal: portal.address(),
            well_known: Answer::none(),
            listing: Answer::none(),
            _portal: portal,
        };
        let ours = Running::start(&Program::cds_proxy(&place))?;
        place.well_known = answer(ours.address(), Case::WellKnown, None)?;
        place.listing = answer(ours.address(), Case::Gzip, Some("gzip"))?;
        drop(ours);
        fs::write(place.answers().join("well-known"), &place.well_known.body)?;
        fs::write(place.answers().join("listing.gz"), &place.listing.body)?;
        Ok(place)
    }

    pub(crate) fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// The folder of the answers' files, and of whatever a server wants to write.
    pub(crate) fn answers(&self) -> &Path {
        self.folder.path()
    }
}

impl Answer {
    const fn none() -> Self {
        Self {
            etag: None,
            body: Vec::new(),
        }
    }
}

/// Asks a server and keeps what it says.
fn answer(address: SocketAddr, case: Case, coding: Option<&str>) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    let mut request = request(case.path(), None, coding);
    let blank = request.len() - 2;
    request.splice(blank..blank, *b"Connection: close\r\n");
    stream.write_all(&request)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received)?;
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.context("an answer without an end of its head")? + 4;
    let body = received.split_off(end);
    let head = Head::parse(&received)?;
    anyhow::ensure!(head.status == 200, "{case}: answered with {}", head.status);
    let etag = head
        .fields
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("etag"));
    Ok(Answer {
        etag: etag.map(|(_, etag)| (*etag).to_owned()),
        body,
    })
}

fn listing() -> String {
    let entries: Vec<_> = (0..ENTRIES).map(entry).collect();
    format!(
        r#"{{ "coverage_entries": [{}], "next": null, "previous": null }}"#,
        entries.join(",\n")
    )
}

fn entry(number: usize) -> String {
    format!(
        r#"{{
      "id": "utility-{number}",
      "created": "2022-01-{day:02}T05:30:16Z",
      "updated": "2024-02-{day:02}T04:46:24Z",
      "entity_name": "Utility Number {number}",
      "entity_abbreviation": "U{number}",
      "country": "US",
      "name": "Service territory {number}",
      "description": "The territory in which utility number {number} delivers electricity.",
      "type": "geographic",
      "role": "aggregator",
      "infrastructure_types": ["distribution_utility", "metering_provider", "supplier"],
      "commodity_types": ["electricity"],
      "capabilities": [],
      "geojson_resource": "https://static.example.org/territories/{number}.json"
    }}"#,
        day = number % 28 + 1,
    )
}
