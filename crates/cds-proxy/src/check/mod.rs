//! `cds-proxy check`

mod target;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use cds_metadata::Datetime;

use self::target::Target;
use crate::exit::{self, Verdict};
use crate::report::{self, Format, Results};
use crate::terminal::{self, Color};

/// Checks site directories and single documents
///
/// A directory is checked as a site: its documents, whether they fit together, its settings and
/// the files under public/. A file is checked by itself as what its content says it is: an object
/// with coverage_entries is a coverage listing, an array holds coverage entries, an object with
/// an id (and no field that begins with cds_metadata_) is one entry, and any other object is a
/// metadata object. The file's name doesn't matter.
///
/// Exit codes: 0 no errors, 1 errors (or warnings, with --deny-warnings), 2 something could not
/// be checked at all.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Site directories and documents; - is a document on the standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Warnings make the exit code 1, too
    #[arg(long)]
    deny_warnings: bool,
    /// Also write the findings to FILE: JSON if it ends with .json, SARIF with .sarif, else text
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The time that rules about the future go by, e.g. 2026-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    now: Option<SystemTime>,
    #[command(flatten)]
    color: Color,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    exit::code(check(args))
}

fn check(args: &Args) -> anyhow::Result<Verdict> {
    let now = args.now.unwrap_or_else(SystemTime::now);
    let mut results = Results::new();
    let failures = check_all(&args.paths, now, &mut results);
    if failures < args.paths.len() {
        print(args, &results)?;
    }
    if let Some(path) = &args.report {
        report::write(path, &results)?;
    }
    Ok(if failures > 0 {
        Verdict::CouldNotRun
    } else {
        verdict(args, &results)
    })
}

/// Checks what can be checked and says how much can't.
fn check_all(paths: &[PathBuf], now: SystemTime, results: &mut Results) -> usize {
    let mut failures = 0;
    for (index, path) in paths.iter().enumerate() {
        if paths[..index].contains(path) {
            continue;
        }
        if let Err(error) = Target::of(path).and_then(|target| target.check(now, results)) {
            terminal::complain(format_args!("{}: {error:#}", path.display()));
            failures += 1;
        }
    }
    failures
}

fn print(args: &Args, results: &Results) -> anyhow::Result<()> {
    let text = args.format.render(results);
    match args.format {
        Format::Human => args.color.print(&text)?,
        Format::Json | Format::Sarif | Format::Github => terminal::print(&text)?,
    }
    Ok(())
}

fn verdict(args: &Args, results: &Results) -> Verdict {
    let tally = results.tally();
    let failed = tally.errors > 0 || args.deny_warnings && tally.warnings > 0;
    if failed {
        Verdict::Failed
    } else {
        Verdict::Good
    }
}

/// An RFC 3339 datetime as a time.
fn moment(text: &str) -> Result<SystemTime, String> {
    let help = "write it like 2026-01-31T12:00:00Z";
    let instant = Datetime::parse(text).map_err(|_| help)?.instant();
    let seconds = Duration::from_secs(instant.seconds.unsigned_abs());
    let whole = if instant.seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(seconds)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    let fraction = Duration::from_nanos(instant.nanoseconds.into());
    whole
        .and_then(|time| time.checked_add(fraction))
        .ok_or_else(|| help.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_any_rfc_3339_datetime() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
        assert_eq!(moment("1970-01-01T01:00:01.5+01:00"), Ok(expected));
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(moment("1969-12-31T23:59:59Z"), Ok(before));
        assert!(moment("0000-01-01T00:00:00Z").is_ok());
        assert!(moment("yesterday").is_err());
        assert!(moment("2026-01-31").is_err());
    }
}
