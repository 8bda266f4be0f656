//! Files replaced in one step.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use tempfile::NamedTempFile;

/// A file that is to say something else.
#[derive(Debug)]
pub(super) struct Change<'c> {
    /// Where it is; symbolic links are followed.
    pub(super) path: PathBuf,
    /// The directory that no link may lead out of, if any.
    pub(super) root: Option<&'c Path>,
    /// What it says now.
    pub(super) before: &'c [u8],
    /// What it is to say.
    pub(super) after: &'c [u8],
}

/// Replaces files. Whoever reads one sees the old content or the new, never half of it.
///
/// # Errors
/// When one of them can't be replaced; then none is, unless a disk fails in between.
pub(super) fn write_all(changes: &[Change<'_>]) -> anyhow::Result<()> {
    let prepared: anyhow::Result<Vec<_>> = changes.iter().map(in_words(Prepared::of)).collect();
    let prepared = prepared?;
    for (change, prepared) in changes.iter().zip(&prepared) {
        in_words(|change: &Change<'_>| prepared.still_says(change.before))(change)?;
    }
    for (change, prepared) in changes.iter().zip(prepared) {
        prepared
            .replace()
            .with_context(|| format!("{} can't be written", change.path.display()))?;
    }
    Ok(())
}

/// Names the file in the error of what is done with it.
fn in_words<'c, T>(
    act: impl Fn(&Change<'c>) -> anyhow::Result<T>,
) -> impl Fn(&Change<'c>) -> anyhow::Result<T> {
    move |change| act(change).with_context(|| format!("{} can't be written", change.path.display()))
}

/// New content on the disk, beside the file whose place it is to take.
struct Prepared {
    file: NamedTempFile,
    path: PathBuf,
}

impl Prepared {
    fn of(change: &Change<'_>) -> anyhow::Result<Self> {
        let path = fs::canonicalize(&change.path)?;
        if let Some(root) = change.root {
            ensure!(
                path.starts_with(fs::canonicalize(root)?),
                "it is a link out of the site, to {}",
                path.display()
            );
        }
        let metadata = may_be_written(&path)?;
        let directory = path.parent().unwrap_or(Path::new("/"));
        // Where documents are, names with a dot are not looked at by whoever serves them.
        let mut file = tempfile::Builder::new()
            .prefix(".cds-fix-")
            .tempfile_in(directory)
            .with_context(|| format!("nothing can be written in {}", directory.display()))?;
        file.write_all(change.after)?;
        take_over(&metadata, file.as_file())?;
        // On the disk before the name is: after a power failure a file is never empty.
        file.as_file().sync_all()?;
        Ok(Self { file, path })
    }

    fn still_says(&self, before: &[u8]) -> anyhow::Result<()> {
        ensure!(
            fs::read(&self.path)? == before,
            "somebody else has changed it meanwhile; nothing was mended, try again"
        );
        Ok(())
    }

    fn replace(self) -> anyhow::Result<()> {
        self.file.persist(&self.path)?;
        if let Some(directory) = self.path.parent() {
            // Not every file system can do this, and the name is changed already.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

/// A new file could take the place of one that may not be written; that is not what its owner
/// wants.
fn may_be_written(path: &Path) -> anyhow::Result<Metadata> {
    let metadata = fs::metadata(path)?;
    if metadata.permissions().readonly() {
        bail!("it is read-only; allow writing first, e.g. with chmod u+w");
    }
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            bail!("it may not be written by you; ask its owner")
        }
        result => result.map(|_| metadata).map_err(Into::into),
    }
}

/// Gives a new file the permissions of the old one, and its owner and group if that is allowed.
fn take_over(metadata: &Metadata, file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // The group alone is often allowed where the owner isn't.
        let group = Some(metadata.gid());
        let _ = fchown(file, Some(metadata.uid()), group).or_else(|_| fchown(file, None, group));
    }
    // After the owner, because a change of owner takes permissions away.
    file.set_permissions(metadata.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change<'c>(path: PathBuf, before: &'c str, root: Option<&'c Path>) -> Change<'c> {
        Change {
            path,
            root,
            before: before.as_bytes(),
            after: b"new",
        }
    }

    fn refusal(changes: &[Change<'_>]) -> String {
        format!("{:#}", write_all(changes).unwrap_err())
    }

    #[test]
    fn nothing_is_written_when_one_file_can_not_be() {
        let directory = tempfile::tempdir().unwrap();
        let (one, two) = (directory.path().join("one"), directory.path().join("two"));
        fs::write(&one, "old").unwrap();
        fs::write(&two, "changed").unwrap();
        let changes = [
            change(one.clone(), "old", None),
            change(two.clone(), "old", None),
        ];
        assert!(refusal(&changes).contains("two can't be written: somebody else has changed it"));

        fs::write(&two, "old").unwrap();
        let mut permissions = fs::metadata(&two).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&two, permissions).unwrap();
        assert!(refusal(&changes).contains("two can't be written: it is read-only"));
        assert_eq!(fs::read_to_string(&one).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through_but_not_out_of_the_site() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let site = directory.path().join("site");
        fs::create_dir(&site).unwrap();
        let (outside, inside) = (directory.path().join("outside"), site.join("inside"));
        let link = site.join("link");
        for file in [&outside, &inside] {
            fs::write(file, "old").unwrap();
        }
        fs::set_permissions(&inside, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("inside", &link).unwrap();
        write_all(&[change(link.clone(), "old", Some(&site))]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&inside).unwrap(), "new");
        assert_eq!(
            fs::metadata(&inside).unwrap().permissions().mode() & 0o7777,
            0o640
        );

        fs::remove_file(&link).unwrap();
        symlink(&outside, &link).unwrap();
        assert!(refusal(&[change(link, "old", Some(&site))]).contains("a link out of the site"));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "old");
    }
}
