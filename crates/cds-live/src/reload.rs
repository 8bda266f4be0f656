//! How a re-read ended.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cds_site::{EntryChanges, Report};

/// How a re-read ended, or a maintenance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reload {
    /// What came of it.
    pub outcome: Outcome,
    /// Whether a good site is served now; if not, the answer is 503.
    pub serving: bool,
    /// When it ended.
    pub at: SystemTime,
    /// How long reading, checking and compiling took; waiting for files to stand still is not
    /// counted.
    pub duration: Duration,
    /// All findings, warnings and advice included.
    pub report: Arc<Report>,
    /// The files that were added, changed or removed since the last try, sorted.
    pub changed: Arc<[String]>,
    /// How the coverage entries that are served differ from those before; nothing unless another
    /// site is served.
    pub entries: EntryChanges,
}

/// How a re-read of one site of many ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SiteReload {
    /// The name of the site: that of its directory.
    pub name: Arc<str>,
    /// How it ended.
    pub reload: Reload,
}

/// What came of a re-read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Another site is served now.
    Swapped,
    /// Nothing differs from what is served.
    Unchanged,
    /// A maintenance has ended, and what was published before it is again. No file was read.
    Resumed,
    /// The files have errors: what was served before this process started is again, from the state
    /// directory.
    Restored,
    /// The files have errors: what was served before still is. That may be nothing, when no site
    /// was ever good or its directory was gone: see [`Reload::serving`].
    Kept,
    /// The directory has been gone for five seconds: nothing is served until it comes back.
    Dropped,
}

impl Outcome {
    /// The name as it is logged and counted: `swapped`, `unchanged`, `resumed`, `restored`,
    /// `kept` or `dropped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Swapped => "swapped",
            Self::Unchanged => "unchanged",
            Self::Resumed => "resumed",
            Self::Restored => "restored",
            Self::Kept => "kept",
            Self::Dropped => "dropped",
        }
    }
}
