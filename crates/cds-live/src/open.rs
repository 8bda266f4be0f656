//! Opening a file below a directory, and nothing else.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

/// A directory below which files are opened.
pub(crate) struct RootDir {
    directory: OwnedFd,
}

impl RootDir {
    /// Opens the directory itself; its path must have no symbolic links.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            directory: fs::openat(CWD, path, STEP, Mode::empty())?,
        })
    }

    /// Opens a regular file below; the path must have no symbolic links.
    ///
    /// Every step refuses links, so that a link which somebody puts in place after the path was
    /// resolved can't lead outside. Anything but a regular file is an error: merely opening a
    /// device can have effects, and opening a FIFO waits for its writer.
    pub(crate) fn file(&self, path: &Path) -> io::Result<File> {
        let mut parts = path.components().peekable();
        let mut inner: Option<OwnedFd> = None;
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else {
                return Err(Errno::INVAL.into());
            };
            let directory = inner.as_ref().unwrap_or(&self.directory);
            if parts.peek().is_some() {
                inner = Some(fs::openat(directory, name, STEP, Mode::empty())?);
                continue;
            }
            let stat = fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
                return Err(Errno::INVAL.into());
            }
            return Ok(fs::openat(directory, name, FILE, Mode::empty())?.into());
        }
        Err(Errno::INVAL.into())
    }
}

/// How directories are opened on the way: only to look names up in them.
#[cfg(any(target_os = "linux", target_os = "android"))]
const STEP: OFlags = OFlags::PATH
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const STEP: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// How the file is opened. `NONBLOCK` matters when a FIFO took the file's place a moment ago.
const FILE: OFlags = OFlags::NOFOLLOW
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn no_link_is_followed_at_any_step() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        std::fs::create_dir(path.join("inside")).unwrap();
        std::fs::write(path.join("inside/a"), "a").unwrap();
        symlink("inside", path.join("link")).unwrap();
        symlink("a", path.join("inside/b")).unwrap();

        let root = RootDir::open(&path).unwrap();
        let mut content = String::new();
        root.file(Path::new("inside/a"))
            .unwrap()
            .read_to_string(&mut content)
            .unwrap();
        assert_eq!(content, "a");
        assert!(root.file(Path::new("link/a")).is_err());
        assert!(root.file(Path::new("inside/b")).is_err());
        assert!(root.file(Path::new("../inside/a")).is_err());
        assert!(root.file(Path::new("inside")).is_err());
    }

    #[test]
    fn a_fifo_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        fs::mkfifoat(CWD, path.join("fifo"), Mode::RUSR).unwrap();
        assert!(
            RootDir::open(&path)
                .unwrap()
                .file(Path::new("fifo"))
                .is_err()
        );
    }
}
