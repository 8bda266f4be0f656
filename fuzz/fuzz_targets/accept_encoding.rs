//! Any lines of `Accept-Encoding`. The input's lines are the field's.

#![no_main]

use std::sync::LazyLock;

use cds_site::Site;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-site/tests/common/chosen_coding.rs"]
mod chosen_coding;
#[path = "../../crates/cds-site/tests/common/fixed_site.rs"]
mod fixed_site;

static SITE: LazyLock<Site> = LazyLock::new(fixed_site::site);

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    chosen_coding::assert_coding_is_chosen(&SITE, fixed_site::PATHS[0], &lines);
});
