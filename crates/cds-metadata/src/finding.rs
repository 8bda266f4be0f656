//! One thing that is wrong, where it is, and what to do about it.

use std::fmt;
use std::ops::Range;

use crate::locate;
use crate::pointer::Pointer;
use crate::rule::Rule;
use crate::text::Text;

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice; the document is fine without it.
    Info,
    /// The document is served, but some Clients may stumble over it.
    Warning,
    /// The document breaks a MUST and is not served.
    Error,
}

impl Severity {
    /// The name as it is printed and written in settings: `info`, `warning` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a file, as editors count: lines and columns begin with 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

impl Place {
    /// The place of some bytes of a text. Bytes outside the text are taken as its end.
    pub fn of(content: &str, span: Range<usize>) -> Self {
        Text::new("", content).place(span)
    }

    /// The places of many parts of one text, whose lines are counted only once.
    pub fn of_each(content: &str, spans: impl IntoIterator<Item = Range<usize>>) -> Vec<Self> {
        let text = Text::new("", content);
        spans.into_iter().map(|span| text.place(span)).collect()
    }

    /// The place of the value that a pointer leads to in a JSON text; `None` if there is none.
    pub fn at(json: &str, pointer: &Pointer) -> Option<Self> {
        Self::inside(json, 0..json.len(), pointer)
    }

    /// The place of the value that a pointer leads to from an object or array in a text.
    pub fn inside(content: &str, json: Range<usize>, pointer: &Pointer) -> Option<Self> {
        let span = locate::pointed_span(content.get(json.clone())?, pointer)?;
        Some(Self::of(
            content,
            json.start + span.start..json.start + span.end,
        ))
    }
}

/// The line that a finding is about, so that a report can be shown without the file at hand.
///
/// A minified document is one line of megabytes, so a long line is cut to a window around the
/// place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// The rule's severity, unless the settings changed it.
    pub severity: Severity,
    /// The file, as its path inside the site directory (or as it was named to the checker).
    pub file: String,
    /// Where in the file; `None` when the file as a whole is meant.
    pub place: Option<Place>,
    /// Where in the document (RFC 6901); `None` when it could not be parsed.
    pub pointer: Option<Pointer>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// A finding of `rule` about a file, at the rule's own severity.
    pub fn new(rule: &'static Rule, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            file: file.into(),
            place: None,
            pointer: None,
            message: message.into(),
            help: None,
        }
    }

    /// Says where in the file.
    #[must_use]
    pub fn place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Says where in the document.
    #[must_use]
    pub fn pointer(mut self, pointer: Pointer) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Finding {
    /// `file:line:column: severity[rule]: message`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(
            f,
            ": {}[{}]: {}",
            self.severity, self.rule.slug, self.message
        )
    }
}
