//! Which hosts sites may answer for.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which hosts each site of a directory of sites may answer for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Bind {
    /// Those that its documents and its site.toml name.
    #[default]
    Documents,
    /// Of those, the host that its directory is named after, and subdomains of it.
    Directory,
}

impl From<Bind> for cds_site::Bind {
    fn from(bind: Bind) -> Self {
        match bind {
            Bind::Documents => Self::Documents,
            Bind::Directory => Self::Directory,
        }
    }
}
