//! The last good version of a site on disk, to be served after a restart while its files have
//! errors.
//!
//! Each site has a folder: one file per content, named by its hash, and a manifest that says which
//! path has which. Contents are written before the manifest, and each is renamed into place, so
//! that at any time the manifest names what is there. Nothing is flushed to the disk, which would
//! make an edit wait for it: what a power failure leaves behind is told by the hashes, and mended
//! by the first save of the next process.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cds_site::{Source, Sources};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::log;
use crate::options::Options;

/// Where the last good version of one site is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
    /// The directory of the site, as it is known.
    directory: String,
}

/// What a folder has.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    /// Whose files these are.
    directory: String,
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The hash of the content, which is its name too.
    hash: String,
    /// Since 1970, or 0 for what is older.
    modified: Duration,
}

impl Kept {
    /// Where a state directory keeps the site of a directory.
    fn of(state_dir: &Path, directory: &Path) -> Self {
        let directory = directory.to_string_lossy().into_owned();
        // The hash alone would do. The name is for people.
        let name = Path::new(&directory).file_name().unwrap_or_default();
        let hash = xxh3_64(directory.as_bytes());
        let folder = state_dir.join(format!("{}-{hash:016x}", name.to_string_lossy()));
        Self { folder, directory }
    }

    /// Where the site of a directory is kept, if it is to be.
    pub(crate) fn wanted(options: &Options, directory: &Path) -> Option<Self> {
        let state_dir = options.state_dir.as_deref()?;
        Some(Self::of(state_dir, directory))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn directory(&self) -> &Path {
        Path::new(&self.directory)
    }

    /// Keeps a version in place of the one before. What is there already stays: by its name and
    /// length if it `is_known` to be whole, else by its bytes.
    pub(crate) fn save(&self, sources: &Sources, is_known: bool) -> io::Result<()> {
        let manifest = self.manifest(sources);
        let before = self.read_manifest();
        if is_known && before.is_ok_and(|before| before.as_ref() == Some(&manifest)) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let _lock = self.lock()?;
        for source in sources {
            let path = self.folder.join(hash(&source.bytes));
            let is_there = if is_known {
                fs::metadata(&path).is_ok_and(|file| file.len() == source.bytes.len() as u64)
            } else {
                fs::read(&path).is_ok_and(|bytes| bytes == source.bytes)
            };
            if !is_there {
                self.write(&path, &source.bytes)?;
            }
        }
        self.write(
            &self.folder.join(MANIFEST),
            &serde_json::to_vec_pretty(&manifest)?,
        )?;
        self.clean_up(&manifest);
        Ok(())
    }

    /// The version that is kept; `None` if there is none.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words: it was altered, or comes from elsewhere.
    pub(crate) fn load(&self) -> Result<Option<Sources>, String> {
        let Some(manifest) = self.read_manifest()? else {
            return Ok(None);
        };
        let mut sources = Sources::new();
        for (path, entry) in manifest.files {
            // A manifest that somebody wrote may name any file.
            let file = Path::new(&entry.hash).file_name().unwrap_or_default();
            let bytes =
                fs::read(self.folder.join(file)).map_err(|error| format!("{path}: {error}"))?;
            if hash(&bytes) != entry.hash {
                return Err(format!("{path} is not as it was written"));
            }
            sources.insert(Source {
                path,
                bytes: bytes.into(),
                modified: SystemTime::UNIX_EPOCH
                    .checked_add(entry.modified)
                    .unwrap_or(SystemTime::UNIX_EPOCH),
            });
        }
        Ok(Some(sources))
    }

    /// Forgets the version that is kept.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Keeps another process out, as there is one while one hands over to the next.
    ///
    /// # Errors
    ///
    /// When it is there at the moment.
    fn lock(&self) -> io::Result<Option<File>> {
        let folder = File::open(&self.folder)?;
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(folder)),
            Err(error) if error == Errno::WOULDBLOCK => Err(error.into()),
            // There are file systems that can't lock a directory.
            Err(_) => Ok(None),
        }
    }

    fn manifest(&self, sources: &Sources) -> Manifest {
        let entry = |source: &Source| Entry {
            hash: hash(&source.bytes),
            modified: source
                .modified
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default(),
        };
        Manifest {
            format: FORMAT.to_owned(),
            directory: self.directory.clone(),
            files: sources
                .iter()
                .map(|source| (source.path.clone(), entry(source)))
                .collect(),
        }
    }

    fn read_manifest(&self) -> Result<Option<Manifest>, String> {
        let bytes = match fs::read(self.folder.join(MANIFEST)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{MANIFEST}: {error}")),
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| format!("{MANIFEST}: {error}"))?;
        if manifest.format != FORMAT {
            return Err(format!(
                "{MANIFEST} has the format `{}`, not `{FORMAT}`",
                manifest.format
            ));
        }
        if manifest.directory != self.directory {
            return Err(format!(
                "it is of another directory, {}",
                manifest.directory
            ));
        }
        Ok(Some(manifest))
    }

    /// Writes a file whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = self.folder.join(BESIDE);
        fs::write(&beside, bytes)?;
        fs::rename(beside, path)
    }

    /// Removes what the manifest doesn't name. What can't be removed now is the next time.
    fn clean_up(&self, manifest: &Manifest) {
        let named: BTreeSet<_> = manifest
            .files
            .values()
            .map(|entry| entry.hash.as_str())
            .collect();
        for file in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = file.file_name();
            let name = name.to_str().unwrap_or_default();
            if name != MANIFEST && !named.contains(name) {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// Removes what is kept of sites that were in a directory of sites and have another name than
/// these.
pub(crate) fn sweep(options: &Options, directory: &Path, names: &BTreeSet<&str>) {
    let Some(state_dir) = options.state_dir.as_deref() else {
        return;
    };
    for folder in fs::read_dir(state_dir).into_iter().flatten().flatten() {
        let Some(of) = directory_kept_in(&folder.path()) else {
            continue;
        };
        let name = of.file_name().unwrap_or_default().to_string_lossy();
        let kept = Kept::of(state_dir, &of);
        let is_left = of.parent() == Some(directory) && !names.contains(&*name);
        // A folder of another name is somebody's copy.
        if is_left && kept.folder == folder.path() {
            // What can't be removed now is the next time.
            if kept.remove().is_ok() {
                log::swept(&of, &kept.folder);
            }
        }
    }
}

/// Whose files a folder has, if it is one of ours.
fn directory_kept_in(folder: &Path) -> Option<PathBuf> {
    let bytes = fs::read(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
    (manifest.format == FORMAT).then(|| manifest.directory.into())
}

fn hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

const MANIFEST: &str = "manifest.json";

/// What is being written.
const BESIDE: &str = "unfinished";

/// A folder of another format is of no use to this version.
const FORMAT: &str = "cds-live 1";

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            bytes: (*text).to_owned().into(),
            modified: SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 5),
        };
        files.iter().map(source).collect()
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn the_last_version_comes_back_and_nothing_of_those_before_is_left() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::of(&state.path().join("new/state"), Path::new("/srv/cds"));
        assert_eq!(kept.load(), Ok(None));
        for version in ["1", "2", "2"] {
            let sources = sources(&[
                ("a.json", version),
                ("public/b", "same"),
                ("public/c", "same"),
            ]);
            kept.save(&sources, true).unwrap();
            assert_eq!(kept.load(), Ok(Some(sources)));
            assert_eq!(names(kept.folder()), 3, "two contents and the manifest");
        }
        kept.remove().unwrap();
        assert_eq!(kept.load(), Ok(None));
        kept.remove().unwrap();
    }

    #[test]
    fn what_was_altered_is_not_believed() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::of(state.path(), Path::new("/srv/cds"));
        let whole = sources(&[("a.json", "whole"), ("b.json", "another")]);
        let files: Vec<_> = {
            kept.save(&whole, true).unwrap();
            let files = fs::read_dir(kept.folder()).unwrap();
            files.map(|file| file.unwrap().path()).collect()
        };
        for file in files {
            let before = fs::read(&file).unwrap();
            for damage in [
                &b""[..],
                b"{}",
                &before[..before.len() - 1],
                &[&before[..], b"x"].concat(),
            ] {
                fs::write(&file, damage).unwrap();
                let is_manifest = file.ends_with(MANIFEST);
                assert!(
                    kept.load().is_err(),
                    "{} {damage:?} {is_manifest}",
                    file.display()
                );
            }
            fs::remove_file(&file).unwrap();
            assert!(!matches!(kept.load(), Ok(Some(_))), "{}", file.display());
            fs::write(&file, before).unwrap();
            assert!(kept.load().is_ok());
        }
        // And a save mends it.
        fs::write(kept.folder().join(MANIFEST), "nonsense").unwrap();
        kept.save(&whole, true).unwrap();
        assert_eq!(kept.load(), Ok(Some(whole)));
    }

    #[test]
    fn a_folder_of_another_site_or_format_is_not_taken() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::of(state.path(), Path::new("/srv/cds"));
        kept.save(&sources(&[("a", "a")]), true).unwrap();
        let other = Kept::of(state.path(), Path::new("/home/cds"));
        assert_eq!(other.load(), Ok(None));
        fs::rename(kept.folder(), other.folder()).unwrap();
        assert!(other.load().unwrap_err().contains("/srv/cds"));
        let manifest = other.folder().join(MANIFEST);
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(manifest, text.replace(FORMAT, "cds-live 2")).unwrap();
        assert!(other.load().unwrap_err().contains("cds-live 2"));
    }

    #[test]
    fn while_another_process_writes_nothing_is_written() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::of(state.path(), Path::new("/srv/cds"));
        kept.save(&sources(&[("a", "1")]), true).unwrap();
        let lock = kept.lock().unwrap();
        let two = sources(&[("a", "2")]);
        let refused = kept.save(&two, true).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(kept.load(), Ok(Some(sources(&[("a", "1")]))));
        drop(lock);
        kept.save(&two, true).unwrap();
        assert_eq!(kept.load(), Ok(Some(two)));
    }

    #[test]
    fn what_is_kept_of_sites_that_are_no_more_is_swept_and_nothing_else() {
        let state = tempfile::tempdir().unwrap();
        let options = Options::new().state_dir(state.path());
        let kept = |directory: &str| Kept::of(state.path(), Path::new(directory));
        let all = ["/srv/a", "/srv/b", "/srv/b/c", "/home/b"].map(kept);
        for kept in &all {
            kept.save(&sources(&[("a", "a")]), true).unwrap();
        }
        fs::create_dir(state.path().join("other")).unwrap();
        sweep(&options, Path::new("/srv"), &BTreeSet::from(["a"]));
        let is_kept = all.map(|kept| kept.load().unwrap().is_some());
        assert_eq!(is_kept, [true, false, true, true]);
        assert!(state.path().join("other").exists());
    }

    #[test]
    fn a_manifest_names_no_file_outside() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::of(state.path(), Path::new("/srv/cds"));
        kept.save(&sources(&[("a", "a")]), true).unwrap();
        fs::write(state.path().join("secret"), "a").unwrap();
        let manifest = kept.folder().join(MANIFEST);
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, text.replace(&hash(b"a"), "../secret")).unwrap();
        assert!(kept.load().is_err());
    }
}
