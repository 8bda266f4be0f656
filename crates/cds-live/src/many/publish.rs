//! What came of a slice of work: served in one step, then told.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Many;
use crate::conclusion::News;
use crate::log;
use crate::member::Concluded;
use crate::reload::{Outcome, SiteReload};
use crate::watch::Watch;

impl Many {
    /// Serves what the conclusions came to, in one step, and tells everyone.
    pub(super) fn publish(&mut self, concluded: Vec<Concluded>, watch: &mut Watch) {
        let moved = self.take_up(&concluded);
        let moved: Vec<_> = moved
            .into_iter()
            .map(|name| {
                let report = self.sites.report(&name);
                (name, Arc::new(report))
            })
            .collect();
        let mut told = Vec::new();
        {
            // Whoever sees the sites sees statuses that tell of them, and never half of one.
            let mut table = self.group.table();
            if !moved.is_empty() {
                self.group.handle.store(self.sites.clone());
            }
            for (name, among) in moved {
                let members = &mut self.members;
                let retold =
                    members.change_named(&name, |member| member.note_place(among, &mut table));
                told.extend(retold.flatten());
            }
            for concluded in &concluded {
                let members = &mut self.members;
                members.change(concluded.id, |member| member.note(concluded, &mut table));
            }
        }
        for retold in told {
            let directory = self.directory_of(&retold.name);
            log::new_findings(&directory, &retold.known, &retold.report);
        }
        for concluded in concluded {
            self.tell(concluded, watch);
        }
    }

    /// Puts what the conclusions came to among the sites; returns the names of those whose place
    /// among the others may be another now.
    fn take_up(&mut self, concluded: &[Concluded]) -> BTreeSet<Arc<str>> {
        let mut moved = BTreeSet::new();
        for concluded in concluded {
            let Some(member) = self.members.get(concluded.id) else {
                continue;
            };
            let site = concluded.site();
            if site.is_none() && !concluded.is_removed {
                continue;
            }
            let name = &member.name;
            moved.extend(self.sites.rivals(name));
            match site.filter(|_| !concluded.is_removed) {
                Some(site) => {
                    self.sites.insert(Arc::clone(name), Arc::clone(site));
                }
                None => {
                    self.sites.remove(name);
                }
            }
            moved.extend(self.sites.rivals(name));
            moved.insert(Arc::clone(name));
        }
        moved
    }

    /// Logs a conclusion and tells those who wait for it or want to hear of all.
    fn tell(&mut self, concluded: Concluded, watch: &mut Watch) {
        let Concluded {
            id,
            conclusion,
            is_removed,
        } = concluded;
        let Some(member) = self.members.get(id) else {
            return;
        };
        let name = Arc::clone(&member.name);
        let directory = self.directory_of(&name);
        let Some(mut status) = self.group.table().status(&name) else {
            return;
        };
        if is_removed {
            status.last_reload.outcome = Outcome::Dropped;
            status.last_reload.serving = false;
        }
        let reload = match &conclusion.news {
            News::Taken(taken) => {
                // Of thousands that are good, one line tells when all are read.
                let is_quiet = self.is_opening && taken.reload.outcome == Outcome::Swapped;
                if !is_quiet {
                    let asked = !conclusion.callers.is_empty();
                    log::reload(&directory, &status, asked, taken.known.has_errors());
                }
                log::new_findings(&directory, &taken.known, &taken.reload.report);
                let reload = status.last_reload;
                self.group.subscribers.tell(&SiteReload {
                    name: Arc::clone(&name),
                    reload: reload.clone(),
                });
                reload
            }
            News::Unsettled { reload, .. } => reload.clone(),
        };
        // A maintenance that ended is no reading, and whoever waits for one goes on waiting.
        if conclusion.asked || is_removed {
            self.waiting.was_read(id, reload.outcome);
        }
        conclusion.answer(&reload);
        if is_removed {
            self.remove(id, &name, watch);
        }
    }
}
