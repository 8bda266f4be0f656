//! What was read last, and what is served because of it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cds_site::{Compiled, Report, Sources};

use crate::read::{self, Before, Loaded};
use crate::reload::{Outcome, Reload};
use crate::scan::Scan;
use crate::shared::Shared;
use crate::status::State;

/// What was read last, and what is served because of it.
pub(crate) struct Current {
    shared: Arc<Shared>,
    last: Option<Last>,
    /// The files of the site that is served; none while there was never a good one, or it was
    /// dropped.
    served: Option<Sources>,
}

/// What was read last, good or bad.
struct Last {
    scan: Scan,
    still_since: Instant,
    loaded: Loaded,
    report: Arc<Report>,
}

/// Files that stood still and were read.
pub(crate) struct Reading {
    pub(crate) scan: Scan,
    /// Since when they have stood still.
    pub(crate) still_since: Instant,
    pub(crate) loaded: Loaded,
    /// When reading began.
    pub(crate) begun: Instant,
}

/// What came of a reading.
pub(crate) struct Taken {
    pub(crate) reload: Reload,
    /// What people have been told before.
    pub(crate) known: Arc<Report>,
    /// Whether anything differs from what was read before, be it only a time.
    pub(crate) is_news: bool,
}

impl Current {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            last: None,
            served: None,
        }
    }

    /// Since when the files have stood still, if they are as they were read last.
    pub(crate) fn still_since(&self, scan: &Scan) -> Option<Instant> {
        let last = self.last.as_ref()?;
        (last.scan == *scan).then_some(last.still_since)
    }

    /// Whether nothing was read yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Whether a site is served.
    pub(crate) fn serves(&self) -> bool {
        self.served.is_some()
    }

    /// Whether a file that was read last is missing now.
    pub(crate) fn has_more_than(&self, scan: &Scan) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| scan.lacks_any_of(&last.scan))
    }

    /// Whether reading again may end better although nothing changed.
    pub(crate) fn is_worth_retrying(&self) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.loaded.worth_retrying)
    }

    /// What needn't be read again.
    pub(crate) fn before(&self) -> Option<Before<'_>> {
        self.last.as_ref().map(|last| Before {
            scan: &last.scan,
            loaded: &last.loaded,
        })
    }

    /// Takes files that were read for what they are: a new site, a mistake, or nothing new.
    pub(crate) fn take(&mut self, reading: Reading) -> Taken {
        match self.last.take() {
            Some(last) if last.loaded.same_content(&reading.loaded) => {
                self.nothing_new(last, reading)
            }
            last => self.something_new(last, reading),
        }
    }

    fn nothing_new(&mut self, mut last: Last, reading: Reading) -> Taken {
        let is_news = last.scan != reading.scan;
        if is_news {
            last.scan = reading.scan;
            last.still_since = reading.still_since;
        }
        last.loaded.worth_retrying = reading.loaded.worth_retrying;
        let good = self.shared.status().state == State::Good;
        let report = Arc::clone(&last.report);
        let known = Arc::clone(&last.report);
        self.last = Some(last);
        let outcome = if good {
            Outcome::Unchanged
        } else {
            Outcome::Kept
        };
        let reload = reload(outcome, reading.begun, report, Vec::new());
        Taken {
            reload,
            known,
            is_news,
        }
    }

    fn something_new(&mut self, last: Option<Last>, reading: Reading) -> Taken {
        let Reading {
            scan,
            still_since,
            loaded,
            begun,
        } = reading;
        let changed = loaded.changed_since(last.as_ref().map(|last| &last.loaded));
        let (outcome, report) = if scan.is_gone() {
            self.give_up(&loaded)
        } else {
            self.check(&loaded)
        };
        let report = Arc::new(report);
        let known = last.map(|last| last.report).unwrap_or_default();
        self.last = Some(Last {
            scan,
            still_since,
            loaded,
            report: Arc::clone(&report),
        });
        Taken {
            reload: reload(outcome, begun, report, changed),
            known,
            is_news: true,
        }
    }

    /// Compiles what was read, and serves it if it is good.
    fn check(&mut self, loaded: &Loaded) -> (Outcome, Report) {
        let mut report = loaded.report(&self.shared.directory);
        let previous = self.served.is_some().then(|| self.shared.handle.load());
        let Compiled {
            site,
            report: found,
        } = cds_site::compile(&loaded.sources, SystemTime::now(), previous.as_deref());
        report.merge(found);
        report.sort();
        let Some(site) = site.filter(|_| !report.has_errors()) else {
            if self.served.is_none() {
                self.shared
                    .handle
                    .store(cds_site::stand_in(&loaded.sources));
            }
            self.shared.update(|status| status.state = State::Failing);
            return (Outcome::Kept, report);
        };
        let same = |served| read::same_content(served, &loaded.sources);
        if self.served.as_ref().is_some_and(same) {
            self.shared.update(|status| status.state = State::Good);
            return (Outcome::Unchanged, report);
        }
        self.shared.handle.store(site);
        self.served = Some(loaded.sources.clone());
        self.shared.update(|status| {
            status.state = State::Good;
            status.generation += 1;
            status.loaded_at = Some(SystemTime::now());
        });
        (Outcome::Swapped, report)
    }

    /// Serves nothing, because the directory has been gone for too long.
    fn give_up(&mut self, loaded: &Loaded) -> (Outcome, Report) {
        let report = loaded.report(&self.shared.directory);
        self.shared.update(|status| {
            status.state = State::Failing;
            status.loaded_at = None;
        });
        let Some(served) = self.served.take() else {
            return (Outcome::Kept, report);
        };
        self.shared.handle.store(cds_site::stand_in(&served));
        (Outcome::Dropped, report)
    }
}

fn reload(outcome: Outcome, begun: Instant, report: Arc<Report>, changed: Vec<String>) -> Reload {
    let duration: Duration = begun.elapsed();
    Reload {
        outcome,
        at: SystemTime::now(),
        duration,
        report,
        changed: changed.into(),
    }
}
