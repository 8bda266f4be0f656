//! `[log]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::LogFilter;

/// What is said while the program runs, on the standard error output; requests have a log of their
/// own.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[log]` with `level = \"warn\"` in it"
)]
#[command(next_help_heading = "Operating")]
pub struct LogSection {
    /// How much is logged: error, warn, info, debug or trace, also for a part of the program
    /// alone, as in `warn,cds_proxy=info`; what Pingora and rustls say is logged from debug on, or
    /// when they are named, as in `info,rustls=warn` [default: info]
    #[arg(
        id = "log.level",
        long = "log",
        value_name = "LEVEL",
        env = "CDS_PROXY_LOG"
    )]
    pub level: Option<LogFilter>,
}

impl LogSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            level: self.level.or(below.level),
        }
    }
}
