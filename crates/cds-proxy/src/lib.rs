//! Publishes CDS-WG1-01 documents in front of a portal that nobody will rewrite.
//!
//! The binary is the product; this library exists so that its parts can be tested and reused. It
//! does not decide what a document is or which answer it gives: that is `cds-site`, which answers
//! here exactly as it does in the Tower layer. It does not read site directories either: that is
//! `cds-live`.
//!
//! In suggested reading order: [`cli`] and [`config`] say what is wanted, [`run`] puts it
//! together, [`server`] owns sockets and life cycle, [`gateway`] decides for each request who
//! answers it, [`upstream`] knows where the portal is, [`admin`] and [`access_log`] tell operators
//! how it goes.
//! [`healthcheck`], [`check`], [`init`], [`rules`], [`schema`] and [`mod@reference`] are commands that need no
//! server.

pub mod access_log;
pub mod admin;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod gateway;
pub mod healthcheck;
pub mod init;
pub mod logging;
pub mod metrics;
pub mod published;
pub mod reference;
pub mod reloads;
pub mod report;
pub mod rules;
pub mod run;
pub mod schema;
pub mod server;
pub mod upstream;

mod exit;
mod seldom;
mod site_dir;
mod temporary;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

/// Runs the command line and says how it ended.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(args) => run::run(*args),
        Command::Demo(args) => demo::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Init(args) => init::run(args),
        Command::Healthcheck(args) => healthcheck::run(args),
        Command::Rules(args) => rules::list::run(&args),
        Command::Explain(args) => rules::explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Reference(_) => reference::run(),
    }
}
