//! Where in a file, as editors count.

use std::ops::Range;

/// A place in a file, as editors count: lines and columns begin with 1. [`Place::of`] finds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (not bytes), from 1.
    pub column: usize,
    /// The bytes of the file that the finding is about; empty where something is missing.
    pub span: Range<usize>,
    /// The line as it stands in the file.
    pub excerpt: Excerpt,
}

/// The line that a finding is about, so that a report can be shown without the file at hand.
///
/// A minified document is one line of megabytes, so a long line is cut to a window around the
/// place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Excerpt {
    /// The line, or a window of it, without its line ending.
    pub text: String,
    /// The bytes of `text` that the finding is about.
    pub mark: Range<usize>,
    /// Whether the line begins before `text` does.
    pub cut_before: bool,
    /// Whether the line goes on after `text`.
    pub cut_after: bool,
}
