//! What is wrong with a document, gathered while it goes by.

use std::borrow::Cow;

use cds_metadata::{Finding, Place, Report, Rule};

use super::locate::{Found, locate};
use super::path::Path;

/// The part of a document that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of the value.
    Value,
    /// The value, of which the first character is marked: an object's brace.
    Brace,
    /// The name of the member.
    Name,
    /// A member that the value lacks: it is pointed to, and the value's brace is marked.
    Missing(&'static str),
}

/// What a finding says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    message: Cow<'static, str>,
    help: Cow<'static, str>,
}

impl Words {
    pub(crate) fn new(
        message: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Fault<'d> {
    path: Path<'d>,
    part: Part,
    words: Words,
}

/// The first faults of one rule, and how many there are.
#[derive(Debug)]
struct Tally<'d> {
    rule: &'static Rule,
    first: Vec<Fault<'d>>,
    count: usize,
}

/// The faults of one document. Where they are is looked up at the end, for all at once.
#[derive(Debug, Default)]
pub(crate) struct Faults<'d> {
    tallies: Vec<Tally<'d>>,
}

impl<'d> Faults<'d> {
    /// Adds a fault. Its words are not even made up when there are enough of its kind.
    pub(crate) fn find(
        &mut self,
        rule: &'static Rule,
        path: &Path<'d>,
        part: Part,
        words: impl FnOnce() -> Words,
    ) {
        let tally = self.tally(rule);
        if tally.count < Report::PER_RULE {
            let fault = Fault {
                path: path.clone(),
                part,
                words: words(),
            };
            // A key that is there three times comes again twice.
            if tally.first.contains(&fault) {
                return;
            }
            tally.first.push(fault);
        }
        tally.count += 1;
    }

    /// Counts faults that nobody will see.
    pub(crate) fn count_more(&mut self, rule: &'static Rule, count: usize) {
        if count > 0 {
            self.tally(rule).count += count;
        }
    }

    pub(super) fn has(&self, rule: &'static Rule) -> bool {
        self.tallies.iter().any(|tally| tally.rule == rule)
    }

    fn tally(&mut self, rule: &'static Rule) -> &mut Tally<'d> {
        let known = self.tallies.iter().position(|tally| tally.rule == rule);
        let index = known.unwrap_or_else(|| {
            self.tallies.push(Tally {
                rule,
                first: Vec::new(),
                count: 0,
            });
            self.tallies.len() - 1
        });
        &mut self.tallies[index]
    }

    /// Adds the findings to a report, each with its place in the file's content. `json` is the
    /// content as it was read, with every byte in the same place.
    pub(super) fn report(self, file: &str, content: &str, json: &str, report: &mut Report) {
        let paths: Vec<_> = self.faults().map(|(_, fault)| &fault.path).collect();
        let found = locate(json, &paths);
        let spans = self.faults().zip(&found).map(|((_, fault), found)| {
            let found = found.as_ref();
            found.map_or(0..0, |found| fault.part.span(found))
        });
        let places = Place::of_each(content, spans);
        for (((rule, fault), found), place) in self.faults().zip(&found).zip(places) {
            let pointer = match fault.part {
                Part::Missing(name) => fault.path.pointer().key(name),
                _ => fault.path.pointer(),
            };
            let finding = Finding::new(rule, file, fault.words.message.clone())
                .place(found.is_some().then_some(place))
                .pointer(pointer)
                .help(fault.words.help.clone());
            report.push(finding);
        }
        for tally in &self.tallies {
            report.count_more(file, tally.rule, tally.count - tally.first.len());
        }
    }

    fn faults(&self) -> impl Iterator<Item = (&'static Rule, &Fault<'d>)> {
        self.tallies
            .iter()
            .flat_map(|tally| tally.first.iter().map(|fault| (tally.rule, fault)))
    }
}

impl Part {
    fn span(self, found: &Found) -> std::ops::Range<usize> {
        let start = found.value.start;
        match self {
            Self::Value => found.value.clone(),
            Self::Brace | Self::Missing(_) => start..start + 1,
            Self::Name => found.name.clone().unwrap_or(start..start + 1),
        }
    }
}
