//! The servers that are measured, as programs.

use std::env;
use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::case::Case;
use crate::place::Place;

/// A server that can be started.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// From the port that it is to listen on.
    command: Box<dyn Fn(u16) -> anyhow::Result<Command>>,
    answers: fn(Case) -> bool,
}

impl Program {
    /// Ours and its peers; of those that must be installed, the ones that are.
    pub(crate) fn all(place: &Place) -> Vec<Self> {
        let is_documents: fn(Case) -> bool = |case| !case.is_passed_on();
        let peers = [
            ("hyper", is_documents),
            ("axum", is_documents),
            ("axum + tower-cds", is_documents),
            ("pingora", |_| true),
        ];
        let mut programs: Vec<_> = peers
            .into_iter()
            .map(|(name, answers)| Self::peer(name, place, answers))
            .collect();
        programs.push(Self::cds_proxy(place));
        for program in [Self::nginx(place), Self::haproxy(place)] {
            if is_installed(program.name) {
                programs.push(program);
            } else {
                eprintln!("{} is not installed, so it takes no part", program.name);
            }
        }
        programs
    }

    pub(crate) fn answers(&self, case: Case) -> bool {
        (self.answers)(case)
    }

    pub(crate) fn cds_proxy(place: &Place) -> Self {
        let (program, site, portal) = (place.cds_proxy.clone(), place.site(), place.portal);
        let admin = place.answers().join("admin");
        Self::new(
            "cds-proxy",
            |_| true,
            move |port| {
                let mut command = Command::new(&program);
                command
                    .args([
                        "run",
                        "--threads",
                        "1",
                        "--log",
                        "error",
                        "--rate-limit",
                        "0",
                    ])
                    .arg(format!("--admin=unix:{}", admin.display()))
                    .arg("--site")
                    .arg(&site)
                    .args(["--upstream", &format!("http://{portal}")])
                    .args(["--listen", &format!("127.0.0.1:{port}")]);
                Ok(command)
            },
        )
    }

    /// The portal that is passed on to.
    pub(crate) fn portal() -> anyhow::Result<Self> {
        let own = env::current_exe()?;
        let portal = Self::new("portal", Case::is_passed_on, move |port| {
            let mut command = Command::new(&own);
            command.args(["serve", "portal", &port.to_string()]);
            Ok(command)
        });
        Ok(portal)
    }

    fn peer(name: &'static str, place: &Place, answers: fn(Case) -> bool) -> Self {
        let (folder, portal) = (place.answers().to_owned(), place.portal);
        let kind = name.replace(" + ", "-");
        let etag = place.well_known.etag.clone().unwrap_or_default();
        Self::new(name, answers, move |port| {
            let mut command = Command::new(env::current_exe()?);
            command
                .args(["serve", &kind, &port.to_string()])
                .args(["--portal", &portal.to_string(), "--etag", &etag])
                .arg("--folder")
                .arg(&folder);
            Ok(command)
        })
    }

    fn nginx(place: &Place) -> Self {
        let (folder, portal) = (place.answers().to_owned(), place.portal);
        Self::new(
            "nginx",
            |case| case != Case::Conditional,
            move |port| {
                let text = include_str!("peers/nginx.conf");
                let config = write(&folder, "nginx.conf", text, port, portal)?;
                let mut command = Command::new("nginx");
                command.arg("-e").arg("stderr").arg("-c").arg(config);
                Ok(command)
            },
        )
    }

    fn haproxy(place: &Place) -> Self {
        let (folder, portal) = (place.answers().to_owned(), place.portal);
        Self::new(
            "haproxy",
            |case| case != Case::Conditional,
            move |port| {
                let text = include_str!("peers/haproxy.cfg");
                let config = write(&folder, "haproxy.cfg", text, port, portal)?;
                let mut command = Command::new("haproxy");
                command.arg("-db").arg("-q").arg("-f").arg(config);
                Ok(command)
            },
        )
    }

    fn new(
        name: &'static str,
        answers: fn(Case) -> bool,
        command: impl Fn(u16) -> anyhow::Result<Command> + 'static,
    ) -> Self {
        Self {
            name,
            answers,
            command: Box::new(command),
        }
    }
}

/// Writes a configuration with its places filled in.
fn write(
    folder: &Path,
    name: &str,
    text: &str,
    port: u16,
    portal: SocketAddr,
) -> anyhow::Result<std::path::PathBuf> {
    let path = folder.join(name);
    let text = text
        .replace("@PORT@", &port.to_string())
        .replace("@PORTAL@", &portal.to_string())
        .replace("@FOLDER@", &folder.display().to_string());
    fs::write(&path, text)?;
    Ok(path)
}

fn is_installed(program: &str) -> bool {
    let version = Command::new(program)
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok()
}

/// A server that runs; ends with this.
pub(crate) struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    /// Starts a server on the first processor, the portal on the other that the load is on, and
    /// waits until it takes connections.
    pub(crate) fn start(program: &Program) -> anyhow::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let command = (program.command)(port)?;
        let processor = if program.name == "portal" { "1" } else { "0" };
        let mut pinned = pinned(&command, processor);
        let child = pinned
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} can't be started", program.name))?;
        let mut running = Self {
            child,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        };
        running.wait(program.name)?;
        Ok(running)
    }

    fn wait(&mut self, name: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                let mut said = String::new();
                if let Some(stderr) = &mut self.child.stderr {
                    stderr.read_to_string(&mut said)?;
                }
                bail!("{name} ended with {status}: {said}");
            }
            if Instant::now() > deadline {
                bail!("{name} takes no connections");
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

/// `taskset` becomes the program, so the process is the server's own.
fn pinned(command: &Command, processor: &str) -> Command {
    let mut pinned = Command::new("taskset");
    pinned
        .args(["-c", processor])
        .arg(command.get_program())
        .args(command.get_args());
    pinned
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
