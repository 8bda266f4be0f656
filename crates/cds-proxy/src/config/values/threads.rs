//! A number of threads.

use std::num::NonZeroUsize;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// How many worker threads there are: at least 1, at most [`Threads::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Threads(usize);

impl Threads {
    /// More than any machine has use for, and few enough that the system gives them: the runtime
    /// panics when it doesn't.
    pub const MOST: usize = 1024;

    /// As many as this process may use: the standard library looks at affinity and cgroup quotas.
    pub fn as_processors() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self(processors.min(Self::MOST))
    }

    /// The number.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<u64> for Threads {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        usize::try_from(number)
            .ok()
            .filter(|number| (1..=Self::MOST).contains(number))
            .map(Self)
            .ok_or_else(|| {
                let most = Self::MOST;
                format!(
                    "{number} is not from 1 to {most}; left out, it is the number of processors"
                )
            })
    }
}

impl FromStr for Threads {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: u64 = text.parse().map_err(|_| "write a number such as 4")?;
        number.try_into()
    }
}

impl JsonSchema for Threads {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Threads".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MOST })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_at_least_one_thread_and_no_more_than_the_system_gives() {
        assert_eq!("3".parse().map(Threads::get), Ok(3));
        assert!(Threads::as_processors().get() >= 1);
        for text in ["0", "60000", "two", "-1"] {
            assert!(text.parse::<Threads>().is_err(), "{text}");
        }
    }
}
