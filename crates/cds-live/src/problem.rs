//! Why a file can't be read, in words for people.

use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;

use cds_site::Finding;
use rustix::io::Errno;

use cds_site::rules::FILE_UNREADABLE;

/// Why a file or a directory can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    NoSuchDirectory,
    NotADirectory,
    NotAFile(&'static str),
    Denied,
    TooLarge {
        size: u64,
        limit: u64,
        setting: &'static str,
    },
    TooMuch {
        size: u64,
        limit: u64,
    },
    LeadsOutside(PathBuf),
    LeadsNowhere,
    LinkLoop,
    NameNotUtf8,
    TooDeep,
    TooMany(usize),
    Changing,
    Failed(String),
}

impl Problem {
    /// A name that leads to something other than a regular file.
    pub(crate) fn not_a_file(kind: FileType) -> Self {
        Self::NotAFile(match kind {
            kind if kind.is_dir() => "a directory",
            kind if kind.is_fifo() => "a FIFO",
            kind if kind.is_socket() => "a socket",
            kind if kind.is_block_device() || kind.is_char_device() => "a device",
            _ => "something else",
        })
    }

    /// The finding about `file`.
    pub(crate) fn finding(&self, file: &str) -> Finding {
        Finding::new(&FILE_UNREADABLE, file, self.message()).help(self.help())
    }

    fn message(&self) -> String {
        match self {
            Self::NoSuchDirectory => "there is no such directory".into(),
            Self::NotADirectory => "a directory is expected here, and this is none".into(),
            Self::NotAFile(what) => format!("a regular file is expected here, and this is {what}"),
            Self::Denied => "the permissions don't let this program read it".into(),
            Self::TooLarge { size, limit, .. } => {
                format!("it has {size} bytes, and at most {limit} are read")
            }
            Self::TooMuch { size, limit } => {
                format!(
                    "its files have {size} bytes together, and at most {limit} are read (`max-total-size`)"
                )
            }
            Self::LeadsOutside(target) => format!(
                "the symbolic link leads to {}, outside the site directory",
                target.display()
            ),
            Self::LeadsNowhere => "the symbolic link leads to nothing that exists".into(),
            Self::LinkLoop => "the symbolic links lead back to where they began".into(),
            Self::NameNotUtf8 => "the name is not UTF-8, so no URL can name it".into(),
            Self::TooDeep => "directories are nested too deeply here".into(),
            Self::TooMany(limit) => format!("there are more than {limit} files"),
            Self::Changing => "it goes on changing, and is read only once it stands still".into(),
            Self::Failed(error) => format!("it can't be read: {error}"),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::NoSuchDirectory => "create it, or name another; it is taken up when it appears",
            Self::NotADirectory => "replace it by a directory, or remove it",
            Self::NotAFile(_) => "replace it by a regular file, or remove it; FIFOs and devices are never opened",
            Self::Denied => "let the user that runs this program read it: chmod a+r FILE, and a+rx for directories",
            Self::TooLarge { setting, .. } => {
                return format!("make the file smaller, or raise `{setting}`");
            }
            Self::TooMuch { .. } => "move what no document links to out of public/, or raise `max-total-size`",
            Self::LeadsOutside(_) => "copy the target into the site directory, or remove the link",
            Self::LeadsNowhere => "create the target, or remove the link",
            Self::LinkLoop => "point the link at a file, or remove it",
            Self::NameNotUtf8 => "rename the file",
            Self::TooDeep => "move the files closer to the top, or look for a link that leads upwards",
            Self::TooMany(_) => "move what isn't published out of the site directory",
            Self::Changing => "wait until it is written, or have it written elsewhere and moved into place",
            Self::Failed(_) => "look at the file system and its logs; reading is tried again regularly",
        }
        .into()
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::NotFound => Self::LeadsNowhere,
            io::ErrorKind::NotADirectory => Self::NotADirectory,
            _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Self::LinkLoop,
            _ => Self::Failed(error.to_string()),
        }
    }
}
