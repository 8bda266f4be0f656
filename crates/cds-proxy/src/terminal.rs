//! What commands print.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;
use anyhow::Context;
use clap::ColorChoice;

/// Whether to use colours.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Color {
    /// When to use colours; auto is on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
}

impl Color {
    /// Writes a text with ANSI styles to the standard output, without them where they aren't
    /// wanted.
    ///
    /// # Errors
    /// When the output can't be written. A reader that has gone (`… | head`) is no error.
    pub(crate) fn print(self, styled: &str) -> anyhow::Result<()> {
        write_all(
            &mut AutoStream::new(io::stdout().lock(), self.choice()),
            styled,
        )
    }

    /// As [`Color::print`], to the standard error output.
    ///
    /// # Errors
    /// As [`Color::print`].
    pub(crate) fn note(self, styled: &str) -> anyhow::Result<()> {
        write_all(
            &mut AutoStream::new(io::stderr().lock(), self.choice()),
            styled,
        )
    }

    const fn choice(self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }
}

/// Writes to the standard output as it is.
///
/// # Errors
/// As [`Color::print`].
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    write_all(&mut io::stdout().lock(), text)
}

/// Writes a text that programs read and that may hold anything: as it is to a file or pipe, with
/// what steers a terminal made visible to a terminal.
///
/// # Errors
/// As [`Color::print`].
pub(crate) fn print_raw(text: &str) -> anyhow::Result<()> {
    if io::stdout().is_terminal() {
        let lines: Vec<_> = text.split('\n').map(crate::report::visible).collect();
        return print(&lines.join("\n"));
    }
    print(text)
}

/// Says on the standard error output why a command could not run.
pub(crate) fn complain(error: impl Display) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(
        io::stderr().lock(),
        "error: {}",
        crate::report::visible(&error.to_string())
    );
}

fn write_all(stream: &mut impl Write, text: &str) -> anyhow::Result<()> {
    match stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the output can't be written"),
    }
}
