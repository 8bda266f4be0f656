//! GitHub workflow commands: printed by a step of a workflow, they become annotations of the
//! lines of a pull request.
//!
//! The format is `::error file=…,line=…,col=…,title=…::message`.

use cds_metadata::{Finding, Severity};

use super::results::{Item, Omitted, Results};
use super::visible::visible_lines;
use super::words::section;

/// A line per finding.
pub(super) fn render(results: &Results) -> String {
    results
        .items()
        .into_iter()
        .map(|item| match item {
            Item::Finding(finding) => command_of_finding(finding),
            Item::Omitted(omitted) => command_of_omitted(omitted),
        })
        .collect()
}

fn command_of_finding(finding: &Finding) -> String {
    let mut place = String::new();
    if let Some(at) = &finding.place {
        place = format!(",line={},col={}", at.line, at.column);
    }
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(help);
    }
    if let Some(section) = section(finding.rule) {
        message.push('\n');
        message.push_str(section);
    }
    command(
        finding.severity,
        &finding.file,
        &place,
        finding.rule.slug,
        &message,
    )
}

fn command_of_omitted(omitted: &Omitted) -> String {
    let slug = omitted.rule.slug;
    command(
        omitted.severity,
        &omitted.file,
        "",
        slug,
        &omitted.message(),
    )
}

fn command(severity: Severity, file: &str, place: &str, title: &str, message: &str) -> String {
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (file, title) = (escape_property(file), escape_property(title));
    format!(
        "::{level} file={file}{place},title={title}::{}\n",
        escape(message)
    )
}

/// Shows what could steer a terminal, and escapes as `@actions/core` does: without it a line break would end the command, and what
/// follows could be a command of the document's author.
fn escape(text: &str) -> String {
    visible_lines(text).replace('%', "%25").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn a_finding_is_one_line() {
        let lines = render(&fixtures::results());
        assert_eq!(lines.lines().count(), fixtures::results().items().len());
        assert!(lines.starts_with(
            "::warning file=cds/cds-coverage.json,line=1,col=11,title=unknown-value::\
             something is wrong%0AWrite `authoritative`.%0AOr leave it.%0ACDS-WG1-01 §4.5\n"
        ));
        assert!(lines.ends_with(
            "::notice file=cds/public/map.png,title=linked-file-elsewhere::something is wrong\n"
        ));
    }

    #[test]
    fn nothing_in_a_document_can_write_a_command() {
        let lines = render(&fixtures::results());
        assert!(lines.contains("odd%2C na%3Ame.json"));
        assert!(lines.contains("100%25 wrong:%0Aso, what"));
        assert!(lines.lines().all(|line| line.starts_with("::")));
        assert!(!lines.contains(|character: char| character != '\n' && character.is_control()));
    }
}
