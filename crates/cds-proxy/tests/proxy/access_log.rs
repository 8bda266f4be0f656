//! The log of requests.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::ChildStdout;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use rustix::process::Signal;
use serde_json::Value;

use super::support::{
    Client, DEADLINE, Http2, Portal, Proxy, SiteDir, Vacancy, eventually, get, ok,
};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn logging(site: &SiteDir, portal: &Portal, args: &[&str]) -> Proxy {
    let args = [&["--access-log", "json"], args].concat();
    Proxy::start_with(site, &format!("http://{}", portal.address), &args)
}

fn next(log: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

#[test]
fn what_is_no_request_is_a_line_too() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = logging(&site, &portal, &[]);
    let mut log = proxy.stdout();
    for head in [
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    ] {
        assert_eq!(Client::connect(proxy.address).ask(head).status, 400);
        let mut line = next(&mut log);
        line.as_object_mut().unwrap().remove("time").unwrap();
        let expected =
            serde_json::json!({ "client_ip": "127.0.0.1", "status": 400, "source": "proxy" });
        assert_eq!(line, expected);
    }
    // And nothing of that stays behind.
    get(proxy.address, "/after");
    assert_eq!(next(&mut log)["path"], "/after");
}

#[test]
fn each_request_is_a_line() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = logging(&site, &portal, &["--trusted-proxies", "127.0.0.1"]);
    let mut log = proxy.stdout();
    Client::connect(proxy.address).ask(
        "GET /outages?token=secret HTTP/1.1\r\nHost: portal.example\r\nX-Request-Id: 7f\r\n\
         X-Forwarded-For: 192.0.2.7\r\n\
         Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
    );
    let mut line = next(&mut log);
    assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
    assert!(line["seconds"].as_f64().unwrap() > 0.0, "{line}");
    for name in ["time", "seconds"] {
        line.as_object_mut().unwrap().remove(name);
    }
    let expected = serde_json::json!({
        "request_id": "7f",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "client_ip": "192.0.2.7",
        "method": "GET",
        "host": "portal.example",
        "path": "/outages",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": 6,
        "source": "upstream",
        "upstream": portal.address.to_string(),
    });
    assert_eq!(line, expected);

    let document = get(proxy.address, WELL_KNOWN);
    let line = next(&mut log);
    assert_eq!(
        (&line["source"], &line["bytes"], &line["status"]),
        (&"site".into(), &document.body.len().into(), &200.into())
    );
    assert_eq!(line["request_id"].as_str(), document.field("x-request-id"));
    Client::connect(proxy.address).ask("GET / HTTP/1.1\r\n\r\n");
    let line = next(&mut log);
    assert_eq!(
        (&line["source"], &line["status"], line.get("host")),
        (&"proxy".into(), &400.into(), None)
    );
}

#[test]
fn an_upstream_that_takes_no_connection_is_named() {
    let (site, down) = (SiteDir::good(), Vacancy::new());
    let upstream = format!("http://{}", down.address);
    let mut proxy = Proxy::start_with(&site, &upstream, &["--access-log", "json"]);
    let mut log = proxy.stdout();
    get(proxy.address, "/").assert_problem(502);
    let line = next(&mut log);
    assert_eq!(line["source"], "proxy");
    assert_eq!(line["upstream"], down.address.to_string());
}

#[test]
fn an_answer_that_breaks_off_is_told_from_a_whole_one() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| {
        const LENGTH: usize = 64 << 20;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n");
        let mut answer = format!("{head}only this").into_bytes();
        if !request.line.contains("/half") {
            // More than there are buffers for on its way.
            answer.resize(head.len() + LENGTH, b'x');
        }
        answer
    });
    let mut proxy = logging(&site, &portal, &["--upstream-timeout", "300ms"]);
    let mut log = proxy.stdout();
    let ask = |path: &str| {
        let mut client = Client::connect(proxy.address);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
        assert!(client.read_until("only this"));
        client
    };
    assert!(ask("/half").is_closed());
    let line = next(&mut log);
    assert_eq!(
        (&line["status"], &line["broken_by"]),
        (&200.into(), &"upstream".into())
    );
    assert_eq!(line["source"], "upstream");
    drop(ask("/whole"));
    let line = next(&mut log);
    assert_eq!(
        (&line["status"], &line["broken_by"]),
        (&200.into(), &"client".into())
    );
    let metrics = get(proxy.admin, "/metrics");
    for (by, count) in [("upstream", 1), ("client", 1), ("proxy", 0)] {
        let series = format!("cds_proxy_requests_broken_off_total{{by=\"{by}\"}} {count}\n");
        assert!(metrics.text().contains(&series), "{}", metrics.text());
    }
}

#[test]
fn a_client_that_leaves_after_a_whole_answer_has_broken_nothing_off() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let mut proxy = Proxy::start_with(&site, &upstream, &["--access-log", "json"]);
    let mut log = proxy.stdout();
    let mut client = Client::connect(proxy.address);
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\npart");
    let (mut portal, _) = listener.accept().unwrap();
    let _ = portal.read(&mut [0; 1024]).unwrap();
    // Before it has all of the request.
    portal
        .write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge")
        .unwrap();
    assert!(client.read_until("large"));
    drop(client);
    let line = next(&mut log);
    assert_eq!(
        (&line["status"], line.get("broken_by")),
        (&413.into(), None)
    );
}

#[test]
fn a_client_of_http2_that_leaves_has_broken_it_off() {
    let (release, held) = channel::<()>();
    let held = Mutex::new(held);
    let site = SiteDir::good();
    let portal = Portal::answering(move |_| {
        let _ = held.lock().unwrap().recv();
        ok("late")
    });
    let mut proxy = logging(&site, &portal, &[]);
    let mut log = proxy.stdout();
    let mut client = Http2::connect(proxy.address);
    let asked = client.begin(&format!("http://{}/", proxy.address));
    portal.request();
    drop(asked);
    let line = next(&mut log);
    assert_eq!(
        (line.get("status"), &line["broken_by"]),
        (None, &"client".into())
    );
    drop(release);
}

#[test]
fn what_nobody_wants_to_read_is_left_out() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let args = [
        "--access-log-except",
        "/healthz",
        "--access-log-sources",
        "upstream",
        "--access-log-queries",
    ];
    let mut proxy = logging(&site, &portal, &args);
    let mut log = proxy.stdout();
    for path in ["/healthz", "/healthz/db?a=1", WELL_KNOWN, "/seen?a=%221"] {
        get(proxy.address, path);
    }
    let line = next(&mut log);
    assert_eq!(
        (&line["path"], &line["query"]),
        (&"/seen".into(), &"a=%221".into())
    );
}

#[test]
fn lines_are_text_for_those_who_read_them_and_none_is_lost_at_the_end() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let mut proxy = Proxy::start_with(&site, &upstream, &["--access-log", "text"]);
    let log = proxy.stdout();
    for number in 0..50 {
        get(proxy.address, &format!("/{number}"));
    }
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    let lines: Vec<_> = log.lines().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 50, "{lines:?}");
    // Requests of several connections end in any order.
    for number in 0..50 {
        let path = format!(" path=/{number} ");
        let line = lines.iter().find(|line| line.contains(&path));
        let line = line.unwrap_or_else(|| panic!("{path} is not in {lines:?}"));
        assert!(line.contains(" status=200 "), "{line}");
    }
}

#[test]
fn no_line_of_http2_is_lost_at_the_end() {
    const AT_ONCE: usize = 50;
    let site = SiteDir::good();
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let portal = Portal::answering(move |_| {
        let _ = released.lock().unwrap().recv_timeout(DEADLINE);
        ok("finished")
    });
    let mut proxy = logging(&site, &portal, &[]);
    let log = proxy.stdout();
    let client = Http2::connect(proxy.address);
    let urls = (0..AT_ONCE).map(|number| format!("http://utility.example/{number}"));
    let answers = client.get_all(urls.collect());
    for _ in 0..AT_ONCE {
        portal.request();
    }
    proxy.signal(Signal::TERM);
    eventually("nothing but what was asked keeps it", || {
        TcpStream::connect(proxy.address).is_err().then_some(())
    });
    drop(release);
    assert_eq!(answers().len(), AT_ONCE);
    assert!(proxy.ended().success());
    assert_eq!(log.lines().count(), AT_ONCE);
}

#[test]
fn a_log_that_nobody_reads_any_more_is_no_reason_to_end() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = logging(&site, &portal, &[]);
    drop(proxy.stdout());
    assert_eq!(get(proxy.address, "/").status, 200);
    proxy.wait_for_log("the access log can't be written");
    assert_eq!(get(proxy.address, "/").status, 200);
    eventually("both lines are counted", || {
        let metrics = get(proxy.admin, "/metrics");
        let count = "cds_proxy_access_log_dropped_lines_total 2\n";
        metrics.text().contains(count).then_some(())
    });
}
