//! A thread that keeps up with one site.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crate::conclusion::{Conclusion, News};
use crate::inbox::{Inbox, Mail, SiteId};
use crate::keeping::Keeping;
use crate::log;
use crate::options::Options;
use crate::scan::Whereabouts;
use crate::schedule::Schedule;
use crate::shared::Shared;
use crate::status::Watching;
use crate::tracked::{Surroundings, Tracked};
use crate::watch::Watch;
use crate::worker::Charge;

/// One site, published on its own.
pub(crate) struct One {
    site: Tracked,
    options: Options,
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
}

/// The only site of its thread.
pub(crate) const SITE: SiteId = SiteId(0);

impl One {
    pub(crate) fn new(options: Options, shared: Arc<Shared>, inbox: Arc<Inbox>) -> Self {
        let now = Instant::now();
        let keeping = Keeping::of(&shared.directory, &options, now);
        Self {
            site: Tracked::new(SITE, Schedule::new(&options, now), keeping),
            options,
            shared,
            inbox,
        }
    }

    /// Says how changes are noticed now, and what keeps one from being taken up, if that is
    /// another than before.
    fn note_look(&self) {
        let status = self.shared.status();
        let watching = self.site.watching();
        if status.watching != *watching {
            log::watching(&self.shared.directory, watching);
            self.shared
                .update(|status| status.watching = watching.clone());
        }
        let changing = self.site.changing();
        if *status.changing != changing {
            self.shared
                .update(|status| status.changing = changing.into());
        }
    }

    /// Keeps what is served for a restart, if it is to be now.
    fn keep(&mut self) {
        let due = self.site.keeping_due();
        if due.is_some_and(|due| due <= Instant::now()) {
            let failure = self.site.keep();
            self.shared.update(|status| status.not_kept = failure);
        }
    }

    /// Serves what was taken up and tells everyone.
    fn publish(&self, conclusion: Conclusion) {
        let reload = match &conclusion.news {
            News::Taken(taken) => {
                // Whoever sees the site sees a status that tells of it, and never half of one.
                self.shared.update(|status| {
                    if let Some(site) = taken.site() {
                        self.shared.handle.store(Arc::clone(site));
                    }
                    taken.enter(status);
                });
                let status = self.shared.status();
                let was_failing = taken.known.has_errors();
                log::reload(
                    &self.shared.directory,
                    &status,
                    conclusion.asked,
                    was_failing,
                );
                log::new_findings(&self.shared.directory, &taken.known, &taken.reload.report);
                // Who is answered may subscribe at once, and then wants to hear of what comes
                // next.
                self.shared.subscribers.tell(&taken.reload);
                taken.reload.clone()
            }
            News::Unsettled { reload, is_first } => {
                if *is_first {
                    self.shared
                        .update(|status| status.last_reload = reload.clone());
                }
                reload.clone()
            }
        };
        conclusion.answer(&reload);
    }
}

impl Charge for One {
    fn due(&self) -> Option<Instant> {
        let due = [self.site.due(), self.site.keeping_due()];
        due.into_iter().flatten().min()
    }

    fn take(&mut self, mail: Mail, now: Instant) {
        if mail.lost || mail.hints.contains(&SITE) {
            self.site.hint(now);
        }
        for (_, caller) in mail.requests {
            self.site.request(caller, now);
        }
    }

    fn work(&mut self, watch: &mut Watch) {
        let mut around = Surroundings {
            directory: &self.shared.directory,
            whereabouts: Whereabouts::absolute(&self.shared.directory),
            options: &self.options,
            inbox: &self.inbox,
            watch,
        };
        let now = Instant::now();
        let is_due = self.site.due().is_some_and(|due| due <= now);
        let conclusion = self.site.work(&mut around, now);
        if is_due {
            self.note_look();
        }
        if let Some(conclusion) = conclusion {
            self.publish(conclusion);
        }
        self.keep();
    }

    fn end(&mut self) {
        self.keep();
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if thread::panicking() {
            log::watching(&self.shared.directory, &Watching::Ended);
            self.shared
                .update(|status| status.watching = Watching::Ended);
        }
        self.shared.subscribers.end();
    }
}

#[cfg(test)]
mod tests {
    use cds_site::{Site, SiteHandle};

    use super::*;

    #[test]
    fn a_thread_that_ends_by_a_fault_leaves_a_word() {
        let handle = SiteHandle::new(Site::unavailable());
        let shared = Arc::new(Shared::new("/nowhere/cds".into(), handle));
        let inbox = Arc::new(Inbox::default());
        let mut one = One::new(Options::new(), Arc::clone(&shared), Arc::clone(&inbox));
        one.work(&mut Watch::new(inbox));
        assert_eq!(shared.status().watching, Watching::Events);
        let ended = thread::spawn(move || {
            let _one = one;
            panic!("a fault");
        });
        assert!(ended.join().is_err());
        assert_eq!(shared.status().watching, Watching::Ended);
    }
}
