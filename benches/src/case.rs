//! What is asked for.

use std::fmt::{self, Write as _};
use std::net::SocketAddr;

use clap::ValueEnum;

use crate::load::Target;
use crate::place::Place;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// The metadata object, about 1 KB.
    WellKnown,
    /// The same, by a Client that has it: 304.
    Conditional,
    /// A coverage listing of about 1 MB, in gzip.
    Gzip,
    /// 1 KB of the portal.
    Pass1k,
    /// 100 KB of the portal.
    Pass100k,
}

impl Case {
    pub(crate) const ALL: [Self; 5] = [
        Self::WellKnown,
        Self::Conditional,
        Self::Gzip,
        Self::Pass1k,
        Self::Pass100k,
    ];

    /// Whether the answer is the portal's.
    pub(crate) const fn is_passed_on(self) -> bool {
        matches!(self, Self::Pass1k | Self::Pass100k)
    }

    /// The server that the others are compared with.
    pub(crate) const fn baseline(self) -> &'static str {
        if self.is_passed_on() {
            "pingora"
        } else {
            "hyper"
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::WellKnown | Self::Conditional => "/.well-known/cds-server-metadata.json",
            Self::Gzip => "/cds-coverage.json",
            Self::Pass1k => "/1k",
            Self::Pass100k => "/100k",
        }
    }

    /// The request and the answer that it must get, from a server at this address.
    pub(crate) fn target(self, place: &Place, address: SocketAddr) -> Target {
        let etag = place.well_known.etag.as_deref();
        let etag = etag.filter(|_| self == Self::Conditional);
        let coding = (self == Self::Gzip).then_some("gzip");
        let body = match self {
            Self::WellKnown => place.well_known.body.len(),
            Self::Conditional => 0,
            Self::Gzip => place.listing.body.len(),
            Self::Pass1k => 1 << 10,
            Self::Pass100k => 100 << 10,
        };
        Target {
            address,
            request: request(self.path(), etag, coding),
            status: if etag.is_some() { 304 } else { 200 },
            body,
        }
    }
}

/// A request as browsers send it, the fields that matter here among them.
pub(crate) fn request(path: &str, etag: Option<&str>, coding: Option<&str>) -> Vec<u8> {
    let mut head = format!(
        "GET {path} HTTP/1.1\r\nHost: demoutility.com\r\nUser-Agent: benches\r\nAccept: */*\r\n"
    );
    let fields = [("If-None-Match", etag), ("Accept-Encoding", coding)];
    for (name, value) in fields {
        if let Some(value) = value {
            // Writing to a string can't fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    head.push_str("\r\n");
    head.into_bytes()
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WellKnown => "the metadata object, 1 KB",
            Self::Conditional => "the metadata object, 304",
            Self::Gzip => "the coverage listing, 1 MB in gzip",
            Self::Pass1k => "passed on, 1 KB",
            Self::Pass100k => "passed on, 100 KB",
        })
    }
}
