//! `unknown-value`

use crate::draft::Slot;
use crate::field::{Field, Shape};
use crate::locate::Step;
use crate::rule;
use crate::rules::each_text;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;
use crate::similar::nearest;

rule! {
    /// ## What it checks
    ///
    /// `type`, `role`, `infrastructure_types` and `commodity_types` hold words that the
    /// specification lists.
    ///
    /// ## Why it matters
    ///
    /// Extensions may add words, so another one is allowed and served. But Clients that don't
    /// know the extension leave such an entry out, or fail; and most often the word is misspelt.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "role": "offical" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write one of the listed words, or leave it if an extension that you follow defines it.
    pub static UNKNOWN_VALUE: Rule = "unknown-value", Warning, Interop, "CDS-WG1-01 §4.4–§4.7, §6";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let (Shape::Word(words) | Shape::Words(words)) = field.shape else {
        return;
    };
    each_text(field, slot, |text, steps| {
        check_word(text, words, steps, field, scope);
    });
}

fn check_word(
    word: &str,
    words: &[&str],
    steps: &[Step<'_>],
    field: &Field,
    scope: &mut Scope<'_, '_>,
) {
    if !words.contains(&word) {
        scope.find(&UNKNOWN_VALUE, Spot::Value(steps), || {
            Words::new(format!(
                "{} is not among the words for `{}`",
                quoted(word),
                field.name
            ))
            .help(mend(word, words))
        });
    }
}

fn mend(word: &str, words: &[&str]) -> String {
    if let Some(meant) = meant(word, words) {
        return format!("did you mean `{meant}`?");
    }
    let parts = || word.split([',', ';', '/']);
    let each: Option<Vec<_>> = parts().map(|part| meant(part, words)).collect();
    if let Some(each) = each.filter(|each| each.len() > 1) {
        let each: Vec<_> = each.iter().map(|word| format!("\"{word}\"")).collect();
        return format!(
            "write each word in quotation marks of its own: `{}`",
            each.join(", ")
        );
    }
    let listed: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("the specification lists {}", listed.join(", "))
}

/// The listed word that is near to one, or the only one that begins or ends with it.
fn meant<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let near = nearest(word, words.iter().copied(), 2);
    near.or_else(|| {
        let part = word.trim().to_lowercase();
        let is_part = |listed: &&&str| listed.starts_with(&part) || listed.ends_with(&part);
        let mut with_it = words.iter().filter(is_part);
        let only = with_it.next().filter(|_| part.len() >= 3)?;
        with_it.next().is_none().then_some(*only)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{CommodityType, InfrastructureType};

    #[test]
    fn words_are_understood_by_their_parts_and_in_lists() {
        for (word, words, expected) in [
            ("gas", CommodityType::WORDS, "did you mean `natural_gas`?"),
            (
                "Electric",
                CommodityType::WORDS,
                "did you mean `electricity`?",
            ),
            (
                "distribution",
                InfrastructureType::WORDS,
                "the specification lists",
            ),
            ("", CommodityType::WORDS, "the specification lists"),
            (
                "electric, gas",
                CommodityType::WORDS,
                "write each word in quotation marks of its own: `\"electricity\", \"natural_gas\"`",
            ),
            (
                "water, heat",
                CommodityType::WORDS,
                "the specification lists",
            ),
        ] {
            assert!(
                mend(word, words).starts_with(expected),
                "{}",
                mend(word, words)
            );
        }
    }
}
