//! The authorities that an upstream's certificate must lead to.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use pingora::protocols::tls::CaType;
use pingora::utils::tls::{WrappedX509, parse_x509};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::config::{Mistake, UpstreamTls, Verify};
use crate::rules::certificate_invalid::CERTIFICATE_INVALID;
use crate::server::tls::Renewable;

/// The certificates of the authorities: of a file, or else the system's.
#[derive(Debug)]
pub struct Authorities {
    tls: UpstreamTls,
    current: ArcSwap<Arc<CaType>>,
}

impl Authorities {
    /// Reads the certificates.
    ///
    /// # Errors
    ///
    /// When there is none that can be used.
    pub fn load(tls: &UpstreamTls) -> Result<Self, Mistake> {
        Ok(Self {
            current: ArcSwap::from_pointee(read(tls)?.into()),
            tls: tls.clone(),
        })
    }

    /// Those that new connections are checked against.
    pub(super) fn now(&self) -> Arc<CaType> {
        Arc::clone(&self.current.load())
    }
}

impl Renewable for Arc<Authorities> {
    /// None of the system's, which has many places for them: those are read when that is asked for.
    fn files(&self) -> Vec<&Path> {
        self.tls.ca.as_deref().into_iter().collect()
    }

    fn renew(&self) -> Result<(), String> {
        let authorities = read(&self.tls)
            .map_err(|mistake| format!("{mistake}; the authorities that were there are used on"))?;
        if self.now().iter().map(der).eq(authorities.iter().map(der)) {
            return Ok(());
        }
        tracing::info!(
            "the authorities of upstreams are renewed: {} of them",
            authorities.len()
        );
        self.current.store(Arc::new(authorities.into()));
        Ok(())
    }
}

fn der(certificate: &WrappedX509) -> CertificateDer<'_> {
    certificate.into()
}

/// The certificate of an authority whose key was thrown away when it was made. Pingora needs one
/// even where nothing is checked.
const NOBODY: &[u8] = include_bytes!("nobody.der");

fn read(tls: &UpstreamTls) -> Result<Vec<WrappedX509>, Mistake> {
    match (tls.verify, &tls.ca) {
        (Verify::Insecure, _) => Ok(usable([CertificateDer::from(NOBODY)])),
        (Verify::Full, Some(path)) => of_file(path),
        (Verify::Full, None) => of_system(),
    }
}

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
