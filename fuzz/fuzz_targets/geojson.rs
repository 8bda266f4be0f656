//! GeoJSON from any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-site/tests/common/geojson_invariants.rs"]
mod geojson_invariants;

fuzz_target!(|bytes: &[u8]| geojson_invariants::assert_geojson_holds(bytes));
