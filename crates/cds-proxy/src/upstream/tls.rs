//! Whom an upstream's certificate is checked against, and which one it is shown.

use std::sync::Arc;

use pingora::upstreams::peer::HttpPeer;

use super::authorities::Authorities;
use crate::config::{Mistake, TlsName, UpstreamTls, UpstreamUrl, Verify};
use crate::server::tls::{Certificates, Renewable, Role};

/// Whom an upstream's certificate is checked against, and which one it is shown if it asks.
#[derive(Debug, Clone)]
pub struct Trust {
    identity: Option<Arc<Certificates>>,
    authorities: Arc<Authorities>,
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
        match (Authorities::load(tls), identity(tls)) {
            (Ok(authorities), Ok(identity)) => Ok(Self {
                identity,
                authorities: Arc::new(authorities),
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

    /// What is looked after.
    pub fn renewable(&self) -> Vec<Box<dyn Renewable>> {
        let identity = self.identity.iter().flat_map(Certificates::renewable);
        let authorities: Box<dyn Renewable> = Box::new(Arc::clone(&self.authorities));
        identity.chain([authorities]).collect()
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
        peer.options.ca = Some(self.authorities.now());
        peer.options.verify_cert = self.verify == Verify::Full;
        peer.options.verify_hostname = self.verify == Verify::Full;
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
        assert_eq!(trust.authorities.now().len(), 1);
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
