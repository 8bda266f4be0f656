//! Which settings are given as flags or in the environment.

use std::collections::BTreeSet;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The keys of the file whose flags or variables are given, whatever these say.
#[derive(Debug, Clone, Default)]
pub struct Given(BTreeSet<String>);

impl Given {
    /// Whether what the file says of a key doesn't count.
    pub(super) fn have(&self, key: &str) -> bool {
        if key.starts_with("listen.") {
            // Addresses that are given take the place of all that the file has.
            return self.0.contains("listen.address") || self.0.contains("listen-tls");
        }
        let is_above = |given: &String| {
            let rest = key.strip_prefix(given.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.0.iter().any(is_above)
    }
}

/// It has no arguments of its own: it looks at those of others, whose ids are the paths of keys.
impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = matches.ids().map(clap::Id::as_str).filter(|id| {
            let source = matches.value_source(id);
            source.is_some_and(|source| source != ValueSource::DefaultValue)
        });
        Ok(Self(given.map(str::to_owned).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{self, Cli};

    fn given(args: &[&str]) -> Given {
        let args = ["cds-proxy", "run"].iter().chain(args);
        match Cli::try_parse_from(args).map(|cli| cli.command) {
            Ok(cli::Command::Run(run)) => run.given,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_given_is_known_by_its_key() {
        let given = given(&["--upstream", "http://a,http://b", "--metrics", "[::1]:1"]);
        for key in ["upstream.url", "upstream.url.1", "admin.metrics"] {
            assert!(given.have(key), "{key}");
        }
        for key in ["upstream.tls-ca", "admin.address", "listen.0.address"] {
            assert!(!given.have(key), "{key}");
        }
    }

    #[test]
    fn addresses_take_the_place_of_every_listener() {
        for flag in ["--listen", "--listen-tls"] {
            assert!(given(&[flag, "[::1]:1"]).have("listen.1.tls.0.key"));
        }
        assert!(!given(&["--socket-mode", "600"]).have("listen.0.address"));
    }
}
