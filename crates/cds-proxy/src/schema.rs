//! `cds-proxy schema KIND`

use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;

use crate::config;
use crate::exit::{self, Verdict};
use crate::terminal;

/// Prints a JSON Schema (draft-07), for editors and for programs that check documents
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the schema is of
    #[arg(value_enum)]
    kind: Kind,
}

/// What there are schemas of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The metadata object, cds-server-metadata.json
    Metadata,
    /// The coverage listing, cds-coverage.json, and further files of entries
    Coverage,
    /// The settings of a site, site.toml
    Settings,
    /// The configuration of the proxy, cds-proxy.toml
    Config,
}

impl Kind {
    /// The schema, with a line break at its end.
    pub fn schema(self) -> String {
        let schema: Value = match self {
            Self::Metadata => cds_metadata::schema::metadata_object(),
            Self::Coverage => cds_metadata::schema::coverage_listing(),
            Self::Settings => cds_site::schema::settings(),
            Self::Config => config::configuration(),
        };
        format!("{schema:#}\n")
    }
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    exit::code(terminal::print(&args.kind.schema()).map(|()| Verdict::Good))
}
