//! One of many sites.

use std::sync::Arc;

use cds_site::{Report, Site};

use crate::agenda::Planned;
use crate::conclusion::{Conclusion, News};
use crate::group::{Group, Table};
use crate::inbox::SiteId;
use crate::status::{State, Status, Watching};
use crate::tracked::Tracked;

/// One of many sites.
pub(crate) struct Member {
    pub(crate) name: Arc<str>,
    pub(crate) tracked: Tracked,
    pub(crate) look: Planned,
    pub(crate) keep: Planned,
    /// As its status says.
    changing: Arc<[String]>,
    watching: Watching,
    /// Whether its own files are good.
    state: State,
    /// What was found in its own files.
    own: Arc<Report>,
    /// What is to be said of its place among the others.
    among: Arc<Report>,
}

/// A conclusion about a site.
pub(crate) struct Concluded {
    pub(crate) id: SiteId,
    pub(crate) conclusion: Conclusion,
    /// Whether its directory is no more.
    pub(crate) is_removed: bool,
}

/// A site of which something else is to be said than before.
pub(crate) struct Retold {
    pub(crate) name: Arc<str>,
    pub(crate) known: Arc<Report>,
    pub(crate) report: Arc<Report>,
}

impl Concluded {
    /// The site that takes the place of the one before.
    pub(crate) fn site(&self) -> Option<&Arc<Site>> {
        match &self.conclusion.news {
            News::Taken(taken) => taken.site(),
            News::Unsettled { .. } => None,
        }
    }
}

impl Member {
    /// Before anything of it is read.
    pub(crate) fn new(name: Arc<str>, tracked: Tracked) -> Self {
        Self {
            name,
            tracked,
            look: Planned::default(),
            keep: Planned::default(),
            changing: Arc::default(),
            watching: Watching::Ended,
            state: State::Failing,
            own: Arc::default(),
            among: Arc::default(),
        }
    }

    /// Enters into the site's status what a look showed besides a conclusion.
    pub(crate) fn note_look(&mut self, group: &Group) {
        let changing = self.tracked.changing();
        let watching = self.tracked.watching();
        // Looks are many, and the table is everybody's.
        if *self.changing != changing || self.watching != *watching {
            self.changing = changing.into();
            self.watching.clone_from(watching);
            if let Some(entry) = group.table().sites.get_mut(&self.name) {
                entry.status.changing = Arc::clone(&self.changing);
                entry.status.watching.clone_from(watching);
            }
        }
    }

    /// Enters a conclusion into the site's status.
    pub(crate) fn note(&mut self, concluded: &Concluded, table: &mut Table) {
        let Some(entry) = table.sites.get_mut(&self.name) else {
            return;
        };
        match &concluded.conclusion.news {
            News::Taken(taken) => {
                taken.enter(&mut entry.status);
                self.state = entry.status.state;
                self.own = Arc::clone(&taken.reload.report);
            }
            News::Unsettled { reload, is_first } => {
                if *is_first {
                    entry.status.last_reload = reload.clone();
                }
                return;
            }
        }
        self.complete(&mut entry.status);
    }

    /// Enters into the site's status what is said of its place among the others; returns what is
    /// to be told of that.
    pub(crate) fn note_place(&mut self, among: Arc<Report>, table: &mut Table) -> Option<Retold> {
        self.among = among;
        let status = &mut table.sites.get_mut(&self.name)?.status;
        let known = Arc::clone(&status.last_reload.report);
        self.complete(status);
        let report = Arc::clone(&status.last_reload.report);
        (known != report).then(|| Retold {
            name: Arc::clone(&self.name),
            known,
            report,
        })
    }

    /// Adds what is said of the site's place among the others to what was found in its files.
    fn complete(&self, status: &mut Status) {
        status.state = match self.state {
            State::Good if self.among.has_errors() => State::Failing,
            state => state,
        };
        status.last_reload.report = if self.among.is_empty() {
            Arc::clone(&self.own)
        } else {
            let mut report = Report::clone(&self.own);
            report.merge(Report::clone(&self.among));
            report.sort();
            Arc::new(report)
        };
    }
}
