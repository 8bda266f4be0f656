//! What never becomes a request: the parser refuses it, or waits in vain.

use std::net::IpAddr;
use std::sync::Arc;

use http::StatusCode;

use crate::access_log::AccessLog;
use crate::metrics::Metrics;

/// Where it is counted and logged, if it is.
#[derive(Debug, Clone, Default)]
pub struct Refusals {
    /// Counts.
    pub metrics: Option<Arc<Metrics>>,
    /// The log of requests.
    pub access_log: Option<Arc<AccessLog>>,
}

impl Refusals {
    /// Notes one of a client, with the status that it was answered with, or none if it was cut off.
    pub(super) fn note(&self, client: Option<IpAddr>, status: Option<StatusCode>) {
        if let Some(metrics) = &self.metrics {
            metrics.count_refused(status);
        }
        if let Some(log) = &self.access_log {
            log.note_refused(client, status);
        }
    }
}
