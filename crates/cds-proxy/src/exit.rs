//! Exit codes that every command has in common.

use std::process::ExitCode;

use crate::terminal;

/// How a command that ran ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Good,
    /// Exit code 1: what was asked about has errors.
    Failed,
    /// Exit code 2: not all of it could be looked at, as has been said already.
    CouldNotRun,
}

/// The exit code of a command; 2, with the reason on the standard error output, when it could
/// not run.
pub(crate) fn code(result: anyhow::Result<Verdict>) -> ExitCode {
    match result {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Ok(Verdict::CouldNotRun) => ExitCode::from(2),
        Err(error) => {
            terminal::complain(format_args!("{error:#}"));
            ExitCode::from(2)
        }
    }
}
