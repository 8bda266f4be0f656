//! `near-miss-field`

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;
use crate::similar::nearest;

rule! {
    /// ## What it checks
    ///
    /// No field's name is one slip away from one that the specification has. Where that one is
    /// required and missing, this is told there instead, as an error.
    ///
    /// ## Why it matters
    ///
    /// Fields that the specification doesn't know are allowed, so a misspelt one is published
    /// like any other, and no Client finds it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "geojson_resorce": "https://example.org/west.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Correct the name. If it is a field of your own, give it a name that can't be mistaken.
    pub static NEAR_MISS_FIELD: Rule = "near-miss-field", Info, Advice, "CDS-WG1-01 §6";
}

pub(crate) fn check(
    unknown: &[(Cow<'_, str>, &RawValue)],
    known: &(impl Iterator<Item = &'static str> + Clone),
    scope: &mut Scope<'_, '_>,
) {
    for (name, _) in unknown {
        let meant = nearest(name, known.clone(), 1);
        let Some(meant) = meant.filter(|_| !scope.is_told(name)) else {
            continue;
        };
        scope.find(&NEAR_MISS_FIELD, Spot::Key(name), || {
            Words::new(format!("the specification has no field {}", quoted(name)))
                .help(format!("did you mean `{meant}`?"))
        });
    }
}
