//! `site.toml`: what staff may set.

use std::time::Duration;

use cds_metadata::{Finding, Place, Report};
use serde::{Deserialize, Deserializer};

use crate::rules::settings_invalid::SETTINGS_INVALID;
use crate::source::Sources;

/// The file of the settings.
const SETTINGS_FILE: &str = "site.toml";

/// The settings of a site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// How long Clients and caches may keep an answer.
    #[serde(deserialize_with = "duration")]
    pub(crate) max_age: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            // Clients cache for minutes anyway. A mistake is gone from their caches as soon, and
            // one request in five minutes is nothing to a Server.
            max_age: Duration::from_secs(5 * 60),
        }
    }
}

impl Settings {
    /// The settings in `site.toml`; those that are not written, and all if the file is faulty,
    /// have their defaults.
    pub(crate) fn read(sources: &Sources, report: &mut Report) -> Self {
        let Some(source) = sources.get(SETTINGS_FILE) else {
            return Self::default();
        };
        let content = String::from_utf8_lossy(&source.bytes);
        toml::from_str(&content).unwrap_or_else(|error| {
            report.push(finding(&content, &error));
            Self::default()
        })
    }
}

fn finding(content: &str, error: &toml::de::Error) -> Finding {
    Finding {
        rule: &SETTINGS_INVALID,
        severity: SETTINGS_INVALID.severity,
        file: SETTINGS_FILE.to_owned(),
        place: error.span().map(|span| Place::of(content, span)),
        pointer: None,
        message: error.message().to_owned(),
        help: Some(
            "the settings are listed in the guide; values are written as in TOML".to_owned(),
        ),
    }
}

/// A duration such as `5m` or `1h 30m`, in whole seconds.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|error| {
        serde::de::Error::custom(format_args!(
            "`{text}` is no duration such as `5m`: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::source::Source;

    fn read(toml: &'static str) -> (Settings, Report) {
        let modified = SystemTime::UNIX_EPOCH;
        let source = Source {
            path: SETTINGS_FILE.into(),
            bytes: toml.into(),
            modified,
        };
        let mut report = Report::new();
        let settings = Settings::read(&Sources::from_iter([source]), &mut report);
        (settings, report)
    }

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(
            read("max_age = \"1h 30m\"").0.max_age,
            Duration::from_secs(5_400)
        );
        assert_eq!(read("").0, Settings::default());
    }

    #[test]
    fn faults_are_told_with_their_place() {
        for (toml, line, column) in [
            ("# ours\nmax_agee = \"5m\"", 2, 1),
            ("max_age = 5", 1, 11),
            ("max_age = \"soon\"", 1, 11),
            ("max_age = ", 1, 11),
        ] {
            let (settings, report) = read(toml);
            assert_eq!(settings, Settings::default());
            let finding = &report.findings()[0];
            assert_eq!(finding.rule, &SETTINGS_INVALID);
            let place = finding.place.as_ref().unwrap();
            assert_eq!((place.line, place.column), (line, column), "{finding}");
        }
    }
}
