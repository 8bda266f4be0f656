//! Where clients connect, and how connections begin.

use std::fs;
use std::net::{Shutdown, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use http::Request;
use rustix::process::Signal;

use super::support::{Client, DEADLINE, Http2, Portal, Proxy, SiteDir, before, eventually, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn start(site: &SiteDir, portal: &Portal, args: &[&str]) -> Proxy {
    Proxy::start_with(site, &format!("http://{}", portal.address), args)
}

#[test]
fn a_request_shorter_than_http2_begins_with_is_answered() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let answer = Client::connect(proxy.address).ask("GET / HTTP/1.0\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "portal"));
}

#[test]
fn http2_is_spoken_with_who_begins_with_it() {
    let (site, portal) = (
        SiteDir::good(),
        Portal::answering(|request| {
            super::support::ok(&format!("{} got {}", request.line, request.body.len()))
        }),
    );
    let proxy = Proxy::start(&site, &portal);
    let mut client = Http2::connect(proxy.address);
    let document = client.get(&format!("http://utility.example{WELL_KNOWN}"));
    assert_eq!(document.status(), 200);
    assert_eq!(document.body(), &site.metadata());

    let body = "x".repeat(100_000);
    let request = Request::post("http://utility.example/a%2Fb?c").body(body.as_str());
    let answer = client.ask(request.unwrap());
    assert_eq!(answer.body(), "POST /a%2Fb?c HTTP/1.1 got 100000");
    for name in ["connection", "keep-alive", "transfer-encoding"] {
        assert!(!answer.headers().contains_key(name), "{answer:?}");
    }
    let request = portal.request();
    assert_eq!(request.all("host"), ["utility.example"]);
    assert_eq!(request.all("x-forwarded-host"), ["utility.example"]);
    assert_eq!(request.all("x-forwarded-proto"), ["http"]);
    assert_eq!(request.all("via"), ["2.0 cds-proxy"]);

    // Both are on one port.
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
}

#[test]
fn http2_has_the_answers_of_http1() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Http2::connect(proxy.address);
    let url = format!("http://utility.example{WELL_KNOWN}");
    let full = client.get(&url);
    let tag = full.headers()["etag"].clone();

    let head = client.ask(Request::head(&url).body("").unwrap());
    assert_eq!((head.status().as_u16(), head.body().as_str()), (200, ""));
    assert_eq!(head.headers()["etag"], tag);
    let unchanged = Request::get(&url).header("if-none-match", &tag).body("");
    let unchanged = client.ask(unchanged.unwrap());
    assert_eq!(
        (unchanged.status().as_u16(), unchanged.body().as_str()),
        (304, "")
    );
    let refused = client.ask(Request::post(&url).body("unread").unwrap());
    assert_eq!(refused.status(), 405);
    assert_eq!(client.get(&url).status(), 200);
}

#[test]
fn http2_can_be_left_out() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--http2=false"]);
    let mut client = Client::connect(proxy.address);
    client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert_ne!(client.response(false).status, 200);
    assert!(portal.is_untouched());
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
}

#[test]
fn http2_is_told_of_the_end() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, &["--drain-timeout", "10m"]);
    let mut client = Http2::connect(proxy.address);
    let url = "http://utility.example/";
    assert_eq!(client.get(url).status(), 200);
    proxy.signal(Signal::TERM);
    // An idle connection keeps nobody waiting.
    assert!(proxy.ended().success());
    assert!(client.try_ask(Request::get(url).body("").unwrap()).is_err());
}

#[test]
fn a_unix_socket_is_listened_on_and_gone_at_the_end() {
    let (site, portal, dir) = (SiteDir::good(), Portal::new(), tempfile::tempdir().unwrap());
    let path = dir.path().join("cds.sock");
    // Of a program that was killed.
    drop(UnixListener::bind(&path).unwrap());
    let mut command = before(&site, &format!("http://{}", portal.address));
    command.args(["--socket-mode", "640", "--listen"]);
    command.arg(format!("unix:{}", path.display()));
    let mut proxy = Proxy::spawn_at(command, "127.0.0.1:0".parse().unwrap());
    proxy.wait_for_log("listening on unix:");

    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let mut client = Client::over(UnixStream::connect(&path).unwrap());
    assert_eq!(client.get(WELL_KNOWN).status, 200);
    let claims = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n";
    assert_eq!(client.ask(claims).text(), "portal");
    assert_eq!(portal.request().all("x-forwarded-for"), [""; 0]);

    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    assert!(!path.exists());
}

#[test]
fn who_connects_by_a_unix_socket_can_be_trusted() {
    let (site, portal, dir) = (SiteDir::good(), Portal::new(), tempfile::tempdir().unwrap());
    let path = dir.path().join("cds.sock");
    let mut command = before(&site, &format!("http://{}", portal.address));
    command.args(["--trusted-proxies", "unix", "--listen"]);
    command.arg(format!("unix:{}", path.display()));
    let proxy = Proxy::spawn_at(command, "127.0.0.1:0".parse().unwrap());
    proxy.wait_for_log("listening on unix:");
    let mut client = Client::over(UnixStream::connect(&path).unwrap());
    client.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
    assert_eq!(portal.request().all("x-forwarded-for"), ["192.0.2.7"]);
}

#[test]
fn a_load_balancer_says_whose_connection_it_is() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--proxy-protocol", "127.0.0.0/8"]);
    let version_2 =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc0\0\x02\x01\x13\x88\x01\xbb";
    let version_1 = b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n";
    for header in [&version_1[..], version_2] {
        let mut client = Client::connect(proxy.address);
        // In two pieces, as it may come.
        let (first, second) = header.split_at(14);
        client.send(first);
        std::thread::sleep(Duration::from_millis(50));
        client.send(second);
        assert_eq!(client.get("/").text(), "portal");
        assert_eq!(client.get("/").text(), "portal");
        for _ in 0..2 {
            assert_eq!(portal.request().all("x-forwarded-for"), ["192.0.2.7"]);
        }
    }
    let mut own = Client::connect(proxy.address);
    own.send(b"PROXY UNKNOWN\r\n");
    assert_eq!(own.get("/").text(), "portal");
    assert_eq!(portal.request().all("x-forwarded-for"), ["127.0.0.1"]);
}

#[test]
fn http2_may_follow_the_header_of_a_load_balancer() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--proxy-protocol", "127.0.0.1"]);
    let mut client =
        Http2::connect_after(proxy.address, b"PROXY TCP6 2001:db8::7 ::1 5000 443\r\n");
    assert_eq!(client.get("http://utility.example/").status(), 200);
    assert_eq!(portal.request().all("x-forwarded-for"), ["2001:db8::7"]);
}

#[test]
fn without_its_header_a_load_balancer_is_not_served() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--proxy-protocol", "127.0.0.1"]);
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
        b"PROXY TCP4 nonsense\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    ] {
        let mut client = Client::connect(proxy.address);
        client.send(bytes);
        assert!(client.is_closed(), "{}", bytes.escape_ascii());
    }
    // Only to see whether anybody is there.
    drop(TcpStream::connect(proxy.address).unwrap());
    assert!(portal.is_untouched());
    let metrics = get(proxy.admin, "/metrics");
    let counted = "cds_proxy_proxy_protocol_failures_total 2\n";
    assert!(metrics.text().contains(counted), "{}", metrics.text());
    let log = proxy.log();
    assert_eq!(log.matches("PROXY protocol header").count(), 1, "{log}");
    assert!(log.contains("peer=127.0.0.1:"), "{log}");
}

#[test]
fn nobody_else_can_say_whose_connection_it_is() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--proxy-protocol", "192.0.2.0/24"]);
    let mut client = Client::connect(proxy.address);
    client.send(b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.response(false).status, 400);
    assert!(portal.is_untouched());
    assert_eq!(get(proxy.address, "/").text(), "portal");
    assert_eq!(portal.request().all("x-forwarded-for"), ["127.0.0.1"]);
}

#[test]
fn connections_beyond_the_limit_wait_for_one_to_end() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = start(&site, &portal, &["--max-connections", "2"]);
    let mut served: Vec<_> = (0..2).map(|_| Client::connect(proxy.address)).collect();
    for client in &mut served {
        assert_eq!(client.get("/").status, 200);
    }
    let mut waiting = Client::connect(proxy.address);
    waiting.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    proxy.wait_for_log("there are 2 connections; more wait");
    let short = Some(Duration::from_millis(200));
    waiting.stream().set_read_timeout(short).unwrap();
    assert!(waiting.stream().peek(&mut [0]).is_err(), "it is not served");
    waiting.stream().set_read_timeout(Some(DEADLINE)).unwrap();
    // Operators are served all the same.
    assert_eq!(get(proxy.admin, "/healthz").status, 200);

    served.pop();
    assert_eq!(waiting.response(false).status, 200);
    proxy.wait_for_log("accepted again");

    // Whoever comes and goes could fill the log.
    served.pop();
    let mut other = Client::connect(proxy.address);
    assert_eq!(other.get("/").status, 200);
    let mut last = Client::connect(proxy.address);
    last.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    last.stream().set_read_timeout(short).unwrap();
    assert!(last.stream().peek(&mut [0]).is_err(), "it is not served");
    let log = proxy.log();
    assert_eq!(log.matches("more wait").count(), 1, "{log}");
}

#[test]
fn a_proxy_whose_connections_wait_ends_nevertheless() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, &["--max-connections", "1"]);
    let mut served = Client::connect(proxy.address);
    assert_eq!(served.get("/").status, 200);
    let _waiting = TcpStream::connect(proxy.address).unwrap();
    proxy.wait_for_log("more wait");
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
}

#[test]
fn who_waits_for_a_place_is_answered_at_the_end() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    for hands_over in [false, true] {
        let mut proxy = start(&site, &portal, &["--max-connections", "1"]);
        let mut served = Client::connect(proxy.address);
        assert_eq!(served.get("/").status, 200);
        let mut waiting = Client::connect(proxy.address);
        waiting.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        proxy.wait_for_log("more wait");
        if hands_over {
            proxy.hand_over();
        } else {
            proxy.signal(Signal::TERM);
        }
        assert_eq!(waiting.response(false).text(), "portal");
        assert!(proxy.ended().success());
    }
}

#[test]
fn a_client_that_stops_sending_has_its_answer() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.stream().shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.response(false).text(), "portal");
}

#[test]
fn connections_that_say_nothing_end_with_the_proxy() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, &["--drain-timeout", "10m"]);
    let _silent = TcpStream::connect(proxy.address).unwrap();
    eventually("it is accepted", || {
        (get(proxy.address, "/").status == 200).then_some(())
    });
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
}

#[test]
fn load_balancers_that_say_nothing_end_with_the_proxy() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    // Less than there is for a header.
    let args = ["--proxy-protocol", "127.0.0.1", "--drain-timeout", "5s"];
    let mut proxy = start(&site, &portal, &args);
    let _silent = TcpStream::connect(proxy.address).unwrap();
    // Accepted after it.
    let mut other = Client::connect(proxy.address);
    other.send(b"PROXY UNKNOWN\r\n");
    assert_eq!(other.get("/").status, 200);
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    assert!(!proxy.log().contains("too short"), "{}", proxy.log());
}
