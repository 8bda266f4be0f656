//! What a path that was given to `check` stands for.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use cds_live::Limits;

use super::subject::Subject;
use crate::site_dir::{METADATA, has_sites, is_site};

/// Something that can be checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A document on the standard input.
    Stdin,
    /// A document in a file.
    Document(PathBuf),
    /// A site directory.
    Site(PathBuf),
    /// A directory of sites.
    Sites(PathBuf),
    /// The configuration of the proxy.
    Config(PathBuf),
}

impl Target {
    /// What the path stands for; an error says why it can't be checked.
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdin);
        }
        let kind = fs::metadata(path).map_err(explained)?.file_type();
        if kind.is_dir() {
            return site(path);
        }
        // A FIFO would be waited for, maybe for ever.
        ensure!(
            kind.is_file(),
            "this is {}, not a file; - reads the standard input",
            name(kind)
        );
        ensure!(
            path.file_name().is_none_or(|name| name != "site.toml"),
            "settings are checked with their site: give the directory instead"
        );
        let is_toml = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        Ok(match is_toml {
            true => Self::Config(path.to_owned()),
            false => Self::Document(path.to_owned()),
        })
    }

    /// The sites in a directory that is said to have some; an error says why it can't be checked.
    pub(super) fn sites(path: &Path) -> anyhow::Result<Self> {
        ensure!(
            fs::metadata(path).map_err(explained)?.is_dir(),
            "this is a file"
        );
        ensure!(!is_site(path), "this is a site itself");
        Ok(Self::Sites(path.to_owned()))
    }

    /// Reads the documents; an error says why it can't be done.
    pub(super) fn read(&self) -> anyhow::Result<Subject> {
        match self {
            Self::Stdin => read_document("<stdin>".to_owned(), io::stdin().lock()),
            Self::Document(path) => {
                let file = File::open(path).map_err(explained)?;
                read_document(shown(path), file)
            }
            Self::Site(directory) => Ok(Subject::site(directory, Limits::default())),
            Self::Sites(_) => bail!("these are several sites, not one"),
            Self::Config(_) => bail!("this is a configuration, not a site or a document"),
        }
    }
}

fn read_document(name: String, source: impl Read) -> anyhow::Result<Subject> {
    let limit = Limits::default().document_size;
    let mut bytes = Vec::new();
    source
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .context("this can't be read")?;
    ensure!(
        bytes.len() as u64 <= limit,
        "this is larger than {} MiB",
        limit >> 20
    );
    Ok(Subject::document(name, bytes))
}

/// A directory that has anything of a site in it, or a directory of such.
fn site(directory: &Path) -> anyhow::Result<Target> {
    if is_site(directory) {
        return Ok(Target::Site(directory.to_owned()));
    }
    ensure!(
        has_sites(directory).map_err(explained)?,
        "there is no {METADATA} here, so this is no site; `cds-proxy init` writes one"
    );
    Ok(Target::Sites(directory.to_owned()))
}

/// The path as findings name it, without a `./` that says nothing.
fn shown(path: &Path) -> String {
    path.strip_prefix(".")
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

fn explained(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("there is no such file or directory"),
        io::ErrorKind::PermissionDenied => anyhow::anyhow!("this may not be read"),
        _ => anyhow::Error::new(error).context("this can't be read"),
    }
}

#[cfg(unix)]
fn name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn name(_: FileType) -> &'static str {
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        format!("{:#}", Target::of(path).unwrap_err())
    }

    #[test]
    fn what_can_not_be_checked_is_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        assert!(refusal(&path.join("gone")).contains("no such file"));
        assert!(refusal(Path::new("/dev/null")).contains("a device"));
        assert!(refusal(path).contains("no cds-server-metadata.json here, so this is no site"));
        fs::write(path.join("site.toml"), "").unwrap();
        assert!(refusal(&path.join("site.toml")).contains("give the directory"));
        assert_eq!(Target::of(path).unwrap(), Target::Site(path.to_owned()));
    }

    #[test]
    fn a_directory_with_a_site_in_it_is_a_directory_of_sites() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        for name in ["west", ".git"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        fs::write(path.join(".git").join(METADATA), "{}").unwrap();
        assert!(refusal(path).contains("this is no site"));
        fs::write(path.join("west").join(METADATA), "{}").unwrap();
        assert_eq!(Target::of(path).unwrap(), Target::Sites(path.to_owned()));
    }
}
