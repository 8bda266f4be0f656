//! Severities that settings give to rules instead of their own.

use std::collections::BTreeMap;
use std::fmt;

use crate::rule::Rule;
use crate::severity::Severity;

/// How much a rule is to matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Its findings are left out.
    Off,
    /// Its findings are advice.
    Info,
    /// Its findings are warnings.
    Warning,
    /// Its findings keep the documents from being served.
    Error,
}

impl Level {
    /// Every level, from the least.
    pub const ALL: [Self; 4] = [Self::Off, Self::Info, Self::Warning, Self::Error];

    /// The name as it is written in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

impl std::str::FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        let known = Self::ALL.into_iter().find(|level| level.as_str() == name);
        known.ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

/// A level that there is none of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLevel(String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no level: write off, info, warning or error",
            self.0
        )
    }
}

impl std::error::Error for UnknownLevel {}

/// A rule that was to matter less than it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLow {
    rule: &'static Rule,
}

impl fmt::Display for TooLow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slug = self.rule.slug;
        if self.rule.structural {
            write!(
                f,
                "`{slug}` is always an error: no site can be built when it is broken"
            )
        } else {
            write!(
                f,
                "`{slug}` is an error and can be lowered to `warning`, but no further"
            )
        }
    }
}

impl std::error::Error for TooLow {}

/// The rules whose severity differs from their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Severities {
    levels: BTreeMap<&'static str, Level>,
}

impl Severities {
    /// Every rule has its own severity.
    pub const fn new() -> Self {
        Self {
            levels: BTreeMap::new(),
        }
    }

    /// Gives a rule another severity.
    ///
    /// # Errors
    ///
    /// When the rule would matter less than it may: a structural rule always is an error, any
    /// other error at least a warning.
    pub fn set(&mut self, rule: &'static Rule, level: Level) -> Result<(), TooLow> {
        let least = match (rule.severity, rule.structural) {
            (_, true) => Level::Error,
            (Severity::Error, false) => Level::Warning,
            _ => Level::Off,
        };
        if level < least {
            return Err(TooLow { rule });
        }
        self.levels.insert(rule.slug, level);
        Ok(())
    }

    /// Takes over what another set says; where both say something, the other counts.
    pub fn extend(&mut self, other: &Self) {
        self.levels.extend(&other.levels);
    }

    /// The severity of a rule's findings; `None` if it is off.
    pub fn of(&self, rule: &Rule) -> Option<Severity> {
        self.levels
            .get(rule.slug)
            .map_or(Some(rule.severity), |level| level.severity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{MISSING_FIELD, NOT_HTTPS, TABLE, UNSUPPORTED_VERSION};

    #[test]
    fn structural_rules_stay_errors_and_other_errors_at_least_warnings() {
        for rule in TABLE {
            let accepted = Level::ALL.map(|level| Severities::new().set(rule, level).is_ok());
            let expected = match rule.severity {
                Severity::Error if rule.structural => [false, false, false, true],
                Severity::Error => [false, false, true, true],
                _ => [true; 4],
            };
            assert_eq!(accepted, expected, "{}", rule.slug);
        }
        let message = Severities::new().set(&MISSING_FIELD, Level::Off);
        assert!(message.unwrap_err().to_string().contains("always an error"));
    }

    #[test]
    fn what_is_not_set_has_its_own_severity() {
        let mut severities = Severities::new();
        severities.set(&NOT_HTTPS, Level::Off).unwrap();
        severities
            .set(&UNSUPPORTED_VERSION, Level::Warning)
            .unwrap();
        assert_eq!(severities.of(&NOT_HTTPS), None);
        assert_eq!(severities.of(&UNSUPPORTED_VERSION), Some(Severity::Warning));
        assert_eq!(severities.of(&MISSING_FIELD), Some(Severity::Error));
    }
}
