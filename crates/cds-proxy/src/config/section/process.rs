//! `[process]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Threads, Wait};

/// The process itself.
#[derive(Debug, Clone, Copy, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[process]` with `threads = 2` in it"
)]
#[command(next_help_heading = "Operating")]
pub struct ProcessSection {
    /// Worker threads [default: as many as there are processors]
    #[arg(
        id = "process.threads",
        long = "threads",
        value_name = "N",
        env = "CDS_PROXY_THREADS"
    )]
    pub threads: Option<Threads>,

    /// How long listeners stay open after SIGTERM, so that a load balancer can see /readyz turn
    /// to 503 before connections are refused. Unless given, no more than half of the drain-timeout
    /// [default: 1s]
    #[arg(
        id = "process.drain-delay",
        long = "drain-delay",
        value_name = "TIME",
        env = "CDS_PROXY_DRAIN_DELAY"
    )]
    pub drain_delay: Option<Wait>,

    /// How long requests in flight may take to finish after SIGTERM, the delay included
    /// [default: 10s]
    #[arg(
        id = "process.drain-timeout",
        long = "drain-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_DRAIN_TIMEOUT"
    )]
    pub drain_timeout: Option<Wait>,
}

impl ProcessSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            threads: self.threads.or(below.threads),
            drain_delay: self.drain_delay.or(below.drain_delay),
            drain_timeout: self.drain_timeout.or(below.drain_timeout),
        }
    }
}
