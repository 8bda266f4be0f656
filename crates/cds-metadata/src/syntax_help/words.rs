//! Words that stand without quotation marks.

use std::ops::Range;

use crate::scope::Words;
use crate::shown::shown;
use crate::similar::nearest;
use crate::syntax_context::word_at;

use super::{Fault, Site};

impl Site<'_> {
    pub(super) fn of_word(&self) -> Option<Fault> {
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '/' | '.');
        // A parser that began to read `nonsense` as `null` gives up within the word.
        let start = if self.context.last.end == self.at && self.last().starts_with(is_letter) {
            self.context.last.start
        } else {
            self.at
        };
        if !self.content()[start..].starts_with(is_letter) {
            return None;
        }
        let span = word_at(self.content(), start);
        if self.expects_key() {
            return Some(self.name_without_quotes(span));
        }
        if !self.expects_value() {
            return None;
        }
        let word = &self.content()[span.clone()];
        if let Some(literal) = literal(word) {
            let words = Words::new(format!("`{word}` is not a word of JSON"));
            return Some((span, words.help(format!("write `{literal}`"))));
        }
        Some(self.without_quotes(span))
    }

    fn name_without_quotes(&self, word: Range<usize>) -> Fault {
        let name = &self.content()[word.clone()];
        let name = name.split([':', '=']).next().unwrap_or_default();
        let span = word.start..word.start + name.len();
        let message = if self.content()[span.end..].starts_with('"') {
            "the `\"` before the name of this field is missing"
        } else {
            "the name of this field is not in quotation marks"
        };
        let help = format!("write `\"{}\"`", shown(name));
        (span, Words::new(message).help(help))
    }

    /// A value that is a text, but begins without a quotation mark.
    pub(super) fn without_quotes(&self, word: Range<usize>) -> Fault {
        if let Some(end) = self.end_of_text(word.start) {
            let text = &self.content()[word.start..end];
            let words = Words::new("the `\"` before this text is missing");
            return (
                word.start..end + 1,
                words.help(format!("write `\"{}\"`", shown(text))),
            );
        }
        let words = Words::new("this text is not in quotation marks").help(
            "write `\"` before and after it; only numbers, `true`, `false` and `null` stand \
             without",
        );
        (word, words)
    }
}

/// What to write for words that other languages have for JSON's, and for slips.
fn literal(word: &str) -> Option<&'static str> {
    match word {
        "True" | "TRUE" | "yes" | "Yes" => Some("true"),
        "False" | "FALSE" | "no" | "No" => Some("false"),
        "None" | "NULL" | "Null" | "nil" | "undefined" | "NaN" | "N/A" | "n/a" => Some("null"),
        _ => nearest(word, ["true", "false", "null"].into_iter(), 1),
    }
}
