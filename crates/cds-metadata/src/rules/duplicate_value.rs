//! `duplicate-value`

use crate::draft::{Item, Slot};
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;

rule! {
    /// ## What it checks
    ///
    /// No array has the same element twice.
    ///
    /// ## Why it matters
    ///
    /// The second says nothing, and often stands where another word was meant.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "commodity_types": ["electricity", "electricity"] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Remove one of them, or write the word that was meant.
    pub static DUPLICATE_VALUE: Rule = "duplicate-value", Warning, Advice, "CDS-WG1-01 §3.2, §4.3";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let items = slot.list();
    if items.len() > FEW {
        return check_many(items, field, scope);
    }
    for (index, item) in items.iter().enumerate() {
        if items[..index].contains(item) {
            find(item, index, field, scope);
        }
    }
}

/// Up to here comparing each with each is cheaper than hashing.
const FEW: usize = 16;

fn check_many(items: &[Item<'_>], field: &Field, scope: &mut Scope<'_, '_>) {
    let mut seen = std::collections::HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let Item::Text(text) = item else { continue };
        if !seen.insert(text) {
            find(item, index, field, scope);
        }
    }
}

fn find(item: &Item<'_>, index: usize, field: &Field, scope: &mut Scope<'_, '_>) {
    let Item::Text(text) = item else { return };
    let steps = [Step::Key(field.name), Step::Index(index)];
    scope.find(&DUPLICATE_VALUE, Spot::Value(&steps), || {
        Words::new(format!("{} is in `{}` twice", quoted(text), field.name))
            .help("remove one of them")
    });
}
