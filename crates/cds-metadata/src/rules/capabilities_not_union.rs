//! `capabilities-not-union`

use std::collections::HashSet;

use crate::coverage::CoverageSummary;
use crate::locate::Step;
use crate::metadata::MetadataObject;
use crate::report::Report;
use crate::rule;
use crate::scope::{Position, Scope, Spot, Words};
use crate::shown::{quoted, shown};
use crate::text::Text;

rule! {
    /// ## What it checks
    ///
    /// When the metadata object's `capabilities` have `coverage`, they also have every
    /// capability that a coverage entry lists.
    ///
    /// ## Why it matters
    ///
    /// Clients look at the metadata object first, and go on to the coverage listing only for a
    /// capability that they find there.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": ["coverage"] }
    /// ```
    ///
    /// beside a coverage entry with `"capabilities": ["oauth"]`.
    ///
    /// ## Mend
    ///
    /// Add the capability to the metadata object's `capabilities`, or take it out of the entries
    /// that don't offer it.
    pub static CAPABILITIES_NOT_UNION: Rule =
        "capabilities-not-union", Error, Spec, "CDS-WG1-01 §3.2";
}

/// Holds a metadata object to the entries of its coverage listing.
///
/// `name` and `bytes` are the file that the object was parsed from.
pub fn check(
    name: &str,
    bytes: &[u8],
    metadata: &MetadataObject<'_>,
    coverage: &CoverageSummary,
    report: &mut Report,
) {
    let Ok(content) = std::str::from_utf8(bytes) else {
        return;
    };
    if !metadata.has_capability("coverage") {
        return;
    }
    let text = Text::new(name, content);
    let mut scope = Scope::new(&text, report, Position::Document, content, None);
    let listed: HashSet<&str> = metadata
        .capabilities
        .iter()
        .map(|listed| &**listed)
        .collect();
    for (capability, usage) in &coverage.capabilities {
        if listed.contains(&**capability) {
            continue;
        }
        scope.find(
            &CAPABILITIES_NOT_UNION,
            Spot::Value(&[Step::Key("capabilities")]),
            || {
                let id = quoted(&usage.first_id);
                let who = match usage.entries {
                    1 => format!("the coverage entry {id} offers"),
                    entries => format!("{entries} coverage entries offer ({id} for one)"),
                };
                let capability = shown(capability);
                Words::new(format!("`capabilities` lacks `{capability}`, which {who}"))
                    .help(format!("add `\"{capability}\"` to these capabilities"))
            },
        );
    }
}
