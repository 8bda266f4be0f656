//! `cds-proxy reference`

use std::process::ExitCode;

use crate::config;
use crate::exit::{self, Verdict};
use crate::terminal;

/// Prints every key of the configuration file with its flag, in Markdown
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run() -> ExitCode {
    exit::code(terminal::print(&config::reference()).map(|()| Verdict::Good))
}
