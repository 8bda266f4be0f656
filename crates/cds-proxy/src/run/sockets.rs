//! The sockets of a proxy, bound before anything else happens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;

use crate::config::{ListenerSettings, Loaded, Mistake, Mode};
use crate::server::tls::{self, Certificates, Role};
use crate::server::{Inherited, Listener};

/// The sockets of a proxy, bound and not yet served.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// For clients.
    pub(crate) listeners: Vec<Listener>,
    /// For operators.
    pub(crate) admin: Listener,
    /// For scrapers and probes.
    pub(crate) metrics: Option<Listener>,
}

impl Sockets {
    /// Binds what isn't there already; `certificates` has those of each listener.
    ///
    /// # Errors
    ///
    /// At once, each address that can't be listened on and what to do.
    pub(crate) fn bind(
        loaded: &Loaded,
        certificates: &[Option<Arc<Certificates>>],
        inherited: &mut Inherited,
    ) -> Result<Self, Vec<anyhow::Error>> {
        let settings = &loaded.settings;
        let (mut listeners, mut faults) = (Vec::new(), Vec::new());
        let mut keep = |bound: anyhow::Result<Listener>| match bound {
            Ok(listener) => Some(listener),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let of_clients = settings.listeners.iter().zip(certificates).enumerate();
        for (index, (settings, certificates)) in of_clients {
            let flag = match certificates {
                Some(_) => "--listen-tls",
                None => "--listen",
            };
            let choose = loaded.way_to_choose(&format!("listen.{index}.address"), flag);
            let bound = listener(settings, certificates.clone(), &choose, inherited);
            listeners.extend(keep(bound));
        }
        let mut for_group = |address, key, flag| {
            let choose = loaded.way_to_choose(key, flag);
            keep(Listener::bind(address, Mode::GROUP, &choose, inherited).map_err(Into::into))
        };
        let admin = for_group(&settings.admin, "admin.address", "--admin");
        let metrics = settings.metrics.as_ref();
        let metrics = metrics.and_then(|address| for_group(address, "admin.metrics", "--metrics"));
        match admin {
            Some(admin) if faults.is_empty() => Ok(Self {
                listeners,
                admin,
                metrics,
            }),
            _ => Err(faults),
        }
    }
}

impl Sockets {
    /// Where a connection by TCP would reach this process.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        let listeners = self.listeners.iter();
        let all = listeners.chain([&self.admin]).chain(&self.metrics);
        all.filter_map(|listener| listener.address().tcp())
            .collect()
    }
}

fn listener(
    settings: &ListenerSettings,
    certificates: Option<Arc<Certificates>>,
    choose: &str,
    inherited: &mut Inherited,
) -> anyhow::Result<Listener> {
    let (address, mode) = (&settings.address, settings.mode);
    let mut listener = Listener::bind(address, mode, choose, inherited)?;
    let tls = certificates.map(|certificates| tls::server_config(certificates, settings.http2));
    let greeting = &mut listener.greeting;
    greeting.proxies = settings.proxies.clone();
    greeting.tls = tls.transpose().context("TLS can't be spoken")?;
    greeting.http2 = settings.http2;
    Ok(listener)
}

/// Reads the certificates of each listener that has any.
///
/// # Errors
///
/// Each that can't be used.
pub(crate) fn certificates(
    listeners: &[ListenerSettings],
) -> Result<Vec<Option<Arc<Certificates>>>, Vec<Mistake>> {
    let (mut all, mut mistakes) = (Vec::new(), Vec::new());
    for (listener, settings) in listeners.iter().enumerate() {
        if settings.tls.is_empty() {
            all.push(None);
            continue;
        }
        match Certificates::load(settings.tls.clone(), Role::ForClients) {
            Ok(certificates) => all.push(Some(Arc::new(certificates))),
            Err(faults) => mistakes.extend(faults.into_iter().map(|(index, fault)| {
                fault.into_mistake(&format!("listen.{listener}.tls.{index}."))
            })),
        }
    }
    if mistakes.is_empty() {
        Ok(all)
    } else {
        Err(mistakes)
    }
}

/// Warns of certificates that nobody will take, or not for long.
pub(crate) fn warn_of_refusable(certificates: &Certificates) {
    let now = SystemTime::now();
    for (certificate, files) in certificates.now().iter().zip(certificates.files()) {
        let path = files.certificate.display();
        for complaint in certificate.complaints(now) {
            tracing::warn!("the certificate {path} {complaint}");
        }
    }
}
