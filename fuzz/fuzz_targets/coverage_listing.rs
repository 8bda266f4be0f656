//! Coverage listings, arrays of entries and single entries from any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-metadata/tests/common/invariants.rs"]
mod invariants;

fuzz_target!(|bytes: &[u8]| invariants::assert_coverage_holds(bytes));
