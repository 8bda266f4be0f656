//! `[admin]`

use std::path::Path;

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::ListenAddress;

/// The endpoint for operators: health, sites, metrics.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[admin]` with `address = \"127.0.0.1:9901\"` in it"
)]
#[command(next_help_heading = "Operating")]
pub struct AdminSection {
    /// Address of the admin endpoint (health, sites, metrics): IP:PORT, or unix:PATH
    /// [default: 127.0.0.1:9901]
    #[arg(
        id = "admin.address",
        long = "admin",
        value_name = "ADDR",
        env = "CDS_PROXY_ADMIN"
    )]
    pub address: Option<ListenAddress>,

    /// Address of a listener for scrapers and probes, which answers GET and HEAD of /metrics,
    /// /healthz and /readyz alone: IP:PORT, or unix:PATH [default: none]
    #[arg(
        id = "admin.metrics",
        long = "metrics",
        value_name = "ADDR",
        env = "CDS_PROXY_METRICS"
    )]
    pub metrics: Option<ListenAddress>,
}

impl AdminSection {
    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        Self {
            address: self.address.map(|address| address.relative_to(dir)),
            metrics: self.metrics.map(|address| address.relative_to(dir)),
        }
    }

    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            address: self.address.or(below.address),
            metrics: self.metrics.or(below.metrics),
        }
    }
}
