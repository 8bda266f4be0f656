//! Lists of entity tags. In the input `@` stands for the tag of the document.

#![no_main]

use std::sync::LazyLock;

use cds_site::Site;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-site/tests/common/fixed_site.rs"]
mod fixed_site;

static SITE: LazyLock<Site> = LazyLock::new(fixed_site::site);

fuzz_target!(|bytes: &[u8]| fixed_site::assert_tags_are_found(&SITE, bytes));
