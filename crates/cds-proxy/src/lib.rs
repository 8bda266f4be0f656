//! The commands of `cds-proxy`.

pub mod check;
pub mod init;
pub mod report;
pub mod rules;

mod exit;
mod terminal;
