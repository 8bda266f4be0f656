//! What is published besides the documents as they are: a maintenance.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

#[path = "../common/sites.rs"]
mod sites;

mod maintenance;
