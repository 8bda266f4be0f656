//! Several upstreams: who is asked, and what happens to those that fail.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use super::support::{
    Client, DEADLINE, Http2Portal, Portal, Proxy, SiteDir, Vacancy, before, command, eventually,
    get, ok,
};

fn named(name: &'static str) -> Portal {
    Portal::answering(move |_| ok(name))
}

/// One that takes every request and closes the connection.
fn mute() -> Portal {
    Portal::answering(|_| Vec::new())
}

fn start(site: &SiteDir, portals: &[&Portal], args: &[&str]) -> Proxy {
    let urls: Vec<_> = portals
        .iter()
        .map(|portal| format!("http://{}", portal.address))
        .collect();
    let mut command = before(site, &urls.join(","));
    command.args(["--listen", "127.0.0.1:0"]).args(args);
    Proxy::spawn(command)
}

/// A number from the metrics.
fn metric(proxy: &Proxy, series: &str) -> Option<f64> {
    let metrics = get(proxy.admin, "/metrics");
    let mut lines = metrics.text().lines();
    lines.find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[test]
fn requests_are_shared() {
    let site = SiteDir::good();
    let portals = ["a", "b", "c"].map(named);
    let proxy = start(&site, &portals.each_ref(), &[]);
    let mut answered: Vec<_> = (0..6)
        .map(|_| get(proxy.address, "/").text().to_owned())
        .collect();
    answered.sort();
    assert_eq!(answered, ["a", "a", "b", "b", "c", "c"]);
}

#[test]
fn one_that_is_busy_is_asked_less() {
    let site = SiteDir::good();
    let (release, held) = channel::<()>();
    let held = Mutex::new(held);
    let busy = Portal::answering(move |_| {
        let _ = held.lock().unwrap().recv();
        ok("busy")
    });
    let free = named("free");
    let proxy = start(&site, &[&busy, &free], &["--balance", "least-connections"]);
    let mut waiting = Client::connect(proxy.address);
    waiting.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    busy.request();
    // On one connection: of that, a request is read once the one before counts no more.
    let mut others = Client::connect(proxy.address);
    for _ in 0..4 {
        assert_eq!(others.get("/").text(), "free");
    }
    release.send(()).unwrap();
    assert_eq!(waiting.response(false).text(), "busy");
}

#[test]
fn nobody_notices_one_that_is_down_and_it_is_asked_again_when_it_is_back() {
    let (site, down, up) = (SiteDir::good(), Vacancy::new(), named("up"));
    let url = format!("http://{}", down.address);
    let urls = format!("{url},http://{}", up.address);
    let proxy = Proxy::start_with(&site, &urls, &["--eject-time", "100ms"]);
    let healthy = format!("cds_proxy_upstream_healthy{{upstream=\"{url}\"}}");
    assert_eq!(metric(&proxy, &healthy), Some(1.0));
    for _ in 0..8 {
        let mut client = Client::connect(proxy.address);
        // Nothing of it was sent, so any method may be tried elsewhere.
        let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(client.ask(request).text(), "up");
        assert_eq!(up.request().body, b"body");
    }
    proxy.wait_for_log("has failed 3 times in a row");
    let failures =
        format!("cds_proxy_upstream_failures_total{{upstream=\"{url}\",kind=\"unreachable\"}}");
    assert!(metric(&proxy, &failures) >= Some(3.0));
    assert_eq!(
        metric(
            &proxy,
            "cds_proxy_upstream_errors_total{kind=\"unreachable\"}"
        ),
        Some(0.0)
    );

    let _back = down.open(|_| ok("back"));
    eventually("the other one answers again", || {
        (get(proxy.address, "/").text() == "back").then_some(())
    });
    proxy.wait_for_log("can be reached again");
    assert_eq!(metric(&proxy, &healthy), Some(1.0));
}

#[test]
fn one_that_is_left_out_is_told_of_for_as_long_as_it_is() {
    let (site, down, up) = (SiteDir::good(), Vacancy::new(), named("up"));
    let urls = format!("http://{},http://{}", down.address, up.address);
    let healthy = format!(
        "cds_proxy_upstream_healthy{{upstream=\"http://{}\"}}",
        down.address
    );
    let left_out_for = |time: &str| {
        let args = ["--eject-after", "1", "--eject-time", time];
        let proxy = Proxy::start_with(&site, &urls, &args);
        for _ in 0..2 {
            assert_eq!(get(proxy.address, "/").text(), "up");
        }
        proxy.wait_for_log("the upstream has failed; others are asked meanwhile");
        proxy
    };
    assert_eq!(metric(&left_out_for("1h"), &healthy), Some(0.0));
    let proxy = left_out_for("100ms");
    eventually("it counts as one that is asked", || {
        (metric(&proxy, &healthy) == Some(1.0)).then_some(())
    });
}

#[test]
fn when_all_are_down_all_are_tried() {
    let (site, a, b) = (SiteDir::good(), Vacancy::new(), Vacancy::new());
    let urls = format!("http://{},http://{}", a.address, b.address);
    let proxy = Proxy::start_with(&site, &urls, &["--eject-time", "1h"]);
    for _ in 0..8 {
        get(proxy.address, "/").assert_problem(502);
    }
    let _back = a.open(|_| ok("back"));
    assert_eq!(get(proxy.address, "/").text(), "back");
}

#[test]
fn a_request_that_changes_nothing_more_is_sent_to_another() {
    let (site, mute, up) = (SiteDir::good(), mute(), named("up"));
    let proxy = start(&site, &[&mute, &up], &["--eject-after", "1000"]);
    for _ in 0..4 {
        let request = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
        let response = Client::connect(proxy.address).ask(request);
        assert_eq!(response.text(), "up");
        assert_eq!(up.request().body, b"body");
    }
    assert_eq!(mute.request().body, b"body");
}

#[test]
fn a_request_that_may_have_changed_something_is_not_sent_again() {
    let (site, mute, up) = (SiteDir::good(), mute(), named("up"));
    let proxy = start(&site, &[&mute, &up], &["--eject-after", "1000"]);
    let mut statuses: Vec<_> = (0..4)
        .map(|_| {
            let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
            Client::connect(proxy.address).ask(request).status
        })
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 502, 502]);
}

#[test]
fn a_request_is_sent_again_only_once() {
    let site = SiteDir::good();
    let portals = [mute(), mute(), mute()];
    let proxy = start(&site, &portals.each_ref(), &["--eject-after", "1000"]);
    get(proxy.address, "/").assert_problem(502);
    let asked = portals.iter().filter(|portal| !portal.is_untouched());
    assert_eq!(asked.count(), 2);
}

#[test]
fn a_large_body_is_not_kept_to_be_sent_again() {
    let (site, a, b) = (SiteDir::good(), mute(), mute());
    let proxy = start(&site, &[&a, &b], &[]);
    let mut client = Client::connect(proxy.address);
    client.send(b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    client.send(&[b'x'; 100_000]);
    client.response(false).assert_problem(502);
    let asked = [&a, &b].into_iter().filter(|portal| !portal.is_untouched());
    assert_eq!(asked.count(), 1);
}

/// One that closes the connection on the first request for `/second`.
fn closing_once() -> Portal {
    let closed = AtomicBool::new(false);
    Portal::answering(move |request| {
        let closes = request.line.contains("/second") && !closed.swap(true, Ordering::Relaxed);
        if closes { Vec::new() } else { ok("portal") }
    })
}

#[test]
fn a_request_that_meets_a_connection_just_closed_is_sent_again() {
    let site = SiteDir::good();
    let portal = closing_once();
    let proxy = start(&site, &[&portal], &[]);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/first").text(), "portal");
    assert_eq!(client.get("/second").text(), "portal");
    let lines = [(); 3].map(|()| portal.request().line);
    assert_eq!(lines[1], lines[2]);
}

#[test]
fn a_body_that_is_sent_again_counts_once() {
    let site = SiteDir::good();
    let portal = closing_once();
    let proxy = start(&site, &[&portal], &["--max-body-size", "1KiB"]);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/first").text(), "portal");
    let body = "x".repeat(800);
    let head = "PUT /second HTTP/1.1\r\nHost: h\r\nContent-Length: 800\r\n\r\n";
    assert_eq!(client.ask(&format!("{head}{body}")).text(), "portal");
    let bodies = [(); 3].map(|()| portal.request().body.len());
    assert_eq!(bodies, [0, 800, 800]);
}

#[test]
fn a_connection_just_closed_is_no_failure_of_the_upstream() {
    let site = SiteDir::good();
    let closed = AtomicBool::new(false);
    let portal = Portal::answering(move |request| {
        let is_once = request.line.contains("/once") && !closed.swap(true, Ordering::Relaxed);
        match is_once || request.line.contains("/always") {
            true => Vec::new(),
            false => ok("portal"),
        }
    });
    let proxy = start(&site, &[&portal], &["--eject-after", "1"]);
    assert_eq!(get(proxy.address, "/").text(), "portal");
    let post = |path: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        Client::connect(proxy.address).ask(&head)
    };
    let series = format!(
        "cds_proxy_upstream_failures_total{{upstream=\"http://{}\",kind=\"broken\"}}",
        portal.address
    );
    // It isn't sent again, as it may have changed something.
    post("/once").assert_problem(502);
    assert_eq!(post("/once").text(), "portal");
    post("/always").assert_problem(502);
    assert_eq!(metric(&proxy, &series), Some(0.0));
    // On a connection of its own it is one.
    post("/always").assert_problem(502);
    assert_eq!(metric(&proxy, &series), Some(1.0));
}

#[test]
fn with_no_idle_connections_each_request_has_one_of_its_own() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let args = ["--upstream-idle-connections", "0"];
    let proxy = Proxy::start_with(&site, &upstream, &args);
    let mut client = Client::connect(proxy.address);
    for _ in 0..3 {
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        let (mut portal, _) = listener.accept().unwrap();
        portal.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut head = [0; 2048];
        let length = portal.read(&mut head).unwrap();
        let head = String::from_utf8_lossy(&head[..length]).to_ascii_lowercase();
        assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
        // It says nothing of its own about closing.
        portal.write_all(&ok("portal")).unwrap();
        assert_eq!(client.response(false).text(), "portal");
        assert_eq!(portal.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn a_stream_that_is_reset_is_a_failure_whatever_else_its_connection_has_done() {
    let site = SiteDir::good();
    let portal = Http2Portal::plain();
    let upstream = format!("http://{}", portal.address);
    let args = ["--upstream-http2", "always", "--eject-after", "9"];
    let proxy = Proxy::start_with(&site, &upstream, &args);
    let post = |path: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        Client::connect(proxy.address).ask(&head)
    };
    assert_eq!(post("/").status, 200);
    for _ in 0..3 {
        post("/reset").assert_problem(502);
    }
    let series =
        format!("cds_proxy_upstream_failures_total{{upstream=\"{upstream}\",kind=\"broken\"}}");
    assert_eq!(metric(&proxy, &series), Some(3.0));
}

#[test]
fn an_answer_that_is_none_is_a_failure_on_a_kept_connection_too() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| match request.line.contains("/broken") {
        true => b"this is no HTTP\r\n\r\n".to_vec(),
        false => ok("portal"),
    });
    let proxy = start(&site, &[&portal], &["--eject-after", "1"]);
    let mut client = Client::connect(proxy.address);
    assert_eq!(client.get("/").text(), "portal");
    client.get("/broken").assert_problem(502);
    let series = format!(
        "cds_proxy_upstream_failures_total{{upstream=\"http://{}\",kind=\"broken\"}}",
        portal.address
    );
    assert!(metric(&proxy, &series) > Some(0.0));
}

const QUICKLY: [&str; 6] = [
    "--health-interval",
    "50ms",
    "--health-failures",
    "2",
    "--health-successes",
    "2",
];

#[test]
fn one_that_says_it_is_not_well_is_not_asked_until_it_is() {
    let site = SiteDir::good();
    let is_well = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_well);
    let moody = Portal::answering(move |request| {
        let is_check = request.line == "GET /healthz?deep HTTP/1.1";
        match !is_check || told.load(Ordering::Relaxed) {
            true => ok("moody"),
            false => b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".to_vec(),
        }
    });
    let steady = named("steady");
    let args = [&["--health-check", "/healthz?deep"], &QUICKLY[..]].concat();
    let proxy = start(&site, &[&moody, &steady], &args);
    proxy.wait_for_log("the health checks fail");
    let healthy = format!(
        "cds_proxy_upstream_healthy{{upstream=\"http://{}\"}}",
        moody.address
    );
    assert_eq!(metric(&proxy, &healthy), Some(0.0));
    for _ in 0..4 {
        assert_eq!(get(proxy.address, "/").text(), "steady");
    }
    assert_eq!(
        moody.request().field("host"),
        Some(&*moody.address.to_string())
    );

    is_well.store(true, Ordering::Relaxed);
    proxy.wait_for_log("the health checks are good again");
    assert_eq!(metric(&proxy, &healthy), Some(1.0));
    let answered = [(); 2].map(|()| get(proxy.address, "/").text().to_owned());
    assert!(answered.contains(&"moody".to_owned()), "{answered:?}");
}

#[test]
fn one_that_takes_no_connection_is_found_out_before_a_request_comes() {
    let (site, down, up) = (SiteDir::good(), Vacancy::new(), named("up"));
    let urls = format!("http://{},http://{}", down.address, up.address);
    let args = [&["--health-check", "tcp"], &QUICKLY[..]].concat();
    let proxy = Proxy::start_with(&site, &urls, &args);
    proxy.wait_for_log("the health checks fail: it refuses connections; is it running?");
    for _ in 0..4 {
        assert_eq!(get(proxy.address, "/").text(), "up");
    }
    let failures = format!(
        "cds_proxy_upstream_failures_total{{upstream=\"http://{}\",kind=\"unreachable\"}}",
        down.address
    );
    assert_eq!(metric(&proxy, &failures), Some(0.0));
    let _back = down.open(|_| ok("back"));
    proxy.wait_for_log("the health checks are good again");
}

#[test]
fn good_health_checks_end_what_requests_have_found() {
    let (site, up) = (SiteDir::good(), named("up"));
    let state = Arc::new([false; 2].map(AtomicBool::new));
    let known = Arc::clone(&state);
    let moody = Portal::answering(move |request| {
        let [fails, is_unwell] = &*known;
        let is_check = request.line.contains("/healthz");
        match if is_check { is_unwell } else { fails }.load(Ordering::Relaxed) {
            true => Vec::new(),
            false => ok("moody"),
        }
    });
    let args = [
        &["--health-check", "/healthz", "--eject-time", "1h"][..],
        &["--eject-after", "1"],
        &QUICKLY[..],
    ]
    .concat();
    let proxy = start(&site, &[&moody, &up], &args);
    let [fails, is_unwell] = &*state;
    fails.store(true, Ordering::Relaxed);
    let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    for _ in 0..2 {
        Client::connect(proxy.address).ask(post);
    }
    proxy.wait_for_log("the upstream has failed; others are asked meanwhile");
    is_unwell.store(true, Ordering::Relaxed);
    proxy.wait_for_log("the health checks fail");
    state
        .iter()
        .for_each(|is| is.store(false, Ordering::Relaxed));
    proxy.wait_for_log("the health checks are good again");
    let mut answered = [(); 2].map(|()| get(proxy.address, "/").text().to_owned());
    answered.sort();
    assert_eq!(answered, ["moody", "up"]);
}

#[test]
fn when_none_is_well_all_are_asked() {
    let site = SiteDir::good();
    let portals = ["a", "b"].map(|name| {
        Portal::answering(move |request| match request.line.contains("/healthz") {
            true => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            false => ok(name),
        })
    });
    let args = [&["--health-check", "/healthz"], &QUICKLY[..]].concat();
    let proxy = start(&site, &portals.each_ref(), &args);
    eventually("both are found unwell", || {
        (proxy.log().matches("the health checks fail").count() == 2).then_some(())
    });
    let mut answered = [(); 4].map(|()| get(proxy.address, "/").text().to_owned());
    answered.sort();
    assert_eq!(answered, ["a", "a", "b", "b"]);
}

#[test]
fn a_request_that_comes_back_again_and_again_is_ended() {
    let site = SiteDir::good();
    // Leads back to the proxy by an address that isn't the proxy's own.
    let detour = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", detour.local_addr().unwrap());
    let proxy = Proxy::start_with(&site, &url, &[]);
    let address = proxy.address;
    thread::spawn(move || {
        for near in detour.incoming().flatten() {
            let far = TcpStream::connect(address).unwrap();
            for (mut from, mut to) in [
                (near.try_clone().unwrap(), far.try_clone().unwrap()),
                (far, near),
            ] {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    get(proxy.address, "/").assert_problem(508);
}

#[test]
fn what_is_for_operators_is_never_passed_on() {
    let site = SiteDir::good();
    // A port that is free.
    let address = Vacancy::new().address;
    let mut command = command();
    command.args(["run", "--listen", "127.0.0.1:0", "--admin"]);
    command.arg(address.to_string());
    command.arg("--upstream");
    command.arg(format!("http://localhost:{}", address.port()));
    command.arg("--site").arg(site.path());
    let proxy = Proxy::spawn(command);
    assert_eq!(get(proxy.admin, "/sites").status, 200);
    get(proxy.address, "/sites").assert_problem(502);
    let post = "POST /reload HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    Client::connect(proxy.address).ask(post).assert_problem(502);
    proxy.wait_for_log("leads back to this proxy");
}
