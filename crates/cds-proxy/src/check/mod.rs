//! `cds-proxy check`

mod config;
mod fix;
mod severity;
mod subject;
mod target;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::ensure;
use cds_live::Limits;
use cds_metadata::{Datetime, Report};
use cds_site::{Compiled, SiteSet, Sources};

use self::config::Config;
use self::fix::Fixer;
use self::severity::RuleLevel;
use self::subject::{Judge, Subject};
use self::target::Target;
use crate::config::{Bind, Place};
use crate::exit::{self, Verdict};
use crate::report::{self, Format, Results};
use crate::terminal::{self, Color};

/// Checks sites, single documents and the configuration of the proxy
///
/// A directory is checked as a site: its documents, whether they fit together, its settings and
/// the files under public/. One that has no document itself, but directories that do, is checked
/// as a directory of sites: each of them, and whether two have the same host and path. A file is checked by itself as what its content says it is: an object
/// with coverage_entries is a coverage listing, an array holds coverage entries, an object with
/// an id (and no field that begins with cds_metadata_) is one entry, an object with the members
/// of GeoJSON is a map, and any other object is a metadata object. The file's name doesn't matter,
/// except that what is named .geojson is a map. A file whose name ends with .toml is a
/// configuration of the proxy; the site that it names is checked with it.
///
/// With --fix, what is safe to mend is mended; what is printed is then what remains, after a list
/// of what was done (on the standard error output, unless the format is human).
///
/// Exit codes: 0 no errors, 1 errors (or warnings, with --deny-warnings), 2 something could not
/// be checked at all.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Site directories, directories of sites, documents, configuration files; - is a document on the standard input
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
    /// Give a rule another severity: off, info, warning or error; can be repeated
    ///
    /// It counts more than the `[rules]` of a site's site.toml. Rules that no site can be built
    /// without are always errors, and other errors can be lowered to warning, but no further.
    #[arg(long = "rule", value_name = "RULE=LEVEL")]
    rules: Vec<RuleLevel>,
    /// Of a directory of sites: which hosts each may have
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    bind: Bind,
    #[command(flatten)]
    fix: fix::Wanted,
    #[command(flatten)]
    color: Color,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    exit::code(check(args))
}

fn check(args: &Args) -> anyhow::Result<Verdict> {
    ensure!(
        !args.fix.is_dry_run() || args.format == Format::Human,
        "--dry-run prints a diff: leave out --format"
    );
    let mut checker = Checker {
        judge: Judge {
            now: args.now.unwrap_or_else(SystemTime::now),
            severities: RuleLevel::together(&args.rules),
        },
        fixer: args.fix.fixer(&args.paths)?,
        format: args.format,
        bind: args.bind,
        results: Results::new(),
        notes: String::new(),
        diff: String::new(),
        failures: 0,
    };
    checker.check_all(&args.paths);
    // Where nothing could be looked at, there is nothing to give a clean bill to.
    if checker.has_something_to_say() {
        checker.print(args)?;
        if let Some(path) = &args.report {
            report::write(path, &checker.results)?;
        }
    }
    Ok(if checker.failures > 0 {
        Verdict::CouldNotRun
    } else {
        verdict(args, &checker.results)
    })
}

struct Checker {
    judge: Judge,
    fixer: Option<Fixer>,
    format: Format,
    bind: Bind,
    results: Results,
    /// What was mended.
    notes: String,
    diff: String,
    /// How much could not be checked or mended, as has been said already.
    failures: usize,
}

/// A site or document, mended as far as that is wanted.
struct Mended {
    /// What is left to report.
    report: Report,
    /// The files that it is about, if they are others than before.
    files: Option<Sources>,
}

impl Checker {
    /// Checks what can be checked.
    fn check_all(&mut self, paths: &[PathBuf]) {
        let mut seen = BTreeSet::new();
        for path in paths {
            // `cds` and `./cds` are one site.
            if !seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())) {
                continue;
            }
            if let Err(error) = Target::of(path).and_then(|target| self.check(&target)) {
                self.fail(path, &error);
            }
        }
    }

    fn fail(&mut self, path: &Path, error: &anyhow::Error) {
        terminal::complain(format_args!("{}: {error:#}", path.display()));
        self.failures += 1;
    }

    fn has_something_to_say(&self) -> bool {
        self.results.files_checked() > 0 || !self.notes.is_empty()
    }

    fn check(&mut self, target: &Target) -> anyhow::Result<()> {
        match target {
            Target::Config(path) => self.check_config(path),
            Target::Sites(directory) => self.check_sites(directory, Limits::default(), self.bind),
            Target::Stdin | Target::Document(_) | Target::Site(_) => {
                self.check_subject(&target.read()?, *target != Target::Stdin);
                Ok(())
            }
        }
    }

    fn check_config(&mut self, path: &Path) -> anyhow::Result<()> {
        let config = Config::read(path, self.judge.now)?;
        let Config {
            file,
            place,
            limits,
            bind,
        } = config;
        let name = file.name().to_owned();
        let mut report = file.into_report();
        report.apply(&self.judge.severities);
        self.results.add_document(&name, &report);
        match place {
            Some(Place::Site(directory)) => {
                self.check_subject(&Subject::site(&directory, limits), true);
                Ok(())
            }
            Some(Place::Sites(dir)) => self.check_sites(&dir, limits, bind),
            None => Ok(()),
        }
    }

    /// Checks each site of a directory, and what has to do with its place among the others.
    fn check_sites(&mut self, directory: &Path, limits: Limits, bind: Bind) -> anyhow::Result<()> {
        ensure!(
            !self.fixer.as_ref().is_some_and(Fixer::has_base),
            "--base is an earlier copy of one site, and these are several: give one of them"
        );
        let mut sites = SiteSet::bound(bind.into());
        let mut checked = Vec::new();
        for name in cds_live::site_names(directory)? {
            let site = match directory == Path::new(".") {
                true => PathBuf::from(&name),
                false => directory.join(&name),
            };
            let subject = Subject::site(&site, limits);
            let Compiled { mut site, report } = subject.compile(&subject.files, &self.judge);
            let Mended { report, files } = self.mend(&subject, report, true);
            if let Some(files) = &files {
                site = subject.compile(files, &self.judge).site;
            }
            let files = files.as_ref().unwrap_or(&subject.files);
            sites.insert(&*name, site.unwrap_or_else(|| cds_site::stand_in(files)));
            checked.push((name, subject, report));
        }
        for (name, subject, mut report) in checked {
            report.merge(sites.report(&name));
            report.sort();
            subject.add_to(&mut self.results, &report);
        }
        Ok(())
    }

    /// `is_file`: there is something on disk that could be mended.
    fn check_subject(&mut self, subject: &Subject, is_file: bool) {
        let report = subject.report(&subject.files, &self.judge);
        let Mended { report, .. } = self.mend(subject, report, is_file);
        subject.add_to(&mut self.results, &report);
    }

    /// Mends as far as that is wanted. What can't be written stays as it was, with all that is
    /// wrong with it.
    fn mend(&mut self, subject: &Subject, report: Report, is_file: bool) -> Mended {
        let Some(fixer) = &self.fixer else {
            if self.format == Format::Human && is_file {
                // The other formats have nowhere to say it.
                let mendable = fix::mendable(subject, &self.judge, &report);
                self.results.add_mendable(mendable);
            }
            return Mended {
                report,
                files: None,
            };
        };
        match fixer.fix(subject, &self.judge, report.clone()) {
            Ok(fixed) => {
                self.notes.push_str(&fixed.notes);
                self.diff.push_str(&fixed.diff);
                Mended {
                    report: fixed.report,
                    files: Some(fixed.files),
                }
            }
            Err(error) => {
                self.fail(&subject.path(), &error);
                Mended {
                    report,
                    files: None,
                }
            }
        }
    }

    /// Prints the report; of a dry run only the diff goes to the standard output, for `patch`.
    fn print(&self, args: &Args) -> anyhow::Result<()> {
        let text = self.format.render(&self.results);
        if args.fix.is_dry_run() {
            terminal::print_raw(&self.diff)?;
            return args.color.note(&format!("{}\n{text}", self.notes));
        }
        match self.format {
            Format::Human if self.fixer.is_some() => {
                args.color.print(&format!("{}\n{text}", self.notes))
            }
            Format::Human => args.color.print(&text),
            Format::Json | Format::Sarif | Format::Github => {
                args.color.note(&self.notes)?;
                terminal::print(&text)
            }
        }
    }
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
    let timestamp = Datetime::parse(text).map_err(|_| help)?.timestamp();
    let seconds = Duration::from_secs(timestamp.seconds.unsigned_abs());
    let whole = if timestamp.seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(seconds)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    let fraction = Duration::from_nanos(timestamp.nanoseconds.into());
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
