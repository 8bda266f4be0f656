//! How requests are shared among upstreams.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;

/// How requests are shared among several upstreams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Balance {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Each to the one that is being asked the least.
    LeastConnections,
}
