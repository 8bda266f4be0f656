//! Site directories read, watched and swapped while they are served.
//!
//! ```
//! # use cds_live::LiveSite;
//! # fn main() -> std::io::Result<()> {
//! let live = LiveSite::open("cds")?;
//! for finding in live.status().last_reload.report.findings() {
//!     println!("{finding}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`LiveSite`] implements [`cds_site::Respond`], so that it goes wherever a fixed site goes.
//! Behind it, a thread looks at the directory whenever something may have changed in it, waits
//! until the files have stood still, reads all of them, and lets `cds-site` check and compile
//! them. A good site takes the place of the one before in a single step; a bad one is reported,
//! and what was served before still is.
//!
//! [`LiveSites`] does the same for a directory of sites, with one thread for all of them.
//!
//! # What can be relied on
//!
//! - Events are hints. What is served depends on what is in the files, never on which events
//!   came; lost events are made up for by regular looks.
//! - A file is read whole or not at all: size, times and identity are the same before and after,
//!   for the whole set, and were so for the quiet time. A file that a program has written to and
//!   not closed is waited for (on Linux only, where closing is an event), and so is one that is
//!   new and empty: its first byte may be under way. Such a file that hasn't changed for five
//!   seconds is taken up as it is, and a warning names it: nobody can tell a writer that paused for
//!   so long from one that is done. Move files into place where that may happen.
//! - Where no events come (see [`Watching`]), files must stand still for as long as
//!   [`Options::poll_interval`] says, since nothing tells of a writer that pauses; for five seconds
//!   where another machine may be writing.
//! - A directory that this program may pass through but not list has no events. What changes in it,
//!   such as a link on the way to the site, is found by the regular looks.
//! - A directory or a symbolic link that is replaced in one step is taken up in one step.
//! - The same content again changes nothing.
//! - Nothing outside the directory is read, and no FIFO or device is opened.
//! - A maintenance that has an end ends then, by the wall clock, whatever the files have become.
//! - A request never waits for a reload.
//!
//! # What is read
//!
//! The documents, `site.toml`, and every file under `public/`, because it is known only afterwards
//! which of them the documents link to. All of it is held in memory; [`Limits`] says how much that
//! may be. Names that begin with a dot are not looked at; under `public/`, where
//! `public/.well-known/…` may be published, that holds for `.git` and for names that begin with
//! two dots (Kubernetes' `..data`).
//!
//! # Threads
//!
//! One thread writes, and any number read. What they share is either a single pointer that is
//! swapped whole (`cds_site::SiteHandle`, by arc-swap, which has its own proofs) or lies behind a
//! mutex; there is no lock-free code of this crate's own for a model checker to search. What has to
//! be shown besides is the order of locks, and that nobody waits without being woken:
//!
//! - The site is stored while the lock of its status is held, so that whoever reads the status, then
//!   the site, gets a site at least as new.
//! - Locks nest in one order: interests, then the inbox; the list of subscribers, then one
//!   subscriber's queue; the table of statuses, alone. No caller's code runs under any of them:
//!   subscribers are woken outside, and the log is written outside.
//! - Whoever waits (a thread for mail, a subscriber for news) looks and goes to sleep under the
//!   lock that is held to put something in, and is woken after each change. When the thread ends, by
//!   a fault too, its inbox is closed and every subscription ended, so that nobody waits for it.
//!
//! # Features
//!
//! `stream`: [`Subscription`] is a `Stream` of futures-core.
//!
//! # What this crate doesn't do
//!
//! It knows no HTTP, no sockets and no async runtime, and it judges no document: what is wrong
//! with one is for `cds-metadata` and `cds-site` to say. It needs a Unix system.

#[cfg(not(unix))]
compile_error!("cds-live needs a Unix system: use tower-cds with default-features = false");

mod live_site;
mod live_sites;
mod options;
mod reload;
mod status;
mod subscription;

mod agenda;
mod alarm;
mod chain;
mod conclusion;
mod current;
mod events;
mod group;
mod inbox;
mod interests;
mod keeping;
mod layout;
mod log;
mod many;
mod member;
mod members;
mod one;
mod open;
mod problem;
mod read;
mod remote;
mod roster;
mod scan;
mod schedule;
mod settle;
mod shared;
mod stamp;
mod state_dir;
mod subscribers;
mod tracked;
mod waiting;
mod watch;
mod worker;

pub use live_site::LiveSite;
pub use live_sites::LiveSites;
pub use options::{Limits, Options, WatchMode};
pub use read::read;
pub use reload::{Outcome, Reload, SiteReload};
pub use roster::site_names;
pub use status::{State, Status, Watching};
pub use subscription::Subscription;
