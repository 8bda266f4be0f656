//! An entry as a line.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::SystemTime;

use http::{StatusCode, Version};

use super::Entry;
use crate::metrics::Source;

/// A way to write names and values in a line.
pub(super) trait Line: Default {
    /// A value as it is: a number, or words that have nothing to escape.
    fn plain(&mut self, name: &str, value: &str);

    /// A number.
    fn number(&mut self, name: &str, value: &str) {
        self.plain(name, value);
    }

    /// A value that someone else has written.
    fn foreign(&mut self, name: &str, value: &str);

    /// The line, with its end.
    fn finish(self) -> String;
}

/// `{"name":"value"}`
#[derive(Debug, Default)]
pub(super) struct Json(String);

/// `name=value other="two words"`
#[derive(Debug, Default)]
pub(super) struct Text(String);

/// More of a path or query than this says no more, and a line is to stay short enough for whoever
/// collects it.
const LONGEST: usize = 2048;

impl Entry<'_> {
    pub(super) fn line<L: Line>(&self, with_query: bool) -> String {
        let mut line = L::default();
        let now = SystemTime::now();
        let begun = now.checked_sub(self.duration).unwrap_or(now);
        line.plain("time", &humantime::format_rfc3339_millis(begun).to_string());
        if let Some(id) = self.request_id {
            line.foreign("request_id", id);
        }
        if let Some(id) = self.trace_id {
            line.plain("trace_id", id);
        }
        if let Some(client) = self.client {
            line.plain("client_ip", &client.to_string());
        }
        line.foreign("method", self.method.as_str());
        if let Some(host) = self.host {
            line.foreign("host", &String::from_utf8_lossy(host));
        }
        line.foreign("path", self.path);
        if let Some(query) = self.query.filter(|_| with_query) {
            line.foreign("query", query);
        }
        line.plain("protocol", protocol(self.version));
        if let Some(status) = self.status {
            line.number("status", status.as_str());
        }
        line.number("bytes", &self.bytes.to_string());
        line.number("seconds", &format!("{:.6}", self.duration.as_secs_f64()));
        line.plain("source", self.source.as_str());
        if let Some(upstream) = self.upstream {
            line.plain("upstream", &upstream.to_string());
        }
        if let Some(by) = self.broken_by {
            line.plain("broken_by", by.as_str());
        }
        line.finish()
    }
}

/// The line of what no request could be read from.
pub(super) fn refused<L: Line>(client: Option<IpAddr>, status: Option<StatusCode>) -> String {
    let mut line = L::default();
    let now = humantime::format_rfc3339_millis(SystemTime::now());
    line.plain("time", &now.to_string());
    if let Some(client) = client {
        line.plain("client_ip", &client.to_string());
    }
    if let Some(status) = status {
        line.number("status", status.as_str());
    }
    line.plain("source", Source::Proxy.as_str());
    line.finish()
}

impl Line for Json {
    fn plain(&mut self, name: &str, value: &str) {
        self.number(name, &format!("\"{value}\""));
    }

    fn number(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // Writing to a string can't fail.
        let _ = write!(self.0, "\"{name}\":{value}");
    }

    fn foreign(&mut self, name: &str, value: &str) {
        self.number(name, &quoted(value));
    }

    fn finish(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

impl Line for Text {
    fn plain(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        let _ = write!(self.0, "{name}={value}");
    }

    fn foreign(&mut self, name: &str, value: &str) {
        let stands_alone = |byte: u8| byte.is_ascii_graphic() && !b"\"\\=".contains(&byte);
        if (1..=LONGEST).contains(&value.len()) && value.bytes().all(stands_alone) {
            self.plain(name, value);
        } else {
            self.plain(name, &quoted(value));
        }
    }

    fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }
}

/// A JSON string (RFC 8259 §7) in visible ASCII and spaces alone: nothing in it can end a line,
/// or command a terminal that shows the log.
fn quoted(text: &str) -> String {
    // The last cut that is between two characters, of which none is longer than four bytes.
    let cut = (LONGEST - 3..=LONGEST).rev();
    let cut = cut.filter_map(|end| text.get(..end)).next();
    let cut = cut.filter(|cut| cut.len() < text.len()).unwrap_or(text);
    let mut quoted = String::with_capacity(cut.len() + 2);
    quoted.push('"');
    for character in cut.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    if cut.len() < text.len() {
        quoted.push_str("...");
    }
    quoted.push('"');
    quoted
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use super::*;

    fn entry<'a>() -> Entry<'a> {
        Entry {
            request_id: Some("7f"),
            trace_id: None,
            client: Some([192, 0, 2, 7].into()),
            method: &Method::GET,
            host: Some(b"portal.example"),
            path: "/outages",
            query: Some("zip=1 2"),
            version: Version::HTTP_11,
            status: Some(StatusCode::OK),
            bytes: 512,
            duration: Duration::from_micros(1500),
            source: Source::Upstream,
            upstream: Some(([127, 0, 0, 1], 3000).into()),
            broken_by: None,
        }
    }

    /// What follows the time.
    fn after_time(line: &str) -> &str {
        line.split_once("request_id").unwrap().1
    }

    #[test]
    fn a_line_says_what_happened() {
        assert_eq!(
            after_time(&entry().line::<Json>(false)),
            "\":\"7f\",\"client_ip\":\"192.0.2.7\",\"method\":\"GET\",\
             \"host\":\"portal.example\",\"path\":\"/outages\",\"protocol\":\"HTTP/1.1\",\
             \"status\":200,\"bytes\":512,\"seconds\":0.001500,\"source\":\"upstream\",\
             \"upstream\":\"127.0.0.1:3000\"}\n"
        );
        assert_eq!(
            after_time(&entry().line::<Text>(true)),
            "=7f client_ip=192.0.2.7 method=GET host=portal.example path=/outages \
             query=\"zip=1 2\" protocol=HTTP/1.1 status=200 bytes=512 seconds=0.001500 \
             source=upstream upstream=127.0.0.1:3000\n"
        );
    }

    #[test]
    fn what_a_client_writes_can_forge_no_line() {
        let evil = "/\n\u{1b}[2J\u{9b}\u{7f}\u{202e}\" a=b\\\u{1f600}\0";
        let entry = Entry {
            path: evil,
            host: Some(b"\xff\r\nstatus=200"),
            ..entry()
        };
        for line in [entry.line::<Json>(false), entry.line::<Text>(false)] {
            let (line, end) = line.split_at(line.len() - 1);
            assert_eq!(end, "\n");
            assert!(
                line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{line}"
            );
        }
        let read: serde_json::Value = serde_json::from_str(&entry.line::<Json>(false)).unwrap();
        assert_eq!(read["path"], evil);
        assert_eq!(read["host"], "\u{fffd}\r\nstatus=200");
    }

    #[test]
    fn long_values_are_cut() {
        let path = "/\u{20ac}".repeat(2000);
        let entry = Entry {
            path: &path,
            ..entry()
        };
        let read: serde_json::Value = serde_json::from_str(&entry.line::<Json>(false)).unwrap();
        let logged = read["path"].as_str().unwrap();
        assert!(logged.len() <= LONGEST + 3 && logged.ends_with("..."));
    }
}
