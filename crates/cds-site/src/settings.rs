//! `site.toml`: what staff may set.

mod faults;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use cds_metadata::{Datetime, Finding, Level, Place, Report, Severities, Timestamp};
use http::HeaderValue;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use self::faults::Fault;
use crate::alias::Alias;
use crate::host;
use crate::location::WELL_KNOWN;
use crate::maintenance::{Maintenance, Misunderstood};
use crate::moved::Moved;
use crate::path::normalise;
use crate::rules;
use crate::rules::SETTINGS_INVALID;
use crate::rules::moved_too_long_ago;
#[cfg(feature = "schema")]
use crate::schema;
use crate::source::Sources;

/// The file of the settings.
pub(crate) const SETTINGS_FILE: &str = "site.toml";

/// The settings of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Hosts besides those of the documents' URLs.
    pub(crate) hosts: Vec<Alias>,
    /// How long Clients and caches may keep an answer.
    pub(crate) max_age: Duration,
    /// How many entries a page of the coverage listing has.
    pub(crate) page_size: NonZeroUsize,
    /// Where the site has moved to.
    pub(crate) moved: Option<Moved>,
    /// Where `moved_to` stands in `site.toml`.
    pub(crate) moved_to: Option<Place>,
    /// Paths that the metadata object had before.
    pub(crate) former_paths: Vec<String>,
    /// What the site is undergoing now, if anything.
    pub(crate) maintenance: Option<Maintenance>,
    pub(crate) severities: Severities,
}

/// What staff may set for a site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Settings of a site", transform = schema::mend_defaults)
)]
pub(crate) struct Written {
    /// Hosts that the site answers on besides those of its documents' URLs, where it is one of
    /// many.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::hosts"))]
    hosts: Vec<Spanned<String>>,
    /// How long Clients and caches may keep an answer; five minutes unless set.
    #[serde(deserialize_with = "duration")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::duration"))]
    max_age: Duration,
    /// How many entries a page of the coverage listing has, at most 10000; 200 unless set.
    #[serde(deserialize_with = "page_size")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::page_size"))]
    page_size: NonZeroUsize,
    /// The metadata object's new URL, when the Server has moved to another domain.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::url"))]
    moved_to: Option<Spanned<String>>,
    /// How the Server has moved: for good (301) or for a while (302).
    moved: How,
    /// The day on which the Server moved.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::date"))]
    since: Option<Spanned<toml::value::Datetime>>,
    /// Paths that the metadata object had before; they redirect to where it is now.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::paths"))]
    former_paths: Vec<Spanned<String>>,
    /// Whether the site is being worked on, or until when: its documents answer 503 meanwhile.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::maintenance"))]
    maintenance: Option<Spanned<toml::Value>>,
    /// How much rules matter, where it isn't as much as usual.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::severities"))]
    rules: BTreeMap<Spanned<String>, Level>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(inline)
)]
enum How {
    #[default]
    Permanent,
    Temporary,
}

#[cfg(feature = "schema")]
impl Written {
    /// The length of time that `max_age` is unless it is set, as it is written.
    pub(crate) fn default_max_age() -> String {
        humantime::format_duration(Self::default().max_age).to_string()
    }
}

impl Default for Written {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            // Clients cache for minutes anyway. A mistake is gone from their caches as soon, and
            // one request in five minutes is nothing to a Server.
            max_age: Duration::from_secs(5 * 60),
            page_size: PAGE_SIZE,
            moved_to: None,
            moved: How::Permanent,
            since: None,
            former_paths: Vec::new(),
            maintenance: None,
            rules: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// The settings in `site.toml`; those that are not written, and all if the file is faulty,
    /// have their defaults.
    pub(crate) fn read(sources: &Sources, now: SystemTime, report: &mut Report) -> Self {
        let bytes = sources.get(SETTINGS_FILE).map(|source| &source.bytes[..]);
        let bytes = bytes.unwrap_or_default();
        // TOML is UTF-8, all of it (TOML 1.0, "Preliminaries").
        let (content, is_whole) = match std::str::from_utf8(bytes) {
            Ok(content) => (content, true),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                (std::str::from_utf8(valid).unwrap_or_default(), false)
            }
        };
        let mut reader = Reader { content, report };
        let written = if is_whole {
            let (written, faults) = faults::read(content);
            for Fault {
                span,
                message,
                help,
            } in faults
            {
                reader.find(span, message, help);
            }
            written
        } else {
            reader.not_utf_8();
            Written::default()
        };
        reader.read(written, now)
    }
}

/// Makes settings of what is written, and findings of what can't be.
struct Reader<'r> {
    content: &'r str,
    report: &'r mut Report,
}

impl Reader<'_> {
    fn read(&mut self, written: Written, now: SystemTime) -> Settings {
        if let Some(since) = &written.since {
            self.check_since(since, now.into());
        }
        let moved_to = written.moved_to.as_ref();
        let location = moved_to.and_then(|url| self.url(url));
        let permanent = written.moved == How::Permanent;
        Settings {
            hosts: self.hosts(&written.hosts),
            max_age: written.max_age,
            page_size: written.page_size,
            moved: location.map(|location| Moved {
                location,
                permanent,
                max_age: written.max_age,
            }),
            moved_to: moved_to.map(|url| Place::of(self.content, url.span())),
            former_paths: written
                .former_paths
                .iter()
                .filter_map(|path| self.path(path))
                .collect(),
            maintenance: written
                .maintenance
                .and_then(|maintenance| self.maintenance(&maintenance))
                .filter(|maintenance| !maintenance.is_over(now)),
            severities: self.severities(&written.rules),
        }
    }

    /// The content ends where the file stops being UTF-8.
    fn not_utf_8(&mut self) {
        let end = self.content.len();
        let message = "the file is not in UTF-8 from here on".to_owned();
        let help = "save the file as UTF-8; it is probably in Windows-1252 or UTF-16";
        self.find(Some(end..end), message, help);
    }

    fn url(&mut self, url: &Spanned<String>) -> Option<HeaderValue> {
        let is_url = cds_metadata::Url::new(url.get_ref().as_str())
            .parts()
            .is_some();
        let value = HeaderValue::try_from(url.get_ref()).ok().filter(|_| is_url);
        if value.is_none() {
            self.find(
                Some(url.span()),
                format!("`{}` is not a complete URL", url.get_ref()),
                "write the metadata object's new URL, as in \
                 `https://example.org/.well-known/cds-server-metadata.json`",
            );
        }
        value
    }

    fn hosts(&mut self, written: &[Spanned<String>]) -> Vec<Alias> {
        let mut aliases: Vec<Alias> = Vec::new();
        for host in written {
            match host::parse(host.get_ref()) {
                Ok(parsed) if aliases.iter().any(|alias| *alias.host == *parsed) => {}
                Ok(parsed) => aliases.push(Alias {
                    host: parsed.into(),
                    place: Place::of(self.content, host.span()),
                }),
                Err(fault) => {
                    let message = format!("`{}` {}", host.get_ref(), fault.what);
                    let meant = fault.meant.as_deref().unwrap_or("www.demoutility.com");
                    let help = format!("write the name alone, as in `{meant}`");
                    self.find(Some(host.span()), message, help);
                }
            }
        }
        aliases
    }

    fn path(&mut self, path: &Spanned<String>) -> Option<String> {
        let is_path = path.get_ref().starts_with('/')
            && path.get_ref() != "/"
            && path
                .get_ref()
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        if !is_path {
            self.find(
                Some(path.span()),
                format!("`{}` is not the path of a document", path.get_ref()),
                "write a path, as in `/.well-known/carbon-data-spec.json`",
            );
            return None;
        }
        let path_now = normalise(path.get_ref()) == WELL_KNOWN;
        if path_now {
            let message = format!("`{}` is where the metadata object is now", path.get_ref());
            let help = "remove it: former paths are those that the object had before";
            self.find(Some(path.span()), message, help);
        }
        (!path_now).then(|| path.get_ref().clone())
    }

    fn maintenance(&mut self, written: &Spanned<toml::Value>) -> Option<Maintenance> {
        Maintenance::read(written.get_ref()).unwrap_or_else(|Misunderstood { message, help }| {
            self.find(Some(written.span()), message, help);
            None
        })
    }

    fn severities(&mut self, rules: &BTreeMap<Spanned<String>, Level>) -> Severities {
        let mut severities = Severities::new();
        for (slug, level) in rules {
            let Some(rule) = rules::find(slug.get_ref()) else {
                let meant = rules::nearest(slug.get_ref(), rules::all());
                let help = meant.map_or_else(
                    || "`cds-proxy rules` lists every rule".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                self.find(
                    Some(slug.span()),
                    format!("there is no rule `{}`", slug.get_ref()),
                    help,
                );
                continue;
            };
            if let Err(error) = severities.set(rule, *level) {
                self.find(Some(slug.span()), error.to_string(), "remove this line");
            }
        }
        severities
    }

    fn check_since(&mut self, since: &Spanned<toml::value::Datetime>, now: Timestamp) {
        let Some(date) = since.get_ref().date else {
            let help = "write a date, as in `since = 2026-01-31`";
            self.find(Some(since.span()), "`since` has no date".to_owned(), help);
            return;
        };
        let moved = Datetime::parse(format!("{date}T00:00:00Z"));
        // With a leap day, so that nobody is told before three years are over.
        let three_years = (3 * 365 + 1) * 24 * 60 * 60;
        if moved.is_ok_and(|moved| moved.timestamp().seconds + three_years < now.seconds) {
            let place = Place::of(self.content, since.span());
            let finding = moved_too_long_ago::find(SETTINGS_FILE, &date.to_string(), place);
            self.report.push(finding);
        }
    }

    fn find(&mut self, span: Option<Range<usize>>, message: String, help: impl Into<String>) {
        let place = span.map(|span| Place::of(self.content, span));
        let finding = Finding::new(&SETTINGS_INVALID, SETTINGS_FILE, message);
        self.report.push(finding.place(place).help(help));
    }
}

/// Every setting by its name, and as it could be written.
const EXAMPLES: [(&str, &str); 9] = [
    (
        "former_paths",
        "former_paths = [\"/.well-known/carbon-data-spec.json\"]",
    ),
    ("hosts", "hosts = [\"www.demoutility.com\"]"),
    ("maintenance", "maintenance = 2026-01-31T12:00:00Z"),
    ("max_age", "max_age = \"5m\""),
    ("moved", "moved = \"temporary\""),
    (
        "moved_to",
        "moved_to = \"https://example.org/.well-known/cds-server-metadata.json\"",
    ),
    ("page_size", "page_size = 200"),
    ("rules", "rules.not-https = \"off\""),
    ("since", "since = 2026-01-31"),
];

/// Some 140 KB of a usual listing: a small utility is one page, and a crawler of a large one makes
/// no thousands of requests.
pub(crate) const PAGE_SIZE: NonZeroUsize = match NonZeroUsize::new(200) {
    Some(size) => size,
    None => NonZeroUsize::MIN,
};

/// Clients hold a page in memory, and it is compressed while the first of them waits.
pub(crate) const LARGEST_PAGE: usize = 10_000;

/// A number of entries.
fn page_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let size = usize::try_from(number)
        .ok()
        .filter(|size| *size <= LARGEST_PAGE);
    size.and_then(NonZeroUsize::new).ok_or_else(|| {
        let message =
            format_args!("{number} is no size of a page: write one from 1 to {LARGEST_PAGE}");
        serde::de::Error::custom(message)
    })
}

/// A duration such as `5m` or `1h 30m`, in whole seconds.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|_| {
        let message =
            format_args!("`{text}` is no duration: write one such as `30s`, `5m` or `1h`");
        serde::de::Error::custom(message)
    })
}

#[cfg(test)]
mod tests;
