//! What was read last, and what is served because of it.

use std::mem;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use cds_site::{Compiled, Report, Site, Sources};

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
    state: State,
    serve: Serve,
}

/// What is to be served from now on.
enum Serve {
    AsBefore,
    Another(Site),
    /// Nothing of the site: this one answers that it is unavailable.
    Nothing(Site),
}

impl Taken {
    /// Serves what came of the reading. Whoever sees the site sees a status that tells of it, and
    /// never half of one.
    pub(crate) fn publish(&mut self, shared: &Shared) {
        shared.update(|status| {
            match mem::replace(&mut self.serve, Serve::AsBefore) {
                Serve::AsBefore => {}
                Serve::Another(site) => {
                    status.generation += 1;
                    status.loaded_at = Some(self.reload.at);
                    status.etag = Some(site.etag().into());
                    shared.handle.store(site);
                }
                Serve::Nothing(site) => {
                    status.loaded_at = None;
                    status.etag = None;
                    shared.handle.store(site);
                }
            }
            status.state = self.state;
            status.last_reload = self.reload.clone();
        });
    }
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
        let state = self.shared.status().state;
        let report = Arc::clone(&last.report);
        let known = Arc::clone(&last.report);
        self.last = Some(last);
        let outcome = match state {
            State::Good => Outcome::Unchanged,
            State::Failing => Outcome::Kept,
        };
        Taken {
            reload: self.reload(outcome, reading.begun, report, Vec::new()),
            known,
            is_news,
            state,
            serve: Serve::AsBefore,
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
        let Verdict {
            outcome,
            serve,
            report,
        } = if scan.is_gone() {
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
            reload: self.reload(outcome, begun, report, changed),
            known,
            is_news: true,
            state: match outcome {
                Outcome::Swapped | Outcome::Unchanged => State::Good,
                Outcome::Kept | Outcome::Dropped => State::Failing,
            },
            serve,
        }
    }

    /// Compiles what was read, to be served if it is good.
    fn check(&mut self, loaded: &Loaded) -> Verdict {
        let mut report = loaded.report(&self.shared.directory);
        let previous = self.served.is_some().then(|| self.shared.handle.load());
        let Compiled {
            site,
            report: found,
        } = cds_site::compile(&loaded.sources, SystemTime::now(), previous.as_deref());
        report.merge(found);
        report.sort();
        let Some(site) = site.filter(|_| !report.has_errors()) else {
            let serve = match self.served {
                Some(_) => Serve::AsBefore,
                None => Serve::Nothing(cds_site::stand_in(&loaded.sources)),
            };
            return Verdict::of(Outcome::Kept, serve, report);
        };
        let same = |served| read::same_content(served, &loaded.sources);
        if self.served.as_ref().is_some_and(same) {
            return Verdict::of(Outcome::Unchanged, Serve::AsBefore, report);
        }
        self.served = Some(loaded.sources.clone());
        Verdict::of(Outcome::Swapped, Serve::Another(site), report)
    }

    /// Serves nothing, because the directory has been gone for too long.
    fn give_up(&mut self, loaded: &Loaded) -> Verdict {
        let report = loaded.report(&self.shared.directory);
        match self.served.take() {
            None => Verdict::of(Outcome::Kept, Serve::AsBefore, report),
            Some(served) => {
                let stand_in = Serve::Nothing(cds_site::stand_in(&served));
                Verdict::of(Outcome::Dropped, stand_in, report)
            }
        }
    }

    fn reload(
        &self,
        outcome: Outcome,
        begun: Instant,
        report: Arc<Report>,
        changed: Vec<String>,
    ) -> Reload {
        Reload {
            outcome,
            serving: self.serves(),
            at: SystemTime::now(),
            duration: begun.elapsed(),
            report,
            changed: changed.into(),
        }
    }
}

/// What checking came to.
struct Verdict {
    outcome: Outcome,
    serve: Serve,
    report: Report,
}

impl Verdict {
    fn of(outcome: Outcome, serve: Serve, report: Report) -> Self {
        Self {
            outcome,
            serve,
            report,
        }
    }
}
