//! Whom an upstream's certificate is checked against, and which one it is shown.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use pingora::protocols::tls::CaType;
use pingora::upstreams::peer::HttpPeer;
use pingora::utils::tls::{WrappedX509, parse_x509};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::config::{Mistake, TlsName, UpstreamTls, UpstreamUrl, Verify};
use crate::rules::certificate_invalid::CERTIFICATE_INVALID;
use crate::server::tls::{Certificates, Role};

/// Whom an upstream's certificate is checked against, and which one it is shown if it asks.
#[derive(Debug, Clone)]
pub struct Trust {
    identity: Option<Arc<Certificates>>,
    authorities: Arc<CaType>,
    verify: Verify,
    name: Option<TlsName>,
}

impl Trust {
    /// Reads the certificates of the authorities, of a file or else the system's, and our own.
    ///
    /// # Errors
    ///
    /// What can't be used.
    pub fn load(tls: &UpstreamTls) -> Result<Self, Vec<Mistake>> {
        match (authorities(tls), identity(tls)) {
            (Ok(authorities), Ok(identity)) => Ok(Self {
                identity,
                authorities: authorities.into(),
                verify: tls.verify,
                name: tls.name.clone(),
            }),
            (authorities, identity) => {
                let mistakes = authorities.err().into_iter();
                Err(mistakes
                    .chain(identity.err().into_iter().flatten())
                    .collect())
            }
        }
    }

    /// What is shown to upstreams, if anything.
    pub fn identity(&self) -> Option<Arc<Certificates>> {
        self.identity.clone()
    }

    /// Whether an upstream has to prove who it is.
    pub fn is_insecure(&self) -> bool {
        self.verify == Verify::Insecure
    }

    /// Has the certificate checked when this upstream is connected to, and our own shown.
    pub(super) fn apply(&self, peer: &mut HttpPeer, url: &UpstreamUrl) {
        // Pingora checks nothing without a name; one is always there, and never empty.
        peer.sni = match &self.name {
            Some(name) => name.as_str().to_owned(),
            None => url.host.to_string(),
        };
        peer.client_cert_key = self.identity.as_ref().and_then(|it| it.for_upstreams());
        peer.options.ca = Some(Arc::clone(&self.authorities));
        peer.options.verify_cert = self.verify == Verify::Full;
        peer.options.verify_hostname = self.verify == Verify::Full;
    }
}

/// The certificate of an authority whose key was thrown away when it was made. Pingora needs one
/// even where nothing is checked.
const NOBODY: &[u8] = include_bytes!("nobody.der");

/// The certificates of the authorities.
///
/// # Errors
///
/// When there is none that can be used.
pub fn authorities(tls: &UpstreamTls) -> Result<Vec<WrappedX509>, Mistake> {
    match (tls.verify, &tls.ca) {
        (Verify::Insecure, _) => Ok(usable([CertificateDer::from(NOBODY)])),
        (Verify::Full, Some(path)) => of_file(path),
        (Verify::Full, None) => of_system(),
    }
}

fn identity(tls: &UpstreamTls) -> Result<Option<Arc<Certificates>>, Vec<Mistake>> {
    let Some(files) = &tls.identity else {
        return Ok(None);
    };
    let loaded = Certificates::load(vec![files.clone()], Role::ForUpstreams);
    loaded.map(|it| Some(Arc::new(it))).map_err(|faults| {
        let faults = faults.into_iter();
        faults
            .map(|(_, fault)| fault.into_mistake(IDENTITY))
            .collect()
    })
}

/// What the keys of the files of our own certificate begin with.
pub const IDENTITY: &str = "upstream.tls-";

fn of_file(path: &Path) -> Result<Vec<WrappedX509>, Mistake> {
    let mistake = |reason: String, help: &str| Mistake {
        rule: &CERTIFICATE_INVALID,
        key: "upstream.tls-ca".to_owned(),
        message: format!("{} {reason}", path.display()),
        help: help.to_owned(),
    };
    let pem = fs::read(path).map_err(|error| {
        let help = "give the path of a file that this program may read";
        mistake(format!("can't be read: {error}"), help)
    })?;
    let in_pem = "give a file in PEM: it has a line `-----BEGIN CERTIFICATE-----`";
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = certificates
        .map_err(|error| mistake(format!("is no PEM that can be understood: {error}"), in_pem))?;
    let count = certificates.len();
    let usable = usable(certificates);
    match (count, usable.len()) {
        (0, _) => Err(mistake("has no certificate in it".to_owned(), in_pem)),
        (all, usable) if usable < all => Err(mistake(
            "has a certificate that can't be understood".to_owned(),
            "give the certificates of the authorities that sign the upstream's",
        )),
        _ => Ok(usable),
    }
}

fn of_system() -> Result<Vec<WrappedX509>, Mistake> {
    let mistake = |message: String| Mistake {
        rule: &CERTIFICATE_INVALID,
        key: "upstream.url".to_owned(),
        message,
        help: "install them (ca-certificates), or name a file of those that sign the upstream's \
               certificate: --upstream-tls-ca FILE"
            .to_owned(),
    };
    let certificates = rustls_native_certs::load_native_certs().map_err(|error| {
        mistake(format!(
            "the system's certificates of authorities can't be read: {error}"
        ))
    })?;
    // Those of a system may be any; one that is odd keeps none of the others from being used.
    let usable = usable(certificates);
    match usable.is_empty() {
        true => Err(mistake(
            "the system has no certificates of authorities".to_owned(),
        )),
        false => Ok(usable),
    }
}

/// Those that both rustls and Pingora's parser, which would panic, understand.
fn usable<'a>(certificates: impl IntoIterator<Item = CertificateDer<'a>>) -> Vec<WrappedX509> {
    let understood = |certificate: &CertificateDer<'a>| {
        X509Certificate::from_der(certificate).is_ok()
            && RootCertStore::empty()
                .add(certificate.clone().into_owned())
                .is_ok()
    };
    let certificates = certificates.into_iter().filter(understood);
    certificates
        .map(|certificate| WrappedX509::new(certificate.to_vec(), parse_x509))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_check_there_is_still_an_authority() {
        let tls = UpstreamTls {
            verify: Verify::Insecure,
            ..UpstreamTls::default()
        };
        let trust = Trust::load(&tls).unwrap();
        assert_eq!(trust.authorities.len(), 1);
        assert!(trust.is_insecure());
    }

    #[test]
    fn an_upstream_always_has_a_name_to_prove() {
        let tls = |name: Option<&str>| UpstreamTls {
            verify: Verify::Insecure,
            name: name.map(|name| name.parse().unwrap()),
            ..UpstreamTls::default()
        };
        for (url, name, expected) in [
            ("https://portal.internal", None, "portal.internal"),
            ("https://[fd00::5]", None, "fd00::5"),
            (
                "https://10.0.0.5",
                Some("portal.internal"),
                "portal.internal",
            ),
        ] {
            let url: UpstreamUrl = url.parse().unwrap();
            let mut peer = HttpPeer::new("10.0.0.5:443", true, String::new());
            Trust::load(&tls(name)).unwrap().apply(&mut peer, &url);
            assert_eq!(peer.sni, expected);
        }
    }
}
