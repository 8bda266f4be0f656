//! What the program says while it runs: to standard error, by `tracing`.

use tracing_subscriber::EnvFilter;

/// The environment variable that says how much is said, in `tracing`'s terms: `debug`,
/// `warn,cds_proxy=info`.
pub const VARIABLE: &str = "CDS_PROXY_LOG";

/// Pingora reports every client that hangs up as an error. What matters of it, the gateway says
/// itself.
const DEFAULT: &str = "info,pingora_proxy=off,pingora_core=off";

/// Starts logging as `wanted` says, or as is fit for a program that serves. A second call changes
/// nothing.
pub fn start(wanted: Option<&str>) {
    begin(EnvFilter::new(wanted.unwrap_or(DEFAULT)));
}

/// Starts logging what `default` says, unless the environment says otherwise.
pub(crate) fn start_with(default: &str) {
    let wanted = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    let filter = wanted.as_deref().map(EnvFilter::try_new).transpose();
    let (filter, mistake) = match filter {
        Ok(filter) => (filter.unwrap_or_else(|| EnvFilter::new(default)), None),
        Err(mistake) => (EnvFilter::new(default), Some(mistake)),
    };
    if let (true, Some(mistake)) = (begin(filter), mistake) {
        tracing::warn!("{VARIABLE} is not understood, so it is ignored: {mistake}");
    }
}

/// Whether it was the first time.
fn begin(filter: EnvFilter) -> bool {
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init()
        .is_ok()
}
