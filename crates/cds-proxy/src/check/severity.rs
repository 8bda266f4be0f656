//! `--rule RULE=LEVEL`

use std::str::FromStr;

use cds_metadata::{Level, Rule, Severities};

use crate::rules;

/// A rule and how much it is to matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuleLevel {
    rule: &'static Rule,
    level: Level,
}

impl RuleLevel {
    /// What all of them say together; of a rule that is named twice the last counts.
    pub(super) fn together(levels: &[Self]) -> Severities {
        let mut severities = Severities::new();
        for RuleLevel { rule, level } in levels {
            // What is too low was refused when it was read.
            let _ = severities.set(rule, *level);
        }
        severities
    }
}

impl FromStr for RuleLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (slug, level) = text
            .split_once('=')
            .ok_or("write it like not-https=off; the levels are off, info, warning and error")?;
        let rule = rules::named(slug)?;
        let level: Level = level.parse().map_err(|error| format!("{error}"))?;
        Severities::new()
            .set(rule, level)
            .map_err(|error| error.to_string())?;
        Ok(Self { rule, level })
    }
}

#[cfg(test)]
mod tests {
    use cds_metadata::Severity;

    use super::*;

    #[test]
    fn a_rule_is_given_the_last_of_its_levels() {
        let levels = [
            "not-https=error",
            "not-https=off",
            "near-miss-field=warning",
        ];
        let levels: Vec<RuleLevel> = levels.iter().map(|it| it.parse().unwrap()).collect();
        let severities = RuleLevel::together(&levels);
        let of = |slug| severities.of(rules::named(slug).unwrap());
        assert_eq!(of("not-https"), None);
        assert_eq!(of("near-miss-field"), Some(Severity::Warning));
        assert_eq!(of("missing-field"), Some(Severity::Error));
    }

    #[test]
    fn what_is_no_level_of_a_rule_is_refused_with_words() {
        for (text, words) in [
            ("not-https", "write it like"),
            ("not-http=off", "did you mean `not-https`?"),
            ("not-https=of", "write off, info, warning or error"),
            ("missing-field=warning", "always an error"),
            ("invalid-url=info", "no further"),
        ] {
            let refusal = text.parse::<RuleLevel>().unwrap_err();
            assert!(refusal.contains(words), "{text}: {refusal}");
        }
    }
}
