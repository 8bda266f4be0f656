//! Counting reloads. `cds-live` logs them.

use std::io;
use std::sync::Arc;
use std::thread;

use cds_live::LiveSite;

use crate::metrics::Metrics;

/// Starts a thread that counts every reload from now on, for as long as the site is watched.
///
/// # Errors
///
/// When the system has no thread to give.
pub fn count(site: &LiveSite, metrics: Arc<Metrics>) -> io::Result<()> {
    let reloads = site.subscribe();
    metrics.note_load(&site.status().last_reload);
    thread::Builder::new()
        .name("reloads".to_owned())
        .spawn(move || {
            for reload in reloads {
                metrics.count_reload(&reload);
            }
        })?;
    Ok(())
}
