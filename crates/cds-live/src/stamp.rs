//! What tells one state of a file from another without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

/// Size, times and identity of a file: two equal stamps that were taken some time apart mean
/// that nobody wrote in between.
///
/// `ctime` can't be set by programs, so that it tells of new content even where size and `mtime`
/// were put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mtime: (i64, i64),
    ctime: (i64, i64),
}

impl Stamp {
    /// The size in bytes.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// The newer of `mtime` and `ctime`.
    ///
    /// `mtime` alone is not enough: `cp -p`, `rsync -t` and archives bring old times along.
    pub(crate) fn modified(&self) -> SystemTime {
        let (seconds, nanoseconds) = self.mtime.max(self.ctime);
        // A broken clock may have set any time; an HTTP date has four digits for the year.
        let seconds = u64::try_from(seconds).map_or(0, |seconds| seconds.min(END_OF_9999));
        let nanoseconds = u32::try_from(nanoseconds).unwrap_or(0);
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::new(seconds, nanoseconds))
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// 9999-12-31T23:59:59Z in seconds since 1970.
const END_OF_9999: u64 = 253_402_300_799;

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Which directory a path led to, so that another of the same name is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DirectoryId {
    device: u64,
    inode: u64,
}

impl From<&Metadata> for DirectoryId {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(mtime: (i64, i64), ctime: (i64, i64)) -> Stamp {
        Stamp {
            device: 1,
            inode: 2,
            size: 3,
            mtime,
            ctime,
        }
    }

    #[test]
    fn the_newer_of_both_times_counts() {
        let epoch = SystemTime::UNIX_EPOCH;
        let at = |seconds, nanoseconds| epoch + Duration::new(seconds, nanoseconds);
        assert_eq!(stamp((5, 7), (3, 9)).modified(), at(5, 7));
        assert_eq!(stamp((3, 9), (3, 10)).modified(), at(3, 10));
    }

    #[test]
    fn times_that_no_http_date_can_say_are_moved_to_the_nearest() {
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(END_OF_9999);
        assert_eq!(stamp((i64::MAX, 0), (0, 0)).modified(), end);
        assert_eq!(stamp((-2, 0), (-3, 0)).modified(), SystemTime::UNIX_EPOCH);
    }
}
