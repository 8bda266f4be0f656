//! What was read last, and what is served because of it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use cds_site::{Compiled, EntryChanges, Report, Site, Sources};

use crate::keeping::Keeping;
use crate::read::{self, Before, Loaded};
use crate::reload::{Outcome, Reload};
use crate::scan::Scan;
use crate::status::{State, Status};

/// What was read last, and what is served because of it.
pub(crate) struct Current {
    last: Option<Last>,
    /// None while there was never a good site, or it was dropped.
    served: Option<Served>,
    state: State,
    keeping: Keeping,
}

/// A good site and the files it was made of.
struct Served {
    sources: Sources,
    site: Arc<Site>,
    /// Whether it is of before the start, and not of the files.
    is_restored: bool,
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
    is_restored: bool,
}

/// What is to be served from now on.
enum Serve {
    AsBefore,
    Another(Arc<Site>),
    /// Nothing of the site: this one answers that it is unavailable.
    Nothing(Arc<Site>),
}

impl Taken {
    /// The site that takes the place of the one before, if any does: one that is good, or one
    /// that answers that it is unavailable.
    pub(crate) fn site(&self) -> Option<&Arc<Site>> {
        match &self.serve {
            Serve::AsBefore => None,
            Serve::Another(site) | Serve::Nothing(site) => Some(site),
        }
    }

    /// Says in a site's status what came of the reading.
    pub(crate) fn enter(&self, status: &mut Status) {
        match &self.serve {
            Serve::AsBefore => {}
            Serve::Another(site) => {
                status.generation += 1;
                status.loaded_at = Some(self.reload.at);
                status.etag = Some(site.etag().into());
                status.entries = site.entries();
                status.in_maintenance = site.in_maintenance();
            }
            Serve::Nothing(_) => {
                status.loaded_at = None;
                status.etag = None;
                status.entries = 0;
                status.in_maintenance = false;
            }
        }
        if matches!(self.reload.outcome, Outcome::Swapped | Outcome::Unchanged) {
            status.succeeded_at = Some(self.reload.at);
        }
        status.is_restored = self.is_restored;
        status.state = self.state;
        status.last_reload = self.reload.clone();
    }
}

impl Current {
    /// Before anything is read.
    pub(crate) const fn new(keeping: Keeping) -> Self {
        Self {
            last: None,
            served: None,
            state: State::Failing,
            keeping,
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

    /// Whether there was no directory when it was read last.
    pub(crate) fn is_gone(&self) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.scan.has_no_directory())
    }

    /// Whether a site is served.
    pub(crate) fn serves(&self) -> bool {
        self.served.is_some()
    }

    /// Whether what is served is of before the start.
    fn is_restored(&self) -> bool {
        self.served
            .as_ref()
            .is_some_and(|served| served.is_restored)
    }

    /// The files as they were read last.
    pub(crate) fn scan(&self) -> Option<&Scan> {
        self.last.as_ref().map(|last| &last.scan)
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

    /// Takes files of a directory that were read for what they are: a new site, a mistake, or
    /// nothing new. If it is a mistake from the start, what was kept before it is served.
    pub(crate) fn take(&mut self, reading: Reading, directory: &Path) -> Taken {
        match self.last.take() {
            Some(last) if last.loaded.same_content(&reading.loaded) => {
                self.nothing_new(last, reading)
            }
            last => self.something_new(last, reading, directory),
        }
    }

    /// Brings what is kept for a restart up to date; returns what keeps it from that.
    pub(crate) fn keep(&mut self) -> Option<Arc<str>> {
        let served = self.served.as_ref();
        self.keeping.carry_out(served.map(|served| &served.sources));
        self.keeping.failure().cloned()
    }

    /// When to do so.
    pub(crate) fn keeping_due(&self) -> Option<Instant> {
        self.keeping.due()
    }

    /// Nothing that is kept may come back.
    pub(crate) fn withdraw(&mut self) {
        self.keeping.forget();
    }

    /// Takes up what was served before the start, since the files can't be read now; `None` if
    /// there is none, or if something is served already.
    pub(crate) fn restore(&mut self, report: &Arc<Report>, begun: Instant) -> Option<Taken> {
        let site = self.take_up_kept()?;
        let report = Arc::clone(report);
        Some(Taken {
            reload: self.reload(Outcome::Restored, begun, report, Vec::new()),
            known: Arc::default(),
            is_news: true,
            state: self.state,
            serve: Serve::Another(site),
            is_restored: true,
        })
    }

    /// When the site that is served has to be another though no file changes.
    pub(crate) fn due(&self) -> Option<SystemTime> {
        self.served.as_ref()?.site.due()
    }

    /// Ends the maintenance of the site that is served, whatever has become of its files since;
    /// `None` if it isn't over by `now`.
    pub(crate) fn resume(&mut self, now: SystemTime) -> Option<Taken> {
        let begun = Instant::now();
        let served = self.served.as_mut()?;
        let site = Arc::new(served.site.resumed(now)?);
        served.site = Arc::clone(&site);
        let report = Arc::clone(&self.last.as_ref()?.report);
        let known = Arc::clone(&report);
        Some(Taken {
            reload: self.reload(Outcome::Resumed, begun, report, Vec::new()),
            known,
            is_news: true,
            state: self.state,
            serve: Serve::Another(site),
            is_restored: self.is_restored(),
        })
    }

    fn nothing_new(&mut self, mut last: Last, reading: Reading) -> Taken {
        let is_news = last.scan != reading.scan;
        if is_news {
            last.scan = reading.scan;
            last.still_since = reading.still_since;
        }
        last.loaded.worth_retrying = reading.loaded.worth_retrying;
        let report = Arc::clone(&last.report);
        let known = Arc::clone(&last.report);
        self.last = Some(last);
        let outcome = match self.state {
            State::Good => Outcome::Unchanged,
            State::Failing => Outcome::Kept,
        };
        Taken {
            reload: self.reload(outcome, reading.begun, report, Vec::new()),
            known,
            is_news,
            state: self.state,
            serve: Serve::AsBefore,
            is_restored: self.is_restored(),
        }
    }

    fn something_new(&mut self, last: Option<Last>, reading: Reading, directory: &Path) -> Taken {
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
            entries,
        } = if scan.is_gone() {
            self.give_up(&loaded, directory)
        } else {
            self.check(&loaded, directory)
        };
        let report = Arc::new(report);
        let known = last.map(|last| last.report).unwrap_or_default();
        self.last = Some(Last {
            scan,
            still_since,
            loaded,
            report: Arc::clone(&report),
        });
        self.state = match outcome {
            Outcome::Swapped | Outcome::Unchanged | Outcome::Resumed => State::Good,
            Outcome::Kept | Outcome::Restored | Outcome::Dropped => State::Failing,
        };
        let reload = self.reload(outcome, begun, report, changed);
        Taken {
            reload: Reload { entries, ..reload },
            known,
            is_news: true,
            state: self.state,
            serve,
            is_restored: self.is_restored(),
        }
    }

    /// Compiles what was read, to be served if it is good, and else what was kept.
    fn check(&mut self, loaded: &Loaded, directory: &Path) -> Verdict {
        let mut report = loaded.report(directory);
        let previous = self.served.as_ref().map(|served| Arc::clone(&served.site));
        let previous = previous.as_deref();
        let Compiled {
            site,
            report: found,
        } = cds_site::compile(&loaded.sources, SystemTime::now(), previous);
        report.merge(found);
        report.sort();
        let Some(site) = site.filter(|_| !report.has_errors()) else {
            if let Some(site) = self.take_up_kept() {
                return Verdict::of(Outcome::Restored, Serve::Another(site), report);
            }
            let serve = match self.served {
                Some(_) => Serve::AsBefore,
                None => Serve::Nothing(cds_site::stand_in(&loaded.sources).into()),
            };
            return Verdict::of(Outcome::Kept, serve, report);
        };
        let same = |served: &&mut Served| read::same_content(&served.sources, &loaded.sources);
        if let Some(served) = self.served.as_mut().filter(same) {
            served.is_restored = false;
            return Verdict::of(Outcome::Unchanged, Serve::AsBefore, report);
        }
        let site = Arc::new(site);
        let entries = site.entry_changes(previous);
        self.served = Some(Served {
            sources: loaded.sources.clone(),
            site: Arc::clone(&site),
            is_restored: false,
        });
        self.keeping.replace();
        let verdict = Verdict::of(Outcome::Swapped, Serve::Another(site), report);
        Verdict { entries, ..verdict }
    }

    /// Takes up what was served before the start, if it is there and good.
    fn take_up_kept(&mut self) -> Option<Arc<Site>> {
        let (sources, site) = self.keeping.restore()?;
        let site = Arc::new(site);
        self.served = Some(Served {
            sources,
            site: Arc::clone(&site),
            is_restored: true,
        });
        Some(site)
    }

    /// Serves nothing, because the directory has been gone for too long.
    fn give_up(&mut self, loaded: &Loaded, directory: &Path) -> Verdict {
        let report = loaded.report(directory);
        match self.served.take() {
            None => Verdict::of(Outcome::Kept, Serve::AsBefore, report),
            Some(served) => {
                self.keeping.forget();
                let stand_in = Serve::Nothing(cds_site::stand_in(&served.sources).into());
                Verdict::of(Outcome::Dropped, stand_in, report)
            }
        }
    }

    /// A reload that ended now.
    pub(crate) fn reload(
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
            entries: EntryChanges::default(),
        }
    }
}

/// What checking came to.
struct Verdict {
    outcome: Outcome,
    serve: Serve,
    report: Report,
    entries: EntryChanges,
}

impl Verdict {
    fn of(outcome: Outcome, serve: Serve, report: Report) -> Self {
        Self {
            outcome,
            serve,
            report,
            entries: EntryChanges::default(),
        }
    }
}
