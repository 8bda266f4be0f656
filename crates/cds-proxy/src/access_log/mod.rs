//! A line for each request, on the standard output.
//!
//! Whoever answers a request never waits for who reads the log: lines are handed to a thread, and
//! beyond a limit they are dropped and counted.

mod line;
mod writer;

use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd as _;
use std::time::Duration;

use http::{Method, StatusCode, Version};

use self::line::{Json, Line, Text};
use self::writer::Writer;
use crate::config::{AccessLogSettings, LogFormat};
use crate::metrics::{BrokenBy, Metrics, Source};

/// The log of requests.
#[derive(Debug)]
pub struct AccessLog {
    settings: AccessLogSettings,
    writer: Writer,
}

/// A request that has been answered, or not.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The name of the request.
    pub request_id: Option<&'a str>,
    /// The trace that it belongs to (W3C Trace Context §3.2.2.3).
    pub trace_id: Option<&'a str>,
    /// Whom it comes from.
    pub client: Option<IpAddr>,
    /// Method.
    pub method: &'a Method,
    /// `Host`, as the client wrote it.
    pub host: Option<&'a [u8]>,
    /// Path, without the query.
    pub path: &'a str,
    /// Query.
    pub query: Option<&'a str>,
    /// The version that the client speaks.
    pub version: Version,
    /// Status of the answer; `None` if the client left without one.
    pub status: Option<StatusCode>,
    /// Bytes of the answer's body that were sent.
    pub bytes: usize,
    /// From the end of the request's head to that of the answer.
    pub duration: Duration,
    /// Who answered.
    pub source: Source,
    /// The upstream that was asked last.
    pub upstream: Option<SocketAddr>,
    /// On whose side it broke off; `None` where the whole answer was sent.
    pub broken_by: Option<BrokenBy>,
}

impl AccessLog {
    /// Begins to log on the standard output, if the settings say so.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn start(settings: &AccessLogSettings, metrics: &Metrics) -> io::Result<Option<Self>> {
        if settings.format == LogFormat::Off {
            return Ok(None);
        }
        // Not Rust's own stream, which has a lock and a buffer of its own.
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Some(Self {
            settings: settings.clone(),
            writer: Writer::start(stdout, metrics.dropped_lines())?,
        }))
    }

    /// Logs a request, unless the settings leave it out.
    pub fn note(&self, entry: &Entry<'_>) {
        if !self.settings.want(entry.source, entry.path) {
            return;
        }
        self.writer.write(&match self.settings.format {
            LogFormat::Json => self.line::<Json>(entry),
            LogFormat::Text | LogFormat::Off => self.line::<Text>(entry),
        });
    }

    /// Logs what was refused because no request could be read from it, with the status that was
    /// answered, if any was.
    pub fn note_refused(&self, client: Option<IpAddr>, status: Option<StatusCode>) {
        if !self.settings.sources.contains(&Source::Proxy) {
            return;
        }
        self.writer.write(&match self.settings.format {
            LogFormat::Json => line::refused::<Json>(client, status),
            LogFormat::Text | LogFormat::Off => line::refused::<Text>(client, status),
        });
    }

    /// Waits until all is written, or no longer.
    pub fn flush(&self, limit: Duration) {
        self.writer.flush(limit);
    }

    fn line<L: Line>(&self, entry: &Entry<'_>) -> String {
        entry.line::<L>(self.settings.queries)
    }
}

impl AccessLogSettings {
    fn want(&self, source: Source, path: &str) -> bool {
        self.sources.contains(&source) && !self.except.iter().any(|above| above.covers(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_sources_can_be_left_out() {
        let settings = AccessLogSettings {
            format: LogFormat::Json,
            queries: false,
            except: ["/healthz", "/static/"]
                .map(|path| path.parse().unwrap())
                .into(),
            sources: vec![Source::Site, Source::Proxy],
        };
        assert!(!settings.want(Source::Site, "/healthz/db"));
        assert!(settings.want(Source::Site, "/"));
        assert!(!settings.want(Source::Upstream, "/"));
    }
}
