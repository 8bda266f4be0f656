//! `[access-log]`

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{LogFormat, UrlPath, one_or_many, one_or_many_schema};
use crate::metrics::Source;

/// A line for each request, on the standard output.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[access-log]` with `format = \"json\"` in it"
)]
#[command(next_help_heading = "Operating")]
pub struct AccessLogSection {
    /// How requests are logged on the standard output: off, text (name=value) or json
    /// [default: off]
    #[arg(
        id = "access-log.format",
        long = "access-log",
        value_name = "FORMAT",
        env = "CDS_PROXY_ACCESS_LOG"
    )]
    pub format: Option<LogFormat>,

    /// Whether query strings are logged; they may hold what nobody should read in a log
    /// [default: false]
    #[arg(id = "access-log.queries", long = "access-log-queries", value_name = "BOOL",
          env = "CDS_PROXY_ACCESS_LOG_QUERIES", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    pub queries: Option<bool>,

    /// Paths that are not logged, such as /healthz, with what is below them [default: none]
    #[arg(id = "access-log.except", long = "access-log-except", value_name = "PATH",
          env = "CDS_PROXY_ACCESS_LOG_EXCEPT", num_args = 1.., value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<UrlPath>")]
    pub except: Option<Vec<UrlPath>>,

    /// Requests are logged that are answered by one of these: site, upstream, proxy (errors of its
    /// own) [default: all of them]
    #[arg(id = "access-log.sources", long = "access-log-sources", value_name = "SOURCE",
          env = "CDS_PROXY_ACCESS_LOG_SOURCES", num_args = 1.., value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<Source>")]
    pub sources: Option<Vec<Source>>,
}

impl AccessLogSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            format: self.format.or(below.format),
            queries: self.queries.or(below.queries),
            except: self.except.or(below.except),
            sources: self.sources.or(below.sources),
        }
    }
}
