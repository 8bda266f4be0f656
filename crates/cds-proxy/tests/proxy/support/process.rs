//! The binary.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::{Portal, SiteDir, eventually};

/// A proxy that runs, and dies with its test.
pub(crate) struct Proxy {
    child: Child,
    /// The process that serves: the child, or one that has taken over.
    id: Pid,
    log: Arc<Mutex<String>>,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
}

/// The binary, with nothing of this process's own configuration.
pub(crate) fn command() -> Command {
    command_of(env!("CARGO_BIN_EXE_cds-proxy"))
}

/// Another program, which starts it.
pub(crate) fn command_of(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CDS_PROXY_") {
            command.env_remove(name);
        }
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// `run` for a site and an upstream, without an address to listen on.
pub(crate) fn before(site: &SiteDir, upstream: &str) -> Command {
    let mut command = command();
    command.args(["run", "--admin", "127.0.0.1:0", "--upstream", upstream]);
    command.arg("--site").arg(site.path());
    command
}

impl Proxy {
    pub(crate) fn start(site: &SiteDir, portal: &Portal) -> Self {
        Self::start_with(site, &format!("http://{}", portal.address), &[])
    }

    pub(crate) fn start_with(site: &SiteDir, upstream: &str, args: &[&str]) -> Self {
        let mut command = before(site, upstream);
        command.args(["--listen", "127.0.0.1:0"]).args(args);
        Self::spawn(command)
    }

    /// Starts a command that says on standard error where it listens.
    pub(crate) fn spawn(command: Command) -> Self {
        let mut proxy = Self::spawn_at(command, UNKNOWN);
        proxy.address = proxy.address_after("listening on http://");
        proxy
    }

    /// Starts one that speaks TLS.
    pub(crate) fn spawn_tls(command: Command) -> Self {
        let mut proxy = Self::spawn_at(command, UNKNOWN);
        proxy.address = proxy.address_after("listening on https://");
        proxy
    }

    /// Starts one whose address is known.
    pub(crate) fn spawn_at(mut command: Command, address: SocketAddr) -> Self {
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut proxy = Self {
            id: Pid::from_child(&child),
            child,
            log,
            address,
            admin: UNKNOWN,
        };
        proxy.admin = proxy.address_after("admin on http://");
        proxy
    }

    fn address_after(&self, words: &str) -> SocketAddr {
        eventually(&format!("`{words}` in the log"), || {
            let log = self.log();
            let rest = &log[log.find(words)? + words.len()..];
            rest.split([',', '\n']).next()?.trim().parse().ok()
        })
    }

    /// Where it listens for scrapers.
    pub(crate) fn metrics(&self) -> SocketAddr {
        self.address_after("metrics on http://")
    }

    /// Where it listens without TLS.
    pub(crate) fn plain(&self) -> SocketAddr {
        self.address_after("listening on http://")
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What it writes on the standard output, which nobody reads otherwise.
    pub(crate) fn stdout(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.child.stdout.take().unwrap())
    }

    pub(crate) fn wait_for_log(&self, words: &str) {
        eventually(&format!("`{words}` in the log"), || {
            self.log().contains(words).then_some(())
        });
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.id, signal).unwrap();
    }

    /// Its child processes as the system describes them, also those that have ended and that it
    /// has not waited for.
    pub(crate) fn children(&self) -> Vec<String> {
        let id = self.id.as_raw_nonzero().to_string();
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let stats = all.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
        // `pid (name) state parent …`
        let is_child = |stat: &String| {
            let rest = stat.rsplit(')').next().unwrap_or_default();
            rest.split_whitespace().nth(1) == Some(&*id)
        };
        stats.filter(is_child).collect()
    }

    /// Has another process take over, and goes on with that one.
    pub(crate) fn hand_over(&mut self) {
        let words = "handed over to process ";
        let before = self.log().matches(words).count();
        self.signal(Signal::USR2);
        self.id = eventually("another process has taken over", || {
            let log = self.log();
            let mut ids = log.split(words).skip(1 + before);
            Pid::from_raw(ids.next()?.lines().next()?.parse().ok()?)
        });
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        eventually("the end of the process", || self.child.try_wait().unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = kill_process(self.id, Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log.lock().map(|log| log.clone()).unwrap_or_default();
            std::io::Write::write_all(&mut std::io::stderr(), log.as_bytes()).ok();
        }
    }
}

const UNKNOWN: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(
    std::net::Ipv4Addr::UNSPECIFIED,
    0,
));
