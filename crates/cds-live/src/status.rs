//! A site's state at one moment.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cds_site::EntryChanges;

use crate::reload::{Outcome, Reload};

/// A site's state at one moment. Its fields belong together: all are of the same try.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Status {
    /// Whether the last try succeeded.
    pub state: State,
    /// How many sites have been served so far; 0 while there was never a good one.
    pub generation: u64,
    /// When the site that is served was taken up; `None` when none is.
    pub loaded_at: Option<SystemTime>,
    /// When the files were last found to be good; `None` if they never were.
    pub succeeded_at: Option<SystemTime>,
    /// How many coverage entries are served.
    pub entries: usize,
    /// The tag of the site that is served ([`Site::etag`](cds_site::Site::etag)); `None` when none
    /// is.
    pub etag: Option<Arc<str>>,
    /// Whether what is served was served before this process started, and comes from the state
    /// directory ([`Options::state_dir`](crate::Options::state_dir)) because the files have errors.
    pub is_restored: bool,
    /// Why what is served can't be kept in the state directory, which is tried again every ten
    /// seconds; `None` when it is kept, or isn't to be.
    pub not_kept: Option<Arc<str>>,
    /// Whether what is served answers that it is being worked on.
    pub in_maintenance: bool,
    /// How the last try ended.
    pub last_reload: Reload,
    /// The first of the files that have been changing for more than five seconds, and keep an edit
    /// from being taken up until they stand still; none otherwise.
    pub changing: Arc<[String]>,
    /// How changes are noticed at present.
    pub watching: Watching,
}

impl Status {
    /// Before the first look.
    pub(crate) fn nothing_read_yet() -> Self {
        Self {
            state: State::Failing,
            generation: 0,
            loaded_at: None,
            succeeded_at: None,
            entries: 0,
            etag: None,
            is_restored: false,
            not_kept: None,
            in_maintenance: false,
            last_reload: Reload {
                outcome: Outcome::Kept,
                serving: false,
                at: SystemTime::now(),
                duration: Duration::ZERO,
                report: Arc::default(),
                changed: Arc::default(),
                entries: EntryChanges::default(),
            },
            changing: Arc::default(),
            watching: Watching::Ended,
        }
    }
}

/// Whether what is in the files is what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It is.
    Good,
    /// The files have errors; the last good site is served, or none.
    Failing,
}

/// How changes are noticed at present.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Watching {
    /// The system announces them.
    Events,
    /// Files are looked at regularly.
    Polling {
        /// Why not by events; `None` when polling was asked for.
        why: Option<Arc<str>>,
    },
    /// Only when [`LiveSite::reload`](crate::LiveSite::reload) is called.
    Off,
    /// Not any more: the thread that did so ended by a fault of this crate. What was served last
    /// still is.
    Ended,
}

impl Watching {
    pub(crate) const fn is_polling(&self) -> bool {
        matches!(self, Self::Polling { .. })
    }

    /// Why files are looked at regularly although events were wanted, if they are.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Polling { why } => why.as_deref(),
            Self::Events | Self::Off | Self::Ended => None,
        }
    }

    /// The name as it is shown: `events`, `polling`, `off` or `ended`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Polling { .. } => "polling",
            Self::Off => "off",
            Self::Ended => "ended",
        }
    }
}
