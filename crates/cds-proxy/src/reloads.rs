//! What is done at every reload: it is counted, and what was found is written to a file.
//! `cds-live` logs it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use cds_live::{Reload, SiteReload};

use crate::metrics::Metrics;
use crate::published::Published;
use crate::report;

/// What is done at a reload.
#[derive(Debug)]
pub struct Reloads {
    /// Where reloads are counted.
    pub metrics: Arc<Metrics>,
    /// Where what was found is written to, for whoever made the edit and doesn't read the log.
    pub report: Option<PathBuf>,
}

impl Reloads {
    /// Notes the loads before and, in a thread of its own, every reload from now on, for as long
    /// as what is published is watched.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn follow(self, published: &Published) -> io::Result<()> {
        let reloads = Subscription::of(published);
        for (_, status) in published.statuses() {
            self.metrics.note_load(&status.last_reload);
        }
        let report = self.report.map(|path| Written {
            path,
            published: published.clone(),
        });
        if let Some(report) = &report {
            report.write();
        }
        thread::Builder::new()
            .name("reloads".to_owned())
            .spawn(move || {
                while reloads.next(|reload| self.metrics.count_reload(reload)) {
                    if let Some(report) = &report {
                        report.write();
                    }
                }
            })?;
        Ok(())
    }
}

/// Reloads as they are told of.
enum Subscription {
    Site(mpsc::Receiver<Reload>),
    Sites(mpsc::Receiver<SiteReload>),
}

impl Subscription {
    fn of(published: &Published) -> Self {
        match published {
            Published::Site { live, .. } => Self::Site(live.subscribe()),
            Published::Sites { live, .. } => Self::Sites(live.subscribe()),
        }
    }

    /// Waits for a reload and takes those that follow at once, so that what is written about
    /// thousands of sites is written once; `false` at the end.
    fn next(&self, mut each: impl FnMut(&Reload)) -> bool {
        match self {
            Self::Site(reloads) => {
                let first = reloads.recv();
                let is_there = first.is_ok();
                let all = first.into_iter().chain(reloads.try_iter());
                all.for_each(|reload| each(&reload));
                is_there
            }
            Self::Sites(reloads) => {
                let first = reloads.recv();
                let is_there = first.is_ok();
                let all = first.into_iter().chain(reloads.try_iter());
                all.for_each(|told| each(&told.reload));
                is_there
            }
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
