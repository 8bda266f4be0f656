//! `run`: everything put together.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use cds_live::{LiveSite, State};
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::admin::{Admin, NamedSite};
use crate::cli::RunArgs;
use crate::config::Settings;
use crate::exit::{self, Verdict};
use crate::gateway::{Forwarding, Gateway};
use crate::logging;
use crate::metrics::Metrics;
use crate::reloads::Reloads;
use crate::report::{Results, human};
use crate::server::{Ending, Life, Listener, Signals, serve};
use crate::upstream::{Limits, Upstream};

/// Runs until a signal ends it. The exit code is 1 when `--strict` refuses a site that has errors,
/// and 2 when something else keeps it from starting: settings, ports, the site directory.
pub fn run(args: RunArgs) -> ExitCode {
    exit::code(try_run(args))
}

fn try_run(args: RunArgs) -> anyhow::Result<Verdict> {
    let settings = Settings::load(args)?;
    // Before anything else, so that a port in use is said at once and nothing else happens.
    let sockets = Sockets::bind(&settings)?;
    logging::start();
    let site = open(&settings)?;
    let metrics = Arc::new(Metrics::new());
    let reloads = Reloads {
        metrics: Arc::clone(&metrics),
        site: settings.site.clone(),
        report: settings.report.clone(),
    };
    reloads
        .follow(&site)
        .context("the system gives no thread")?;
    if site.status().state == State::Failing {
        if settings.strict {
            show_findings(&settings, &site);
            tracing::error!("not starting, because the site has errors and --strict is given");
            return Ok(Verdict::Failed);
        }
        tracing::warn!(
            "the site's paths answer 503 until its errors are mended; other requests pass on"
        );
    }
    let runtime = runtime(settings.threads)?;
    runtime.block_on(serve_until_ended(&settings, sockets, site, metrics))?;
    // Does not wait for a resolver that hangs or for what a client never finishes.
    runtime.shutdown_background();
    Ok(Verdict::Good)
}

/// As `check` shows them. The watcher logs them too, but it may not come to it before the end.
fn show_findings(settings: &Settings, site: &LiveSite) {
    let mut results = Results::new();
    results.add_site(&settings.site, [], &site.status().last_reload.report);
    // There is nowhere left to say that this failed.
    let _ = io::stderr().write_all(human::plain(&results).as_bytes());
}

/// The sockets of a proxy, bound and not yet served.
#[derive(Debug)]
pub struct Sockets {
    /// For clients.
    pub listeners: Vec<Listener>,
    /// For operators.
    pub admin: Listener,
}

impl Sockets {
    fn bind(settings: &Settings) -> anyhow::Result<Self> {
        let listeners: Result<_, _> = settings
            .listen
            .iter()
            .map(|address| Listener::bind(*address, "--listen"))
            .collect();
        Ok(Self {
            listeners: listeners?,
            admin: Listener::bind(settings.admin, "--admin")?,
        })
    }
}

/// Opens the site directory.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<LiveSite> {
    LiveSite::open(&settings.site).with_context(|| {
        format!(
            "the site directory {} can't be watched",
            settings.site.display()
        )
    })
}

pub(crate) fn runtime(threads: usize) -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("worker")
        .enable_all()
        .build()
        .context("the system gives no threads")
}

async fn serve_until_ended(
    settings: &Settings,
    sockets: Sockets,
    site: LiveSite,
    metrics: Arc<Metrics>,
) -> anyhow::Result<()> {
    let mut signals = Signals::catch().context("signals can't be caught")?;
    let life = Life::new();
    let mut serving = start(settings, sockets, site.clone(), metrics, &life);
    signals.end_asked(|| reload(site.clone())).await;
    tracing::info!(
        "ending; requests in flight have {:?}",
        settings.drain_timeout
    );
    let idle = async { while serving.join_next().await.is_some() {} };
    match signals.drain(&life, settings.drain_timeout, idle).await {
        Ending::Drained => tracing::info!("ended"),
        Ending::TimedOut => tracing::warn!("ended; the time was too short for some requests"),
        Ending::Forced => tracing::warn!("ended at once, as asked"),
    }
    Ok(())
}

/// Starts to serve, and returns what ends when nothing is in flight any more.
pub(crate) fn start(
    settings: &Settings,
    sockets: Sockets,
    site: LiveSite,
    metrics: Arc<Metrics>,
    life: &Life,
) -> JoinSet<()> {
    let upstream = upstream(settings);
    tokio::spawn(Arc::clone(&upstream).keep_resolved());
    let name = settings.site.display().to_string();
    let admin = Admin {
        sites: vec![NamedSite {
            name,
            site: site.clone(),
        }],
        metrics: Arc::clone(&metrics),
        life: life.clone(),
    };
    tracing::info!("admin on http://{}", sockets.admin.address());
    // Not waited for: it answers as long as the process lives.
    tokio::spawn(serve(sockets.admin, Arc::new(admin), Life::new()));

    let gateway = Gateway {
        site,
        upstream,
        forwarding: Forwarding {
            trusted: settings.trusted_proxies.clone(),
        },
        metrics,
        life: life.clone(),
    };
    let gateway = Arc::new(http_proxy(&pingora_conf(settings), gateway));
    let mut serving = JoinSet::new();
    for listener in sockets.listeners {
        tracing::info!(
            "listening on http://{}, passing on to {}",
            listener.address(),
            settings.upstream
        );
        serving.spawn(serve(listener, Arc::clone(&gateway), life.clone()));
    }
    serving
}

fn upstream(settings: &Settings) -> Arc<Upstream> {
    let limits = Limits {
        connect: settings.connect_timeout,
        answer: settings.upstream_timeout,
    };
    Arc::new(Upstream::new(settings.upstream.clone(), limits))
}

fn pingora_conf(settings: &Settings) -> Arc<ServerConf> {
    Arc::new(ServerConf {
        threads: settings.threads,
        ..ServerConf::default()
    })
}

/// Reading files blocks, so it happens beside the workers. How it ends is told as for any reload.
pub(crate) fn reload(site: LiveSite) {
    tracing::info!("SIGHUP: reading the site again");
    tokio::task::spawn_blocking(move || site.reload());
}
