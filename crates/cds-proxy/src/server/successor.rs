//! Starting the process that takes over.

use std::ffi::OsString;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::acceptor::Acceptor;
use super::inherited::Inherited;

/// This program as it was started, so that it can be started again.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// A process that serves our listeners, too, and waits for us to let go of them.
#[derive(Debug)]
pub struct Successor {
    id: u32,
    stream: UnixStream,
}

impl Program {
    /// How this process was started. Call it at the start: once the file is replaced by a newer
    /// one, the system knows it no longer by its path.
    ///
    /// # Errors
    ///
    /// When the system doesn't say where the program is.
    pub fn this() -> io::Result<Self> {
        Ok(Self {
            path: std::env::current_exe()?,
            arguments: std::env::args_os().skip(1).collect(),
        })
    }

    /// Starts the program again, gives it these listeners, and waits until it serves them. It is
    /// to publish these sites, too.
    ///
    /// # Blocking
    ///
    /// For as long as the new process takes to start.
    ///
    /// # Errors
    ///
    /// When it can't be started, or ends before it serves. It has said why.
    pub fn start_successor(
        &self,
        listeners: Vec<Arc<Acceptor>>,
        sites: Vec<String>,
    ) -> anyhow::Result<Successor> {
        let (mut stream, theirs) = UnixStream::pair().context("the system gives no socket")?;
        let mut child = Command::new(&self.path)
            .args(&self.arguments)
            .env(Inherited::VARIABLE, "1")
            // These are for this process alone.
            .env_remove("WATCHDOG_PID")
            .env_remove("LISTEN_PID")
            .env_remove("LISTEN_FDS")
            .env_remove("LISTEN_FDNAMES")
            .stdin(OwnedFd::from(theirs))
            .spawn()
            .with_context(|| format!("{} can't be started", self.path.display()))?;
        let sent = Acceptor::send(&listeners, sites, &stream);
        // They are to close when they are served no more, however long this takes.
        drop(listeners);
        match sent.and_then(|()| stream.read_exact(&mut [0])) {
            Ok(()) => Ok(Successor {
                id: child.id(),
                stream,
            }),
            Err(error) => {
                // It ends, if it hasn't yet.
                drop(stream);
                let how = how(&mut child);
                match error.kind() {
                    BrokenPipe | ConnectionReset | UnexpectedEof => bail!("it has ended: {how}"),
                    _ => bail!("the listeners can't be handed over: {error}"),
                }
            }
        }
    }
}

impl Successor {
    /// The id of the process.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Lets it know that the listeners are its own now. Without, it ends as we do.
    pub fn let_go(mut self) {
        // If it has ended meanwhile, there is nobody to tell.
        let _ = self.stream.write_all(b"1");
    }
}

fn how(child: &mut Child) -> String {
    match child.wait() {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}
