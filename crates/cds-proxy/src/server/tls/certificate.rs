//! One certificate with its key.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pingora::utils::tls::CertKey;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use super::complaint::Complaint;
use crate::config::{CertificateFiles, Mistake};
use crate::rules::certificate_invalid::CERTIFICATE_INVALID;

/// A certificate with its key, both read and found to belong together.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// The DNS names, in lower case, and IP addresses that it is for (RFC 5280 §4.2.1.6).
    pub(super) names: Vec<String>,
    begins: SystemTime,
    ends: SystemTime,
    role: Role,
    /// The same as `key`, as Pingora shows it.
    pub(super) for_upstreams: Option<Arc<CertKey>>,
}

/// To whom certificates are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To clients, by a listener.
    ForClients,
    /// To upstreams that ask for one.
    ForUpstreams,
}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which file.
    pub part: Part,
    /// What is wrong, in one sentence that names the file.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// A file of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The certificate and those that lead to the root.
    Certificate,
    /// Its private key.
    Key,
}

impl Certificate {
    /// Reads the files of a certificate.
    ///
    /// # Errors
    ///
    /// When one of them can't be read or isn't what it should be, or when they don't belong
    /// together.
    pub fn load(files: &CertificateFiles, role: Role) -> Result<Self, Fault> {
        let chain = read(&files.certificate, Part::Certificate)?;
        let key = read(&files.key, Part::Key)?;
        let chain = parse_chain(&files.certificate, &chain)?;
        let key = parse_key(&files.key, &key)?;
        let Some(leaf) = chain.first().cloned() else {
            return Err(Part::Certificate.fault(&files.certificate, "has no certificate in it"));
        };
        let (_, leaf) = X509Certificate::from_der(&leaf).map_err(|error| {
            let reason = format!("has no certificate that can be understood: {error}");
            Part::Certificate.fault(&files.certificate, &reason)
        })?;
        let (names, validity) = (names(&leaf), leaf.validity().clone());
        let for_upstreams = match role {
            Role::ForClients => None,
            Role::ForUpstreams => Some(for_upstreams(files, &chain, &key)?),
        };
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| unfit(files, &error))?;
        Ok(Self {
            key: Arc::new(key),
            names,
            begins: time(validity.not_before),
            ends: time(validity.not_after),
            role,
            for_upstreams,
        })
    }

    /// When it ends.
    pub(super) const fn ends(&self) -> SystemTime {
        self.ends
    }

    /// Why those that it is shown to won't take it, or not for long.
    pub fn complaints(&self, now: SystemTime) -> Vec<Complaint> {
        let time = Complaint::of_time(self.begins, self.ends, now);
        // Upstreams know their clients by whatever they like.
        let lacks_name = self.role == Role::ForClients && self.names.is_empty();
        let name = lacks_name.then_some(Complaint::NO_NAME);
        time.into_iter().chain(name).collect()
    }

    /// Whether both are the same in everything that a client sees.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.key.cert == other.key.cert
    }
}

impl Fault {
    /// The mistake that it is in a configuration, whose keys for the two files begin with `prefix`.
    pub fn into_mistake(self, prefix: &str) -> Mistake {
        let part = match self.part {
            Part::Certificate => "certificate",
            Part::Key => "key",
        };
        Mistake {
            rule: &CERTIFICATE_INVALID,
            key: format!("{prefix}{part}"),
            message: self.message,
            help: self.help.to_owned(),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.names[..] {
            [] => {}
            [name] => write!(f, "for {name}, ")?,
            [name, rest @ ..] => write!(f, "for {name} and {} more, ", rest.len())?,
        }
        write!(f, "until {}", humantime::format_rfc3339_seconds(self.ends))
    }
}

impl Part {
    fn fault(self, path: &Path, reason: &str) -> Fault {
        Fault {
            part: self,
            message: format!("{} {reason}", path.display()),
            help: match self {
                Self::Certificate => {
                    "give a file in PEM: it has a line `-----BEGIN CERTIFICATE-----`"
                }
                Self::Key => {
                    "give a file in PEM, without a passphrase: it has a line such as \
                     `-----BEGIN PRIVATE KEY-----`"
                }
            },
        }
    }
}

fn read(path: &Path, part: Part) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| Fault {
        part,
        message: format!("{} can't be read: {error}", path.display()),
        help: "give the path of a file that this program may read",
    })
}

fn parse_chain(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let chain: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(pem).collect();
    chain.map_err(|error| {
        let reason = format!("is no PEM that can be understood: {error}");
        Part::Certificate.fault(path, &reason)
    })
}

fn parse_key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, Fault> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| {
        let reason = match error {
            PemError::NoItemsFound => "has no private key in it".to_owned(),
            error => format!("is no PEM that can be understood: {error}"),
        };
        Part::Key.fault(path, &reason)
    })
}

/// Pingora's own parsers would panic at what they don't understand.
fn for_upstreams(
    files: &CertificateFiles,
    chain: &[CertificateDer<'_>],
    key: &PrivateKeyDer<'_>,
) -> Result<Arc<CertKey>, Fault> {
    let is_understood =
        |certificate: &CertificateDer<'_>| X509Certificate::from_der(certificate).is_ok();
    if !chain.iter().all(is_understood) {
        let reason = "has a certificate that can't be understood";
        return Err(Part::Certificate.fault(&files.certificate, reason));
    }
    let key = key.secret_der().to_vec();
    if PrivateKeyDer::try_from(&key[..]).is_err() {
        return Err(Part::Key.fault(&files.key, "has a key that can't be understood"));
    }
    let chain = chain.iter().map(|certificate| certificate.to_vec());
    Ok(Arc::new(CertKey::new(chain.collect(), key)))
}

fn unfit(files: &CertificateFiles, error: &TlsError) -> Fault {
    if *error == TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) {
        return Fault {
            part: Part::Key,
            message: format!(
                "{} is not the key of {}",
                files.key.display(),
                files.certificate.display()
            ),
            help: "give the key that the certificate was made for",
        };
    }
    Part::Key.fault(&files.key, &format!("can't be used: {error}"))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            GeneralName::IPAddress(octets) => address(octets).map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// The nearest time that can be told.
fn time(time: ASN1Time) -> SystemTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds.min(END_OF_9999)))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// 9999-12-31T23:59:59Z in seconds since 1970, which certificates without an end have.
const END_OF_9999: u64 = 253_402_300_799;
