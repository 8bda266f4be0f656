//! A Client that never stops asking.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cds_live::LiveSite;
use cds_site::{Respond, Site};

use crate::documents;

/// What the reader saw of one snapshot: the versions of metadata, coverage and map, or their
/// status when it wasn't 200.
pub type Seen = [String; 3];

/// Reads as long as it lives.
pub struct Reader {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Seen>>>,
}

impl Reader {
    pub fn start(live: LiveSite) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut all: Vec<Seen> = Vec::new();
            let mut etag = String::new();
            loop {
                let last = stopped.load(Ordering::Relaxed);
                let site = live.site();
                // Asking every time, but taking bodies apart only when they differ.
                if site.etag() != etag || all.is_empty() {
                    etag = site.etag().to_owned();
                    all.push(look(&site));
                }
                if last {
                    return all;
                }
                // Without a pause, a few tests would take all processors.
                thread::sleep(Duration::from_micros(50));
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }

    /// Everything that was seen, in order.
    pub fn finish(mut self) -> Vec<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Metadata, coverage and map of one snapshot.
pub fn look(site: &Site) -> Seen {
    [
        "/.well-known/cds-server-metadata.json",
        "/cds-coverage.json",
        "/maps/west.svg",
    ]
    .map(|path| answer(site, path))
}

/// The version that is served at a path, the status when it isn't 200, or `passed on`.
pub fn answer(site: &impl Respond, path: &str) -> String {
    let request = http::Request::get(path).body(()).unwrap();
    let Some(response) = site.respond((&request).into()) else {
        return "passed on".to_owned();
    };
    if response.status() != 200 {
        return response.status().as_u16().to_string();
    }
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(segment) = body.next_segment() {
        bytes.extend_from_slice(&segment);
    }
    documents::version_of(path, &bytes)
}
