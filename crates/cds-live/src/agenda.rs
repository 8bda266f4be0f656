//! Which of many sites is due next.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::inbox::SiteId;

/// When sites are due, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    times: BTreeSet<(Instant, SiteId)>,
}

/// What the agenda says of a site.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Planned(Option<Instant>);

impl Agenda {
    /// Plans a site anew.
    pub(crate) fn plan(&mut self, site: SiteId, planned: &mut Planned, due: Option<Instant>) {
        if planned.0 == due {
            return;
        }
        if let Some(before) = planned.0 {
            self.times.remove(&(before, site));
        }
        if let Some(due) = due {
            self.times.insert((due, site));
        }
        *planned = Planned(due);
    }

    /// When the next site is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.times.first().map(|(due, _)| *due)
    }

    /// The site that has been due for the longest time by now. It stays due until it is planned
    /// anew.
    pub(crate) fn first_due(&self, now: Instant) -> Option<SiteId> {
        let (due, site) = self.times.first()?;
        (*due <= now).then_some(*site)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_site_that_is_due_for_the_longest_time_is_first() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let (mut agenda, mut one, mut two) =
            (Agenda::default(), Planned::default(), Planned::default());
        agenda.plan(SiteId(1), &mut one, Some(now + second));
        agenda.plan(SiteId(2), &mut two, Some(now));
        assert_eq!(agenda.first_due(now), Some(SiteId(2)));
        agenda.plan(SiteId(2), &mut two, Some(now + 2 * second));
        assert_eq!(agenda.first_due(now), None);
        assert_eq!(agenda.next(), Some(now + second));
        agenda.plan(SiteId(1), &mut one, None);
        assert_eq!(agenda.first_due(now + 3 * second), Some(SiteId(2)));
        agenda.plan(SiteId(2), &mut two, None);
        assert_eq!(agenda.next(), None);
    }
}
