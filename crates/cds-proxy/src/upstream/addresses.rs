//! The addresses of a name, of which some may be dead.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::own::leads_back;

/// The addresses of one upstream that are known now.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    all: Vec<SocketAddr>,
    /// Those that would be there too if they were not our own.
    own: Vec<SocketAddr>,
    /// Index of the address to try first.
    preferred: AtomicUsize,
}

impl Addresses {
    /// What of these addresses does not lead back to our own listeners.
    pub(super) fn beside(own: &[SocketAddr], addresses: &[SocketAddr]) -> Self {
        let (own, all) = addresses
            .iter()
            .partition::<Vec<SocketAddr>, _>(|address| leads_back(**address, own));
        Self {
            all,
            own,
            preferred: AtomicUsize::new(0),
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    /// Those that were left out because they lead back here.
    pub(super) fn own(&self) -> &[SocketAddr] {
        &self.own
    }

    /// From the preferred one on.
    pub(super) fn in_turn(&self) -> impl Iterator<Item = SocketAddr> {
        let preferred = self.preferred.load(Ordering::Relaxed).min(self.all.len());
        let (before, after) = self.all.split_at(preferred);
        after.iter().chain(before).copied()
    }

    /// Begins with this one from now on, since it answered.
    pub(super) fn prefer(&self, address: SocketAddr) {
        if self.all.len() > 1
            && let Some(index) = self.index_of(address)
        {
            self.preferred.store(index, Ordering::Relaxed);
        }
    }

    /// Begins with another than this one, which takes no connection.
    pub(super) fn pass_over(&self, address: SocketAddr) {
        if let Some(index) = self.index_of(address) {
            let next = (index + 1) % self.all.len();
            // Many requests miss the same address; only the first of them moves on.
            let _ =
                self.preferred
                    .compare_exchange(index, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Whether both have the same. Name servers turn the order with every answer.
    pub(super) fn are(&self, other: &Self) -> bool {
        self.own.is_empty() == other.own.is_empty()
            && self.all.len() == other.all.len()
            && other.all.iter().all(|address| self.all.contains(address))
    }

    fn index_of(&self, address: SocketAddr) -> Option<usize> {
        self.all.iter().position(|known| *known == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses<const N: usize>(texts: [&str; N]) -> [SocketAddr; N] {
        texts.map(|text| text.parse().unwrap())
    }

    #[test]
    fn the_address_that_answered_is_tried_first_from_then_on() {
        let [a, b, c] = addresses(["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"]);
        let known = Addresses::beside(&[], &[a, b, c]);
        assert!(known.in_turn().eq([a, b, c]));
        // However many requests say so at once.
        known.prefer(c);
        known.prefer(c);
        assert!(known.in_turn().eq([c, a, b]));
    }

    #[test]
    fn an_address_that_is_missed_is_not_tried_first_again() {
        let [a, b] = addresses(["192.0.2.1:1", "192.0.2.2:1"]);
        let known = Addresses::beside(&[], &[a, b]);
        known.pass_over(a);
        known.pass_over(a);
        assert!(known.in_turn().eq([b, a]));
    }

    #[test]
    fn our_own_addresses_are_left_out() {
        let [own, other] = addresses(["127.0.0.1:1", "192.0.2.1:1"]);
        let known = Addresses::beside(&[own], &[own, other]);
        assert!(known.in_turn().eq([other]));
        assert_eq!(known.own(), [own]);
    }

    #[test]
    fn another_order_is_no_news() {
        let [a, b, c] = addresses(["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"]);
        let known = Addresses::beside(&[], &[a, b]);
        assert!(known.are(&Addresses::beside(&[], &[b, a])));
        assert!(!known.are(&Addresses::beside(&[], &[b, c])));
        assert!(!known.are(&Addresses::beside(&[c], &[b, a, c])));
    }
}
