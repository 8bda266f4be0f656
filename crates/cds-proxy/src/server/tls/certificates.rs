//! The certificates of a listener, and who gets which.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use pingora::utils::tls::CertKey;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{Certificate, Fault, Role};
use super::renewal::Renewable;
use crate::config::CertificateFiles;

/// The certificates of a listener, or the one for upstreams. A handshake takes one snapshot;
/// connections that are there keep the certificate they began with.
#[derive(Debug)]
pub struct Certificates {
    files: Vec<CertificateFiles>,
    role: Role,
    current: ArcSwap<Choice>,
}

impl Certificates {
    /// Reads the certificates.
    ///
    /// # Errors
    ///
    /// What is wrong with each that can't be used, by its place in `files`.
    pub fn load(files: Vec<CertificateFiles>, role: Role) -> Result<Self, Vec<(usize, Fault)>> {
        let (mut loaded, mut faults) = (Vec::new(), Vec::new());
        for (index, files) in files.iter().enumerate() {
            match Certificate::load(files, role) {
                Ok(certificate) => loaded.push(certificate),
                Err(fault) => faults.push((index, fault)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            files,
            role,
            current: ArcSwap::from_pointee(Choice::among(loaded)),
        })
    }

    /// The files of each certificate.
    pub fn files(&self) -> &[CertificateFiles] {
        &self.files
    }

    /// The certificates now, in the order of their files.
    pub fn now(&self) -> Vec<Certificate> {
        self.current.load().certificates.clone()
    }

    /// The first of them as Pingora shows it to upstreams.
    pub fn for_upstreams(&self) -> Option<Arc<CertKey>> {
        let current = self.current.load();
        current.certificates.first()?.for_upstreams.clone()
    }

    /// Each of them, to be looked after.
    pub fn renewable(self: &Arc<Self>) -> impl Iterator<Item = Box<dyn Renewable>> {
        let place = |index| Place {
            certificates: Arc::clone(self),
            index,
        };
        (0..self.files.len()).map(move |index| -> Box<dyn Renewable> { Box::new(place(index)) })
    }

    /// Puts another certificate in the place of one.
    fn replace(&self, index: usize, certificate: Certificate) {
        let mut certificates = self.now();
        if let Some(place) = certificates.get_mut(index) {
            *place = certificate;
            self.current.store(Arc::new(Choice::among(certificates)));
        }
    }
}

/// One of the certificates.
#[derive(Debug)]
struct Place {
    certificates: Arc<Certificates>,
    index: usize,
}

impl Renewable for Place {
    fn files(&self) -> Vec<&Path> {
        let files = self.certificates.files.get(self.index);
        let each = files.map(|files| [&*files.certificate, &*files.key]);
        each.into_iter().flatten().collect()
    }

    fn renew(&self) -> Result<(), String> {
        let Some(files) = self.certificates.files.get(self.index) else {
            return Ok(());
        };
        let path = files.certificate.display();
        let certificate = Certificate::load(files, self.certificates.role).map_err(|fault| {
            format!(
                "{}: {}; the certificate that was there is used on",
                fault.message, fault.help
            )
        })?;
        let before = self.certificates.now();
        if before
            .get(self.index)
            .is_some_and(|it| it.is_same_as(&certificate))
        {
            return Ok(());
        }
        tracing::info!("the certificate {path} is renewed: {certificate}");
        for complaint in certificate.complaints(SystemTime::now()) {
            tracing::warn!("the certificate {path} {complaint}");
        }
        self.certificates.replace(self.index, certificate);
        Ok(())
    }

    fn ends(&self) -> Option<SystemTime> {
        let certificates = self.certificates.now();
        certificates.get(self.index).map(Certificate::ends)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let choice = self.current.load();
        let certificate = choice.for_name(hello.server_name(), |certificate| {
            let schemes = hello.signature_schemes();
            certificate.key.key.choose_scheme(schemes).is_some()
        })?;
        Some(Arc::clone(&certificate.key))
    }
}

/// Certificates and the names they are found by.
#[derive(Debug)]
struct Choice {
    certificates: Vec<Certificate>,
    /// A name, or `*` and the rest of it, with the places of its certificates.
    by_name: HashMap<String, Vec<usize>>,
}

impl Choice {
    fn among(certificates: Vec<Certificate>) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, certificate) in certificates.iter().enumerate() {
            for name in &certificate.names {
                by_name.entry(name.clone()).or_default().push(index);
            }
        }
        Self {
            certificates,
            by_name,
        }
    }

    /// The certificate for a name: one that has it, else one that has its wildcard (RFC 6125
    /// §6.4.3), else the first. Among several, one whose key the client takes.
    fn for_name(
        &self,
        name: Option<&str>,
        is_taken: impl Fn(&Certificate) -> bool,
    ) -> Option<&Certificate> {
        let name = name.map(str::to_ascii_lowercase);
        let wildcard = name
            .as_deref()
            .and_then(|name| Some(format!("*.{}", name.split_once('.')?.1)));
        let named = [name, wildcard]
            .into_iter()
            .flatten()
            .find_map(|name| self.by_name.get(&name));
        let first = || self.certificates.first();
        let Some(named) = named else {
            // Any other name gets the same, so that the kind of key still counts.
            let taken = self.certificates.iter().find(|it| is_taken(it));
            return taken.or_else(first);
        };
        let mut named = named
            .iter()
            .filter_map(|index| self.certificates.get(*index));
        let fallback = named.clone().next();
        named.find(|it| is_taken(it)).or(fallback).or_else(first)
    }
}
