//! When a directory is looked at.

use std::time::{Duration, Instant};

use crate::options::Options;

/// The next things to do for one directory.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// A look because of a hint, a request or files that are settling.
    look: Option<Instant>,
    /// A look without a reason.
    patrol: Option<Instant>,
    /// A comparison of all content.
    compare: Option<Instant>,
    /// No look before this: looking and reloading must not take all of a processor.
    rest_until: Instant,
    /// Which part of its interval goes by before the first look without a reason.
    first_patrol: Option<usize>,
}

impl Schedule {
    /// Begins with a look at once.
    pub(crate) fn new(options: &Options, now: Instant) -> Self {
        Self {
            look: Some(now),
            patrol: after(now, options.look_interval(false)),
            compare: after(now, options.comparison_interval()),
            rest_until: now,
            first_patrol: None,
        }
    }

    /// The same for one of many directories that all begin now: what is done without a reason
    /// begins after a part of its interval, another one for each number, so that the work is
    /// spread over all of it.
    pub(crate) fn spread(options: &Options, now: Instant, number: usize) -> Self {
        Self {
            compare: after(now, part(options.comparison_interval(), number)),
            first_patrol: Some(number),
            ..Self::new(options, now)
        }
    }

    /// When there is something to do next.
    pub(crate) fn due(&self) -> Option<Instant> {
        let due = [self.look, self.patrol, self.compare]
            .into_iter()
            .flatten()
            .min()?;
        Some(due.max(self.rest_until))
    }

    /// Whether there is something to do now.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Plans a look, unless there is an earlier one.
    pub(crate) fn look_at(&mut self, time: Instant) {
        self.look = Some(self.look.map_or(time, |planned| planned.min(time)));
    }

    /// Plans a look because somebody asked for it, who waits for no rest.
    pub(crate) fn request(&mut self, now: Instant) {
        self.look_at(now);
        self.rest_until = now;
    }

    /// Plans a look because of a hint: the system calls of one save arrive together.
    pub(crate) fn hint(&mut self, now: Instant) {
        self.look_at(now + GATHER);
    }

    /// The look that was planned happens now; the next without a reason is an interval away.
    pub(crate) fn looking(&mut self, interval: Option<Duration>, now: Instant) {
        self.look = None;
        let interval = match self.first_patrol.take() {
            Some(number) => part(interval, number),
            None => interval,
        };
        self.patrol = after(now, interval);
    }

    /// Whether all content is to be compared now; plans the next comparison if so.
    pub(crate) fn comparing(&mut self, options: &Options, now: Instant) -> bool {
        let due = self.compare.is_some_and(|due| due <= now);
        if due {
            self.compare = after(now, options.comparison_interval());
        }
        due
    }

    /// A look took this long.
    pub(crate) fn looked(&mut self, took: Duration) {
        self.rest(took.saturating_mul(LOOK_SHARE).max(GATHER));
    }

    /// A reload took this long: there is as much time without one.
    pub(crate) fn reloaded(&mut self, took: Duration) {
        self.rest(took);
    }

    fn rest(&mut self, time: Duration) {
        self.rest_until = self.rest_until.max(Instant::now() + time.min(LONGEST_REST));
    }
}

/// The moment an interval from now; never, for one that no clock reaches.
fn after(now: Instant, interval: Option<Duration>) -> Option<Instant> {
    now.checked_add(interval?)
}

/// Into how many parts an interval is cut.
const PARTS: u32 = 1024;

/// Part of an interval: consecutive numbers are spread over all of it.
fn part(interval: Option<Duration>, number: usize) -> Option<Duration> {
    // Near the golden ratio, so that each comes in the widest gap that those before have left;
    // odd, so that every part has its turn.
    let part = u32::try_from(number).unwrap_or(0).wrapping_mul(633) % PARTS + 1;
    Some(interval? / PARTS * part)
}

/// How long hints are gathered before a look.
const GATHER: Duration = Duration::from_millis(5);

/// After a look, this many times as long goes by without one.
const LOOK_SHARE: u32 = 4;

/// However slow a look was: most likely the file system or the whole process stood still, and
/// whoever waits for an edit waits for this too.
pub(crate) const LONGEST_REST: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_gathered_and_the_earliest_plan_counts() {
        let now = Instant::now();
        let mut schedule = Schedule::new(&Options::new(), now);
        assert!(schedule.is_due(now));
        schedule.looking(Some(Duration::from_secs(30)), now);
        assert_eq!(schedule.due(), Some(now + Duration::from_secs(30)));
        schedule.hint(now);
        schedule.look_at(now + Duration::from_secs(1));
        assert_eq!(schedule.due(), Some(now + GATHER));
    }

    #[test]
    fn an_interval_that_no_clock_reaches_is_never() {
        let now = Instant::now();
        let options = Options::new()
            .reread_interval(Some(Duration::MAX))
            .compare_interval(Some(Duration::MAX));
        let mut schedule = Schedule::new(&options, now);
        schedule.looking(Some(Duration::MAX), now);
        assert!(!schedule.comparing(&options, now));
        assert_eq!(schedule.due(), None);
    }

    #[test]
    fn looks_without_a_reason_at_many_directories_are_spread_over_their_interval() {
        let now = Instant::now();
        let options = Options::new().compare_interval(None);
        let second = Duration::from_secs(1);
        let mut by_second = [0; 30];
        for number in 0..3_000 {
            let mut schedule = Schedule::spread(&options, now, number);
            schedule.looking(Some(30 * second), now);
            let due = schedule.due().unwrap() - now;
            by_second[usize::try_from(due.as_secs()).unwrap().min(29)] += 1;
            schedule.looking(Some(30 * second), now + due);
            assert_eq!(schedule.due(), Some(now + due + 30 * second));
        }
        assert!(
            by_second.iter().all(|looks| (90..=110).contains(looks)),
            "{by_second:?}"
        );
        assert_eq!(
            part(Some(Duration::MAX), 5).map(|part| part < Duration::MAX),
            Some(true)
        );
    }

    #[test]
    fn a_reload_is_followed_by_a_rest_as_long_but_not_as_long_as_a_hang() {
        let second = Duration::from_secs(1);
        let mut schedule = Schedule::new(&Options::new(), Instant::now());
        let now = Instant::now();
        schedule.reloaded(3 * second);
        assert!(!schedule.is_due(now + 3 * second));
        // As after `kill -STOP`.
        schedule.looked(600 * second);
        assert!(schedule.is_due(Instant::now() + LONGEST_REST));
    }

    #[test]
    fn whoever_asks_waits_for_no_rest() {
        let mut schedule = Schedule::new(&Options::new(), Instant::now());
        schedule.reloaded(LONGEST_REST);
        let now = Instant::now();
        assert!(!schedule.is_due(now));
        schedule.request(now);
        assert!(schedule.is_due(now));
    }
}
