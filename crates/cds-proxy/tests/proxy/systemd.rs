//! systemd's protocols, without systemd.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use rustix::process::Signal;

use super::support::{DEADLINE, Portal, Proxy, SiteDir, before, command_of, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A service manager that listens to what it is told.
struct Manager {
    socket: UnixDatagram,
    dir: tempfile::TempDir,
}

impl Manager {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(dir.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        Self { socket, dir }
    }

    fn start(&self, mut command: Command) -> Proxy {
        command.args(["--listen", "127.0.0.1:0"]);
        command.env("NOTIFY_SOCKET", self.dir.path().join("notify"));
        Proxy::spawn(command)
    }

    /// The next that it is told.
    fn hears(&self) -> String {
        let mut bytes = [0; 1024];
        let length = self.socket.recv(&mut bytes).expect("nothing is said");
        std::str::from_utf8(&bytes[..length]).unwrap().to_owned()
    }
}

#[test]
fn the_service_manager_is_told_of_each_turn() {
    let (site, portal, manager) = (SiteDir::good(), Portal::new(), Manager::new());
    let mut proxy = manager.start(before(&site, &format!("http://{}", portal.address)));
    assert_eq!(manager.hears(), "READY=1\n");
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);

    proxy.signal(Signal::HUP);
    let reloading = manager.hears();
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    assert_eq!(manager.hears(), "READY=1\n");

    proxy.hand_over();
    let main = manager.hears();
    assert!(main.starts_with("MAINPID="), "{main}");
    assert_eq!(manager.hears(), "READY=1\n");
    assert!(proxy.ended().success());

    proxy.signal(Signal::TERM);
    assert_eq!(manager.hears(), "STOPPING=1\n");
}

#[test]
fn a_watchdog_hears_again_and_again_that_all_is_well() {
    let (site, portal, manager) = (SiteDir::good(), Portal::new(), Manager::new());
    let mut command = before(&site, &format!("http://{}", portal.address));
    command.env("WATCHDOG_USEC", "100000");
    let _proxy = manager.start(command);
    let calm = (0..6).filter(|_| manager.hears() == "WATCHDOG=1\n").count();
    assert_eq!(calm, 5, "one of six is that it is ready");
}

/// `run` as systemd starts it for a socket: that is descriptor 3, and the process the one meant.
fn with_socket(site: &SiteDir, portal: &Portal, socket: TcpListener) -> Command {
    let script = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3<&0 </dev/null";
    let run = before(site, &format!("http://{}", portal.address));
    let mut command = command_of("sh");
    command.args(["-c", script, "sh"]).arg(run.get_program());
    command.args(run.get_args()).stdin(OwnedFd::from(socket));
    command
}

#[test]
fn a_socket_of_the_service_manager_is_served_and_handed_over() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut command = with_socket(&site, &portal, socket);
    command.args(["--listen", &address.to_string()]);
    let mut proxy = Proxy::spawn(command);
    assert_eq!(get(address, WELL_KNOWN).status, 200);
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(address, WELL_KNOWN).status, 200);
}

#[test]
fn a_socket_that_no_listener_has_is_told_of() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut command = with_socket(&site, &portal, socket);
    command.args(["--listen", "127.0.0.1:0"]);
    let proxy = Proxy::spawn(command);
    let words = format!("nothing in the settings listens on {address}");
    assert!(proxy.log().contains(&words), "{}", proxy.log());
}
