//! All of many sites, and which of them is next.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use crate::agenda::Agenda;
use crate::inbox::SiteId;
use crate::member::Member;
use crate::roster::ROSTER;
use crate::tracked::Tracked;

/// All of many sites, and which of them is next.
pub(crate) struct Members {
    by_id: HashMap<SiteId, Member>,
    ids: HashMap<Arc<str>, SiteId>,
    next_id: usize,
    looks: Agenda,
    keeps: Agenda,
}

impl Members {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            by_id: HashMap::new(),
            ids: HashMap::new(),
            next_id: ROSTER.0 + 1,
            looks: Agenda::default(),
            keeps: Agenda::default(),
        }
    }

    pub(crate) fn contain(&self, name: &str) -> bool {
        self.ids.contains_key(name)
    }

    pub(crate) fn get(&self, id: SiteId) -> Option<&Member> {
        self.by_id.get(&id)
    }

    /// The ids of all.
    pub(crate) fn ids(&self) -> HashSet<SiteId> {
        self.by_id.keys().copied().collect()
    }

    /// The names of all.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(|name| &**name)
    }

    /// Another one, and what is known of it.
    pub(crate) fn add(
        &mut self,
        name: &Arc<str>,
        tracked: impl FnOnce(SiteId) -> Tracked,
    ) -> SiteId {
        let id = SiteId(self.next_id);
        self.next_id += 1;
        self.ids.insert(Arc::clone(name), id);
        let member = Member::new(Arc::clone(name), tracked(id));
        self.by_id.insert(id, member);
        self.change(id, |_| ());
        id
    }

    /// One less.
    pub(crate) fn remove(&mut self, id: SiteId) {
        if let Some(mut member) = self.by_id.remove(&id) {
            self.looks.plan(id, &mut member.look, None);
            self.keeps.plan(id, &mut member.keep, None);
            self.ids.remove(&member.name);
        }
    }

    /// Changes one, which may be due at another time afterwards.
    pub(crate) fn change<T>(
        &mut self,
        id: SiteId,
        change: impl FnOnce(&mut Member) -> T,
    ) -> Option<T> {
        let member = self.by_id.get_mut(&id)?;
        let changed = change(member);
        plan(&mut self.looks, &mut self.keeps, id, member);
        Some(changed)
    }

    /// Changes one of this name.
    pub(crate) fn change_named<T>(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut Member) -> T,
    ) -> Option<T> {
        self.change(*self.ids.get(name)?, change)
    }

    /// Changes all.
    pub(crate) fn change_all(&mut self, mut change: impl FnMut(&mut Member)) {
        for (id, member) in &mut self.by_id {
            change(member);
            plan(&mut self.looks, &mut self.keeps, *id, member);
        }
    }

    /// When there is something to do next.
    pub(crate) fn due(&self) -> Option<Instant> {
        let due = [self.looks.next(), self.keeps.next()];
        due.into_iter().flatten().min()
    }

    /// The one that is to be looked at first.
    pub(crate) fn first_look(&self, now: Instant) -> Option<SiteId> {
        self.looks.first_due(now)
    }

    /// The one that is to be kept for a restart first.
    pub(crate) fn first_keep(&self, now: Instant) -> Option<SiteId> {
        self.keeps.first_due(now)
    }
}

fn plan(looks: &mut Agenda, keeps: &mut Agenda, id: SiteId, member: &mut Member) {
    let tracked = &member.tracked;
    looks.plan(id, &mut member.look, tracked.due());
    keeps.plan(id, &mut member.keep, tracked.keeping_due());
}
