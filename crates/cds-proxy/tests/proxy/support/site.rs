//! A site directory.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A directory with a good site, which a test may spoil.
pub(crate) struct SiteDir {
    dir: TempDir,
}

pub(crate) const METADATA: &str = r#"{
    "cds_metadata_version": "v1",
    "cds_metadata_url": "https://utility.example/.well-known/cds-server-metadata.json",
    "created": "2024-01-01T00:00:00Z",
    "updated": "2024-01-01T00:00:00Z",
    "name": "Test Utility",
    "description": "A utility for tests",
    "website": "https://utility.example/",
    "documentation": "https://utility.example/docs",
    "support": "https://utility.example/support",
    "capabilities": [],
    "related_metadata": []
}
"#;

impl SiteDir {
    pub(crate) fn good() -> Self {
        let site = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        site.write(METADATA);
        site
    }

    pub(crate) fn broken() -> Self {
        let site = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        site.write("{ \"name\": ");
        site
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn metadata(&self) -> String {
        fs::read_to_string(self.dir.path().join(NAME)).unwrap()
    }

    pub(crate) fn write(&self, metadata: &str) {
        fs::write(self.dir.path().join(NAME), metadata).unwrap();
    }

    pub(crate) fn rename_utility(&self, name: &str) {
        self.write(&METADATA.replace("Test Utility", name));
    }
}

const NAME: &str = "cds-server-metadata.json";
