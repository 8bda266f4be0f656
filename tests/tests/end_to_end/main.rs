//! The whole way, over sockets and with the real binaries.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where something surprising is"
)]

mod bad_input;
mod crawl;
mod database;
mod demo;
mod examples;
mod maintenance;
mod reload;
mod replicas;
mod scenarios;
mod untouched;
mod upstream;
