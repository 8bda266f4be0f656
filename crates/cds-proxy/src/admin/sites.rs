//! `/sites`: what is served, and what is wrong with what isn't.

use std::time::SystemTime;

use cds_live::{State, Status};
use cds_site::{Finding, Severity};
use serde::Serialize;

use super::NamedSite;

/// The answer of `/sites`.
#[derive(Debug, Serialize)]
pub(super) struct Overview {
    good: usize,
    failing: usize,
    sites: Vec<SiteStatus>,
}

#[derive(Debug, Serialize)]
struct SiteStatus {
    name: String,
    state: &'static str,
    /// Of what is served; null while nothing is.
    etag: Option<String>,
    /// When what is served was taken up (RFC 3339); null while nothing is.
    loaded: Option<String>,
    generation: u64,
    watching: &'static str,
    last_try: LastTry,
    findings: Vec<JsonFinding>,
}

#[derive(Debug, Serialize)]
struct LastTry {
    at: String,
    result: &'static str,
    seconds: f64,
}

/// A finding in the shape of `check --format json`.
#[derive(Debug, Serialize)]
struct JsonFinding {
    rule: &'static str,
    severity: Severity,
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    pointer: Option<String>,
    message: String,
    help: Option<String>,
    spec: &'static str,
}

pub(super) fn overview(sites: &[NamedSite]) -> Overview {
    let sites: Vec<(State, SiteStatus)> = sites.iter().map(describe).collect();
    let count = |wanted| sites.iter().filter(|(state, _)| *state == wanted).count();
    Overview {
        good: count(State::Good),
        failing: count(State::Failing),
        sites: sites.into_iter().map(|(_, site)| site).collect(),
    }
}

fn describe(named: &NamedSite) -> (State, SiteStatus) {
    let Status {
        state,
        generation,
        loaded_at,
        last_reload,
        watching,
    } = named.site.status();
    let etag = loaded_at
        .is_some()
        .then(|| named.site.site().etag().to_owned());
    let site = SiteStatus {
        name: named.name.clone(),
        state: match state {
            State::Good => "good",
            State::Failing => "failing",
        },
        etag,
        loaded: loaded_at.map(rfc3339),
        generation,
        watching: watching.as_str(),
        last_try: LastTry {
            at: rfc3339(last_reload.at),
            result: last_reload.outcome.as_str(),
            seconds: last_reload.duration.as_secs_f64(),
        },
        findings: last_reload
            .report
            .findings()
            .iter()
            .map(JsonFinding::from)
            .collect(),
    };
    (state, site)
}

impl From<&Finding> for JsonFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.slug,
            severity: finding.severity,
            file: finding.file.clone(),
            line: finding.place.as_ref().map(|place| place.line),
            column: finding.place.as_ref().map(|place| place.column),
            pointer: finding.pointer.as_ref().map(ToString::to_string),
            message: finding.message.clone(),
            help: finding.help.clone(),
            spec: finding.rule.section,
        }
    }
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
