//! Texts: what can't stand in them, and quotation marks that are missing or too many.

use crate::scope::Words;
use crate::shown::shown;

use super::characters::curly_quote;
use super::{Fault, Site};

impl Site<'_> {
    /// Faults inside a string that begins at `start`.
    pub(super) fn inside_string(&self, start: usize) -> Fault {
        if !self.says("control character") {
            return self.of_escape(start);
        }
        let character = self.rest.chars().next().unwrap_or_default();
        match character {
            '\n' | '\r' => (start..self.at, self.of_line_break(start)),
            '\t' => (
                self.here(),
                Words::new("there is a tab in a text").help("write a space, or `\\t`"),
            ),
            other => (
                self.here(),
                Words::new(format!(
                    "there is an invisible control character (U+{:04X}) in a text",
                    u32::from(other)
                ))
                .help("remove it"),
            ),
        }
    }

    /// A line ends within a text.
    fn of_line_break(&self, start: usize) -> Words {
        let next = self.rest.trim_ascii_start();
        // What the next line begins with if the text was to end before it.
        if !next.starts_with(['"', '{', '}', '[', ']']) {
            return Words::new("this text goes on in the next line")
                .help("write it in one line; for a line break in a text write `\\n`");
        }
        let text = self.content()[start..self.at].trim_ascii_end();
        let (text, comma) = match text.strip_suffix(',') {
            Some(text) => (text, ","),
            None => (text, ""),
        };
        Words::new("the `\"` at the end of this text is missing")
            .help(format!("write `{}\"{comma}`", shown(text)))
    }

    fn of_escape(&self, start: usize) -> Fault {
        let upto_here = &self.content()[start..self.here().end];
        let backslash = start + upto_here.rfind('\\').unwrap_or(0);
        let span = backslash..self.here().end;
        if self.says("invalid escape") && self.rest.starts_with('\'') {
            let words = Words::new("`\\'` is no JSON").help("write `'` without the backslash");
            return (span, words);
        }
        if self.says("invalid escape") {
            let words = Words::new("a single `\\` in a text has a meaning of its own in JSON")
                .help(
                    "write `\\\\` where a backslash is meant; in URLs and paths of URLs write `/`",
                );
            return (span, words);
        }
        let words = Words::new("this `\\u` escape is only half of a character")
            .help("write the character itself, or both halves of its surrogate pair");
        (span, words)
    }

    /// A quotation mark inside of a text that a character follows which is a fault elsewhere, as in
    /// `"Gas "(old)" Ltd"`.
    pub(super) fn of_quote_before_punctuation(&self) -> Option<Fault> {
        let is_adjacent = self.last().ends_with('"') && self.context.last.end == self.at;
        let is_text = self.rest.starts_with(['(', ')', '\'', '&', '#', '/']);
        (is_adjacent && is_text)
            .then(|| self.quotes_inside())
            .flatten()
    }

    /// Something that can't follow a text, where a quotation mark may have ended it too early.
    pub(super) fn of_string_that_ended(&self) -> Option<Fault> {
        let last = self.last();
        let span = self.context.last.clone();
        if !last.ends_with('"') || self.rest.starts_with(['{', '[', '}', ']', ',', ':']) {
            return None;
        }
        let is_adjacent = span.end == self.at;
        if self.rest.starts_with('"') {
            return self.has_doubled_quotes().then(|| self.quotes_inside())?;
        }
        if last.contains(['\u{201C}', '\u{201D}', '\u{201E}']) {
            return Some((span, curly_quote()));
        }
        let inside = last.trim_matches('"').trim_end();
        if self.expects_colon() && inside.ends_with(':') {
            let name = shown(inside.trim_end_matches(':'));
            let words = Words::new("the `\"` after the field's name is missing")
                .help(format!("write `\"{name}\":`"));
            return Some((span, words));
        }
        if let Some(name) = self.name_without_its_first_quote() {
            let words = Words::new("the `\"` at the end of this text is missing");
            let help = format!("write `\"` after it, before the field `{}`", shown(name));
            return Some((span, words.help(help)));
        }
        if let Some(fault) = self.quotes_inside() {
            return Some(fault);
        }
        if !is_adjacent {
            return None;
        }
        let words = Words::new("the text ends at this `\"`, but more follows").help(
            "write `\\\"` for a quotation mark inside a text; or a `\"` before or after it is \
             missing",
        );
        Some((span.end - 1..span.end, words))
    }

    /// Quotation marks inside of the last text, up to one that can be its end.
    fn quotes_inside(&self) -> Option<Fault> {
        let start = self.context.last.start;
        let end = self.end_of_text(self.context.last.end)?;
        let text = self.content()[start + 1..end].replace("\\\"", "\"");
        let text = if self.has_doubled_quotes() {
            text.replace("\"\"", "\"")
        } else {
            text
        };
        let (message, each) = if text.matches('"').count() == 1 {
            ("there is a quotation mark inside of this text", "it")
        } else {
            ("there are quotation marks inside of this text", "each")
        };
        let escaped = text.replace('"', "\\\"");
        let help = if escaped.chars().count() > LONGEST_EXAMPLE {
            format!("write {each} as `\\\"`")
        } else {
            format!("write {each} as `\\\"`: `\"{}\"`", shown(&escaped))
        };
        Some((start..end + 1, Words::new(message).help(help)))
    }

    /// Whether quotation marks inside of a text are written as spreadsheets do:
    /// `"The ""Old"" Utility"`.
    fn has_doubled_quotes(&self) -> bool {
        let is_adjacent = self.context.last.end == self.at;
        is_adjacent && self.last().ends_with(" \"") && self.rest.starts_with('"')
    }

    /// The quotation mark from `from` on that can be the end of a text: what follows it may follow
    /// a text. It is in the same line.
    pub(super) fn end_of_text(&self, from: usize) -> Option<usize> {
        let line = self.content().get(from..)?.split(['\r', '\n']).next()?;
        let mut marks = line
            .match_indices('"')
            .filter(|(at, _)| !line[..*at].ends_with('\\'));
        let end = marks
            .find(|(at, _)| self.may_follow_text(&line[at + 1..]))?
            .0;
        Some(from + end)
    }

    fn may_follow_text(&self, rest: &str) -> bool {
        let rest = rest.trim_ascii_start();
        if self.expects_colon() {
            return rest.starts_with(':');
        }
        let Some(after) = rest.strip_prefix(',') else {
            return rest.is_empty() || rest.starts_with(['}', ']']);
        };
        let after = after.trim_ascii_start();
        if !self.is_in_object() {
            return after.is_empty() || after.starts_with(['"', ']']);
        }
        let name = after
            .strip_prefix('"')
            .and_then(|name| name.split_once('"'));
        after.is_empty()
            || after.starts_with('}')
            || name.is_some_and(|(_, after)| after.trim_ascii_start().starts_with(':'))
    }

    /// The name of a field that follows, if its first quotation mark is what ended the last text,
    /// comma included: `"Demo,"support": …`.
    fn name_without_its_first_quote(&self) -> Option<&str> {
        let (name, after) = self.rest.split_once('"')?;
        let is_name = self.context.last.end == self.at
            && self
                .last()
                .trim_end_matches('"')
                .trim_ascii_end()
                .ends_with(',')
            && after.trim_ascii_start().starts_with(':');
        is_name.then_some(name)
    }
}

/// How long a text may be to be written out in a help line: `shown` would cut it.
const LONGEST_EXAMPLE: usize = 60;
