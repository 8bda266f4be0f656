//! How a directory is read and watched.

use std::path::PathBuf;
use std::time::Duration;

use cds_site::Bind;

/// What may be read of a site directory.
///
/// ```
/// let mut limits = cds_live::Limits::new();
/// limits.file_size = 16 << 20;
/// let options = cds_live::Options::new().limits(limits);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest document, in bytes; 1 GiB by default.
    pub document_size: u64,
    /// The largest file under `public/`, in bytes; 256 MiB by default.
    pub file_size: u64,
    /// All files together, in bytes; 4 GiB by default. A directory with more is not read at all.
    pub total_size: u64,
}

impl Limits {
    /// The defaults.
    ///
    /// A listing of a million entries is well below 1 GiB. The limits keep a mistake, such as a
    /// database dump or an archive of old maps saved in the wrong place, from taking all memory:
    /// every file under `public/` is held there, whether or not a document links to it, and both
    /// versions are while one takes the place of the other.
    pub const fn new() -> Self {
        Self {
            document_size: 1 << 30,
            file_size: 256 << 20,
            total_size: 4 << 30,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// How changes are noticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchMode {
    /// By the system's events, and by polling where there are none.
    #[default]
    Auto,
    /// By looking at the files every [`Options::poll_interval`].
    Poll,
    /// Not at all: only [`LiveSite::reload`](crate::LiveSite::reload) reads again.
    Off,
}

/// How a directory is read and watched.
///
/// ```
/// use std::time::Duration;
/// use cds_live::{LiveSite, Options, WatchMode};
///
/// # fn main() -> std::io::Result<()> {
/// // As most programs want it:
/// let live = LiveSite::open("cds")?;
///
/// // A network file system that is known to announce nothing:
/// let options =
///     Options::new().watch(WatchMode::Poll).poll_interval(Duration::from_secs(1));
/// let live = LiveSite::open_with("cds", &options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub(crate) limits: Limits,
    pub(crate) watch: WatchMode,
    pub(crate) quiet_time: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) reread_interval: Option<Duration>,
    pub(crate) compare_interval: Option<Duration>,
    pub(crate) bind: Bind,
    pub(crate) state_dir: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            limits: Limits::new(),
            watch: WatchMode::Auto,
            quiet_time: Duration::from_millis(150),
            poll_interval: Duration::from_secs(2),
            reread_interval: Some(Duration::from_secs(30)),
            compare_interval: Some(Duration::from_secs(300)),
            bind: Bind::Documents,
            state_dir: None,
        }
    }

    /// How large files may be.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How changes are noticed.
    #[must_use]
    pub const fn watch(mut self, mode: WatchMode) -> Self {
        self.watch = mode;
        self
    }

    /// How long files must have stood still before they are read; 150 ms by default.
    ///
    /// Long enough for an editor's save, which is a handful of system calls, and short enough
    /// that an edit is served well within a second. Five times as long is waited while somebody
    /// is visibly not done because a file that was there is gone.
    ///
    /// At most a minute: a longer time is taken for one.
    #[must_use]
    pub const fn quiet_time(mut self, time: Duration) -> Self {
        self.quiet_time = if time.as_secs() < LONGEST_QUIET.as_secs() {
            time
        } else {
            LONGEST_QUIET
        };
        self
    }

    /// How often files are looked at while polling; 2 s by default.
    ///
    /// For as long, and five times the quiet time, files must stand still meanwhile, since no event
    /// tells that somebody is still writing; for five seconds on file systems that other machines
    /// write to, and no longer than that anywhere.
    #[must_use]
    pub const fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// How often sizes and times are looked at besides the events; 30 s by default.
    ///
    /// Costs one `stat` per file, and makes up for what no event tells: changes on another
    /// machine that shares the file system, and events that the system lost.
    #[must_use]
    pub const fn reread_interval(mut self, interval: Option<Duration>) -> Self {
        self.reread_interval = interval;
        self
    }

    /// How often the content of all files is compared; 5 min by default.
    ///
    /// Finds changes that leave size and times as they were, as on a file system whose times are
    /// whole seconds.
    #[must_use]
    pub const fn compare_interval(mut self, interval: Option<Duration>) -> Self {
        self.compare_interval = interval;
        self
    }

    /// Which hosts each site of a directory of sites may answer for; those that its documents and
    /// settings name by default. A site that is alone answers on every host.
    #[must_use]
    pub const fn bind(mut self, bind: Bind) -> Self {
        self.bind = bind;
        self
    }

    /// Where the last good version of each site is kept, to be served after a restart while its
    /// files have errors; nowhere by default.
    ///
    /// The directory is made when there is something to keep. It takes as much space as the site
    /// directories. What can't be written is tried again every ten seconds, and
    /// [`Status::not_kept`](crate::Status::not_kept) says why. [`LiveSites`](crate::LiveSites)
    /// removes what is kept of sites that its directory doesn't have any more when it is opened.
    /// Several processes may share it, even for one site directory, as while one hands over to
    /// the next: only one at a time writes.
    #[must_use]
    pub fn state_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(dir.into());
        self
    }

    /// How long files must stand still when there are signs that somebody isn't done.
    pub(crate) const fn patience(&self) -> Duration {
        self.quiet_time.saturating_mul(5)
    }

    /// How often to look without an event.
    pub(crate) const fn look_interval(&self, polling: bool) -> Option<Duration> {
        match (self.watch, polling) {
            (WatchMode::Off, _) => None,
            (WatchMode::Auto | WatchMode::Poll, true) => Some(self.poll_interval),
            (WatchMode::Auto | WatchMode::Poll, false) => self.reread_interval,
        }
    }

    /// How often to compare all content.
    pub(crate) fn comparison_interval(&self) -> Option<Duration> {
        self.compare_interval
            .filter(|_| self.watch != WatchMode::Off)
    }
}

/// Whoever wants to wait longer wants to say when, which is [`WatchMode::Off`] and
/// [`LiveSite::reload`](crate::LiveSite::reload).
const LONGEST_QUIET: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_time_is_at_most_a_minute() {
        let capped = Options::new().quiet_time(Duration::MAX);
        assert_eq!(capped.quiet_time, LONGEST_QUIET);
        let short = Options::new().quiet_time(Duration::from_millis(59_999));
        assert_eq!(short.quiet_time, Duration::from_millis(59_999));
    }
}
