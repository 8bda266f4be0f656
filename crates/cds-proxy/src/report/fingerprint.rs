//! What makes a finding the same finding in the next run.

use std::collections::HashMap;

use cds_metadata::Finding;
use xxhash_rust::xxh3::xxh3_128;

/// Gives findings names that stay when lines are added elsewhere in the file.
///
/// A name is made from rule, file, the pointer without its array indices, and the text that is
/// marked; equal ones are numbered. Lines, columns and the words of the message are left out,
/// because they change while the finding stays.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: HashMap<u128, u32>,
}

impl Fingerprints {
    /// The name of the next finding, in hexadecimal.
    pub(super) fn of(&mut self, finding: &Finding) -> String {
        let text = [
            finding.rule.slug,
            &finding.file,
            &pointer(finding),
            marked(finding),
        ];
        let hash = xxh3_128(text.join("\0").as_bytes());
        let number = self.seen.entry(hash).or_default();
        *number += 1;
        format!("{hash:032x}:{number}")
    }
}

fn pointer(finding: &Finding) -> String {
    let pointer = finding
        .pointer
        .as_ref()
        .map(cds_metadata::Pointer::as_str)
        .unwrap_or_default();
    let steps = pointer.split('/').map(|step| match step.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => step,
    });
    steps.collect::<Vec<_>>().join("/")
}

fn marked(finding: &Finding) -> &str {
    let excerpt = finding.place.as_ref().map(|place| &place.excerpt);
    excerpt
        .and_then(|excerpt| excerpt.text.get(excerpt.mark.clone()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cds_metadata::Pointer;

    use super::*;
    use crate::report::fixtures::{UNKNOWN_VALUE, finding};

    fn at(index: usize) -> Finding {
        let entry = Pointer::root().key("coverage_entries").index(index);
        finding(&UNKNOWN_VALUE, "cds-coverage.json").pointer(entry.key("role"))
    }

    #[test]
    fn an_entry_added_before_changes_nothing() {
        let one = Fingerprints::default().of(&at(3));
        assert_eq!(one, Fingerprints::default().of(&at(4)));
        let mut elsewhere = at(3);
        elsewhere.file = "coverage/west.json".to_owned();
        assert_ne!(one, Fingerprints::default().of(&elsewhere));
    }

    #[test]
    fn equal_findings_are_numbered() {
        let mut fingerprints = Fingerprints::default();
        let (first, second) = (fingerprints.of(&at(0)), fingerprints.of(&at(1)));
        assert!(
            first.ends_with(":1") && second.ends_with(":2"),
            "{first} {second}"
        );
    }
}
