//! What is known while a document goes by.

use std::borrow::Cow;

use cds_metadata::Rule;

use super::faults::{Faults, Part, Words};
use super::path::{Path, Step};
use crate::rules::geojson_invalid::{self, GEOJSON_INVALID};

/// Where the reader is, and what it has found so far.
#[derive(Debug, Default)]
pub(crate) struct Reader<'d> {
    pub(crate) path: Path<'d>,
    pub(crate) faults: Faults<'d>,
    /// Whether any position was read.
    pub(super) has_positions: bool,
    /// The first thing that is empty, and what it is.
    pub(super) first_empty: Option<(Path<'d>, &'static str)>,
}

impl<'d> Reader<'d> {
    /// Remembers that the value that the reader is at draws nothing.
    pub(super) fn note_empty(&mut self, what: &'static str) {
        if self.first_empty.is_none() {
            self.first_empty = Some((self.path.clone(), what));
        }
    }

    /// Finds that nothing is drawn at all, unless there are faults that are to blame.
    pub(super) fn judge_emptiness(&mut self) {
        if self.has_positions || self.faults.has(&GEOJSON_INVALID) {
            return;
        }
        if let Some((path, what)) = self.first_empty.take() {
            geojson_invalid::nothing_drawn(self, &path, what);
        }
    }

    /// Adds a fault of the value that the reader is at.
    pub(crate) fn find(&mut self, rule: &'static Rule, part: Part, words: impl FnOnce() -> Words) {
        self.faults.find(rule, &self.path, part, words);
    }

    /// Adds a fault of a member of the object that the reader is at.
    pub(crate) fn find_member(
        &mut self,
        rule: &'static Rule,
        name: &'static str,
        words: impl FnOnce() -> Words,
    ) {
        self.path.push(Step::Key(Cow::Borrowed(name)));
        self.find(rule, Part::Value, words);
        self.path.pop();
    }
}
