//! Waiting until files stand still.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::read::{Before, Loaded};
use crate::scan::Scan;

/// Files that changed and may go on changing.
#[derive(Debug)]
pub(crate) struct Settling {
    /// The last look.
    scan: Scan,
    /// When a look first showed what `scan` does.
    still_since: Instant,
    begun: Instant,
    /// What changed from one look to the next.
    moving: BTreeSet<String>,
    warned: bool,
    /// What was read by then of files that went on changing.
    read: Option<(Scan, Loaded)>,
}

impl Settling {
    /// Begins with a first look, at files that have stood still `since`.
    pub(crate) fn begin(scan: Scan, since: Instant, now: Instant) -> Self {
        Self {
            scan,
            still_since: since,
            begun: now,
            moving: BTreeSet::new(),
            warned: false,
            read: None,
        }
    }

    /// Keeps what could be read by the last look, so that it needn't be again.
    pub(crate) fn keep(&mut self, loaded: Loaded) {
        self.read = Some((self.scan.clone(), loaded));
    }

    /// What was kept.
    pub(crate) fn read(&self) -> Option<Before<'_>> {
        let (scan, loaded) = self.read.as_ref()?;
        Some(Before { scan, loaded })
    }

    /// Takes another look into account.
    pub(crate) fn observe(&mut self, scan: Scan, now: Instant) {
        if scan == self.scan {
            return;
        }
        self.moving.extend(
            self.scan
                .differences(&scan)
                .take(MOST_NAMED)
                .map(str::to_owned),
        );
        self.scan = scan;
        self.still_since = now;
    }

    /// A file changed although two looks were equal.
    pub(crate) fn disturb(&mut self, file: String, now: Instant) {
        self.moving.insert(file);
        self.still_since = now;
    }

    /// The last look.
    pub(crate) fn scan(&self) -> &Scan {
        &self.scan
    }

    /// Since when the files have stood still.
    pub(crate) fn still_since(&self) -> Instant {
        self.still_since
    }

    /// When the files will have stood still for `time`.
    pub(crate) fn still_at(&self, time: Duration) -> Instant {
        self.still_since + time
    }

    /// The files that changed since the first look.
    pub(crate) fn moving(&self) -> Vec<String> {
        self.moving.iter().take(MOST_NAMED).cloned().collect()
    }

    /// Whether files have kept changing for so long that people should know.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        !self.moving.is_empty() && now >= self.begun + OVERDUE
    }

    /// The files that people should know to keep changing.
    pub(crate) fn overdue(&self) -> Vec<String> {
        if self.warned {
            self.moving()
        } else {
            Vec::new()
        }
    }

    /// Like [`Settling::is_overdue`], but only once.
    pub(crate) fn becomes_overdue(&mut self, now: Instant) -> bool {
        let becomes = self.is_overdue(now) && !self.warned;
        self.warned |= becomes;
        becomes
    }
}

/// After this time people wonder why their edit isn't there.
pub(crate) const OVERDUE: Duration = Duration::from_secs(5);

/// A warning names no more files than a person reads.
const MOST_NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::problem::Problem;
    use crate::scan::{Found, Root};

    const QUIET: Duration = Duration::from_millis(150);

    /// A scan of one file whose state is told by `size`.
    fn scan(size: u64) -> Scan {
        let found = Found::Unreadable(Problem::TooLarge {
            size,
            limit: 0,
            setting: "",
        });
        Scan {
            root: Root::Gone,
            files: BTreeMap::from([("a.json".to_owned(), found)]),
        }
    }

    #[test]
    fn stillness_is_counted_from_the_last_look_that_differed() {
        let start = Instant::now();
        let later = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut settling = Settling::begin(scan(1), start, start);
        settling.observe(scan(1), later(100));
        assert_eq!(settling.still_at(QUIET), later(150));
        settling.observe(scan(2), later(149));
        assert_eq!(settling.still_at(QUIET), later(299));
        settling.disturb("b.json".to_owned(), later(299));
        assert_eq!(settling.still_at(QUIET), later(449));
    }

    #[test]
    fn a_file_that_goes_on_changing_is_named_once_after_five_seconds() {
        let start = Instant::now();
        let mut settling = Settling::begin(scan(0), start, start);
        for step in 1..=49 {
            let now = start + step * Duration::from_millis(100);
            settling.observe(scan(u64::from(step)), now);
            assert!(!settling.becomes_overdue(now));
        }
        let now = start + Duration::from_secs(5);
        assert!(settling.becomes_overdue(now));
        assert_eq!(settling.moving(), ["a.json"]);
        assert!(!settling.becomes_overdue(now));
        assert!(settling.is_overdue(now));
        assert_eq!(settling.overdue(), ["a.json"]);
    }
}
