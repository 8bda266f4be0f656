//! `cds-proxy init`

mod answers;
mod ask;
mod starter;
mod write;

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::ensure;

use self::answers::{Answers, Flags};
use self::ask::{Nobody, Person};
use crate::exit::{self, Verdict};
use crate::report::{Results, human};
use crate::terminal;

/// Writes a starter site to fill in
///
/// What no flag says is asked for when the standard input is a terminal. Nothing that is already
/// there is overwritten.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory; it is made when it isn't there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    exit::code(init(args))
}

fn init(args: Args) -> anyhow::Result<Verdict> {
    let directory = &args.directory;
    // Before anything is asked: nobody likes to answer for nothing.
    write::ensure_free(directory, &starter::NAMES)?;
    let answers = if io::stdin().is_terminal() {
        let mut person = Person::new(io::stdin().lock(), io::stderr().lock());
        Answers::gather(args.flags, &mut person)?
    } else {
        args.flags.ensure_complete()?;
        Answers::gather(args.flags, &mut Nobody)?
    };
    let now = SystemTime::now();
    let files = starter::files(&answers, now)?;
    ensure_valid(&files, now)?;
    write::all(directory, &files)?;
    terminal::print(&next_steps(directory))?;
    Ok(Verdict::Good)
}

/// Holds the documents to the rules before anything is written: an answer may be wrong in a way
/// that only a rule knows.
fn ensure_valid(files: &[starter::File], now: SystemTime) -> anyhow::Result<()> {
    let mut results = Results::new();
    for file in files.iter().filter(|file| file.name != starter::SETTINGS) {
        let content = file.content.as_bytes();
        let report = cds_metadata::check_document(file.name, content, Some(now.into()));
        results.add_document(file.name, &report);
    }
    let is_clean = results.items().is_empty();
    ensure!(
        is_clean,
        "these answers make no valid site\n\n{}",
        human::plain(&results).trim_end()
    );
    Ok(())
}

fn next_steps(directory: &Path) -> String {
    let mut text = String::new();
    for name in starter::NAMES {
        // Writing to a string can't fail.
        let _ = writeln!(text, "wrote {}", directory.join(name).display());
    }
    let site = quoted(directory);
    let _ = write!(
        text,
        "\nFill them in, then check and publish them:\n\
         \n  cds-proxy check {site}\
         \n  cds-proxy run --site {site} --upstream http://127.0.0.1:3000 --listen 0.0.0.0:8080\n"
    );
    text
}

/// The path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain =
        |character: char| character.is_alphanumeric() || "/._-+@%:,=".contains(character);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_pasted_into_a_shell() {
        assert_eq!(quoted(Path::new("sites/west")), "sites/west");
        assert_eq!(quoted(Path::new("it's here")), r"'it'\''s here'");
    }
}
