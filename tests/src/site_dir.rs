//! Site directories to serve and to edit.

use std::fs;
use std::path::{Path, PathBuf};

use cds_site::Bind;
use tempfile::TempDir;

/// A site directory in `fixtures/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixture {
    /// Everything that a site can have, without a finding.
    Demo,
    /// A metadata object that lacks a capability of one of its entries, which is an error.
    Broken,
    /// A coverage URL with a query, and pages of one entry.
    Queried,
    /// What the demo has, undergoing a maintenance, and with a former path.
    Maintained,
    /// What the demo has, moved for a while, and with a former path.
    Moved,
    /// Several sites: one with an alias, one on an IPv6 address, one that claims what another has,
    /// one that was never good.
    Fleet,
    /// The same, each bound to the host that its directory is named after.
    BoundFleet,
}

impl Fixture {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Demo,
        Self::Broken,
        Self::Queried,
        Self::Maintained,
        Self::Moved,
        Self::Fleet,
        Self::BoundFleet,
    ];

    /// Where its own files are.
    pub fn path(self) -> PathBuf {
        let name = match self {
            Self::Demo => "demo",
            Self::Broken => "broken",
            Self::Queried => "queried",
            Self::Maintained => "maintained",
            Self::Moved => "moved",
            Self::Fleet | Self::BoundFleet => "fleet",
        };
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(name)
    }

    /// What it has besides its own files, which take the place of those of the same name.
    const fn base(self) -> Option<Self> {
        match self {
            Self::Demo | Self::Broken | Self::Queried | Self::Fleet | Self::BoundFleet => None,
            Self::Maintained | Self::Moved => Some(Self::Demo),
        }
    }

    /// Which hosts its sites may have, if it is a directory of sites.
    pub const fn bind(self) -> Option<Bind> {
        match self {
            Self::Demo | Self::Broken | Self::Queried | Self::Maintained | Self::Moved => None,
            Self::Fleet => Some(Bind::Documents),
            Self::BoundFleet => Some(Bind::Directory),
        }
    }

    /// A file of it.
    pub fn read(self, file: &str) -> Vec<u8> {
        let path = self.path().join(file);
        match self.base() {
            Some(base) if !path.exists() => base.read(file),
            _ => fs::read(path).unwrap_or_else(|error| panic!("{file}: {error}")),
        }
    }

    /// A text file of it.
    pub fn text(self, file: &str) -> String {
        String::from_utf8(self.read(file)).unwrap()
    }
}

/// A copy of a fixture that a test may edit; gone when dropped.
#[derive(Debug)]
pub struct SiteDir {
    dir: TempDir,
}

impl SiteDir {
    /// A copy of `fixture`.
    pub fn of(fixture: Fixture) -> Self {
        let dir = fixture.base().map_or_else(Self::empty, Self::of);
        copy(&fixture.path(), dir.path());
        dir
    }

    /// A directory without files.
    pub fn empty() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file in place, as `echo > file` does.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), content).unwrap();
    }

    /// Writes a file beside and renames it over, as careful editors do.
    pub fn replace(&self, file: &str, content: impl AsRef<[u8]>) {
        let beside = self.path().join(format!(".{file}.new"));
        fs::write(&beside, content).unwrap();
        fs::rename(beside, self.path().join(file)).unwrap();
    }

    /// A text file as it is now.
    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
