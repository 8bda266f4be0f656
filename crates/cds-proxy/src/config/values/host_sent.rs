//! Which host the portal is asked.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which `Host` the portal gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum HostSent {
    /// The client's.
    #[default]
    Client,
    /// That of the upstream's URL.
    Upstream,
}
