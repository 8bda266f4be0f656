//! Where a reader is in a document.

use std::borrow::Cow;

use cds_metadata::Pointer;

/// One step into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step<'d> {
    Key(Cow<'d, str>),
    Index(usize),
}

/// The steps from the whole document to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path<'d> {
    pub(super) steps: Vec<Step<'d>>,
}

impl<'d> Path<'d> {
    pub(super) fn push(&mut self, step: Step<'d>) {
        self.steps.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.steps.pop();
    }

    /// Goes on to another element of the same array.
    pub(super) fn set_index(&mut self, index: usize) {
        if let Some(last) = self.steps.last_mut() {
            *last = Step::Index(index);
        }
    }

    /// The place in the array that the value is in; 0 if it is in none.
    pub(super) fn last_index(&self) -> usize {
        match self.steps.last() {
            Some(Step::Index(index)) => *index,
            _ => 0,
        }
    }

    pub(super) fn pointer(&self) -> Pointer {
        self.steps
            .iter()
            .fold(Pointer::root(), |pointer, step| match step {
                Step::Key(key) => pointer.key(key),
                Step::Index(index) => pointer.index(*index),
            })
    }
}
