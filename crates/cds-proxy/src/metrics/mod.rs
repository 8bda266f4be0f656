//! What is counted, in Prometheus' terms.

mod durations;
mod labels;
mod upstreams;

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cds_live::{Reload, Status};
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use self::durations::Durations;
pub use self::labels::{BrokenBy, Source, UpstreamError};
use self::labels::{Class, Method, ReloadResult, SiteState, WatchMode};
pub use self::upstreams::UpstreamSeries;
use self::upstreams::Upstreams;
use crate::config::UpstreamUrl;

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All counts of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Looked up without a lock: one per source, method and class, in this order.
    requests: Vec<Counter>,
    broken_off: Vec<Counter>,
    upstream_errors: Vec<Counter>,
    upstream_refusals: Counter,
    upstreams: Upstreams,
    reloads: Vec<Counter>,
    sites: Vec<Gauge>,
    watching: Vec<Gauge>,
    restored: Gauge,
    entries: Gauge,
    missed_reloads: Counter,
    last_success: Gauge<f64, AtomicU64>,
    dropped_lines: Counter,
    /// One per source, in this order.
    durations: Vec<Durations>,
    bytes: Vec<Counter>,
    connections: Gauge,
    tls_failures: Counter,
    proxy_protocol_failures: Counter,
    certificates: Family<FileLabel, Gauge<f64, AtomicU64>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    source: Source,
    method: Method,
    class: Class,
}

impl RequestLabels {
    /// All there are, in the order of their [index](Self::index).
    fn all() -> impl Iterator<Item = Self> {
        let methods = |source| Method::ALL.iter().map(move |method| (source, *method));
        let sources = Source::ALL.iter().copied();
        sources.flat_map(methods).flat_map(|(source, method)| {
            Class::ALL.iter().map(move |class| Self {
                source,
                method,
                class: *class,
            })
        })
    }

    const fn index(&self) -> usize {
        let kind = self.source as usize * Method::ALL.len() + self.method as usize;
        kind * Class::ALL.len() + self.class as usize
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabel {
    source: Source,
}

/// A request that is done with.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'r> {
    /// What it does.
    pub method: &'r http::Method,
    /// Who answered.
    pub source: Source,
    /// Status of the answer; `None` when there was none.
    pub status: Option<StatusCode>,
    /// Bytes of the answer's body that were sent.
    pub bytes: usize,
    /// From the end of the request's head to that of the answer.
    pub duration: Duration,
    /// On whose side it broke off; `None` where the whole answer was sent.
    pub broken_by: Option<BrokenBy>,
}

/// A connection of a client, counted while it is there.
#[derive(Debug)]
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByLabel {
    by: BrokenBy,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: UpstreamError,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: ReloadResult,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabel {
    file: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: SiteState,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModeLabel {
    mode: WatchMode,
}

impl Metrics {
    /// All counts at zero. Every series exists from the start, so that rates are right from the
    /// first event on.
    pub fn new() -> Self {
        let mut root = Registry::default();
        root.register(
            "process_start_time_seconds",
            "When the process started",
            timestamp(Some(SystemTime::now())),
        );
        let registry = root.sub_registry_with_prefix("cds_proxy");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", build);
        let by_source = || {
            Source::ALL
                .iter()
                .map(|source| SourceLabel { source: *source })
        };
        let kinds = UpstreamError::ALL
            .iter()
            .map(|kind| KindLabel { kind: *kind });
        let results = ReloadResult::ALL
            .iter()
            .map(|result| ResultLabel { result: *result });
        let states = SiteState::ALL
            .iter()
            .map(|state| StateLabel { state: *state });
        let modes = WatchMode::ALL.iter().map(|mode| ModeLabel { mode: *mode });
        Self {
            requests: register(
                registry,
                "requests",
                "Requests, by who answered (proxy: an error of its own), method and class of \
                 status (none: the client left without an answer)",
                RequestLabels::all(),
            ),
            broken_off: register(
                registry,
                "requests_broken_off",
                "Requests whose answer was not sent to its end, by whose side that was on",
                BrokenBy::ALL.iter().map(|by| ByLabel { by: *by }),
            ),
            upstream_errors: register(
                registry,
                "upstream_errors",
                "Requests that the upstream failed to answer, by kind",
                kinds,
            ),
            upstream_refusals: single(
                registry,
                "upstream_requests_refused",
                "Requests for the upstream that were answered 503 because this machine has no \
                 room, file, port or memory for another",
            ),
            upstreams: Upstreams::new(registry),
            reloads: register(
                registry,
                "reloads",
                "Times the site was read again, by result (kept: there were errors, so what was \
                 served before still is; resumed: a maintenance ended)",
                results,
            ),
            sites: register(
                registry,
                "sites",
                "Sites, by whether what their files say is what is served",
                states,
            ),
            restored: single(
                registry,
                "sites_restored",
                "Sites that are served as they were before the start, because their \
                 files have errors",
            ),
            watching: register(
                registry,
                "sites_watching",
                "Sites, by how changes of their files are noticed (ended: not any more)",
                modes,
            ),
            entries: single(registry, "entries", "Coverage entries that are served"),
            missed_reloads: single(
                registry,
                "reloads_missed",
                "Times that a site was read again and nobody could count how it ended, \
                 because very many were at once",
            ),
            last_success: single(
                registry,
                "last_success_timestamp_seconds",
                "When the files were last found to be good, of the site for which that \
                 is the longest ago; 0 if those of none were",
            ),
            durations: register(
                registry,
                "request_duration_seconds",
                "Time from the end of a request's head to the end of its answer, by who answered",
                by_source(),
            ),
            bytes: register(
                registry,
                "response_body_bytes",
                "Bytes of answers' bodies that were sent, by who answered",
                by_source(),
            ),
            connections: single(
                registry,
                "connections",
                "Connections of clients that are open",
            ),
            tls_failures: single(
                registry,
                "tls_handshake_failures",
                "TLS handshakes with clients that failed or took too long",
            ),
            proxy_protocol_failures: single(
                registry,
                "proxy_protocol_failures",
                "Connections of load balancers without a PROXY protocol header that can be \
                 read, or none in time",
            ),
            certificates: single(
                registry,
                "certificate_not_after_timestamp_seconds",
                "When a certificate ends that clients or upstreams are shown, by its file",
            ),
            dropped_lines: single(
                registry,
                "access_log_dropped_lines",
                "Lines of the access log that could not be written in time or at all",
            ),
            registry: root,
        }
    }

    /// Counts a request that is done with.
    pub fn count_answered(&self, answered: Answered<'_>) {
        let Answered {
            method,
            source,
            status,
            bytes,
            duration,
            broken_by,
        } = answered;
        self.count_request(source, Some(method), status);
        if let Some(by) = broken_by {
            increment(&self.broken_off, by as usize);
        }
        if let Some(durations) = self.durations.get(source as usize) {
            durations.observe(duration);
        }
        if let Some(counter) = self.bytes.get(source as usize) {
            counter.inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }

    /// Counts a request that the parser refused, with the status that it answered, or cut off
    /// without one.
    pub fn count_refused(&self, status: Option<StatusCode>) {
        self.count_request(Source::Proxy, None, status);
    }

    /// Counts a connection for as long as what is returned is kept.
    pub fn count_open(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// Counts a TLS handshake that came to nothing.
    pub fn count_tls_failure(&self) {
        self.tls_failures.inc();
    }

    /// Counts a connection of a load balancer that doesn't say whose it is.
    pub(crate) fn count_proxy_protocol_failure(&self) {
        self.proxy_protocol_failures.inc();
    }

    /// Counts a request; no method when that could not be read, no status when nothing was answered.
    fn count_request(
        &self,
        source: Source,
        method: Option<&http::Method>,
        status: Option<StatusCode>,
    ) {
        let labels = RequestLabels {
            source,
            method: Method::of(method),
            class: Class::of(status),
        };
        increment(&self.requests, labels.index());
    }

    /// Counts a request that the upstream failed to answer.
    pub fn count_upstream_error(&self, kind: UpstreamError) {
        increment(&self.upstream_errors, kind as usize);
    }

    /// Counts a request that was not passed on for want of what that takes on this machine.
    pub(crate) fn count_upstream_refusal(&self) {
        self.upstream_refusals.inc();
    }

    /// The series of one upstream. Which there are is for the settings to say, so that there are
    /// few.
    pub fn upstream(&self, url: &UpstreamUrl) -> UpstreamSeries {
        self.upstreams.of(url)
    }

    /// Counts a reload.
    pub fn count_reload(&self, reload: &Reload) {
        if let Some(result) = ReloadResult::of(reload.outcome) {
            increment(&self.reloads, result as usize);
        }
    }

    /// Counts reloads of which it isn't known how they ended.
    pub fn count_missed_reloads(&self, missed: u64) {
        self.missed_reloads.inc_by(missed);
    }

    /// Notes the states that all sites are in now. The directory that they are in counts as one
    /// more if it is failing, so that an alarm is raised where there are no sites left.
    pub fn note_statuses(
        &self,
        statuses: impl IntoIterator<Item = Status>,
        is_directory_failing: bool,
    ) {
        let mut states = vec![0; self.sites.len()];
        let mut modes = vec![0; self.watching.len()];
        add(
            &mut states,
            SiteState::Failing as usize,
            is_directory_failing,
        );
        let (mut restored, mut entries) = (0, 0);
        let mut oldest: Option<SystemTime> = None;
        for status in statuses {
            add(&mut states, SiteState::from(status.state) as usize, true);
            if let Some(mode) = WatchMode::of(&status.watching) {
                add(&mut modes, mode as usize, true);
            }
            restored += i64::from(status.is_restored);
            entries += i64::try_from(status.entries).unwrap_or(i64::MAX);
            if let Some(at) = status.succeeded_at {
                oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
        self.restored.set(restored);
        self.entries.set(entries);
        self.last_success.set(since_epoch(oldest));
        set_all(&self.sites, states);
        set_all(&self.watching, modes);
    }

    /// Notes when certificates end, each with its file. Which there are is for the settings to say.
    pub(crate) fn note_certificates<'c>(
        &self,
        ends: impl IntoIterator<Item = (&'c Path, SystemTime)>,
    ) {
        for (file, end) in ends {
            let file = file.display().to_string();
            let gauge = self.certificates.get_or_create_owned(&FileLabel { file });
            gauge.set(since_epoch(Some(end)));
        }
    }

    /// Lines of the access log that were not written.
    pub fn dropped_lines(&self) -> Counter {
        self.dropped_lines.clone()
    }

    /// The counts as text ([`CONTENT_TYPE`]).
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn timestamp(time: Option<SystemTime>) -> Gauge<f64, AtomicU64> {
    let gauge = Gauge::default();
    gauge.set(since_epoch(time));
    gauge
}

fn since_epoch(time: Option<SystemTime>) -> f64 {
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.unwrap_or_default().as_secs_f64()
}

fn add(counts: &mut [i64], index: usize, one: bool) {
    if let Some(count) = counts.get_mut(index) {
        *count += i64::from(one);
    }
}

fn set_all(gauges: &[Gauge], counts: Vec<i64>) {
    for (gauge, count) in gauges.iter().zip(counts) {
        gauge.set(count);
    }
}

fn increment(counters: &[Counter], index: usize) {
    if let Some(counter) = counters.get(index) {
        counter.inc();
    }
}

/// Registers a metric that is one series, or a family whose series come later.
fn single<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// Registers a family and makes all its series, in the order of `labels`.
fn register<L, M>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    labels: impl IntoIterator<Item = L>,
) -> Vec<M>
where
    L: EncodeLabelSet + Clone + Eq + std::hash::Hash + Send + Sync + std::fmt::Debug + 'static,
    M: Clone + Default + Send + Sync + std::fmt::Debug + 'static,
    Family<L, M>: Metric + Clone,
    fn() -> M: MetricConstructor<M>,
{
    let family = Family::<L, M>::default();
    registry.register(name, help, family.clone());
    labels
        .into_iter()
        .map(|labels| family.get_or_create_owned(&labels))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_is_there_before_anything_happens() {
        let text = Metrics::new().text();
        for series in [
            r#"cds_proxy_requests_total{source="site",method="get",class="2xx"} 0"#,
            r#"cds_proxy_requests_total{source="proxy",method="other",class="none"} 0"#,
            r#"cds_proxy_requests_broken_off_total{by="client"} 0"#,
            r#"cds_proxy_upstream_errors_total{kind="timeout"} 0"#,
            r#"cds_proxy_reloads_total{result="kept"} 0"#,
            r#"cds_proxy_sites{state="failing"} 0"#,
            r#"cds_proxy_sites_watching{mode="polling"} 0"#,
            "cds_proxy_entries 0",
            "cds_proxy_reloads_missed_total 0",
            "cds_proxy_build_info{version=",
        ] {
            assert!(text.contains(series), "{series} is not in\n{text}");
        }
    }

    /// A row of the guide for each family, with its labels.
    #[test]
    fn the_guide_has_a_table_of_all_there_is() {
        let metrics = Metrics::new();
        let _series = metrics.upstream(&"http://127.0.0.1:1".parse().unwrap());
        metrics.note_certificates([(Path::new("a.pem"), SystemTime::now())]);
        let text = metrics.text();
        let mut rows = Vec::new();
        for line in text.lines() {
            let Some((family, kind)) = line
                .strip_prefix("# TYPE ")
                .and_then(|line| line.split_once(' '))
            else {
                continue;
            };
            let name = match kind {
                "counter" => format!("{family}_total"),
                "info" => format!("{family}_info"),
                _ => family.to_owned(),
            };
            let samples = text.lines().find_map(|line| {
                let (labels, _) = line
                    .strip_prefix(family)?
                    .split_once('{')?
                    .1
                    .split_once('}')?;
                Some(labels)
            });
            let labels = samples.into_iter().flat_map(|labels| labels.split("\","));
            let labels = labels.filter_map(|label| label.split('=').next());
            let labels: Vec<_> = labels
                .filter(|label| *label != "le")
                .map(|label| format!("`{label}`"))
                .collect();
            rows.push(format!("| `{name}` | {} |", labels.join(", ")).replace("|  |", "| |"));
        }
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        let told: Vec<_> = guide
            .lines()
            .filter(|line| line.starts_with("| `cds_proxy_") || line.starts_with("| `process_"))
            .collect();
        for row in &rows {
            assert!(
                told.iter().any(|line| line.starts_with(row)),
                "{row} is not in docs/guide.md"
            );
        }
        assert_eq!(told.len(), rows.len(), "{told:#?}");
    }

    #[test]
    fn a_duration_counts_up_to_the_end_of_its_bucket() {
        let metrics = Metrics::new();
        for micros in [1_000, 1_001, 70_000_000] {
            metrics.count_answered(Answered {
                method: &http::Method::GET,
                source: Source::Site,
                status: Some(StatusCode::OK),
                bytes: 7,
                duration: Duration::from_micros(micros),
                broken_by: None,
            });
        }
        let text = metrics.text();
        for sample in [
            r#"request_duration_seconds_bucket{le="0.001",source="site"} 1"#,
            r#"request_duration_seconds_bucket{le="0.0025",source="site"} 2"#,
            r#"request_duration_seconds_bucket{le="60.0",source="site"} 2"#,
            r#"request_duration_seconds_bucket{le="+Inf",source="site"} 3"#,
            r#"request_duration_seconds_sum{source="site"} 70.002001"#,
            r#"response_body_bytes_total{source="site"} 21"#,
        ] {
            assert!(text.contains(sample), "{sample} is not in\n{text}");
        }
    }

    #[test]
    fn a_request_is_counted_under_its_source_method_and_class() {
        let metrics = Metrics::new();
        for labels in RequestLabels::all() {
            let counter = metrics.requests.get(labels.index()).unwrap();
            assert_eq!(counter.get(), 0, "{labels:?} is where another is");
            counter.inc();
        }
        let propfind = http::Method::from_bytes(b"PROPFIND").unwrap();
        for method in [&http::Method::POST, &http::Method::PATCH, &propfind] {
            metrics.count_request(Source::Upstream, Some(method), Some(StatusCode::NOT_FOUND));
        }
        metrics.count_refused(None);
        let text = metrics.text();
        for sample in [
            r#"requests_total{source="upstream",method="post",class="4xx"} 2"#,
            r#"requests_total{source="upstream",method="other",class="4xx"} 3"#,
            r#"requests_total{source="upstream",method="get",class="4xx"} 1"#,
            r#"requests_total{source="proxy",method="other",class="none"} 2"#,
        ] {
            assert!(text.contains(sample), "{sample} is not in\n{text}");
        }
    }
}
