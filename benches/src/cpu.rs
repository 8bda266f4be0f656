//! Processor time, from Linux.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// How long a process and its children have had a processor: user and system time of all their
/// threads.
pub(crate) fn time_of(process: u32) -> anyhow::Result<Duration> {
    let own = time_of_one(process)?;
    let children = children(process)
        .into_iter()
        .filter_map(|child| time_of(child).ok());
    Ok(own + children.sum::<Duration>())
}

fn time_of_one(process: u32) -> anyhow::Result<Duration> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .context("processor time is read from /proc, which is Linux's")?;
    let mut nanoseconds = 0;
    for task in tasks {
        // A thread may end in between.
        let Ok(schedstat) = fs::read_to_string(task?.path().join("schedstat")) else {
            continue;
        };
        let own = schedstat.split_whitespace().next().unwrap_or_default();
        nanoseconds += own.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn children(process: u32) -> Vec<u32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(path).unwrap_or_default();
    children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}
