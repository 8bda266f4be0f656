//! Signals, and the ends they bring.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use rustix::process::Signal;

use super::support::{
    Client, DEADLINE, Portal, Proxy, SiteDir, before, command, command_of, eventually, get, ok,
};

/// Longer than any test waits: what ends before it has not waited for it.
const NEVER: &str = "10m";

fn start(site: &SiteDir, portal: &Portal, drain_timeout: &str) -> Proxy {
    let upstream = format!("http://{}", portal.address);
    Proxy::start_with(site, &upstream, &["--drain-timeout", drain_timeout])
}

/// A portal that answers only once it is told to.
fn held_portal() -> (Portal, std::sync::mpsc::Sender<()>) {
    let (release, released) = channel();
    let released = Mutex::new(released);
    let portal = Portal::answering(move |_| {
        let _ = released.lock().unwrap().recv_timeout(DEADLINE);
        ok("finished")
    });
    (portal, release)
}

#[test]
fn sigterm_ends_an_idle_proxy_at_once() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, NEVER);
    let mut idle = Client::connect(proxy.address);
    assert_eq!(idle.get("/").status, 200);
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    assert!(idle.is_closed());
    assert!(proxy.log().contains("ended"), "{}", proxy.log());
}

#[test]
fn sigterm_lets_a_request_in_flight_finish() {
    let site = SiteDir::good();
    let (portal, release) = held_portal();
    let mut proxy = start(&site, &portal, NEVER);
    let mut client = Client::connect(proxy.address);
    client.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    portal.request();

    proxy.signal(Signal::TERM);
    eventually("/readyz says that it drains", || {
        (get(proxy.admin, "/readyz").status == 503).then_some(())
    });
    assert_eq!(get(proxy.admin, "/healthz").status, 200);
    eventually("the listener is closed", || {
        std::net::TcpStream::connect(proxy.address)
            .is_err()
            .then_some(())
    });
    assert!(proxy.is_running());

    release.send(()).unwrap();
    let response = client.response(false);
    assert_eq!(response.text(), "finished");
    assert_eq!(response.field("connection"), Some("close"));
    assert!(proxy.ended().success());
}

#[test]
fn listeners_stay_open_for_the_delay_and_say_that_the_end_is_near() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let long = ["--drain-delay", NEVER, "--drain-timeout", "20m"];
    let mut proxy = Proxy::start_with(&site, &upstream, &long);
    proxy.signal(Signal::TERM);
    eventually("/readyz says that it drains", || {
        (get(proxy.admin, "/readyz").status == 503).then_some(())
    });
    let mut late = Client::connect(proxy.address);
    let answer = late.get("/");
    assert_eq!((answer.status, answer.text()), (200, "portal"));
    assert_eq!(answer.field("connection"), Some("close"));
    assert!(late.is_closed());
    assert!(proxy.is_running());
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
}

#[test]
fn what_does_not_finish_is_cut_off_when_the_time_is_over() {
    let site = SiteDir::good();
    let (portal, _release) = held_portal();
    let mut proxy = start(&site, &portal, "200ms");
    let mut client = Client::connect(proxy.address);
    client.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    portal.request();
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    assert!(client.is_closed());
    assert!(proxy.log().contains("too short"), "{}", proxy.log());
}

#[test]
fn a_second_signal_ends_at_once() {
    let site = SiteDir::good();
    let (portal, _release) = held_portal();
    let mut proxy = start(&site, &portal, NEVER);
    Client::connect(proxy.address).send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    portal.request();
    proxy.signal(Signal::INT);
    proxy.wait_for_log("ending");
    assert!(proxy.is_running());
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
}

#[test]
fn sighup_reads_the_site_again_and_says_how_it_ended() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, NEVER);
    proxy.signal(Signal::HUP);
    proxy.wait_for_log("SIGHUP");
    proxy.wait_for_log("nothing differs");
    assert!(proxy.is_running());
    assert_eq!(get(proxy.address, "/").status, 200);
}

#[test]
fn operators_are_answered_before_the_site_is_read() {
    let (site, portal) = (SiteDir::broken(), Portal::new());
    let mut command = command();
    command
        .args(["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
        .args(["--strict", "--upstream"])
        .arg(format!("http://{}", portal.address))
        .arg("--site")
        .arg(site.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stderr).unwrap();
    let admin = log.find("admin on http://").expect(&log);
    let refused = log.find("not starting").expect(&log);
    assert!(admin < refused, "{log}");
    assert!(!log.contains("listening on"), "{log}");
}

/// The user that owns nothing.
const NOBODY: u32 = 65534;

#[test]
fn a_user_who_may_write_nowhere_is_enough() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    fs::set_permissions(site.path(), Permissions::from_mode(0o755)).unwrap();
    // Where anybody may run it.
    let binary = site.path().join("cds-proxy");
    fs::copy(command().get_program(), &binary).unwrap();

    let in_a_read_only_system = |program: &Path, args: &[&OsStr]| {
        let script = "mount -o remount,bind,ro / && exec \"$@\"";
        let mut command = command_of("unshare");
        command.args(["--user", "--map-root-user", "--mount"]);
        command
            .args(["sh", "-c", script, "sh"])
            .arg(program)
            .args(args);
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    let allowed = in_a_read_only_system(Path::new("true"), &[]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        assert!(
            std::env::var_os("CDS_TESTS_NO_SKIP").is_none(),
            "CDS_TESTS_NO_SKIP is set, and a file system can't be made read-only"
        );
        eprintln!("skipped: a file system can't be made read-only");
        return;
    }

    let mut run = before(&site, &format!("http://{}", portal.address));
    run.args(["--listen", "127.0.0.1:0"]);
    let args: Vec<_> = run.get_args().collect();
    let mut proxy = Proxy::spawn(in_a_read_only_system(&binary, &args));
    assert_eq!(get(proxy.address, "/").text(), "portal");
    site.rename_utility("Other");
    let well_known = "/.well-known/cds-server-metadata.json";
    eventually("the edit is served", || {
        let text = get(proxy.address, well_known).text().to_owned();
        text.contains("Other").then_some(())
    });
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(proxy.address, well_known).status, 200);
}
