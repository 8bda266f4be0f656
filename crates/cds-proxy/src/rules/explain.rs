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

/// The slug that was probably meant.
pub(super) fn nearest(slug: &str, rules: &[&'static Rule]) -> Option<&'static str> {
    let slug = slug
        .trim_matches(['[', ']', '`'])
        .to_ascii_lowercase()
        .replace('_', "-");
    rules
        .iter()
        .map(|rule| (strsim::jaro_winkler(&slug, rule.slug), rule.slug))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .map(|(_, slug)| slug)
}

const BOLD: Style = Style::new().bold();

/// Below this a guess is more of a riddle than a help.
const ALIKE: f64 = 0.8;

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
    fn a_slip_of_the_finger_is_guessed() {
        let rules = super::super::all();
        assert_eq!(nearest("mising-field", &rules), Some("missing-field"));
        assert_eq!(nearest("[INVALID_URL]", &rules), Some("invalid-url"));
        assert_eq!(nearest("teapot", &rules), None);
        assert_eq!(nearest("", &rules), None);
    }

    #[test]
    fn a_page_reads_well_in_a_terminal() {
        let page = explanation(&SKY_NOT_BLUE);
        insta::assert_snapshot!(anstream::adapter::strip_str(&page).to_string());
    }
}
