//! `empty-string`

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::rules::each_text;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// Texts, such as `name` and `description`, and the elements of `capabilities` say something.
    ///
    /// ## Why it matters
    ///
    /// The field is there, so that no Client complains, and people see nothing.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the text. Leave an optional field out; `entity_abbreviation` may be `null`.
    pub static EMPTY_STRING: Rule = "empty-string", Warning, Advice, "CDS-WG1-01 §3.2, §4.3";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    each_text(field, slot, |text, steps| {
        if text.trim().is_empty() {
            find(field, steps, scope);
        }
    });
}

fn find(field: &Field, steps: &[Step<'_>], scope: &mut Scope<'_, '_>) {
    scope.find(&EMPTY_STRING, Spot::Value(steps), || {
        let help = match (steps.len(), field.required, field.name) {
            (2.., ..) => "remove the empty element",
            (_, false, _) => "write a text, or leave the field out",
            (.., "entity_abbreviation") => "write the abbreviation, or `null` if there is none",
            _ => "write a text",
        };
        let what = if steps.len() > 1 {
            "an element of "
        } else {
            ""
        };
        Words::new(format!("{what}`{}` is empty", field.name)).help(help)
    });
}
