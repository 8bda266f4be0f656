//! `run`: everything put together.

mod admin;
mod course;
mod serving;
mod shares;
mod sockets;
mod systemd;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tracing::{Instrument as _, Span};

pub(crate) use self::admin::AdminEndpoint;
use self::course::Course;
pub(crate) use self::serving::start;
pub(crate) use self::sockets::Sockets;
use crate::cli::RunArgs;
use crate::config::{Faulty, Loaded, Settings, Threads, unknown_variables};
use crate::exit::{self, Verdict};
use crate::logging;
use crate::metrics::Metrics;
use crate::published::Published;
use crate::reloads::Reloads;
use crate::report::{Results, human};
use crate::server::tls::{Certificates, Renewal};
use crate::server::{Inherited, Program};
use crate::terminal;
use crate::upstream::Trust;

/// Runs until a signal ends it. The exit code is 1 when `--strict` refuses a site that has errors,
/// and 2 when something else keeps it from starting: settings, ports, the site directory.
pub fn run(args: RunArgs) -> ExitCode {
    exit::code(try_run(args))
}

fn try_run(args: RunArgs) -> anyhow::Result<Verdict> {
    let program = Program::this();
    let mut inherited = Inherited::receive()?;
    let loaded = match Loaded::load(args) {
        Ok(loaded) => loaded,
        Err(faulty) => return refuse(faulty),
    };
    let settings = &loaded.settings;
    let certificates = match sockets::certificates(&settings.listeners) {
        Ok(certificates) => certificates,
        Err(mistakes) => return refuse(loaded.into_faulty(mistakes)),
    };
    let trust = match serving::trust(&settings.upstream) {
        Ok(trust) => trust,
        Err(mistakes) => return refuse(loaded.into_faulty(mistakes)),
    };
    // Before anything else, so that a port in use is said at once and nothing else happens.
    let sockets = match Sockets::bind(&loaded, &certificates, &mut inherited) {
        Ok(sockets) => sockets,
        Err(faults) => {
            let words = faults.iter().map(|fault| format!("{fault:#}"));
            words.for_each(terminal::complain);
            return Ok(Verdict::CouldNotRun);
        }
    };
    logging::start(&settings.log);
    for words in unknown_variables(&[Inherited::VARIABLE]) {
        tracing::warn!("{words}");
    }
    for address in inherited.left() {
        tracing::warn!("nothing in the settings listens on {address}, so that socket is closed");
    }
    let identity = trust.as_ref().and_then(Trust::identity);
    let of_listeners: Vec<_> = certificates.into_iter().flatten().collect();
    of_listeners
        .iter()
        .chain(&identity)
        .for_each(|certificates| sockets::warn_of_refusable(certificates));
    let renewable = of_listeners.iter().flat_map(Certificates::renewable);
    let renewable = renewable.chain(trust.iter().flat_map(Trust::renewable));
    let renewal = Renewal::start(renewable.collect()).context("the system gives no thread")?;
    let runtime = runtime(settings.process.threads)?;
    let course = Course {
        settings,
        trust,
        renewal,
        program,
    };
    // Both write into one log for a while, errors at the least.
    let span = match inherited.have_predecessor() {
        true => tracing::error_span!("process", pid = std::process::id()),
        false => Span::none(),
    };
    let verdict = runtime.block_on(course.run(sockets, inherited).instrument(span))?;
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

/// As `check` shows it. The watcher logs it too, but it may not come to it before the end.
fn show(results: &Results) {
    // There is nowhere left to say that this failed.
    let _ = io::stderr().write_all(human::plain(results).as_bytes());
}

pub(crate) fn runtime(threads: Threads) -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.get())
        .thread_name("worker")
        .enable_all()
        .build()
        .context("the system gives no threads")
}

/// Has every reload counted, and reported where it is wanted.
pub(crate) fn follow(
    settings: &Settings,
    published: &Published,
    metrics: &Arc<Metrics>,
) -> anyhow::Result<()> {
    let reloads = Reloads {
        metrics: Arc::clone(metrics),
        report: settings.site.report.clone(),
    };
    reloads
        .follow(published)
        .context("the system gives no thread")
}

/// Reading files blocks, so it happens beside the workers. How it ends is told as for any reload.
pub(crate) fn reload(published: Published) -> JoinHandle<()> {
    tracing::info!("SIGHUP: reading the documents again");
    tokio::task::spawn_blocking(move || {
        published.reload();
    })
}
