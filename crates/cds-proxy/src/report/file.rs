//! A report in a file, for whoever doesn't read the log.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{Results, human, json, sarif};
use crate::temporary;

/// Writes a report to `path`, in the place of what is there: JSON for a name that ends with
/// `.json`, SARIF for `.sarif`, and else text as people read it.
///
/// Whoever reads the file sees the old report or the new one, never half of one.
///
/// # Errors
/// When the directory can't be written to, or `path` is a directory, a device or the like.
pub fn write(path: &Path, results: &Results) -> anyhow::Result<()> {
    let extension = path.extension().and_then(OsStr::to_str);
    let content = match extension {
        Some("json") => json::render(results),
        Some("sarif") => sarif::render(results),
        _ => human::plain(results),
    };
    replace(path, content.as_bytes())
        .with_context(|| format!("the report can't be written to {}", path.display()))
}

fn replace(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let path = target(path)?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut file =
        temporary::builder(".cds-report-").tempfile_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    file.persist(&path)?;
    Ok(())
}

/// Where a symbolic link leads, so that the link stays; nothing but regular files is replaced.
fn target(path: &Path) -> anyhow::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(fs::canonicalize(path)?),
        Ok(_) => bail!("it is there, and it is not a regular file"),
        Err(_) => Ok(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_takes_the_place_of_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        fs::write(&path, "a longer report than the next").unwrap();
        write(&path, &Results::new()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[]\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_name_decides_the_form() {
        let directory = tempfile::tempdir().unwrap();
        for (name, beginning) in [
            ("report.json", "[]"),
            ("report.sarif", "{"),
            ("report.txt", "no problems"),
        ] {
            let path = directory.path().join(name);
            write(&path, &Results::new()).unwrap();
            let content = fs::read_to_string(&path).unwrap();
            assert!(content.starts_with(beginning), "{name}: {content}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (
            directory.path().join("real.json"),
            directory.path().join("link.json"),
        );
        fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, &Results::new()).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "[]\n");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        let error = write(Path::new("/dev/null"), &Results::new()).unwrap_err();
        assert!(
            format!("{error:#}").contains("not a regular file"),
            "{error:#}"
        );
        assert!(write(directory.path(), &Results::new()).is_err());
    }
}
