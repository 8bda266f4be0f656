//! `cds-proxy rules`

use std::fmt::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use cds_metadata::{Rule, Severity};

use super::handbook::handbook;
use crate::exit::{self, Verdict};
use crate::terminal::{self, Color};

/// Lists every rule: severity, name, where it comes from, section, and what it checks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print every rule's whole page, in Markdown
    #[arg(long)]
    markdown: bool,
    #[command(flatten)]
    color: Color,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    let printed = if args.markdown {
        terminal::print(&handbook())
    } else {
        args.color.print(&table(&super::all()))
    };
    exit::code(printed.map(|()| Verdict::Good))
}

fn table(rules: &[&'static Rule]) -> String {
    let mut out = String::new();
    for rule in rules {
        let style = severity_style(rule.severity);
        let section = if rule.section.is_empty() {
            String::new()
        } else {
            format!(", {}", rule.section)
        };
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "{style}{:<7}{style:#} {BOLD}{}{BOLD:#} ({}{section})\n        {}",
            rule.severity,
            rule.slug,
            rule.kind.as_str(),
            rule.summary(),
        );
    }
    out.push_str("\n`cds-proxy explain RULE` tells more about one of them.\n");
    out
}

pub(super) const fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
    };
    color.on_default().bold()
}

const BOLD: Style = Style::new().bold();
