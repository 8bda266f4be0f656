//! Files written all together or not at all, never over what is there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::TempPath;

use super::starter::File;
use crate::temporary;

/// An error names what is in the way of files with these names.
pub(super) fn ensure_free(directory: &Path, names: &[&str]) -> anyhow::Result<()> {
    let taken: Vec<_> = names
        .iter()
        .map(|name| directory.join(name))
        // A dangling link is in the way, too.
        .filter(|path| fs::symlink_metadata(path).is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    bail!("already there: {}; nothing was written", taken.join(", "))
}

/// Writes the files, after which the directory has all of them or, with an error, none.
pub(super) fn all(directory: &Path, files: &[File]) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("{} can't be made", directory.display()))?;
    let mut drafts = Vec::with_capacity(files.len());
    for file in files {
        let path = directory.join(file.name);
        let draft = draft(directory, &file.content)
            .with_context(|| format!("{} can't be written", path.display()))?;
        drafts.push((draft, path));
    }
    let mut written = Vec::with_capacity(drafts.len());
    for (draft, path) in drafts {
        if let Err(error) = draft.persist_noclobber(&path) {
            take_back(&written);
            let reason = format!("{} can't be written; nothing was", path.display());
            return Err(anyhow::Error::new(error.error).context(reason));
        }
        written.push(path);
    }
    Ok(())
}

/// The content under a temporary name; dropping it removes it.
fn draft(directory: &Path, content: &str) -> anyhow::Result<TempPath> {
    let mut file = temporary::builder(".cds-init-").tempfile_in(directory)?;
    file.write_all(content.as_bytes())?;
    Ok(file.into_temp_path())
}

fn take_back(written: &[PathBuf]) {
    for path in written {
        // We are on the way out with an error already.
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> [File; 2] {
        ["a.json", "b.json"].map(|name| File {
            name,
            content: format!("{name}\n"),
        })
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn directories_are_made_and_no_draft_stays() {
        let directory = tempfile::tempdir().unwrap();
        let site = directory.path().join("sites/west");
        all(&site, &files()).unwrap();
        assert_eq!(fs::read_to_string(site.join("b.json")).unwrap(), "b.json\n");
        assert_eq!(names(&site).len(), 2);
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept_and_the_others_are_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("b.json"), "mine").unwrap();
        let error = all(directory.path(), &files()).unwrap_err();
        assert!(
            error.to_string().contains("b.json can't be written"),
            "{error:#}"
        );
        assert_eq!(names(directory.path()), ["b.json"]);
        assert_eq!(
            fs::read_to_string(directory.path().join("b.json")).unwrap(),
            "mine"
        );
    }

    #[cfg(unix)]
    #[test]
    fn even_a_dangling_link_is_in_the_way() {
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("nowhere", directory.path().join("a.json")).unwrap();
        let error = ensure_free(directory.path(), &["a.json", "b.json"]).unwrap_err();
        assert!(
            error.to_string().contains("a.json; nothing was written"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        all(directory.path(), &files()).unwrap();
        let reference = directory.path().join("reference");
        fs::write(&reference, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&directory.path().join("a.json")), mode(&reference));
    }
}
