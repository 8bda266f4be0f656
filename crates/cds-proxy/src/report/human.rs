//! For people: the line, a mark under what is wrong, and what to do.

use std::io::{self, IsTerminal};

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use cds_metadata::{Excerpt, Finding, Place, Severity};
use terminal_size::terminal_size_of;

use super::results::{Item, Omitted, Results, Tally};
use super::visible::{visible, visible_lines, visible_marked};
use super::words::{counted, grouped, is_of_settings, section};

/// The report with ANSI colours, as wide as the terminal if it goes to one.
pub fn styled(results: &Results) -> String {
    let stdout = io::stdout();
    let terminal = stdout
        .is_terminal()
        .then(|| terminal_size_of(&stdout))
        .flatten();
    let width = terminal.map_or(DEFAULT_TERM_WIDTH, |(width, _)| {
        usize::from(width.0).max(NARROWEST)
    });
    render(results, &Renderer::styled().term_width(width))
}

/// The report without colours, for logs and files.
pub fn plain(results: &Results) -> String {
    render(results, &Renderer::plain())
}

fn render(results: &Results, renderer: &Renderer) -> String {
    let mut out = String::new();
    for alike in results.items().chunk_by(are_alike) {
        let shown = match alike {
            [Item::Omitted(omitted), ..] => render_omitted(omitted, renderer),
            findings => render_findings(findings, renderer),
        };
        out.push_str(&shown);
        out.push_str("\n\n");
    }
    out.push_str(&summary(results));
    out.push('\n');
    out
}

/// Whether two findings of one rule are about the same place, as those about several fields are
/// that an object lacks.
fn are_alike(one: &Item<'_>, next: &Item<'_>) -> bool {
    let (Item::Finding(one), Item::Finding(next)) = (one, next) else {
        return false;
    };
    one.rule == next.rule
        // What to do about each of these doesn't say which of them it is for.
        && !is_of_settings(one.rule)
        && one.severity == next.severity
        && one.file == next.file
        && one.place.is_some()
        && one.place == next.place
}

/// The messages of findings about one place, then the place, then what to do about each.
fn render_findings(alike: &[Item<'_>], renderer: &Renderer) -> String {
    let findings = alike.iter().filter_map(|item| match item {
        Item::Finding(finding) => Some(*finding),
        Item::Omitted(_) => None,
    });
    let findings: Vec<&Finding> = findings.collect();
    let Some((last, others)) = findings.split_last() else {
        return String::new();
    };
    let mut out = String::new();
    for finding in others {
        out.push_str(&renderer.render(&[Group::with_title(title(finding))]));
        out.push('\n');
    }
    out.push_str(&render_place(last, &findings, renderer));
    out
}

fn render_place(finding: &Finding, all: &[&Finding], renderer: &Renderer) -> String {
    let file = visible(&finding.file);
    let title = title(finding);
    let Some(place) = &finding.place else {
        return renderer.render(&[with_advice(title.element(Origin::path(file)), all)]);
    };
    let snippet = snippet(place);
    if !place.excerpt.cut_before {
        return renderer.render(&[with_advice(title.element(snippet.path(file)), all)]);
    }
    // The renderer would count columns from where the line was cut, so the place stands in a
    // group of its own.
    let origin = Origin::path(file)
        .line(place.line)
        .char_column(place.column);
    let line = Group::with_level(level(finding.severity)).element(snippet);
    renderer.render(&[title.element(origin), with_advice(line, all)])
}

fn title(finding: &Finding) -> Title<'_> {
    level(finding.severity)
        .primary_title(visible(&finding.message))
        .id(finding.rule.slug)
}

fn render_omitted(omitted: &Omitted, renderer: &Renderer) -> String {
    let message = format!("{} in {}", omitted.message(), visible(&omitted.file));
    let title = level(omitted.severity)
        .primary_title(message)
        .id(omitted.rule.slug);
    renderer.render(&[Group::with_title(title)])
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let Excerpt {
        text,
        mark,
        cut_before,
        cut_after,
        ..
    } = &place.excerpt;
    let (mut line, mut mark) = visible_marked(text, mark);
    if *cut_before {
        line.insert_str(0, ELLIPSIS);
        mark = mark.start + ELLIPSIS.len()..mark.end + ELLIPSIS.len();
    }
    if *cut_after {
        line.push_str(ELLIPSIS);
    }
    Snippet::source(line)
        .line_start(place.line)
        .fold(false)
        .annotation(AnnotationKind::Primary.span(mark))
}

fn with_advice<'a>(mut group: Group<'a>, findings: &[&'a Finding]) -> Group<'a> {
    let mut helps: Vec<_> = findings
        .iter()
        .filter_map(|it| it.help.as_deref())
        .collect();
    helps.dedup();
    for help in helps {
        group = group.element(Level::HELP.message(visible_lines(help)));
    }
    // All of them are of one rule.
    let section = findings.first().and_then(|finding| section(finding.rule));
    if let Some(section) = section {
        group = group.element(Level::NOTE.with_name("spec").message(section));
    }
    group
}

const fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

/// `2 errors, 1 warning in 2 files; 1 can be mended with --fix`
fn summary(results: &Results) -> String {
    let Tally {
        errors,
        warnings,
        infos,
    } = results.tally();
    let mut found = Vec::new();
    for (count, noun) in [(errors, "error"), (warnings, "warning")] {
        if count > 0 {
            found.push(counted(count, noun));
        }
    }
    if infos > 0 {
        found.push(format!("{} of advice", counted(infos, "piece")));
    }
    // Of what is served only the findings are known, not the files.
    if found.is_empty() && results.files_checked() == 0 {
        return "no problems".to_owned();
    }
    if found.is_empty() {
        return format!(
            "no problems in {}",
            counted(results.files_checked(), "file")
        );
    }
    let mendable = match results.mendable() {
        0 => String::new(),
        count => format!("; {} can be mended with --fix", grouped(count)),
    };
    format!(
        "{} in {}{mendable}",
        found.join(", "),
        counted(results.files_with_findings(), "file")
    )
}

const ELLIPSIS: &str = "…";

/// Below this a line can't be cut to anything that says something.
const NARROWEST: usize = 60;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn every_shape_of_finding_is_shown() {
        insta::assert_snapshot!(plain(&fixtures::results()));
    }

    #[test]
    fn what_was_left_out_is_counted() {
        let shown = plain(&fixtures::crowded(cds_metadata::Report::PER_RULE + 1_234));
        assert!(
            shown.ends_with(
                "error[missing-field]: 1,234 more like this in cds/cds-coverage.json\n\n\
                 1,284 errors in 1 file\n"
            ),
            "{shown}"
        );
    }

    #[test]
    fn findings_of_a_rule_about_one_place_are_shown_together() {
        let report = cds_metadata::check_document("a.json", b"{ }", None);
        let mut results = Results::new();
        results.add_document("a.json", &report);
        let shown = plain(&results);
        assert_eq!(shown.matches("a.json:1:1").count(), 1, "{shown}");
        let fields = report.findings().len();
        assert_eq!(shown.matches("error[missing-field]").count(), fields);
        assert_eq!(shown.matches("help: add `").count(), fields);
        assert_eq!(shown.matches("spec:").count(), 1);
    }

    #[test]
    fn a_good_site_has_no_problems() {
        let mut results = Results::new();
        results.add_document("a.json", &cds_metadata::Report::new());
        assert_eq!(plain(&results), "no problems in 1 file\n");
        assert_eq!(plain(&Results::new()), "no problems\n");
    }

    fn has_control_characters(shown: &str) -> bool {
        shown.contains(|character: char| character.is_control() && character != '\n')
    }

    #[test]
    fn no_control_character_gets_through() {
        let shown = plain(&fixtures::results());
        assert!(!has_control_characters(&shown), "{shown:?}");
    }

    proptest! {
        #[test]
        fn no_text_and_no_mark_is_too_strange_to_show(
            text in "(?s).{0,300}",
            (start, length) in (0..400_usize, 0..400_usize),
            (line, column) in (1..2_000_000_usize, 1..2_000_000_usize),
            (cut_before, cut_after) in (any::<bool>(), any::<bool>()),
        ) {
            let mut place = Place::of("", 0..0);
            (place.line, place.column, place.span) = (line, column, start..start + length);
            place.excerpt.mark = place.span.clone();
            place.excerpt.text = text;
            (place.excerpt.cut_before, place.excerpt.cut_after) = (cut_before, cut_after);
            let mut report = cds_metadata::Report::new();
            let finding = fixtures::finding(&fixtures::MISSING_FIELD, "a.json");
            report.push(finding.place(Some(place)));
            let mut results = Results::new();
            results.add_document("a.json", &report);
            let shown = plain(&results);
            prop_assert!(shown.ends_with("1 error in 1 file\n"));
            prop_assert!(!has_control_characters(&shown), "{:?}", shown);
        }
    }
}
