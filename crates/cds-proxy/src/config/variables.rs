//! Environment variables that look like settings and are none.

use clap::CommandFactory as _;

use super::closest::closest;
use crate::cli::Cli;

/// What is wrong with the variables of this process, each in one sentence with what was probably
/// meant; `own` are no settings and meant so. No reason not to start: whoever runs a program doesn't
/// name all of its variables.
pub fn unknown(own: &[&str]) -> Vec<String> {
    let all = std::env::vars_os();
    let all = all.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let known = known();
    all.filter(|(name, _)| name.starts_with(PREFIX) && !known.contains(name))
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .filter(|(name, value)| !is_of_kubernetes(name, &value.to_string_lossy()))
        .map(|(name, _)| words(&name, &known))
        .collect()
}

fn known() -> Vec<String> {
    let command = Cli::command();
    let all = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments);
    let variables = all.filter_map(|argument| argument.get_env()?.to_str());
    let mut known: Vec<_> = variables.map(str::to_owned).collect();
    known.sort();
    known.dedup();
    known
}

/// What Kubernetes sets for a service that is called `cds-proxy`, or begins so.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    name.contains("_SERVICE_") || name.contains("_PORT_") || value.contains("://")
}

fn words(name: &str, known: &[String]) -> String {
    match closest(name, known.iter().map(String::as_str), LIKELY) {
        Some(known) => format!("the variable {name} is no setting; did you mean {known}?"),
        None => format!(
            "the variable {name} is no setting; `cds-proxy reference` prints those that are"
        ),
    }
}

const PREFIX: &str = "CDS_PROXY_";

/// All begin alike, so they are like each other.
const LIKELY: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_with_what_was_meant() {
        let known = known();
        assert!(known.len() > 40, "{known:?}");
        for (name, meant) in [
            ("CDS_PROXY_LISTN", "CDS_PROXY_LISTEN?"),
            ("CDS_PROXY_UPSTREAMS", "CDS_PROXY_UPSTREAM?"),
            ("CDS_PROXY_ACCESSLOG", "CDS_PROXY_ACCESS_LOG?"),
            ("CDS_PROXY_ZZZZZZZZZZ", "reference"),
        ] {
            assert!(
                words(name, &known).contains(meant),
                "{}",
                words(name, &known)
            );
        }
    }

    #[test]
    fn what_kubernetes_sets_is_no_slip() {
        for (name, value) in [
            ("CDS_PROXY_PORT", "tcp://10.0.0.1:80"),
            ("CDS_PROXY_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("CDS_PROXY_METRICS_SERVICE_HOST", "10.0.0.1"),
        ] {
            assert!(is_of_kubernetes(name, value), "{name}");
        }
        assert!(!is_of_kubernetes("CDS_PROXY_PORT", "8080"));
    }
}
