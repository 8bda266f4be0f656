//! A thread that keeps up with a directory of sites.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use cds_site::{Report, Site, SiteSet};

use crate::agenda::{Agenda, Planned};
use crate::chain::Places;
use crate::group::{Entry, Group, Table};
use crate::inbox::{Inbox, Mail, SiteId};
use crate::log;
use crate::options::Options;
use crate::reload::{Outcome, SiteReload};
use crate::roster::{ROSTER, Roster};
use crate::scan::Whereabouts;
use crate::schedule::{LONGEST_REST, Schedule};
use crate::status::{State, Status};
use crate::tracked::{Conclusion, News, Surroundings, Tracked};
use crate::watch::Watch;
use crate::worker::Charge;

/// The sites of a directory, published together.
pub(crate) struct Many {
    options: Options,
    group: Arc<Group>,
    inbox: Arc<Inbox>,
    roster: Roster,
    members: HashMap<SiteId, Member>,
    ids: HashMap<Arc<str>, SiteId>,
    next_id: usize,
    agenda: Agenda,
    /// What is served, and what will be once it is published.
    sites: SiteSet,
    /// Who waits until all sites have been read, and which have not been yet.
    waiting: Vec<Waiting>,
    /// Who wants to, once it is known which sites there are.
    callers: Vec<mpsc::SyncSender<()>>,
    /// Nothing is served yet, so that there is nobody to rest for.
    is_opening: bool,
    rest_until: Instant,
}

/// One of the sites.
struct Member {
    name: Arc<str>,
    tracked: Tracked,
    planned: Planned,
    /// Whether its own files are good.
    state: State,
    /// What was found in its own files.
    own: Arc<Report>,
    /// What is to be said of its place among the others.
    among: Arc<Report>,
}

struct Waiting {
    left: HashSet<SiteId>,
    reply: mpsc::SyncSender<()>,
}

/// A conclusion about a site.
struct Concluded {
    id: SiteId,
    conclusion: Conclusion,
    /// Whether its directory is no more.
    is_removed: bool,
}

impl Many {
    pub(crate) fn new(
        options: Options,
        group: Arc<Group>,
        sites: SiteSet,
        inbox: Arc<Inbox>,
    ) -> Self {
        let now = Instant::now();
        Self {
            roster: Roster::new(group.directory.clone(), &options, now),
            options,
            group,
            inbox,
            members: HashMap::new(),
            ids: HashMap::new(),
            next_id: ROSTER.0 + 1,
            agenda: Agenda::default(),
            sites,
            waiting: Vec::new(),
            callers: Vec::new(),
            is_opening: true,
            rest_until: now,
        }
    }

    /// Finds out which sites there are.
    fn call_the_roll(&mut self, watch: &mut Watch) {
        let roll = self.roster.look(&self.options, watch);
        let polling = watch
            .watching(self.options.watch, &self.group.directory)
            .is_polling();
        let now = Instant::now();
        self.roster
            .schedule
            .looking(self.options.look_interval(polling), now);
        for name in &roll.names {
            if !self.ids.contains_key(name) {
                self.add(Arc::clone(name), now);
            }
        }
        let hinted = |member: &Member| roll.is_another || !roll.names.contains(&member.name);
        for (id, member) in self.members.iter_mut().filter(|(_, member)| hinted(member)) {
            member.tracked.hint(now);
            self.agenda
                .plan(*id, &mut member.planned, member.tracked.due());
        }
        self.note_report(roll.report);
        for reply in std::mem::take(&mut self.callers) {
            for (id, member) in &mut self.members {
                member.tracked.ask(now);
                self.agenda
                    .plan(*id, &mut member.planned, member.tracked.due());
            }
            let left = self.members.keys().copied().collect();
            self.waiting.push(Waiting { left, reply });
        }
    }

    fn note_report(&self, report: Report) {
        let known = Arc::clone(&self.group.table().report);
        if report != *known {
            log::new_findings(&self.group.directory, &known, &report);
            self.group.table().report = Arc::new(report);
        }
    }

    fn add(&mut self, name: Arc<str>, now: Instant) {
        let id = SiteId(self.next_id);
        self.next_id += 1;
        let mut member = Member {
            name: Arc::clone(&name),
            tracked: Tracked::new(id, Schedule::spread(&self.options, now, id.0)),
            planned: Planned::default(),
            state: State::Failing,
            own: Arc::default(),
            among: Arc::default(),
        };
        self.agenda
            .plan(id, &mut member.planned, member.tracked.due());
        if !self.is_opening {
            log::appeared(&self.directory_of(&name));
        }
        let status = Status::nothing_read_yet();
        let mut table = self.group.table();
        table.sites.insert(Arc::clone(&name), Entry { id, status });
        drop(table);
        self.ids.insert(name, id);
        self.members.insert(id, member);
    }

    /// The directory of a site as people know it.
    fn directory_of(&self, name: &str) -> PathBuf {
        self.group.directory.join(name)
    }

    /// Looks at the sites that are due, but no longer than a slice of time.
    fn look_at_sites(&mut self, watch: &mut Watch, begun: Instant) -> Vec<Concluded> {
        let mut concluded = Vec::new();
        while concluded.len() < BATCH && begun.elapsed() < SLICE {
            let now = Instant::now();
            let Some(id) = self.agenda.first_due(now) else {
                break;
            };
            concluded.extend(self.look_at(id, watch, now));
        }
        concluded
    }

    fn look_at(&mut self, id: SiteId, watch: &mut Watch, now: Instant) -> Option<Concluded> {
        let member = self.members.get_mut(&id)?;
        let mut around = Surroundings {
            directory: &self.group.directory.join(&*member.name),
            whereabouts: Whereabouts {
                base: self.roster.base(),
                path: Path::new(&*member.name),
            },
            options: &self.options,
            inbox: &self.inbox,
            watch,
        };
        let conclusion = member.tracked.work(&mut around, now);
        self.agenda
            .plan(id, &mut member.planned, member.tracked.due());
        let conclusion = conclusion?;
        // A link that leads nowhere is still somebody's site.
        let path = around.whereabouts.base.join(around.whereabouts.path);
        let is_removed = member.tracked.is_gone() && path.symlink_metadata().is_err();
        Some(Concluded {
            id,
            conclusion,
            is_removed,
        })
    }

    /// Serves what the conclusions came to, in one step, and tells everyone.
    fn publish(&mut self, concluded: Vec<Concluded>, watch: &mut Watch) {
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
                if let Some(member) = self.ids.get(&name).and_then(|id| self.members.get_mut(id)) {
                    member.among = among;
                    told.extend(member.note_place(&mut table));
                }
            }
            for concluded in &concluded {
                if let Some(member) = self.members.get_mut(&concluded.id) {
                    member.note(concluded, &mut table);
                }
            }
        }
        for (name, known, report) in told {
            log::new_findings(&self.directory_of(&name), &known, &report);
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
            let Some(member) = self.members.get(&concluded.id) else {
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
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let name = Arc::clone(&member.name);
        let directory = self.group.directory.join(&*name);
        member.tracked.keep(&directory, &self.options);
        let Some(mut status) = self.group.table().status(&name) else {
            return;
        };
        if is_removed {
            status.last_reload.outcome = Outcome::Dropped;
        }
        let reload = match &conclusion.news {
            News::Taken(taken) => {
                // Of thousands that are good, one line tells when all are read.
                let is_quiet = self.is_opening && taken.reload.outcome == Outcome::Swapped;
                if !is_quiet {
                    log::reload(&directory, &status, !conclusion.callers.is_empty());
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
        conclusion.answer(&reload);
        for waiting in &mut self.waiting {
            waiting.left.remove(&id);
        }
        if is_removed {
            self.remove(id, &name, watch);
        }
    }

    fn remove(&mut self, id: SiteId, name: &str, watch: &mut Watch) {
        if let Some(mut member) = self.members.remove(&id) {
            self.agenda.plan(id, &mut member.planned, None);
        }
        self.ids.remove(name);
        self.group.table().sites.remove(name);
        self.inbox.forget(id);
        watch.arm(id, &Places::default());
    }

    /// Tells those who wait for all sites and have waited long enough.
    fn answer_waiting(&mut self) {
        self.waiting.retain(|waiting| {
            if waiting.left.is_empty() {
                // A caller that is gone doesn't want to know.
                let _ = waiting.reply.try_send(());
            }
            !waiting.left.is_empty()
        });
        if self.is_opening && self.waiting.is_empty() && self.callers.is_empty() {
            self.is_opening = false;
            let states = self.group.table().statuses();
            let good = states
                .iter()
                .filter(|(_, status)| status.state == State::Good)
                .count();
            log::opened(&self.group.directory, good, states.len() - good);
        }
    }

    fn note_watching(&self, watch: &Watch) {
        let watching = watch.watching(self.options.watch, &self.group.directory);
        let mut table = self.group.table();
        if table.watching != watching {
            log::watching(&self.group.directory, &watching);
            table.watching = watching;
        }
    }
}

impl Concluded {
    /// The site that takes the place of the one before.
    fn site(&self) -> Option<&Arc<Site>> {
        match &self.conclusion.news {
            News::Taken(taken) => taken.site(),
            News::Unsettled { .. } => None,
        }
    }
}

impl Member {
    /// Enters a conclusion into the site's status.
    fn note(&mut self, concluded: &Concluded, table: &mut Table) {
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

    /// Enters into the site's status what is said of its place among the others. Returns its name,
    /// and what was said of the site before and is now, if that differs.
    fn note_place(&self, table: &mut Table) -> Option<(Arc<str>, Arc<Report>, Arc<Report>)> {
        let status = &mut table.sites.get_mut(&self.name)?.status;
        let known = Arc::clone(&status.last_reload.report);
        self.complete(status);
        let report = Arc::clone(&status.last_reload.report);
        (known != report).then(|| (Arc::clone(&self.name), known, report))
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

impl Charge for Many {
    fn due(&self) -> Option<Instant> {
        let due = [self.agenda.next(), self.roster.schedule.due()];
        let due = due.into_iter().flatten().min()?;
        Some(due.max(self.rest_until))
    }

    fn take(&mut self, mail: Mail, now: Instant) {
        if mail.lost || mail.hints.contains(&ROSTER) {
            self.roster.schedule.hint(now);
        }
        if mail.lost {
            for (id, member) in &mut self.members {
                member.tracked.hint(now);
                self.agenda
                    .plan(*id, &mut member.planned, member.tracked.due());
            }
        }
        for id in mail.hints {
            if let Some(member) = self.members.get_mut(&id) {
                member.tracked.hint(now);
                self.agenda
                    .plan(id, &mut member.planned, member.tracked.due());
            }
        }
        if !mail.requests.is_empty() || !mail.requests_for_all.is_empty() {
            self.rest_until = now;
        }
        for (id, caller) in mail.requests {
            if let Some(member) = self.members.get_mut(&id) {
                member.tracked.request(caller, now);
                self.agenda
                    .plan(id, &mut member.planned, member.tracked.due());
            }
        }
        if !mail.requests_for_all.is_empty() {
            self.callers.extend(mail.requests_for_all);
            self.roster.schedule.request(now);
        }
    }

    fn work(&mut self, watch: &mut Watch) {
        let begun = Instant::now();
        if begun < self.rest_until {
            return;
        }
        if self.roster.schedule.is_due(begun) {
            self.call_the_roll(watch);
        }
        let concluded = self.look_at_sites(watch, begun);
        self.note_watching(watch);
        self.publish(concluded, watch);
        self.answer_waiting();
        if !self.is_opening {
            let now = Instant::now();
            self.rest_until = now + (now - begun).min(LONGEST_REST);
        }
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        self.group.subscribers.end();
    }
}

/// How long the thread works before it publishes and rests: an edit of one site waits no longer
/// for the changes of all others.
const SLICE: Duration = Duration::from_millis(20);

/// How many sites are published in one step at most: of so many the old and the new version are
/// held.
const BATCH: usize = 64;
