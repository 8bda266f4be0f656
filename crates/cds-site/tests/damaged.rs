//! A site of which anything may be damaged.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

#[path = "../../cds-metadata/tests/common/damage.rs"]
mod damage;
#[path = "common/sites.rs"]
mod sites;

use cds_site::{Compiled, Sources, compile};
use proptest::prelude::*;
use proptest::sample::Index;

use damage::{Damage, damage};
use sites::{METADATA, WEST, at, entry, listing, sources};

const SETTINGS: &str =
    "hosts = [\"demoutility.com\"]\nmax_age = \"5m\"\n\n[rules]\nnot-https = \"error\"\n";

/// A file of each kind.
fn whole() -> Sources {
    let map = r#", "geojson_resource": "https://static.demoutility.com/maps/west.json""#;
    let entries = ["a", "b"].map(|id| entry(id, "2022-06-01T00:00:00Z", map));
    sources(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&entries)),
        ("coverage/c.json", &entry("c", "2022-06-01T00:00:00Z", "")),
        ("public/maps/west.json", WEST),
        ("site.toml", SETTINGS),
    ])
}

fn check(sources: &Sources) -> Result<(), TestCaseError> {
    let Compiled { site, report } = compile(sources, at(10), None);
    prop_assert_ne!(
        site.is_some(),
        report.has_errors(),
        "{:#?}",
        report.findings()
    );
    for finding in report.findings() {
        let Some(place) = &finding.place else {
            continue;
        };
        let bytes = &sources.get(&finding.file).unwrap().bytes;
        prop_assert!(place.span.end <= bytes.len(), "{}", finding);
        let line_ends = bytes[..place.span.start]
            .iter()
            .filter(|byte| **byte == b'\n');
        prop_assert_eq!(place.line, line_ends.count() + 1, "{}", finding);
    }
    Ok(())
}

#[test]
fn what_is_damaged_here_is_good() {
    let Compiled { site, report } = compile(&whole(), at(10), None);
    assert!(site.is_some());
    assert_eq!(report.findings(), []);
}

proptest! {
    #[test]
    fn a_damaged_site_is_a_site_or_has_errors(
        damages in prop::collection::vec((any::<Index>(), damage()), 1..5),
        missing in prop::option::weighted(0.1, any::<Index>()),
    ) {
        let mut files: Vec<_> = whole().iter().cloned().collect();
        for (file, damage) in &damages {
            let file = &mut files[file.index(5)];
            let mut bytes = file.bytes.to_vec();
            Damage::apply(damage, &mut bytes);
            file.bytes = bytes.into();
        }
        if let Some(missing) = missing {
            files.remove(missing.index(5));
        }
        check(&files.into_iter().collect())?;
    }
}
