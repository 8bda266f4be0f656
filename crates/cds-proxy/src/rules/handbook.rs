//! All rules on one page of Markdown.

use std::fmt::Write;

use cds_metadata::{Rule, Severity};

/// Every rule with its page: errors first, then warnings, then advice.
pub fn handbook() -> String {
    let mut out = INTRODUCTION.to_owned();
    let rules = super::all();
    for (severity, title, words) in CHAPTERS {
        // Writing to a string can't fail.
        let _ = write!(out, "\n## {title}\n\n{words}\n");
        for rule in rules.iter().filter(|rule| rule.severity == severity) {
            out.push_str(&section(rule));
        }
    }
    out
}

fn section(rule: &Rule) -> String {
    let fixed = match rule.structural {
        true => " · can't be lowered",
        false => "",
    };
    format!(
        "\n### {}\n\n*{}* · {}{fixed}\n\n{}",
        rule.slug,
        rule.kind.as_str(),
        rule.section,
        // Two levels below the rule's own heading would be hard to tell apart.
        rule.page().replace("## ", "#### "),
    )
}

const INTRODUCTION: &str = "\
# Rules

What `cds-proxy check` looks for, and every reload too. `cds-proxy explain RULE` shows one of
these sections in a terminal.

After each rule's name stands where it comes from (*spec*: the specification, or a standard that
it cites, asks for it; *interop*: Clients in the field stumble without it; *advice*: good
practice) and the section to read.

`[rules]` in `site.toml` gives a rule another severity, as in `not-https = \"off\"`. An error can
be lowered to a warning and no further; those that *can't be lowered* not at all, because no site
can be built when they are broken.

<!-- Generated: cds-proxy rules --markdown > docs/rules.md -->
";

const CHAPTERS: [(Severity, &str, &str); 3] = [
    (
        Severity::Error,
        "Errors",
        "An edit with an error is not published; the last good version stays up.",
    ),
    (
        Severity::Warning,
        "Warnings",
        "Published, but some Clients may stumble.",
    ),
    (Severity::Info, "Advice", "Published; worth a look."),
];
