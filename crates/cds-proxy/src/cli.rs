//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Given, Layer, ListenAddress};
use crate::{check, healthcheck, init, reference, rules, schema};

/// Publishes CDS-WG1-01 documents in front of a portal that nobody will rewrite.
#[derive(Debug, Parser)]
#[command(
    name = "cds-proxy",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves a site's documents and passes every other request to the upstream
    ///
    /// A flag beats its environment variable, which beats the configuration file.
    Run(Box<RunArgs>),
    /// Shows it all in one process: a demo portal, a site to edit, and the proxy in front
    Demo(DemoArgs),
    // What these do, they say themselves.
    #[expect(
        missing_docs,
        reason = "it would hide what the arguments' type says in the help"
    )]
    Check(check::Args),
    #[expect(missing_docs, reason = "as above")]
    Healthcheck(healthcheck::Args),
    #[expect(missing_docs, reason = "as above")]
    Init(init::Args),
    #[expect(missing_docs, reason = "as above")]
    Rules(rules::list::Args),
    #[expect(missing_docs, reason = "as above")]
    Explain(rules::explain::Args),
    #[expect(missing_docs, reason = "as above")]
    Schema(schema::Args),
    #[expect(missing_docs, reason = "as above")]
    Reference(reference::Args),
}

/// Arguments of `run`.
#[derive(Debug, Default, Args)]
pub struct RunArgs {
    /// Which of the settings are given. It looks at them before they are taken.
    #[command(flatten)]
    pub given: Given,

    /// Configuration file in TOML; `cds-proxy reference` prints its keys
    #[arg(long, value_name = "FILE", env = "CDS_PROXY_CONFIG")]
    pub config: Option<PathBuf>,

    /// The settings given as flags or in the environment.
    #[command(flatten)]
    pub settings: Layer,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the demo site is; it is written when missing and never overwritten
    #[arg(long, value_name = "DIR", default_value = "demo-site")]
    pub dir: PathBuf,

    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = tcp)]
    pub listen: ListenAddress,

    /// Address of the admin endpoint
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9901", value_parser = tcp)]
    pub admin: ListenAddress,
}

/// An address that a browser can be given.
fn tcp(text: &str) -> Result<ListenAddress, String> {
    match text.parse()? {
        ListenAddress::Unix(_) => Err("the demo needs IP:PORT, such as 127.0.0.1:8080".to_owned()),
        address @ ListenAddress::Tcp(_) => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn listen_takes_several_addresses_however_they_are_given() {
        let listen = |args: &[&str]| {
            let args = ["cds-proxy", "run"].iter().chain(args);
            match Cli::try_parse_from(args).map(|cli| cli.command) {
                Ok(Command::Run(run)) => run
                    .settings
                    .listen_flags
                    .addresses
                    .unwrap_or_default()
                    .len(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            listen(&["--listen", "127.0.0.1:1", "--listen", "[::1]:2"]),
            2
        );
        assert_eq!(listen(&["--listen", "127.0.0.1:1,[::1]:2"]), 2);
        assert_eq!(listen(&["--listen", "127.0.0.1:1", "[::1]:2"]), 2);
    }
}
