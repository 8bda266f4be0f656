//! `[upstream]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Timeout, UpstreamUrl};

/// The portal, which gets every request that is not for a document.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[upstream]` with `url = \"http://127.0.0.1:3000\"` in it"
)]
#[command(next_help_heading = "Upstream")]
pub struct UpstreamSection {
    /// The portal behind the proxy: `http://HOST:PORT`
    #[arg(
        id = "upstream.url",
        long = "upstream",
        value_name = "URL",
        env = "CDS_PROXY_UPSTREAM"
    )]
    pub url: Option<UpstreamUrl>,

    /// How long a connection to the upstream may take to be made [default: 5s]
    #[arg(
        id = "upstream.connect-timeout",
        long = "connect-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_CONNECT_TIMEOUT"
    )]
    pub connect_timeout: Option<Timeout>,

    /// How long the upstream may take until the first byte of its answer, and between two pieces
    /// of it [default: 60s]
    #[arg(
        id = "upstream.timeout",
        long = "upstream-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_UPSTREAM_TIMEOUT"
    )]
    pub timeout: Option<Timeout>,
}

impl UpstreamSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            url: self.url.or(below.url),
            connect_timeout: self.connect_timeout.or(below.connect_timeout),
            timeout: self.timeout.or(below.timeout),
        }
    }
}
