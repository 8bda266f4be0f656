//! `[site]`

use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Bind, Timeout, Watching};

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

    /// Directory of sites instead: every directory in it is a site, which answers on the hosts of
    /// its documents' URLs and on those that its site.toml names
    #[arg(
        id = "site.sites",
        long = "sites",
        value_name = "DIR",
        env = "CDS_PROXY_SITES"
    )]
    pub sites: Option<PathBuf>,

    /// Which hosts a site of several may have: those that its documents and its site.toml name
    /// (documents), or of those only the one that its directory is named after and what is below it
    /// (directory) [default: documents]
    #[arg(
        id = "site.bind",
        long = "bind",
        value_name = "WHAT",
        env = "CDS_PROXY_BIND",
        value_enum
    )]
    pub bind: Option<Bind>,

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

    /// Keep the last good version of each site in DIR, and serve it after a restart while the
    /// files have errors [default: none]
    #[arg(
        id = "site.state-dir",
        long = "state-dir",
        value_name = "DIR",
        env = "CDS_PROXY_STATE_DIR"
    )]
    pub state_dir: Option<PathBuf>,

    /// How edits are noticed: by the system's events (auto; by looking where there are none), by
    /// looking regularly (poll), or only on SIGHUP (off) [default: auto]
    #[arg(
        id = "site.watch",
        long = "watch",
        value_name = "MODE",
        env = "CDS_PROXY_WATCH"
    )]
    pub watch: Option<Watching>,

    /// How often files are looked at when edits are noticed so [default: 2s]
    #[arg(
        id = "site.poll-interval",
        long = "poll-interval",
        value_name = "TIME",
        env = "CDS_PROXY_POLL_INTERVAL"
    )]
    pub poll_interval: Option<Timeout>,
}

impl SiteSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        // Whichever of the two is given takes the place of both.
        let (dir, sites) = if self.dir.is_some() || self.sites.is_some() {
            (self.dir, self.sites)
        } else {
            (below.dir, below.sites)
        };
        Self {
            bind: self.bind.or(below.bind.filter(|_| sites.is_some())),
            dir,
            sites,
            strict: self.strict.or(below.strict),
            report: self.report.or(below.report),
            state_dir: self.state_dir.or(below.state_dir),
            watch: self.watch.or(below.watch),
            poll_interval: self.poll_interval.or(below.poll_interval),
        }
    }

    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        Self {
            dir: self.dir.map(|site| dir.join(site)),
            sites: self.sites.map(|sites| dir.join(sites)),
            bind: self.bind,
            report: self.report.map(|report| dir.join(report)),
            state_dir: self.state_dir.map(|state| dir.join(state)),
            ..self
        }
    }
}
