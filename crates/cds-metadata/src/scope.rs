//! Where the checks of one object put what they find.

use std::ops::Range;

use crate::datetime::Timestamp;
use crate::finding::Finding;
use crate::locate::{Locator, Step};
use crate::place::Place;
use crate::pointer::Pointer;
use crate::report::Report;
use crate::rule::Rule;
use crate::text::Text;

/// An object that is being checked, and the report that its findings go to.
pub(crate) struct Scope<'s, 'r> {
    pub(crate) text: &'r Text<'s>,
    pub(crate) report: &'r mut Report,
    /// The object, as it stands in the text.
    pub(crate) object: &'s str,
    /// The time that datetimes are compared to, if any.
    pub(crate) now: Option<Timestamp>,
    /// Where the object is in its document.
    position: Position,
    locator: Locator<'s>,
    /// The names of members that a finding has said are others.
    told: Vec<String>,
}

/// Where an object is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// The document is the object.
    Document,
    /// An element of a listing's `coverage_entries`.
    InListing(usize),
    /// An element of an array that is the document.
    InArray(usize),
}

impl Position {
    /// How many arrays and objects are around the object.
    pub(crate) fn depth(self) -> usize {
        match self {
            Self::Document => 0,
            Self::InArray(_) => 1,
            Self::InListing(_) => 2,
        }
    }

    pub(crate) fn pointer(self) -> Pointer {
        match self {
            Self::Document => Pointer::root(),
            Self::InListing(index) => Pointer::root().key("coverage_entries").index(index),
            Self::InArray(index) => Pointer::root().index(index),
        }
    }
}

/// The part of the object that a finding is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spot<'a> {
    /// The object itself; marked is its opening brace.
    Object,
    /// A member's value, or an element in it.
    Value(&'a [Step<'a>]),
    /// The key of a member.
    Key(&'a str),
    /// A member that isn't there: pointed to by its name, placed at the object.
    Missing(&'a str),
    /// A member that is there under another name: pointed to by its own, placed at the other.
    Misspelt { name: &'a str, written: &'a str },
    /// Bytes of the object whose pointer inside it is known.
    Bytes(&'a Pointer, usize, usize),
}

/// What a finding says.
pub(crate) struct Words {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Words {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl<'s, 'r> Scope<'s, 'r> {
    /// `object` is a part of the text; white space around it is left out.
    pub(crate) fn new(
        text: &'r Text<'s>,
        report: &'r mut Report,
        position: Position,
        object: &'s str,
        now: Option<Timestamp>,
    ) -> Self {
        let object = object.trim_ascii();
        Self {
            text,
            report,
            object,
            now,
            position,
            locator: Locator::new(object),
            told: Vec::new(),
        }
    }

    /// Adds a finding. Its words are not even made up when there are enough of its kind.
    pub(crate) fn find(
        &mut self,
        rule: &'static Rule,
        spot: Spot<'_>,
        words: impl FnOnce() -> Words,
    ) {
        if !self.report.count_in(&self.text.name, rule) {
            return;
        }
        let pointer = self.pointer(spot);
        let place = self.place(spot);
        let Words { message, help } = words();
        self.report.keep(Finding {
            rule,
            severity: rule.severity,
            file: self.text.name.clone(),
            place: Some(place),
            pointer: Some(pointer),
            message,
            help,
        });
    }

    /// Remembers that a member was said to be another, misspelt.
    pub(crate) fn told(&mut self, name: &str) {
        self.told.push(name.to_owned());
    }

    /// Whether a member was said to be another, misspelt.
    pub(crate) fn is_told(&self, name: &str) -> bool {
        self.told.iter().any(|told| told == name)
    }

    fn pointer(&self, spot: Spot<'_>) -> Pointer {
        let base = self.position.pointer();
        match spot {
            Spot::Object => base,
            Spot::Bytes(inside, ..) => base.join(inside),
            Spot::Missing(name) | Spot::Misspelt { name, .. } | Spot::Key(name) => base.key(name),
            Spot::Value(steps) => steps.iter().fold(base, |pointer, step| match step {
                Step::Key(key) => pointer.key(key),
                Step::Index(index) => pointer.index(*index),
            }),
        }
    }

    fn place(&self, spot: Spot<'_>) -> Place {
        let start = self.text.offset_of(self.object);
        let within = match spot {
            Spot::Object | Spot::Missing(_) => None,
            Spot::Value(steps) => self.locator.value(steps),
            Spot::Key(name) | Spot::Misspelt { written: name, .. } => self.locator.key(name),
            Spot::Bytes(_, from, to) => Some(from..to),
        };
        let Range {
            start: from,
            end: to,
        } = within.unwrap_or(0..1);
        self.text.place(start + from..start + to)
    }
}
