//! One process after the other on the same sockets.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::Signal;

use super::support::{
    Client, METADATA, Portal, Proxy, SiteDir, before, command, eventually, get, ok,
};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// Asks until it is told to stop, on connections that are kept as long as the other side wants.
/// Fails when a request is not answered.
fn ask_on(address: SocketAddr, path: &str, keep: bool, done: &AtomicBool, answered: &AtomicUsize) {
    while !done.load(Ordering::Relaxed) {
        let mut client = Client::connect(address);
        loop {
            let answer = client.get(path);
            assert_eq!(answer.status, 200);
            answered.fetch_add(1, Ordering::Relaxed);
            let closes = answer.field("connection") == Some("close");
            if closes || !keep || done.load(Ordering::Relaxed) {
                break;
            }
        }
    }
}

#[test]
fn no_request_is_lost_while_processes_hand_over() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let mut proxy = Proxy::start_with(&site, &upstream, &["--metrics", "127.0.0.1:0"]);
    let (address, admin, metrics) = (proxy.address, proxy.admin, proxy.metrics());
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    // It says that it listens a moment before it is ready.
    eventually("readiness", || {
        (get(admin, "/readyz").status == 200).then_some(())
    });
    thread::scope(|scope| {
        let ask = |address, path, keep| {
            let (done, answered) = (&done, &answered);
            scope.spawn(move || ask_on(address, path, keep, done, answered));
        };
        ask(address, "/", true);
        ask(address, "/", false);
        ask(address, WELL_KNOWN, true);
        ask(address, WELL_KNOWN, false);
        // Nor does a probe see that anything happens.
        ask(admin, "/readyz", false);
        ask(metrics, "/readyz", false);
        for _ in 0..3 {
            proxy.hand_over();
            let before = answered.load(Ordering::Relaxed);
            eventually("the next process answers", || {
                (answered.load(Ordering::Relaxed) > before + 100).then_some(())
            });
        }
        done.store(true, Ordering::Relaxed);
    });
    eventually("those before have ended", || {
        let log = proxy.log();
        let ended = log.lines().filter(|line| line.ends_with(" ended"));
        (ended.count() == 3).then_some(())
    });
    // Both write into one log.
    let log = proxy.log();
    let listening = log.matches("listening on").count();
    assert_eq!(
        log.matches("}: listening on").count(),
        listening - 1,
        "{log}"
    );
    assert!(!log.contains(" WARN "), "{log}");
}

#[test]
fn a_log_of_nothing_but_warnings_names_the_process_too() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let (file, config) = (site.path().join("cds-proxy.toml"), configuration(&portal));
    fs::write(&file, &config).unwrap();
    let mut proxy = Proxy::spawn(configured(&file));

    let config = config.replace("http:", "https:");
    let more = "log.level = \"warn\"\nupstream.tls-verify = \"insecure\"\n";
    fs::write(&file, format!("{more}{config}")).unwrap();
    proxy.hand_over();
    let words = "certificate is not checked";
    proxy.wait_for_log(words);
    let log = proxy.log();
    let told = log.lines().find(|line| line.contains(words)).unwrap();
    assert!(told.contains("process{pid="), "{told}");
}

#[test]
fn what_was_asked_before_is_answered_by_the_process_before() {
    let site = SiteDir::good();
    let (release, released) = std::sync::mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let portal = Portal::answering(move |request| {
        if request.line.contains("/slow") {
            let _ = released.lock().unwrap().recv();
        }
        ok("portal")
    });
    let upstream = format!("http://{}", portal.address);
    let mut proxy = Proxy::start_with(&site, &upstream, &["--drain-timeout", "10m"]);
    let mut slow = Client::connect(proxy.address);
    slow.send(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    portal.request();
    proxy.hand_over();
    assert_eq!(get(proxy.address, "/").text(), "portal");
    assert!(
        proxy.is_running(),
        "the process before has a request to answer"
    );
    release.send(()).unwrap();
    assert_eq!(slow.response(false).text(), "portal");
    assert!(proxy.ended().success());
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
}

#[test]
fn the_next_process_has_the_settings_of_now() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let file = site.path().join("cds-proxy.toml");
    fs::write(&file, configuration(&portal)).unwrap();
    let mut command = command();
    command.args(["run", "--config"]).arg(&file);
    let mut proxy = Proxy::spawn(command);
    assert_eq!(get(proxy.address, "/").text(), "portal");

    let moved = Portal::answering(|_| ok("moved"));
    fs::write(&file, configuration(&moved)).unwrap();
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(proxy.address, "/").text(), "moved");
    proxy.signal(Signal::TERM);
    eventually("nobody listens any more", || {
        TcpStream::connect(proxy.address).is_err().then_some(())
    });
}

#[test]
fn scrapers_find_their_listener_again_until_the_settings_leave_it_out() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let file = site.path().join("cds-proxy.toml");
    let without = configuration(&portal);
    fs::write(&file, format!("admin.metrics = \"127.0.0.1:0\"\n{without}")).unwrap();
    let mut command = command();
    command.args(["run", "--config"]).arg(&file);
    let mut proxy = Proxy::spawn(command);
    let metrics = proxy.metrics();

    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(metrics, "/metrics").status, 200);
    // All three asked for any port, and none is taken for another.
    assert_eq!(get(metrics, "/sites").status, 404);
    assert_eq!(get(proxy.admin, "/sites").status, 200);
    assert_eq!(get(proxy.address, "/").text(), "portal");

    fs::write(&file, without).unwrap();
    proxy.hand_over();
    proxy.wait_for_log("nothing in the settings listens on 127.0.0.1:0");
    eventually("nobody listens there any more", || {
        TcpStream::connect(metrics).is_err().then_some(())
    });
    assert_eq!(get(proxy.admin, "/sites").status, 200);
}

#[test]
fn a_process_that_can_not_start_leaves_everything_as_it_was() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let (file, config) = (site.path().join("cds-proxy.toml"), configuration(&portal));
    fs::write(&file, &config).unwrap();
    let mut proxy = Proxy::spawn(configured(&file));
    let mut kept = Client::connect(proxy.address);
    assert_eq!(kept.get("/").status, 200);

    fs::write(&file, config.replace("upstream", "upsteam")).unwrap();
    proxy.signal(Signal::USR2);
    proxy.wait_for_log("did you mean `upstream`?");
    proxy.wait_for_log("so this one goes on: it has ended: exit status: 2");
    assert_eq!(kept.get("/").status, 200);
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);

    fs::write(&file, &config).unwrap();
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
}

#[test]
fn a_site_that_could_not_be_served_is_not_taken_over() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = Proxy::start(&site, &portal);
    site.write("{");
    proxy.wait_for_log("json-syntax");
    proxy.signal(Signal::USR2);
    proxy.wait_for_log("not taking over");
    proxy.wait_for_log("so this one goes on");
    let document = get(proxy.address, WELL_KNOWN);
    assert_eq!(document.text(), METADATA);

    site.write(METADATA);
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
}

#[test]
fn a_unix_socket_is_handed_over_with_its_file() {
    let (site, portal, dir) = (SiteDir::good(), Portal::new(), tempfile::tempdir().unwrap());
    let path = dir.path().join("cds.sock");
    let mut command = before(&site, &format!("http://{}", portal.address));
    command
        .arg("--listen")
        .arg(format!("unix:{}", path.display()));
    let mut proxy = Proxy::spawn_at(command, "127.0.0.1:0".parse().unwrap());
    proxy.wait_for_log("listening on unix:");
    let ask = || {
        let mut client = Client::over(UnixStream::connect(&path).unwrap());
        client.get("/").status
    };
    assert_eq!(ask(), 200);
    proxy.hand_over();
    assert!(proxy.ended().success());
    assert_eq!(ask(), 200);
    proxy.signal(Signal::TERM);
    eventually("the file goes with the last process", || {
        (!path.exists()).then_some(())
    });
}

#[test]
fn who_is_asked_to_end_while_another_starts_takes_that_along() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let config = configuration(&portal);
    // Whoever reads it waits until it is written.
    let file = site.path().join("cds-proxy.toml");
    mkfifoat(CWD, &file, Mode::RUSR | Mode::WUSR).unwrap();
    let mut proxy = thread::scope(|scope| {
        scope.spawn(|| fs::write(&file, &config).unwrap());
        Proxy::spawn(configured(&file))
    });
    proxy.signal(Signal::USR2);
    proxy.wait_for_log("starting another process");
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    fs::write(&file, &config).unwrap();
    proxy.wait_for_log("and so is this one");
    eventually("nobody listens any more", || {
        TcpStream::connect(proxy.address).is_err().then_some(())
    });
}

/// One that takes its settings from this file.
fn configured(file: &Path) -> Command {
    let mut command = command();
    command.args(["run", "--config"]).arg(file);
    command
}

fn configuration(portal: &Portal) -> String {
    format!(
        "site.dir = \".\"\nupstream.url = \"http://{}\"\nadmin.address = \"127.0.0.1:0\"\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n",
        portal.address
    )
}

#[test]
fn a_process_that_can_not_take_over_leaves_nothing_behind() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut command = before(&site, &format!("http://{}", portal.address));
    command.arg("--listen");
    // More than can be handed over.
    command.args(["127.0.0.1:0"; 254]);
    let proxy = Proxy::spawn(command);
    proxy.signal(Signal::USR2);
    proxy.wait_for_log("this one goes on");
    let log = proxy.log();
    assert!(log.contains("more than 253 listeners"), "{log}");
    assert_eq!(proxy.children(), [""; 0]);
    assert_eq!(get(proxy.address, "/").text(), "portal");
}
