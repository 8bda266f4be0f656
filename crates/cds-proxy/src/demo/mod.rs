//! `demo`: a portal of the kind utilities have, a site to edit, and the proxy in front of it.

mod pages;
mod portal;
mod site;
mod words;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
use cds_live::LiveSite;

use self::portal::Portal;
use crate::cli::DemoArgs;
use crate::config::{Layer, ListenAddress, Mistake, Mode, Settings, SiteSection, UpstreamSection};
use crate::exit::{self, Verdict};
use crate::logging;
use crate::metrics::Metrics;
use crate::published::Published;
use crate::run::{self, AdminEndpoint, Sockets};
use crate::server::{Acceptor, Asked, Inherited, Life, Listener, Phase, Room, Signals, serve};

/// Runs the demo until a signal ends it. The exit code is 2 when it can't start: a port is taken,
/// or the site can't be written.
pub fn run(args: &DemoArgs) -> ExitCode {
    exit::code(try_run(args))
}

fn try_run(args: &DemoArgs) -> anyhow::Result<Verdict> {
    let sockets = Sockets {
        listeners: vec![bind(&args.listen, "--listen")?],
        admin: bind(&args.admin, "--admin")?,
        metrics: None,
    };
    let portal = bind(
        &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into(),
        "--listen",
    )?;
    let written = site::write_if_missing(&args.dir)?;
    logging::start_with("warn,cds_live=off");
    let settings = settings(args, &portal)?;
    let live = LiveSite::open(&args.dir)
        .with_context(|| format!("{} can't be watched", args.dir.display()))?;
    let runtime = run::runtime(settings.process.threads)?;
    runtime.block_on(show(args, &settings, sockets, portal, live, written))?;
    runtime.shutdown_background();
    Ok(Verdict::Good)
}

async fn show(
    args: &DemoArgs,
    settings: &Settings,
    sockets: Sockets,
    portal: Listener,
    live: LiveSite,
    written: bool,
) -> anyhow::Result<()> {
    let mut signals = Signals::catch().context("signals can't be caught")?;
    let here = words::Here {
        proxy: first_address(&sockets),
        admin: sockets.admin.address().clone(),
        portal: portal.address().clone(),
        dir: &args.dir,
    };
    words::introduce(&here, written);
    tell_reloads(&args.dir, &live)?;
    let life = Life::new();
    let portal = Acceptor::new(portal).context("the portal's listener is broken")?;
    tokio::spawn(serve(
        portal,
        Arc::new(Portal),
        Room::boundless(),
        life.clone(),
    ));
    let metrics = Arc::new(Metrics::new());
    let published = Published::Site {
        dir: args.dir.clone(),
        live,
    };
    run::follow(settings, &published, &metrics)?;
    let own = sockets.addresses();
    let admin = AdminEndpoint::start(
        sockets.admin,
        sockets.metrics,
        None,
        &metrics,
        &life,
        Phase::Serving,
    )?;
    admin.tell_about(&published);
    let listeners = sockets.listeners;
    let _serving = run::start(
        settings,
        None,
        listeners,
        &own,
        published.clone(),
        &metrics,
        &life,
    )?;
    loop {
        match signals.next().await {
            // At once: nobody depends on a demo.
            Asked::End => return Ok(()),
            Asked::Reload => drop(run::reload(published.clone())),
            Asked::HandOver => tracing::warn!("SIGUSR2: a demo has nothing to hand over"),
        }
    }
}

fn bind(address: &ListenAddress, flag: &str) -> anyhow::Result<Listener> {
    Ok(Listener::bind(
        address,
        Mode::EVERYONE,
        &format!("with {flag}"),
        &mut Inherited::default(),
    )?)
}

fn first_address(sockets: &Sockets) -> ListenAddress {
    let first = sockets.listeners.first().unwrap_or(&sockets.admin);
    first.address().clone()
}

fn tell_reloads(dir: &Path, live: &LiveSite) -> anyhow::Result<()> {
    let reloads = live.subscribe();
    let first = live.status().last_reload;
    words::tell_first(dir, &first);
    let dir = dir.to_owned();
    thread::Builder::new()
        .name("reloads".to_owned())
        .spawn(move || {
            for reload in reloads {
                words::tell(&dir, &reload);
            }
        })
        .context("no thread for watching")?;
    Ok(())
}

fn settings(args: &DemoArgs, portal: &Listener) -> anyhow::Result<Settings> {
    let upstream = format!("http://{}", portal.address());
    let layer = Layer {
        site: SiteSection {
            dir: Some(args.dir.clone()),
            ..SiteSection::default()
        },
        upstream: UpstreamSection {
            url: Some(vec![upstream.parse().map_err(anyhow::Error::msg)?]),
            ..UpstreamSection::default()
        },
        ..Layer::default()
    };
    Settings::resolve(layer).map_err(|mistakes| {
        let told: Vec<_> = mistakes.iter().map(Mistake::to_string).collect();
        anyhow::anyhow!(told.join("; "))
    })
}
