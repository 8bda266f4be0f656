//! Fields that aren't there, or are there under a name that is a slip of theirs.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::rule::Rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;
use crate::similar::nearest;

/// The fields of an object that the specification doesn't name.
pub(crate) type Unknown<'u, 'a> = &'u [(Cow<'a, str>, &'a RawValue)];

/// Finds that the field of this name is absent. If another one is meant to be it, that one is
/// misspelt: this is all that is said then, where it stands.
pub(crate) fn find(
    rule: &'static Rule,
    name: &'static str,
    unknown: Unknown<'_, '_>,
    scope: &mut Scope<'_, '_>,
    words: impl FnOnce() -> Words,
) {
    find_one_of(rule, &[name], Spot::Missing(name), unknown, scope, words);
}

/// Finds that all of some fields are absent where one of them should be there.
pub(crate) fn find_one_of(
    rule: &'static Rule,
    names: &[&'static str],
    spot: Spot<'_>,
    unknown: Unknown<'_, '_>,
    scope: &mut Scope<'_, '_>,
    words: impl FnOnce() -> Words,
) {
    let slip = names
        .iter()
        .find_map(|name| Some((*name, misspelt(name, unknown)?)));
    let Some((name, written)) = slip else {
        scope.find(rule, spot, words);
        return;
    };
    scope.told(written);
    scope.find(rule, Spot::Misspelt { name, written }, || {
        Words::new(format!(
            "`{}` is misspelt: the field is called `{name}`",
            shown(written)
        ))
        .help(format!("write `\"{name}\"`"))
    });
}

/// The name under which a field was written.
fn misspelt<'u>(name: &str, unknown: Unknown<'u, '_>) -> Option<&'u str> {
    let slips = (name.len() / LETTERS_PER_SLIP).max(1);
    let mut written = unknown.iter().map(|(written, _)| &**written);
    written.find(|written| nearest(written, std::iter::once(name), slips).is_some())
}

/// More slips are believed in than of fields that may be missing: this one must be somewhere.
const LETTERS_PER_SLIP: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_misspelt_in_as_many_letters_as_its_length_allows() {
        let value: Box<RawValue> = serde_json::from_str("1").unwrap();
        for (name, written, is_slip) in [
            ("capabilities", "capability", true),
            ("cds_metadata_version", "cdsMetadataVersion", true),
            ("entity_name", "Entity Name", true),
            ("documentation", "doc", false),
            ("name", "nmae", true),
            ("name", "note", false),
            ("id", "ix", true),
            ("id", "x", false),
        ] {
            let unknown = [("x_y".into(), &*value), (written.into(), &*value)];
            let found = misspelt(name, &unknown);
            assert_eq!(found, is_slip.then_some(written), "{name} {written}");
        }
    }
}
