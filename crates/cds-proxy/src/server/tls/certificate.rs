//! One certificate with its key.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::config::{CertificateFiles, Mistake};
use crate::rules::certificate_invalid::CERTIFICATE_INVALID;

/// A certificate with its key, both read and found to belong together.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// The DNS names that it is for (RFC 5280 §4.2.1.6), in lower case.
    pub(super) names: Vec<String>,
    begins: SystemTime,
    ends: SystemTime,
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
    pub fn load(files: &CertificateFiles) -> Result<Self, Fault> {
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
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| unfit(files, &error))?;
        Ok(Self {
            key: Arc::new(key),
            names,
            begins: time(validity.not_before),
            ends: time(validity.not_after),
        })
    }

    /// What clients will say of its time, if anything (RFC 5280 §4.1.2.5).
    pub fn complaint(&self, now: SystemTime) -> Option<String> {
        let date = humantime::format_rfc3339_seconds;
        if now < self.begins {
            return Some(format!("is not valid before {}", date(self.begins)));
        }
        if now > self.ends {
            return Some(format!("has expired on {}", date(self.ends)));
        }
        let left = self.ends.duration_since(now).unwrap_or_default();
        (left < SOON).then(|| format!("expires on {}", date(self.ends)))
    }

    /// Whether both are the same in everything that a client sees.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.key.cert == other.key.cert
    }
}

impl Fault {
    /// The mistake that it is in a configuration.
    pub fn into_mistake(self, listener: usize, index: usize) -> Mistake {
        let part = match self.part {
            Part::Certificate => "certificate",
            Part::Key => "key",
        };
        Mistake {
            rule: &CERTIFICATE_INVALID,
            key: format!("listen.{listener}.tls.{index}.{part}"),
            message: self.message,
            help: self.help.to_owned(),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = match &self.names[..] {
            [] => "no name".to_owned(),
            [name] => name.clone(),
            [name, rest @ ..] => format!("{name} and {} more", rest.len()),
        };
        let ends = humantime::format_rfc3339_seconds(self.ends);
        write!(f, "for {names}, until {ends}")
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

/// Two weeks: what renews itself by a certificate's usual ninety days has done so for a while.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

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
            _ => None,
        })
        .collect()
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
