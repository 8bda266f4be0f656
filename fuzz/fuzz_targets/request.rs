//! Any request head against a fixed site. The input's lines are method, target, host, and the
//! value of `Accept-Encoding`.

#![no_main]

use std::sync::LazyLock;

use cds_site::{Respond, Site};
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-site/tests/common/fixed_site.rs"]
mod fixed_site;

static SITE: LazyLock<Site> = LazyLock::new(fixed_site::site);

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let request = http::Request::builder()
        .method(line())
        .uri(line())
        .header(http::header::HOST, line())
        .header(http::header::ACCEPT_ENCODING, line())
        .body(());
    // What the types of `http` refuse never gets as far as a site.
    if let Ok(request) = request {
        fixed_site::assert_only_own_paths(&request, SITE.respond((&request).into()));
    }
});
