//! The file that a Unix socket has.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, socket_with};

use crate::config::Mode;

/// The file of a Unix socket. It goes with it, as long as it is ours.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and inode: the path may be another program's by now.
    identity: Option<(u64, u64)>,
    ours: AtomicBool,
}

/// Binds a Unix socket, in the place of one that a program left behind that is no more.
///
/// # Errors
///
/// `AddrInUse` when a program listens on it, `AlreadyExists` when there is a file of another kind.
pub(super) fn bind(
    path: &Path,
    mode: Mode,
    backlog: i32,
) -> io::Result<(UnixListener, SocketFile)> {
    remove_if_stale(path)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::bind(&socket, &SocketAddrUnix::new(path)?)?;
    let file = SocketFile::of_another(path);
    file.own();
    // Before it listens, so that nobody connects whom the mode keeps out.
    fs::set_permissions(path, Permissions::from_mode(mode.bits()))?;
    rustix::net::listen(&socket, backlog)?;
    Ok((UnixListener::from(socket), file))
}

impl SocketFile {
    /// The file that is there now, of a socket that another process has, too.
    pub(super) fn of_another(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
            ours: AtomicBool::new(false),
        }
    }

    /// Makes it ours.
    pub(super) fn own(&self) {
        self.ours.store(true, Ordering::Relaxed);
    }

    /// Leaves it to another process, which goes on with the socket.
    pub(super) fn leave(&self) {
        self.ours.store(false, Ordering::Relaxed);
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = *self.ours.get_mut() && self.identity.is_some();
        if ours && self.identity == identity(&self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Connects at once, or fails with `WouldBlock` where whoever listens has no room for one more. The
/// standard library's own waits for that without an end.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    let stream = UnixStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

fn remove_if_stale(path: &Path) -> io::Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !metadata.file_type().is_socket() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    match connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        // Whoever listens may have no room for one more, or not want us to connect.
        Ok(_) | Err(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind_at(path: &Path, mode: &str) -> io::Result<(UnixListener, SocketFile)> {
        bind(path, mode.parse().unwrap(), 16)
    }

    #[test]
    fn a_socket_has_its_mode_and_goes_with_its_listener() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cds.sock");
        let bound = bind_at(&path, "640").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        drop(bound);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_program_left_behind_is_replaced_and_what_is_in_use_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cds.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "left behind");
        let first = bind_at(&path, "600").unwrap();
        let error = bind_at(&path, "600").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert!(UnixStream::connect(&path).is_ok());
        drop(first);

        fs::write(&path, "precious").unwrap();
        let error = bind_at(&path, "600").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn another_ones_socket_is_not_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cds.sock");
        let bound = bind_at(&path, "600").unwrap();
        fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        drop(bound);
        assert!(path.exists());
    }

    #[test]
    fn a_socket_that_another_process_goes_on_with_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cds.sock");
        let (socket, file) = bind_at(&path, "600").unwrap();
        file.leave();
        drop((socket, file));
        assert!(path.exists());
        let taken_over = SocketFile::of_another(&path);
        taken_over.own();
        drop(taken_over);
        assert!(!path.exists());
    }
}
