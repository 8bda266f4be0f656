//! Edits that mend what rules find, made of bytes: nothing else of a text is touched.
//!
//! What makes the edits stands beside the check that finds the fault:
//! [`json_syntax::mend`](crate::rules::json_syntax::mend),
//! [`entry_lists_coverage::mend`](crate::rules::entry_lists_coverage::mend) and
//! [`capabilities_not_union::mend`](crate::rules::capabilities_not_union::mend). A text is mended
//! in this order, because a document that can't be parsed hides its other faults. Last come the
//! datetimes of what was changed: [`Earlier`].
//!
//! ```
//! use cds_metadata::{Edit, rules::json_syntax};
//!
//! let text = br#"{ "capabilities": ["coverage",] }"#;
//! let edits = json_syntax::mend(text);
//! assert_eq!(edits[0].done(), "removed a comma after the last element");
//! assert_eq!(Edit::apply(&edits, text), br#"{ "capabilities": ["coverage"] }"#);
//! ```

pub(crate) mod array;
pub(crate) mod commas;
mod earlier;

use std::ops::Range;

pub use earlier::Earlier;

use crate::rule::Rule;

/// One edit of a text that mends something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// The rule whose finding is mended; `None` if there is none in this crate.
    pub rule: Option<&'static Rule>,
    /// The bytes of the text that are replaced; empty where something is inserted.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
    /// What is done.
    pub verb: Verb,
    /// What it is done to, e.g. `the byte order mark`.
    pub object: String,
}

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// It takes something away.
    Remove,
    /// It adds something.
    Add,
    /// It gives something another value.
    Set,
}

impl Edit {
    /// The text with all edits made. They are sorted by their place and don't overlap; one that
    /// reaches into another, or out of the text, is left out.
    pub fn apply(edits: &[Self], text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut done = 0;
        for edit in edits {
            let Range { start, end } = edit.span;
            let Some(kept) = text.get(done..start) else {
                continue;
            };
            if end < start || end > text.len() {
                continue;
            }
            out.extend_from_slice(kept);
            out.extend_from_slice(edit.replacement.as_bytes());
            done = end;
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
        out
    }

    /// What was done, for a report of it: `removed the byte order mark`.
    pub fn done(&self) -> String {
        let verb = match self.verb {
            Verb::Remove => "removed",
            Verb::Add => "added",
            Verb::Set => "set",
        };
        format!("{verb} {}", self.object)
    }

    /// What is to be done: `remove the byte order mark`.
    pub fn to_do(&self) -> String {
        let verb = match self.verb {
            Verb::Remove => "remove",
            Verb::Add => "add",
            Verb::Set => "set",
        };
        format!("{verb} {}", self.object)
    }

    pub(crate) fn removal(rule: &'static Rule, span: Range<usize>, object: &str) -> Self {
        Self {
            rule: Some(rule),
            span,
            replacement: String::new(),
            verb: Verb::Remove,
            object: object.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(span: Range<usize>, replacement: &str) -> Edit {
        Edit {
            rule: None,
            span,
            replacement: replacement.to_owned(),
            verb: Verb::Set,
            object: String::new(),
        }
    }

    #[test]
    fn edits_replace_their_bytes_and_leave_the_rest() {
        let edits = [edit(0..1, ""), edit(2..2, "XY"), edit(4..5, "Z")];
        assert_eq!(Edit::apply(&edits, b"abcde"), b"bXYcdZ");
    }

    #[test]
    fn edits_that_do_not_fit_are_left_out() {
        let edits = [edit(1..3, "-"), edit(2..4, "?"), edit(4..9, "?")];
        assert_eq!(Edit::apply(&edits, b"abcde"), b"a-de");
    }
}
