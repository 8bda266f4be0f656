//! How the access log is written.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;

/// How the access log is written, if it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum LogFormat {
    /// Not at all.
    #[default]
    Off,
    /// As `name=value`, a line for each request.
    Text,
    /// As a JSON object, a line for each request.
    Json,
}
