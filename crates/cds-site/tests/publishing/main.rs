//! What is published besides the documents: files, further endpoints, redirects, a maintenance.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

#[path = "../common/sites.rs"]
mod sites;

mod endpoints;
mod files;
mod maintenance;
mod moved;
mod typed;
