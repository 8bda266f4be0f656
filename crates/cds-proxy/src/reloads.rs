//! What is done at every reload: it is counted, a refused edit is shown as `check` shows it, and what
//! was found is written to a file. `cds-live` logs it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use cds_live::{Outcome, Reload, SiteReload, Subscription};

use crate::metrics::Metrics;
use crate::published::Published;
use crate::report::{self, Results, human};

/// What is done at a reload.
#[derive(Debug)]
pub struct Reloads {
    /// Where reloads are counted.
    pub metrics: Arc<Metrics>,
    /// Where what was found is written to, for whoever made the edit and doesn't read the log.
    pub report: Option<PathBuf>,
}

impl Reloads {
    /// Does so in a thread of its own, from now on and for as long as what is published is watched.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn follow(self, published: &Published) -> io::Result<()> {
        let reloads = Followed::of(published);
        let report = self.report.map(|path| Written {
            path,
            published: published.clone(),
        });
        if let Some(report) = &report {
            report.write();
        }
        thread::Builder::new()
            .name("reloads".to_owned())
            .spawn(move || follow(&reloads, &self.metrics, report.as_ref()))?;
        Ok(())
    }
}

/// Counts every reload at once. What was found is written when nothing has been told for a while,
/// or a while after the first: of thousands of sites it is much, and reloads are missed meanwhile.
fn follow(reloads: &Followed, metrics: &Metrics, report: Option<&Written>) {
    let mut write_at: Option<Instant> = None;
    let mut missed = 0;
    loop {
        let left = write_at.map(|at| at.saturating_duration_since(Instant::now()));
        match reloads.next(left) {
            Ok((dir, reload)) => {
                metrics.count_reload(&reload);
                if is_refused(&reload) {
                    show(&dir, &reload);
                }
                write_at = write_at.or_else(|| report.and(Instant::now().checked_add(PAUSE)));
            }
            Err(why) => {
                if let Some(report) = report.filter(|_| write_at.take().is_some()) {
                    report.write();
                }
                if why == RecvTimeoutError::Disconnected {
                    return;
                }
            }
        }
        let missed_now = reloads.missed();
        metrics.count_missed_reloads(missed_now - missed);
        missed = missed_now;
    }
}

/// Whether somebody made an edit that isn't served.
fn is_refused(reload: &Reload) -> bool {
    let is_edit = !reload.changed.is_empty();
    is_edit && reload.report.has_errors() && reload.outcome == Outcome::Kept
}

/// Logs a report as `check` prints it, in one piece, for people. The lines of `cds-live` about each
/// finding are for programs.
fn show(dir: &Path, reload: &Reload) {
    let mut results = Results::new();
    results.add_site(dir, [], &reload.report);
    let text = human::plain(&results);
    let mut lines = text.lines();
    let first: Vec<_> = lines.by_ref().take(MOST_LINES).collect();
    let more = if lines.next().is_some() {
        "\n(cut short; `cds-proxy check` shows all)"
    } else {
        ""
    };
    tracing::error!("the edit is refused:\n{}{more}", first.join("\n"));
}

/// One slip in a script is in every entry of a listing, and a log that is full of it hides the
/// rest.
const MOST_LINES: usize = 100;

/// How long reloads are gathered before what was found is written.
const PAUSE: Duration = Duration::from_secs(1);

/// Reloads as they are told of, with the directory that each is of.
struct Followed {
    dir: PathBuf,
    told: Told,
}

enum Told {
    Site(Subscription<Reload>),
    Sites(Subscription<SiteReload>),
}

impl Followed {
    fn of(published: &Published) -> Self {
        let (dir, told) = match published {
            Published::Site { dir, live } => (dir, Told::Site(live.subscribe())),
            Published::Sites { dir, live } => (dir, Told::Sites(live.subscribe())),
        };
        let dir = dir.clone();
        Self { dir, told }
    }

    /// Waits for the next, at most for a time.
    fn next(&self, timeout: Option<Duration>) -> Result<(PathBuf, Reload), RecvTimeoutError> {
        let timeout = timeout.unwrap_or(Duration::MAX);
        Ok(match &self.told {
            Told::Site(reloads) => (self.dir.clone(), reloads.recv_timeout(timeout)?),
            Told::Sites(reloads) => {
                let told = reloads.recv_timeout(timeout)?;
                (self.dir.join(&*told.name), told.reload)
            }
        })
    }

    fn missed(&self) -> u64 {
        match &self.told {
            Told::Site(reloads) => reloads.missed(),
            Told::Sites(reloads) => reloads.missed(),
        }
    }
}

/// A file that says what was found.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    published: Published,
}

impl Written {
    fn write(&self) {
        if let Err(error) = report::write(&self.path, &self.published.results()) {
            tracing::error!("{error:#}");
        }
    }
}
