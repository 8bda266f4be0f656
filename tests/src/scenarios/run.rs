//! The whole list against one kind of target.

use http::Method;

use super::{Expected, Scenario, all};
use crate::ask::Ask;
use crate::site_dir::Fixture;
use crate::target::{Kind, Outcome, Target};

/// Runs every scenario and fails with all that went wrong.
pub async fn run(kind: Kind) {
    let mut faults = String::new();
    for fixture in Fixture::ALL {
        let target = Target::start(kind, fixture).await;
        for scenario in all().iter().filter(|scenario| scenario.fixture == fixture) {
            let found = scenario.faults(&target).await;
            if !found.is_empty() {
                faults.push_str(&format!("\n{kind:?}: {}\n{found}", scenario.name));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

impl Scenario {
    /// What is not as expected.
    async fn faults(&self, target: &Target) -> String {
        let outcome = target.ask(&self.ask).await;
        match (&self.expected, outcome) {
            (Expected::Answer(answer), Outcome::Answered(received)) => {
                let full = match self.ask.method {
                    Method::HEAD => match target.ask(&as_get(&self.ask)).await {
                        Outcome::Answered(full) => full,
                        other => return format!("as GET: {other:?}"),
                    },
                    _ => received.clone(),
                };
                let answer = target.kind().with_own_fields(answer.clone());
                answer.faults(&self.ask.method, &received, &full)
            }
            (Expected::PassedOn, Outcome::PassedOn) => String::new(),
            (Expected::PassedOn, Outcome::Portal(reached)) => reached.faults(&self.ask),
            (_, outcome) => format!("{outcome:?}"),
        }
    }
}

fn as_get(ask: &Ask) -> Ask {
    Ask {
        method: Method::GET,
        ..ask.clone()
    }
}
