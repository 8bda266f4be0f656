//! One thing that is wrong, where it is, and what to do about it.

use std::fmt;

use crate::place::Place;
use crate::pointer::Pointer;
use crate::rule::Rule;
use crate::severity::Severity;

/// One thing that is wrong with a document; [`Finding::new`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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
