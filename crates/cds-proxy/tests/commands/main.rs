//! The commands, as they are typed: the real program on real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod faults;
mod fix;
mod formats;
mod generated;
mod init;
mod program;
mod rules;
