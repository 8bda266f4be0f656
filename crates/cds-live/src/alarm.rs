//! Waking at a time of the wall clock.

use std::time::{Duration, Instant, SystemTime};

/// Rings once when the wall clock has reached a time.
///
/// Threads wait by a clock that only counts on, and the wall clock may be set meanwhile, or have
/// gone on while the machine slept. So it is looked at from time to time.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    set: Option<Set>,
}

#[derive(Debug, Clone, Copy)]
struct Set {
    time: SystemTime,
    look: Instant,
}

impl Alarm {
    /// Sets the alarm to a time, or to none.
    pub(crate) fn set(&mut self, time: Option<SystemTime>, now: Now) {
        self.set = time.map(|time| Set {
            time,
            look: now.look_for(time),
        });
    }

    /// When the wall clock is looked at next.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.set.map(|set| set.look)
    }

    /// Whether the time has come; afterwards the alarm is off.
    pub(crate) fn rings(&mut self, now: Now) -> bool {
        let Some(set) = self.set.filter(|set| set.look <= now.instant) else {
            return false;
        };
        let rings = set.time <= now.wall;
        self.set(Some(set.time).filter(|_| !rings), now);
        rings
    }
}

/// One moment by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self {
            instant: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    fn look_for(self, time: SystemTime) -> Instant {
        let left = time.duration_since(self.wall).unwrap_or_default();
        self.instant + left.min(LOOK)
    }
}

/// A clock that was set is noticed after so long, and a thread that wakes as seldom costs nothing.
const LOOK: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    impl Now {
        fn later(self, by_both: Duration) -> Self {
            Self {
                instant: self.instant + by_both,
                wall: self.wall + by_both,
            }
        }
    }

    #[test]
    fn it_rings_once_and_not_before_its_time() {
        let now = Now::read();
        let second = Duration::from_secs(1);
        let mut alarm = Alarm::default();
        assert!(!alarm.rings(now));
        alarm.set(Some(now.wall + 7 * second), now);
        assert_eq!(alarm.due(), Some(now.instant + LOOK));
        assert!(!alarm.rings(now.later(5 * second)));
        assert_eq!(alarm.due(), Some(now.instant + 7 * second));
        assert!(alarm.rings(now.later(7 * second)));
        assert_eq!(alarm.due(), None);
        assert!(!alarm.rings(now.later(8 * second)));
    }

    #[test]
    fn a_clock_that_is_set_is_noticed() {
        let now = Now::read();
        let hour = Duration::from_secs(3600);
        let mut alarm = Alarm::default();
        alarm.set(Some(now.wall + hour), now);
        let put_back = Now {
            wall: now.wall - hour,
            ..now.later(LOOK)
        };
        assert!(!alarm.rings(put_back));
        let put_forward = Now {
            wall: now.wall + hour,
            ..now.later(2 * LOOK)
        };
        assert!(alarm.rings(put_forward));
    }

    #[test]
    fn a_time_that_is_past_rings_at_once() {
        let now = Now::read();
        let mut alarm = Alarm::default();
        alarm.set(Some(now.wall - LOOK), now);
        assert_eq!(alarm.due(), Some(now.instant));
        assert!(alarm.rings(now));
    }
}
