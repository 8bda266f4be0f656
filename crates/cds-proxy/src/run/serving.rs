//! The proxy itself, put together and served.

use std::convert::Infallible;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use anyhow::Context as _;
use pingora::apps::HttpServerOptions;
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::shares::Shares;
use crate::access_log::AccessLog;
use crate::config::{HealthSettings, ListenAddress, Mistake, Settings, UpstreamSettings};
use crate::gateway::{Gateway, KEEP_ALIVE, Passage, RateLimit};
use crate::metrics::Metrics;
use crate::published::Published;
use crate::seldom::Seldom;
use crate::server::{Acceptor, Life, Listener, Phase, Refusals, serve};
use crate::upstream::{Checks, Ejection, Limits, NO_AUTHORITIES, Speech, Trust, Upstream};

/// The listeners of clients, served.
#[derive(Debug)]
pub(crate) struct Serving {
    /// A task for each listener, which ends when nothing is in flight any more.
    pub(super) tasks: JoinSet<()>,
    pub(super) acceptors: Vec<Weak<Acceptor>>,
    access_log: Option<Arc<AccessLog>>,
    upstream: Arc<Upstream>,
    /// Ends when nobody is answered any more.
    answering: oneshot::Receiver<Infallible>,
}

/// Starts to serve, and enters that phase. `own` is where this proxy listens, for whomever.
///
/// # Errors
///
/// When the system refuses.
pub(crate) fn start(
    settings: &Settings,
    trust: Option<Trust>,
    listeners: Vec<Listener>,
    own: &[SocketAddr],
    published: Published,
    metrics: &Arc<Metrics>,
    life: &Life,
) -> anyhow::Result<Serving> {
    warn_of_insecure(trust.as_ref());
    File::open(NO_AUTHORITIES).with_context(|| format!("{NO_AUTHORITIES} can't be opened"))?;
    let upstream = upstream(&settings.upstream, trust, own, metrics);
    tokio::spawn(Arc::clone(&upstream).tend());
    let access_log = AccessLog::start(&settings.access_log, metrics)
        .context("the access log can't be written")?
        .map(Arc::new);
    let shares = Shares::of(settings);
    let (ended, answering) = oneshot::channel();
    let gateway = Gateway {
        site: published,
        upstream: Arc::clone(&upstream),
        passage: Passage::new(shares.passed_on, settings.upstream.connect_timeout),
        forwarding: settings.forwarding.clone(),
        limits: settings.requests,
        rate: settings.rate.map(RateLimit::new),
        metrics: Arc::clone(metrics),
        access_log: access_log.clone(),
        faults: Seldom::default(),
        life: life.clone(),
        ended,
    };
    let mut proxy = http_proxy(&pingora_conf(shares.idle), gateway);
    let mut options = HttpServerOptions::default();
    options.h2_idle_timeout = Some(KEEP_ALIVE);
    proxy.server_options = Some(options);
    let proxy = Arc::new(proxy);
    let origins: Vec<_> = listeners.iter().map(origin).collect();
    let (mut tasks, mut acceptors) = (JoinSet::new(), Vec::new());
    for mut listener in listeners {
        listener.greeting.refusals = Refusals {
            metrics: Some(Arc::clone(metrics)),
            access_log: access_log.clone(),
        };
        let acceptor = Acceptor::new(listener).context("a listener is broken")?;
        acceptors.push(Arc::downgrade(&acceptor));
        tasks.spawn(serve(
            acceptor,
            Arc::clone(&proxy),
            shares.clients.clone(),
            life.clone(),
        ));
    }
    // Whoever reads the log and asks `/readyz` next is to be told the same.
    life.enter(Phase::Serving);
    let urls: Vec<_> = settings
        .upstream
        .urls
        .iter()
        .map(ToString::to_string)
        .collect();
    for origin in origins {
        tracing::info!("listening on {origin}, passing on to {}", urls.join(", "));
    }
    Ok(Serving {
        tasks,
        acceptors,
        access_log,
        upstream,
        answering,
    })
}

impl Serving {
    /// Waits until nobody is answered any more, once no more come.
    pub(super) async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
        // A request of HTTP/2 has a task of its own. It is logged after its answer, when the
        // connection may have ended.
        let _ = (&mut self.answering).await;
    }

    /// Tells of upstreams what would be told later.
    pub(super) fn tell_rest(&self) {
        self.upstream.tell_rest();
    }

    /// Has what is still to be logged written, as far as that is done in a second.
    pub(super) fn flush_log(&self) {
        if let Some(log) = &self.access_log {
            log.flush(Duration::from_secs(1));
        }
    }
}

/// A listener as clients name it.
pub(super) fn origin(listener: &Listener) -> String {
    let address = listener.address();
    match (address, &listener.greeting.tls) {
        (ListenAddress::Unix(_), _) => address.to_string(),
        (ListenAddress::Tcp(_), None) => format!("http://{address}"),
        (ListenAddress::Tcp(_), Some(_)) => format!("https://{address}"),
    }
}

fn upstream(
    settings: &UpstreamSettings,
    trust: Option<Trust>,
    own: &[SocketAddr],
    metrics: &Metrics,
) -> Arc<Upstream> {
    let speech = Speech {
        limits: Limits {
            connect: settings.connect_timeout,
            answer: settings.timeout,
            write: settings.write_timeout,
            idle: settings.idle_timeout,
            stream: settings.stream_timeout,
        },
        trust,
        http2: settings.http2,
        keeps_connections: settings.idle_connections > 0,
    };
    let ejection = Ejection {
        after: settings.eject_after,
        pause: settings.eject_time,
    };
    let (urls, balance) = (&settings.urls, settings.balance);
    let upstream = Upstream::new(urls, balance, speech, ejection, own, metrics);
    Arc::new(upstream.checked(checks(&settings.health)))
}

fn checks(settings: &HealthSettings) -> Option<Checks> {
    Some(Checks {
        check: settings.check.clone()?,
        interval: settings.interval,
        timeout: settings.timeout,
        failures: settings.failures,
        successes: settings.successes,
    })
}

/// Reads whom the upstreams' certificates are checked against, and the one that they are shown, if
/// any speaks TLS.
///
/// # Errors
///
/// What can't be used.
pub(super) fn trust(settings: &UpstreamSettings) -> Result<Option<Trust>, Vec<Mistake>> {
    let is_tls = settings.urls.iter().any(|url| url.is_tls);
    is_tls.then(|| Trust::load(&settings.tls)).transpose()
}

/// What is not as safe as it could be.
fn warn_of_insecure(trust: Option<&Trust>) {
    if trust.is_some_and(Trust::is_insecure) {
        tracing::warn!(
            "the upstream's certificate is not checked: whoever is in between can read and change \
             everything"
        );
    }
}

fn pingora_conf(idle_connections: usize) -> Arc<ServerConf> {
    Arc::new(ServerConf {
        // Pingora keeps so many connections for each of its threads, of which it is left none: the
        // workers are ours.
        threads: 1,
        upstream_keepalive_pool_size: idle_connections,
        ca_file: Some(NO_AUTHORITIES.to_owned()),
        ..ServerConf::default()
    })
}
