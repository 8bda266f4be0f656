//! What is counted of each upstream.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::increment;
use super::labels::UpstreamError;
use crate::config::UpstreamUrl;

/// The series of all upstreams.
#[derive(Debug)]
pub(super) struct Upstreams {
    healthy: Family<UpstreamLabel, Gauge>,
    failures: Family<FailureLabels, Counter>,
}

/// The series of one upstream.
#[derive(Debug)]
pub struct UpstreamSeries {
    healthy: Gauge,
    /// One per kind, in the order of their discriminants.
    failures: Vec<Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UpstreamLabel {
    upstream: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    upstream: String,
    kind: UpstreamError,
}

impl Upstreams {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let all = Self {
            healthy: Family::default(),
            failures: Family::default(),
        };
        registry.register(
            "upstream_healthy",
            "Whether an upstream is asked (0: it is left out for a while after it failed several times in \
             a row, or until its health check is good again; it is asked only if there is no other)",
            all.healthy.clone(),
        );
        registry.register(
            "upstream_failures",
            "Times an upstream failed a request, by kind; another may have answered it",
            all.failures.clone(),
        );
        all
    }

    /// The series of one, all at zero.
    pub(super) fn of(&self, url: &UpstreamUrl) -> UpstreamSeries {
        let upstream = url.to_string();
        let failures = UpstreamError::ALL.iter().map(|kind| FailureLabels {
            upstream: upstream.clone(),
            kind: *kind,
        });
        UpstreamSeries {
            failures: failures
                .map(|labels| self.failures.get_or_create_owned(&labels))
                .collect(),
            healthy: self
                .healthy
                .get_or_create_owned(&UpstreamLabel { upstream }),
        }
    }
}

impl UpstreamSeries {
    /// Says whether it is asked.
    pub(crate) fn tell_healthy(&self, healthy: bool) {
        self.healthy.set(healthy.into());
    }

    /// Counts a request that it failed.
    pub(crate) fn count_failure(&self, kind: UpstreamError) {
        increment(&self.failures, kind as usize);
    }
}
