//! A directory of sites on a real file system, and what is served of it throughout.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

mod fixture;

mod claims;
mod coming_and_going;
mod crowd;
mod edits;
mod handle;
mod links;
mod maintenance;
