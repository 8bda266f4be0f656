//! `site.toml` from any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-site/tests/common/fixed_site.rs"]
mod fixed_site;

fuzz_target!(|bytes: &[u8]| fixed_site::assert_settings_hold(bytes));
