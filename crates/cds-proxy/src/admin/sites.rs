//! `/sites`: what is served, and what is wrong with what isn't.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use cds_live::{State, Status};
use cds_site::Report;
use serde::{Serialize, Serializer};

use crate::published::Published;
use crate::report::{self, Results};

/// The answer of `/sites`.
#[derive(Debug, Serialize)]
pub(super) struct Overview {
    good: usize,
    failing: usize,
    /// What is wrong with the directory that the sites are in; not there if nothing is.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_rows")]
    directory: Option<Results>,
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
    /// Whether what is served is of before the start, because the files have errors.
    restored: bool,
    /// Why what is served can't be kept in the state directory; not there if it can, or isn't to.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_kept: Option<String>,
    /// Whether what is served answers that it is being worked on.
    maintenance: bool,
    /// The first of the files that go on changing and keep an edit from being taken up; not there
    /// if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changing: Vec<String>,
    watching: &'static str,
    /// Why files are polled although nobody asked for it; not there if they aren't.
    #[serde(skip_serializing_if = "Option::is_none")]
    watching_why: Option<String>,
    last_try: LastTry,
    /// In the shape of `check --format json`.
    #[serde(serialize_with = "rows")]
    findings: Results,
}

#[derive(Debug, Serialize)]
struct LastTry {
    at: String,
    result: &'static str,
    seconds: f64,
}

pub(super) fn overview(published: Option<&Published>) -> Overview {
    let statuses = published.map(Published::statuses).unwrap_or_default();
    let count = |wanted| {
        let states = statuses.iter().map(|(_, status)| status.state);
        states.filter(|state| *state == wanted).count()
    };
    let directory = published.map(Published::directory);
    let directory = directory.filter(|report| !report.is_empty());
    Overview {
        good: count(State::Good),
        failing: count(State::Failing),
        directory: directory.map(|report| results(&report)),
        sites: statuses.into_iter().map(describe).collect(),
    }
}

fn describe((name, status): (Arc<str>, Status)) -> SiteStatus {
    let Status {
        state,
        generation,
        loaded_at,
        etag,
        is_restored,
        not_kept,
        in_maintenance,
        last_reload,
        changing,
        watching,
        ..
    } = status;
    SiteStatus {
        name: name.to_string(),
        state: match state {
            State::Good => "good",
            _ => "failing",
        },
        etag: etag.as_deref().map(str::to_owned),
        loaded: loaded_at.map(rfc3339),
        generation,
        restored: is_restored,
        not_kept: not_kept.as_deref().map(str::to_owned),
        maintenance: in_maintenance,
        changing: changing.to_vec(),
        watching: watching.as_str(),
        watching_why: watching.why().map(str::to_owned),
        last_try: LastTry {
            at: rfc3339(last_reload.at),
            result: last_reload.outcome.as_str(),
            seconds: last_reload.duration.as_secs_f64(),
        },
        findings: results(&last_reload.report),
    }
}

/// Paths inside the site directory.
pub(super) fn results(report: &Report) -> Results {
    let mut results = Results::new();
    results.add_site(Path::new(""), [], report);
    results
}

pub(super) fn rows<S: Serializer>(results: &Results, serializer: S) -> Result<S::Ok, S::Error> {
    report::rows(results).serialize(serializer)
}

fn some_rows<S: Serializer>(results: &Option<Results>, serializer: S) -> Result<S::Ok, S::Error> {
    results.as_ref().map(report::rows).serialize(serializer)
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
