//! `json-syntax`

use std::ops::Range;

use crate::mend::{Edit, commas};
use crate::rule;
use crate::syntax::fault;

rule! {
    /// ## What it checks
    ///
    /// The file is JSON in UTF-8: no comma after a last element, no comments, straight double
    /// quotation marks, every bracket closed, no byte order mark, at most 127 levels of nesting.
    ///
    /// ## Why it matters
    ///
    /// A document that is no JSON can't be read by anyone. The examples printed in the
    /// specification have commas after last elements: copied as they are, they break this rule.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "infrastructure_types": ["distribution_utility",] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Correct the place that the finding names. Mistakes often stand just before it: a missing
    /// comma or quotation mark is noticed at the next thing that doesn't fit.
    pub static JSON_SYNTAX: Rule = "json-syntax", Error, Spec, "RFC 8259", structural;
}

/// The edits that mend what can be mended without knowing what its author meant: byte order
/// marks at the beginning, and commas after last elements.
///
/// None of them changes what a document says. Where it has faults of other kinds too, the commas
/// up to the first of these are removed.
pub fn mend(text: &[u8]) -> Vec<Edit> {
    let marks = byte_order_marks(text);
    let mut edits = Vec::new();
    if marks > 0 {
        let what = "the byte order mark";
        edits.push(removal(0..marks, what));
    }
    let commas = removable_commas(&text[marks..]).into_iter();
    edits.extend(commas.map(|comma| {
        let at = marks + comma;
        removal(at..at + 1, "a comma after the last element")
    }));
    edits
}

fn removal(span: Range<usize>, what: &str) -> Edit {
    Edit::removal(&JSON_SYNTAX, span, what)
}

/// How many bytes of byte order marks the text begins with.
fn byte_order_marks(text: &[u8]) -> usize {
    let marks = text.chunks_exact(BYTE_ORDER_MARK.len());
    marks.take_while(|mark| *mark == BYTE_ORDER_MARK).count() * BYTE_ORDER_MARK.len()
}

/// The commas without which a parser gets further.
fn removable_commas(json: &[u8]) -> Vec<usize> {
    let mut commas = commas::trailing(json);
    if commas.is_empty() {
        return commas;
    }
    let edits: Vec<_> = commas.iter().map(|&at| removal(at..at + 1, "")).collect();
    let without = Edit::apply(&edits, json);
    if let Some(error) = fault(&without).filter(|error| !error.is_eof()) {
        // Up to here the parser agrees on what is a string and what is a comma.
        let accepted = offset(&without, error.line(), error.column());
        let mut removed_before = 0;
        commas.retain(|at| {
            let is_accepted = at - removed_before < accepted;
            removed_before += 1;
            is_accepted
        });
    }
    commas
}

/// The byte at a line and column, both counted from 1, the column in bytes.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column).saturating_sub(1)
}

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let bytes = Edit::apply(&mend(text.as_bytes()), text.as_bytes());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn byte_order_marks_and_trailing_commas_are_removed() {
        assert_eq!(mended("\u{feff}{\"a\": [1,],\n}\n"), "{\"a\": [1]\n}\n");
        assert_eq!(mended("\u{feff}\u{feff}{}"), "{}");
        assert_eq!(mended("{\"a\": \"\u{feff},}\"}"), "{\"a\": \"\u{feff},}\"}");
        assert_eq!(mend(b"{\"a\": [1, 2]}"), []);
        assert_eq!(mend(b""), []);
    }

    #[test]
    fn after_another_fault_nothing_is_touched() {
        for (text, expected) in [
            ("[[1,], [2 3,], [4,]]", "[[1], [2 3,], [4,]]"),
            ("[[1,],\n // not,]\n [2,]]", "[[1],\n // not,]\n [2,]]"),
            ("[1,}", "[1,}"),
            ("{\"a\",}", "{\"a\",}"),
            ("[\u{201C}a,]\u{201D},]", "[\u{201C}a,]\u{201D},]"),
            ("[[1,], [", "[[1], ["),
            ("[1,], [2,]", "[1], [2,]"),
        ] {
            assert_eq!(mended(text), expected);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_left() {
        let text = b"\xEF\xBB\xBF[[1,], \"\xFF\", [2,]]";
        assert_eq!(Edit::apply(&mend(text), text), b"[[1], \"\xFF\", [2,]]");
    }
}
