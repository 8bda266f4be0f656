//! The command line.

use std::process::ExitCode;

use cds_proxy::{check, init, rules};
use clap::{Parser, Subcommand};

/// Publishes CDS-WG1-01 documents in front of a portal that nobody will rewrite
#[derive(Debug, Parser)]
#[command(name = "cds-proxy", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Init(init::Args),
    Rules(rules::list::Args),
    Explain(rules::explain::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Check(args) => check::run(&args),
        Command::Init(args) => init::run(args),
        Command::Rules(args) => rules::list::run(&args),
        Command::Explain(args) => rules::explain::run(&args),
    }
}
