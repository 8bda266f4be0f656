//! `cds-proxy explain RULE`

use std::process::ExitCode;

use anstyle::Style;
use cds_metadata::Rule;

use super::list::severity_style;
use super::markdown;
use crate::exit::{self, Verdict};
use crate::terminal::Color;

/// Explains one rule: what it checks, why it matters, an example that breaks it, the mend
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule, as it stands in brackets in a report, e.g. missing-field
    #[arg(value_name = "RULE")]
    rule: String,
    #[command(flatten)]
    color: Color,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    exit::code(explain(args))
}

fn explain(args: &Args) -> anyhow::Result<Verdict> {
    let rule = super::named(&args.rule).map_err(anyhow::Error::msg)?;
    args.color.print(&explanation(rule))?;
    Ok(Verdict::Good)
}

fn explanation(rule: &Rule) -> String {
    let style = severity_style(rule.severity);
    let section = match rule.section {
        "" => String::new(),
        section => format!("\n{section}"),
    };
    let fixed = match rule.structural {
        true => {
            "\nIts severity can't be lowered: nothing can be built on a document that breaks it."
        }
        false => "",
    };
    format!(
        "{style}{}{style:#}[{BOLD}{}{BOLD:#}]\n{}{section}{fixed}\n\n{}",
        rule.severity,
        rule.slug,
        rule.kind.reason(),
        markdown::styled(&rule.page()),
    )
}

const BOLD: Style = Style::new().bold();

#[cfg(test)]
mod tests {
    use super::*;

    cds_metadata::rule! {
        /// ## What it checks
        ///
        /// That the `sky` is blue.
        ///
        /// ## Example
        ///
        /// ```json
        /// {
        ///
        ///   "sky": "green"
        /// }
        /// ```
        static SKY_NOT_BLUE: Rule = "sky-not-blue", Error, Interop, "CDS-WG1-01 §0", structural;
    }

    #[test]
    fn a_page_reads_well_in_a_terminal() {
        let page = explanation(&SKY_NOT_BLUE);
        insta::assert_snapshot!(anstream::adapter::strip_str(&page).to_string());
    }
}
