//! `run`: everything put together.

mod sockets;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, bail};
use cds_live::{LiveSite, Options, State};
use pingora::apps::HttpServerOptions;
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) use self::sockets::Sockets;
use crate::admin::{Admin, NamedSite};
use crate::cli::RunArgs;
use crate::config::{Faulty, ListenAddress, Settings, Threads};
use crate::exit::{self, Verdict};
use crate::gateway::{Forwarding, Gateway, KEEP_ALIVE};
use crate::logging;
use crate::metrics::Metrics;
use crate::reloads::Reloads;
use crate::report::{Results, human};
use crate::server::tls::Renewal;
use crate::server::{Acceptor, Ending, Life, Listener, Phase, Room, Signals, capacity, serve};
use crate::terminal;
use crate::upstream::{Limits, Upstream};

/// Runs until a signal ends it. The exit code is 1 when `--strict` refuses a site that has errors,
/// and 2 when something else keeps it from starting: settings, ports, the site directory.
pub fn run(args: RunArgs) -> ExitCode {
    exit::code(try_run(args))
}

fn try_run(args: RunArgs) -> anyhow::Result<Verdict> {
    let settings = match Settings::load(args) {
        Ok(settings) => settings,
        Err(faulty) => return refuse(faulty),
    };
    let certificates = match sockets::certificates(&settings.listeners) {
        Ok(certificates) => certificates,
        Err(mistakes) => return refuse(Faulty::Given(mistakes)),
    };
    // Before anything else, so that a port in use is said at once and nothing else happens.
    let sockets = Sockets::bind(&settings, &certificates)?;
    logging::start(settings.log.as_deref());
    let certificates: Vec<_> = certificates.into_iter().flatten().collect();
    certificates
        .iter()
        .for_each(|certificates| sockets::warn_of_old(certificates));
    let renewal = Renewal::start(&certificates).context("the system gives no thread")?;
    let runtime = runtime(settings.process.threads)?;
    let verdict = runtime.block_on(serve_until_ended(&settings, sockets, &renewal))?;
    // Does not wait for a resolver or a file system that hangs, or for what a client never
    // finishes.
    runtime.shutdown_background();
    Ok(verdict)
}

/// Says why there are no settings.
fn refuse(faulty: Faulty) -> anyhow::Result<Verdict> {
    match faulty {
        Faulty::Unreadable(error) => return Err(error),
        Faulty::Given(mistakes) => mistakes.iter().for_each(terminal::complain),
        Faulty::File { name, report } => {
            let mut results = Results::new();
            results.add_document(&name, &report);
            show(&results);
        }
    }
    Ok(Verdict::CouldNotRun)
}

/// As `check` shows them. The watcher logs them too, but it may not come to it before the end.
fn show_findings(settings: &Settings, site: &LiveSite) {
    let mut results = Results::new();
    results.add_site(&settings.site.dir, [], &site.status().last_reload.report);
    show(&results);
}

fn show(results: &Results) {
    // There is nowhere left to say that this failed.
    let _ = io::stderr().write_all(human::plain(results).as_bytes());
}

/// Opens the site directory.
fn open(dir: &Path, options: &Options) -> anyhow::Result<LiveSite> {
    LiveSite::open_with(dir, options)
        .with_context(|| format!("the site directory {} can't be watched", dir.display()))
}

pub(crate) fn runtime(threads: Threads) -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.get())
        .thread_name("worker")
        .enable_all()
        .build()
        .context("the system gives no threads")
}

async fn serve_until_ended(
    settings: &Settings,
    sockets: Sockets,
    renewal: &Renewal,
) -> anyhow::Result<Verdict> {
    // Before the site is read, which may take long: a signal must not kill, and probes want to
    // know how it goes.
    let mut signals = Signals::catch().context("signals can't be caught")?;
    let life = Life::starting();
    let metrics = Arc::new(Metrics::new());
    let Sockets { listeners, admin } = sockets;
    let mut admin = AdminEndpoint::start(admin, Arc::clone(&metrics), life.clone())?;

    let (opening, options) = (settings.site.dir.clone(), settings.site.live.clone());
    let opened = tokio::select! {
        opened = tokio::task::spawn_blocking(move || open(&opening, &options)) => opened,
        () = signals.end_asked(|| tracing::info!("SIGHUP: the site is being read already")) => {
            tracing::info!("ended");
            return Ok(Verdict::Good);
        }
    };
    let site = opened.context("reading the site failed")??;
    follow(settings, &site, &metrics)?;
    if site.status().state == State::Failing {
        if settings.site.strict {
            show_findings(settings, &site);
            tracing::error!("not starting, because the site has errors and --strict is given");
            return Ok(Verdict::Failed);
        }
        tracing::warn!(
            "the site's paths answer 503 until its errors are mended; other requests pass on"
        );
    }

    admin.tell_about(settings, &site);
    let mut serving = start(settings, listeners, site.clone(), metrics, &life)?;
    life.enter(Phase::Serving);
    tokio::select! {
        () = signals.end_asked(|| {
            reload(site.clone());
            renewal.look_again();
        }) => {}
        () = ended_early(&mut serving, &mut admin.task) => {
            bail!("a listener has failed, so the program ends");
        }
    }
    tracing::info!(
        "ending; requests in flight have {:?}",
        settings.process.drain_timeout
    );
    let idle = async { while serving.join_next().await.is_some() {} };
    match signals.drain(&life, settings.process, idle).await {
        Ending::Drained => tracing::info!("ended"),
        Ending::TimedOut => tracing::warn!("ended; the time was too short for some requests"),
        Ending::Forced => tracing::warn!("ended at once, as asked"),
    }
    Ok(Verdict::Good)
}

/// Has every reload counted, and reported where it is wanted.
pub(crate) fn follow(
    settings: &Settings,
    site: &LiveSite,
    metrics: &Arc<Metrics>,
) -> anyhow::Result<()> {
    let reloads = Reloads {
        metrics: Arc::clone(metrics),
        site: settings.site.dir.clone(),
        report: settings.site.report.clone(),
    };
    reloads.follow(site).context("the system gives no thread")
}

/// Waits until a listener is served no more, which before the end was asked for is a fault: a
/// process that lives on deaf would never be restarted.
async fn ended_early(clients: &mut JoinSet<()>, admin: &mut JoinHandle<()>) {
    tokio::select! {
        Some(_) = clients.join_next() => {}
        _ = admin => {}
    }
}

/// The admin endpoint, which answers as long as the process lives.
#[derive(Debug)]
pub(crate) struct AdminEndpoint {
    task: JoinHandle<()>,
    sites: Arc<OnceLock<Vec<NamedSite>>>,
}

impl AdminEndpoint {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn start(
        listener: Listener,
        metrics: Arc<Metrics>,
        life: Life,
    ) -> anyhow::Result<Self> {
        tracing::info!("admin on {}", origin(&listener));
        let acceptor = Acceptor::new(listener).context("the admin listener is broken")?;
        let sites = Arc::default();
        let admin = Admin {
            sites: Arc::clone(&sites),
            metrics,
            life,
        };
        let task = tokio::spawn(serve(
            acceptor,
            Arc::new(admin),
            Room::boundless(),
            Life::new(),
        ));
        Ok(Self { task, sites })
    }

    /// Lets it tell about the site.
    pub(crate) fn tell_about(&self, settings: &Settings, site: &LiveSite) {
        let site = NamedSite {
            name: settings.site.dir.display().to_string(),
            site: site.clone(),
        };
        self.sites.get_or_init(|| vec![site]);
    }
}

/// Starts to serve, and returns what ends when nothing is in flight any more.
pub(crate) fn start(
    settings: &Settings,
    listeners: Vec<Listener>,
    site: LiveSite,
    metrics: Arc<Metrics>,
    life: &Life,
) -> anyhow::Result<JoinSet<()>> {
    let own = listeners
        .iter()
        .filter_map(|listener| listener.address().tcp());
    let upstream = upstream(settings, own.collect());
    tokio::spawn(Arc::clone(&upstream).keep_resolved());
    let gateway = Gateway {
        site,
        upstream,
        forwarding: Forwarding {
            trusted: settings.forwarding.trusted_proxies.clone(),
        },
        metrics,
        life: life.clone(),
    };
    let mut proxy = http_proxy(&pingora_conf(settings), gateway);
    let mut options = HttpServerOptions::default();
    options.h2_idle_timeout = Some(KEEP_ALIVE);
    proxy.server_options = Some(options);
    let (proxy, room) = (Arc::new(proxy), room(settings));
    let mut serving = JoinSet::new();
    for listener in listeners {
        tracing::info!(
            "listening on {}, passing on to {}",
            origin(&listener),
            settings.upstream.url
        );
        let acceptor = Acceptor::new(listener).context("a listener is broken")?;
        serving.spawn(serve(
            acceptor,
            Arc::clone(&proxy),
            room.clone(),
            life.clone(),
        ));
    }
    Ok(serving)
}

/// A listener as clients name it.
fn origin(listener: &Listener) -> String {
    let address = listener.address();
    match (address, &listener.greeting.tls) {
        (ListenAddress::Unix(_), _) => address.to_string(),
        (ListenAddress::Tcp(_), None) => format!("http://{address}"),
        (ListenAddress::Tcp(_), Some(_)) => format!("https://{address}"),
    }
}

/// Room for as many connections as were asked for, or as many as fit.
fn room(settings: &Settings) -> Room {
    let capacity = capacity();
    let Some(wanted) = settings.max_connections else {
        return Room::of(capacity.min(MOST_CONNECTIONS));
    };
    let wanted = usize::try_from(wanted.get()).unwrap_or(usize::MAX);
    if wanted > capacity {
        tracing::warn!(
            "the system lets this process open files for about {capacity} connections, not for \
             {wanted}; raise its limit (LimitNOFILE=, ulimit -n)"
        );
    }
    Room::of(wanted)
}

/// More than a sidecar of one portal sees, and few enough for a small machine's memory.
const MOST_CONNECTIONS: usize = 10_000;

fn upstream(settings: &Settings, own: Vec<SocketAddr>) -> Arc<Upstream> {
    let limits = Limits {
        connect: settings.upstream.connect_timeout,
        answer: settings.upstream.timeout,
    };
    Arc::new(Upstream::new(settings.upstream.url.clone(), limits, own))
}

fn pingora_conf(settings: &Settings) -> Arc<ServerConf> {
    Arc::new(ServerConf {
        threads: settings.process.threads.get(),
        // Pingora would read the system's certificates at once, and panic where it can't. Whom an
        // upstream is checked against is for its peer to say.
        ca_file: Some("/dev/null".to_owned()),
        ..ServerConf::default()
    })
}

/// Reading files blocks, so it happens beside the workers. How it ends is told as for any reload.
pub(crate) fn reload(site: LiveSite) {
    tracing::info!("SIGHUP: reading the site again");
    tokio::task::spawn_blocking(move || site.reload());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_is_served_no_more_is_noticed() {
        let forever = std::future::pending::<()>;
        let (mut clients, mut admin) = (JoinSet::new(), tokio::spawn(forever()));
        clients.spawn(forever());
        clients.spawn(async {});
        ended_early(&mut clients, &mut admin).await;

        let mut admin = tokio::spawn(async {});
        ended_early(&mut clients, &mut admin).await;
    }
}
