//! What the program says while it runs: to standard error, by `tracing`.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::config::LogFilter;

/// The environment variable that says how much is said, in `tracing`'s terms: `debug`,
/// `warn,cds_proxy=info`.
pub const VARIABLE: &str = "CDS_PROXY_LOG";

/// Pingora reports every client that hangs up as an error, and rustls warns of what a client may
/// send at will. What matters of it, the proxy says itself.
const QUIET: &str = "pingora=off,rustls=off";

/// Starts logging as `wanted` says. A second call changes nothing.
pub fn start(wanted: &str) {
    begin(filter(wanted));
}

/// Starts logging what `default` says, unless the environment says otherwise.
pub(crate) fn start_with(default: &str) {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let (wanted, mistake) = match wanted.parse::<LogFilter>() {
        Ok(wanted) => (wanted, None),
        Err(mistake) => (LogFilter::default(), Some(mistake)),
    };
    if let (true, Some(mistake)) = (begin(filter(wanted.or(default))), mistake) {
        tracing::warn!("{VARIABLE} is not understood, so it is ignored: {mistake}");
    }
}

/// What the libraries say is there for whoever debugs, or asks for it by name.
fn filter(text: &str) -> Targets {
    let wanted: Targets = text.parse().unwrap_or_default();
    if wanted.default_level() >= Some(LevelFilter::DEBUG) {
        return wanted;
    }
    // What comes later, or names more, counts.
    format!("{QUIET},{text}").parse().unwrap_or(wanted)
}

/// Whether it was the first time.
fn begin(filter: Targets) -> bool {
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .with_filter(filter);
    tracing_subscriber::registry()
        .with(layer)
        .try_init()
        .is_ok()
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_are_heard_by_whoever_debugs_or_names_them() {
        let says = |text, target| filter(text).would_enable(target, &Level::ERROR);
        for text in ["info", "warn,cds_proxy=debug", "cds_proxy=info"] {
            assert!(says(text, "cds_proxy::run"), "{text}");
            assert!(!says(text, "rustls::msgs::handshake"), "{text}");
            assert!(!says(text, "pingora_core::apps"), "{text}");
        }
        for text in ["debug", "trace", "info,rustls=warn"] {
            assert!(says(text, "rustls::msgs::handshake"), "{text}");
        }
        assert!(says("info,pingora_proxy=error", "pingora_proxy::proxy_h1"));
    }
}
