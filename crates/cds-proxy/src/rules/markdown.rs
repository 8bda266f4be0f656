//! The Markdown of rule pages shown in a terminal.
//!
//! Pages have headings, paragraphs, lists and fenced code. They are read well enough as they
//! are, so only headings and code are set apart.

use anstyle::{AnsiColor, Style};

/// The page with ANSI styles.
pub(super) fn styled(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() * 2);
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code && !line.is_empty() {
            out.push_str(&format!("    {CODE}{line}{CODE:#}\n"));
        } else if let Some(heading) = line.strip_prefix("## ") {
            out.push_str(&format!("{HEADING}{heading}{HEADING:#}\n"));
        } else {
            out.push_str(&with_code_spans(line));
            out.push('\n');
        }
    }
    out
}

/// Styles what stands between backticks, which stay: they are what tells code apart without
/// colours.
fn with_code_spans(line: &str) -> String {
    if !line.matches('`').count().is_multiple_of(2) {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index.is_multiple_of(2) {
            out.push_str(part);
        } else {
            out.push_str(&format!("{CODE}`{part}`{CODE:#}"));
        }
    }
    out
}

const HEADING: Style = Style::new().bold().underline();
const CODE: Style = AnsiColor::Cyan.on_default();

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        anstream::adapter::strip_str(&styled(markdown)).to_string()
    }

    #[test]
    fn fences_become_an_indent_and_headings_lose_their_marks() {
        let page = "## Example\n\n```json\n{ \"a\": `1` }\n\n```\n\n`null` is fine.\n";
        assert_eq!(
            shown(page),
            "Example\n\n    { \"a\": `1` }\n\n\n`null` is fine.\n"
        );
    }

    #[test]
    fn a_code_span_over_two_lines_is_left_alone() {
        assert_eq!(shown("see `a\nb` there\n"), "see `a\nb` there\n");
    }
}
