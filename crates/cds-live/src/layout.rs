//! Which names of a site directory are looked at.
//!
//! Everything else is somebody's notes, an editor's backup, or not for publishing. Names that begin
//! with a dot are never looked at, except under `public/`, where `.well-known` may be meant: there
//! only `.git`, names that begin with two dots, and what editors leave are left out.

/// The metadata object of a site or of a further endpoint.
pub(crate) const METADATA: &str = "cds-server-metadata.json";
const COVERAGE: &str = "cds-coverage.json";
const SETTINGS: &str = "site.toml";
const PARTS: &str = "coverage";
const PUBLIC: &str = "public";

/// What kind of directory a name was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    /// The site directory.
    Site,
    /// A directory of the same shape for a further metadata endpoint.
    Endpoint,
    /// `coverage/`: parts of the listing.
    Parts,
    /// `public/` and everything below.
    Public,
}

/// What a name is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A document or settings.
    Document,
    /// A directory of this kind, which belongs to the site.
    Directory(Within),
    /// A directory of a further endpoint; a file of that name is ignored.
    Endpoint,
    /// A file or a directory under `public/`.
    Either,
    /// Nothing that is looked at.
    Ignored,
}

/// What `name` is expected to be in a directory of this kind.
pub(crate) fn expected(within: Within, name: &str) -> Expected {
    match within {
        // `/.well-known/…` is published like any other path. What version control and Kubernetes
        // keep beside the files is not theirs to publish.
        Within::Public if name == GIT || name.starts_with("..") => Expected::Ignored,
        Within::Public if is_scratch(name) => Expected::Ignored,
        Within::Public => Expected::Either,
        _ if is_hidden(name) => Expected::Ignored,
        Within::Parts if name.ends_with(".json") => Expected::Document,
        Within::Parts => Expected::Ignored,
        Within::Site | Within::Endpoint => match name {
            METADATA | COVERAGE | SETTINGS => Expected::Document,
            PARTS => Expected::Directory(Within::Parts),
            PUBLIC => Expected::Directory(Within::Public),
            _ if within == Within::Site => Expected::Endpoint,
            _ => Expected::Ignored,
        },
    }
}

/// Whether a name outside of `public/` is never looked at.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == LOST_AND_FOUND
}

/// Whether editors make files of this name beside the one they save, and remove them again.
fn is_scratch(name: &str) -> bool {
    let emacs = name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'));
    let vim = name == "4913"
        || (name.starts_with('.')
            && [".swp", ".swo", ".swx"]
                .iter()
                .any(|end| name.ends_with(end)));
    name.ends_with('~') || emacs || vim
}

/// A directory, or a file in a worktree.
const GIT: &str = ".git";

/// A volume of its own has it at the top, and only root may look inside.
const LOST_AND_FOUND: &str = "lost+found";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_site_directory_are_told_apart() {
        let top = |name| expected(Within::Site, name);
        assert_eq!(top("cds-server-metadata.json"), Expected::Document);
        assert_eq!(top("site.toml"), Expected::Document);
        assert_eq!(top("coverage"), Expected::Directory(Within::Parts));
        assert_eq!(top("restricted"), Expected::Endpoint);
        assert_eq!(top("..data"), Expected::Ignored);
        assert_eq!(top(".git"), Expected::Ignored);
        assert_eq!(top("lost+found"), Expected::Ignored);
        assert_eq!(expected(Within::Endpoint, "deeper"), Expected::Ignored);
        assert_eq!(expected(Within::Parts, "west.json~"), Expected::Ignored);
        assert_eq!(
            expected(Within::Parts, ".west.json.X1y2Z3"),
            Expected::Ignored
        );
    }

    #[test]
    fn what_editors_leave_under_public_is_ignored_and_dot_names_are_not() {
        for name in [
            ".west.json.swp",
            "west.json~",
            "4913",
            ".#west.json",
            "#west.json#",
        ] {
            assert_eq!(expected(Within::Public, name), Expected::Ignored, "{name}");
        }
        for name in [".well-known", ".gitkeep", "a..b"] {
            assert_eq!(expected(Within::Public, name), Expected::Either, "{name}");
        }
        for name in [".git", "..data", "..2026_07_01"] {
            assert_eq!(expected(Within::Public, name), Expected::Ignored, "{name}");
        }
    }
}
