//! What is done at every reload: it is counted, and what was found is written to a file.
//! `cds-live` logs it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use cds_live::{LiveSite, Reload};

use crate::metrics::Metrics;
use crate::report::{self, Results};

/// What is done at a reload.
#[derive(Debug)]
pub struct Reloads {
    /// Where reloads are counted.
    pub metrics: Arc<Metrics>,
    /// The site's directory, as it was given.
    pub site: PathBuf,
    /// Where what was found is written to, for whoever made the edit and doesn't read the log.
    pub report: Option<PathBuf>,
}

impl Reloads {
    /// Notes the load before and, in a thread of its own, every reload from now on, for as long
    /// as the site is watched.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn follow(self, site: &LiveSite) -> io::Result<()> {
        let reloads = site.subscribe();
        let first = site.status().last_reload;
        self.metrics.note_load(&first);
        self.write(&first);
        thread::Builder::new()
            .name("reloads".to_owned())
            .spawn(move || {
                for reload in reloads {
                    self.metrics.count_reload(&reload);
                    self.write(&reload);
                }
            })?;
        Ok(())
    }

    fn write(&self, reload: &Reload) {
        let Some(path) = &self.report else { return };
        let mut results = Results::new();
        results.add_site(&self.site, [], &reload.report);
        if let Err(error) = report::write(path, &results) {
            tracing::error!("{error:#}");
        }
    }
}
