//! `[forwarding]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{HostSent, Peer, one_or_many, one_or_many_schema};

/// What the portal is told about a request's origin.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[forwarding]` with `trusted-proxies = \"10.0.0.0/8\"` in it"
)]
#[command(next_help_heading = "Forwarding")]
pub struct ForwardingSection {
    /// Networks (CIDR) of load balancers whose X-Forwarded-* fields, `Forwarded` and X-Request-Id
    /// are believed; `unix` stands for all who connect by a Unix socket [default: none]
    #[arg(id = "forwarding.trusted-proxies", long = "trusted-proxies", value_name = "CIDR",
          env = "CDS_PROXY_TRUSTED_PROXIES", num_args = 1.., value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<Peer>")]
    pub trusted_proxies: Option<Vec<Peer>>,

    /// Whether the portal is told of the client by X-Forwarded-For, -Proto, -Host and -Port
    /// [default: true]
    #[arg(id = "forwarding.x-forwarded", long = "x-forwarded", value_name = "BOOL",
          env = "CDS_PROXY_X_FORWARDED", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub x_forwarded: Option<bool>,

    /// Whether it is told the same by `Forwarded` (RFC 7239) [default: true]
    #[arg(id = "forwarding.forwarded", long = "forwarded", value_name = "BOOL",
          env = "CDS_PROXY_FORWARDED", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub forwarded: Option<bool>,

    /// Whether requests have an X-Request-Id: a trusted proxy's or a new one, for the portal, the
    /// log and the client [default: true]
    #[arg(id = "forwarding.request-id", long = "request-id", value_name = "BOOL",
          env = "CDS_PROXY_REQUEST_ID", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub request_id: Option<bool>,

    /// Whether `Via` says that requests came through this proxy [default: true]
    #[arg(id = "forwarding.via", long = "via", value_name = "BOOL", env = "CDS_PROXY_VIA",
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new())]
    pub via: Option<bool>,

    /// Which `Host` the portal gets: the client's (client), or that of the upstream's URL
    /// (upstream) [default: client]
    #[arg(
        id = "forwarding.host",
        long = "forward-host",
        value_name = "WHOSE",
        env = "CDS_PROXY_FORWARD_HOST"
    )]
    pub host: Option<HostSent>,
}

impl ForwardingSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            x_forwarded: self.x_forwarded.or(below.x_forwarded),
            forwarded: self.forwarded.or(below.forwarded),
            request_id: self.request_id.or(below.request_id),
            via: self.via.or(below.via),
            host: self.host.or(below.host),
        }
    }
}
