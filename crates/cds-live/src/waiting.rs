//! Those who wait until all sites have been read.

use std::collections::HashSet;
use std::sync::mpsc;

use crate::inbox::SiteId;
use crate::reload::Outcome;

/// Those who wait until all sites have been read.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Who wants to, once it is known which sites there are.
    callers: Vec<mpsc::SyncSender<()>>,
    rounds: Vec<Round>,
}

/// One reading of all sites.
#[derive(Debug)]
struct Round {
    /// Which haven't been read yet.
    left: HashSet<SiteId>,
    tally: Tally,
    reply: mpsc::SyncSender<()>,
}

/// How the reading of all sites ended, by how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) swapped: usize,
    pub(crate) unchanged: usize,
    pub(crate) kept: usize,
    pub(crate) dropped: usize,
}

impl Waiting {
    /// More who wait.
    pub(crate) fn extend(&mut self, callers: Vec<mpsc::SyncSender<()>>) {
        self.callers.extend(callers);
    }

    /// Those for whom all sites are to be read from now on.
    pub(crate) fn take_callers(&mut self) -> Vec<mpsc::SyncSender<()>> {
        std::mem::take(&mut self.callers)
    }

    /// Waits for these sites on behalf of a caller.
    pub(crate) fn begin(&mut self, left: HashSet<SiteId>, reply: mpsc::SyncSender<()>) {
        let tally = Tally::default();
        self.rounds.push(Round { left, tally, reply });
    }

    /// A site was read because it was to be.
    pub(crate) fn was_read(&mut self, site: SiteId, outcome: Outcome) {
        for round in &mut self.rounds {
            if round.left.remove(&site) {
                round.tally.add(outcome);
            }
        }
    }

    /// Tells those for whom all sites have been read; returns how each reading ended.
    pub(crate) fn answer(&mut self) -> Vec<Tally> {
        let ended = self.rounds.extract_if(.., |round| round.left.is_empty());
        ended
            .map(|round| {
                // A caller that is gone doesn't want to know.
                let _ = round.reply.try_send(());
                round.tally
            })
            .collect()
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.callers.is_empty() && self.rounds.is_empty()
    }
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Swapped | Outcome::Resumed => self.swapped += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Kept | Outcome::Restored => self.kept += 1,
            Outcome::Dropped => self.dropped += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_told_once_every_site_was_read() {
        let (reply, replies) = mpsc::sync_channel(1);
        let mut waiting = Waiting::default();
        waiting.extend(vec![reply]);
        for caller in waiting.take_callers() {
            waiting.begin([SiteId(1), SiteId(2)].into(), caller);
        }
        waiting.was_read(SiteId(1), Outcome::Unchanged);
        waiting.was_read(SiteId(1), Outcome::Swapped);
        waiting.was_read(SiteId(3), Outcome::Swapped);
        assert_eq!(waiting.answer(), []);
        assert!(replies.try_recv().is_err() && !waiting.is_empty());
        waiting.was_read(SiteId(2), Outcome::Kept);
        let tally = Tally {
            unchanged: 1,
            kept: 1,
            ..Tally::default()
        };
        assert_eq!(waiting.answer(), [tally]);
        assert!(replies.try_recv().is_ok() && waiting.is_empty());
    }
}
