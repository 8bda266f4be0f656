//! `[site]`

use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

/// The documents to publish.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[site]` with `dir = \"cds\"` in it"
)]
#[command(next_help_heading = "Documents")]
pub struct SiteSection {
    /// Site directory: the documents to publish
    #[arg(
        id = "site.dir",
        long = "site",
        value_name = "DIR",
        env = "CDS_PROXY_SITE"
    )]
    pub dir: Option<PathBuf>,

    /// Refuse to start when the site has errors [default: false]
    #[arg(id = "site.strict", long = "strict", value_name = "BOOL", env = "CDS_PROXY_STRICT",
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new())]
    pub strict: Option<bool>,

    /// Write what was found to FILE at every reload: JSON if it ends with .json, SARIF with .sarif,
    /// else text [default: none]
    #[arg(
        id = "site.report",
        long = "report",
        value_name = "FILE",
        env = "CDS_PROXY_REPORT"
    )]
    pub report: Option<PathBuf>,
}

impl SiteSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            dir: self.dir.or(below.dir),
            strict: self.strict.or(below.strict),
            report: self.report.or(below.report),
        }
    }

    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        Self {
            dir: self.dir.map(|site| dir.join(site)),
            report: self.report.map(|report| dir.join(report)),
            strict: self.strict,
        }
    }
}
