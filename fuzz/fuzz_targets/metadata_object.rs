//! The metadata object from any bytes.

#![no_main]

use cds_metadata::MetadataObject;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cds-metadata/tests/common/invariants.rs"]
mod invariants;

fuzz_target!(|bytes: &[u8]| {
    invariants::assert_metadata_holds(bytes);
    let (Some(object), _) = MetadataObject::parse("f", bytes, None) else {
        return;
    };
    let written = serde_json::to_vec(&object).unwrap();
    let (again, _) = MetadataObject::parse("f", &written, None);
    assert_eq!(format!("{object:?}"), format!("{:?}", again.unwrap()));
});
