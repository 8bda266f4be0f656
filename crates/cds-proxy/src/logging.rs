//! What the program says while it runs: to standard error, by `tracing`.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// The environment variable that says how much is said, in `tracing`'s terms: `debug`,
/// `warn,cds_proxy=info`.
pub const VARIABLE: &str = "CDS_PROXY_LOG";

/// Pingora reports every client that hangs up as an error. What matters of it, the gateway says
/// itself.
const DEFAULT: &str = "info,pingora_proxy=off,pingora_core=off";

/// Starts logging as `wanted` says, or as is fit for a program that serves. A second call changes
/// nothing.
pub fn start(wanted: Option<&str>) {
    // What the configuration says has been understood before.
    let filter = wanted.and_then(|wanted| wanted.parse().ok());
    begin(filter.unwrap_or_else(|| preset(DEFAULT)));
}

/// Starts logging what `default` says, unless the environment says otherwise.
pub(crate) fn start_with(default: &str) {
    let wanted = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    let filter = wanted.as_deref().map(str::parse).transpose();
    let (filter, mistake) = match filter {
        Ok(filter) => (filter.unwrap_or_else(|| preset(default)), None),
        Err(mistake) => (preset(default), Some(mistake)),
    };
    if let (true, Some(mistake)) = (begin(filter), mistake) {
        tracing::warn!("{VARIABLE} is not understood, so it is ignored: {mistake}");
    }
}

/// A filter of our own.
fn preset(text: &str) -> Targets {
    text.parse().unwrap_or_default()
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
