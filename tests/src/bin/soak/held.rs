//! What a process holds, from Linux.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::CRAWLERS;

/// What a process holds.
#[derive(Debug)]
pub(crate) struct Held {
    resident_kib: u64,
    threads: u64,
    descriptors: usize,
    watches: usize,
}

impl Held {
    pub(crate) fn by(process: u32) -> Self {
        let process = PathBuf::from(format!("/proc/{process}"));
        let status = fs::read_to_string(process.join("status")).unwrap();
        let number = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name));
            let value = line.and_then(|line| line.split_whitespace().nth(1));
            value
                .and_then(|value| value.parse().ok())
                .unwrap_or_default()
        };
        let descriptors: Vec<_> = fs::read_dir(process.join("fdinfo"))
            .unwrap()
            .flatten()
            .collect();
        Self {
            resident_kib: number("VmRSS:"),
            threads: number("Threads:"),
            watches: descriptors.iter().map(|info| watches(&info.path())).sum(),
            descriptors: descriptors.len(),
        }
    }
}

/// How many watches a descriptor has, if it is one of inotify.
fn watches(info: &Path) -> usize {
    // It may be closed by now.
    let info = fs::read_to_string(info).unwrap_or_default();
    info.lines()
        .filter(|line| line.starts_with("inotify "))
        .count()
}

impl Held {
    /// What a process holds more of than `before`, that a leak would be. Memory is for people to
    /// judge: an allocator gives back what it likes.
    pub(crate) fn more_than(&self, before: &Self) -> Option<String> {
        // A connection or two may be open at any moment, and a runtime has a thread more or less for
        // work that blocks. A leak grows with the edits, which are many more.
        let is_more = self.threads > before.threads + 2
            || self.watches > before.watches
            || self.descriptors > before.descriptors + 2 * CRAWLERS;
        is_more.then(|| format!("it holds {self}, and held {before}"))
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} KiB resident, {} threads, {} descriptors, {} watches",
            self.resident_kib, self.threads, self.descriptors, self.watches
        )
    }
}
