//! What Clients ask, and what they must get, whatever stands between them and the site.

mod answers;
mod codings;
mod conditional;
mod documents;
mod files;
mod hosts;
mod maintenance;
mod methods;
mod moved;
mod pages;
mod paths;
mod run;
mod unavailable;

pub use run::run;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::site_dir::Fixture;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// A sentence.
    pub name: &'static str,
    /// The site that is asked.
    pub fixture: Fixture,
    /// The request.
    pub ask: Ask,
    /// What it gets.
    pub expected: Expected,
}

/// What a request gets.
#[derive(Debug, Clone)]
pub enum Expected {
    /// An answer of the site.
    Answer(Answer),
    /// Whatever the portal says to it, which it reaches as it was sent.
    PassedOn,
}

impl Scenario {
    fn answered(name: &'static str, ask: Ask, answer: Answer) -> Self {
        Self {
            name,
            fixture: Fixture::Demo,
            ask,
            expected: Expected::Answer(answer),
        }
    }

    fn passed_on(name: &'static str, ask: Ask) -> Self {
        Self {
            name,
            fixture: Fixture::Demo,
            ask,
            expected: Expected::PassedOn,
        }
    }

    fn at(mut self, fixture: Fixture) -> Self {
        self.fixture = fixture;
        self
    }
}

/// All scenarios.
pub fn all() -> Vec<Scenario> {
    [
        documents::scenarios(),
        methods::scenarios(),
        codings::scenarios(),
        conditional::scenarios(),
        files::scenarios(),
        pages::scenarios(),
        paths::scenarios(),
        moved::scenarios(),
        maintenance::scenarios(),
        hosts::scenarios(),
        unavailable::scenarios(),
    ]
    .concat()
}

const METADATA: &str = "/.well-known/cds-server-metadata.json";
const COVERAGE: &str = "/cds/coverage.json";
const PARTNERS: &str = "/partners/cds.json";
const FORMER: &str = "/.well-known/carbon-data-spec.json";
