//! `[forwarding]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Peer, one_or_many, one_or_many_schema};

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
    /// Networks (CIDR) of load balancers whose X-Forwarded-* fields are believed [default: none]
    #[arg(id = "forwarding.trusted-proxies", long = "trusted-proxies", value_name = "CIDR",
          env = "CDS_PROXY_TRUSTED_PROXIES", num_args = 1.., value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<Peer>")]
    pub trusted_proxies: Option<Vec<Peer>>,
}

impl ForwardingSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
        }
    }
}
