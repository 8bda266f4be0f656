//! Directories on a real file system that change in every way people and programs change them,
//! while somebody reads what is served without a pause.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests end where they fail, and say why they were skipped"
)]

mod documents;
mod reader;
mod site;

mod directories;
mod failing;
mod handle;
mod limits;
mod links;
mod maintenance;
mod other_process;
mod pairs;
mod programs;
mod quiet;
mod restart;
mod saves;
mod soak;
