//! TLS: which certificates there are, who gets which, and how they are renewed.
//!
//! TLS 1.2 and 1.3 with what rustls finds fit, which is what Mozilla calls intermediate without
//! the finite-field key exchanges.

mod certificate;
mod certificates;
mod complaint;
mod renewal;

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;

pub use certificate::{Certificate, Fault, Part, Role};
pub use certificates::Certificates;
pub use renewal::{Renewable, Renewal};

/// How TLS is spoken with these certificates.
///
/// # Errors
///
/// When the system has no random numbers to give.
pub fn server_config(
    certificates: Arc<Certificates>,
    http2: bool,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    // Clients that come back resume without the server keeping anything of them.
    config.ticketer = ring::Ticketer::new()?;
    let protocols: &[&[u8]] = if http2 {
        &[HTTP2, b"http/1.1"]
    } else {
        &[b"http/1.1"]
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// The name of HTTP/2 in ALPN (RFC 9113 §3.1).
pub(super) const HTTP2: &[u8] = b"h2";
