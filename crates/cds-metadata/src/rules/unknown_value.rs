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
            let unknown = Words::new(format!(
                "{} is not among the words for `{}`",
                quoted(word),
                field.name
            ));
            if let Some(meant) = nearest(word, words.iter().copied(), 2) {
                return unknown.help(format!("did you mean `{meant}`?"));
            }
            let listed: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            unknown.help(format!("the specification lists {}", listed.join(", ")))
        });
    }
}
