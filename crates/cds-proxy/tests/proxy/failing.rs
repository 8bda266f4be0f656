//! What is broken on one side is not broken on the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;

use super::support::{Client, DEADLINE, Portal, Proxy, SiteDir, Vacancy, eventually, get, ok};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

#[test]
fn a_refused_connection_is_502_and_the_site_answers_all_the_same() {
    let (site, nobody) = (SiteDir::good(), Vacancy::new());
    let proxy = Proxy::start_with(&site, &format!("http://{}", nobody.address), &[]);
    get(proxy.address, "/").assert_problem(502);
    let document = get(proxy.address, WELL_KNOWN);
    assert_eq!(
        (document.status, document.text()),
        (200, site.metadata().as_str())
    );
    proxy.wait_for_log("refuses connections");

    let _portal = nobody.open(|_| ok("back"));
    eventually("the portal is reached again", || {
        (get(proxy.address, "/").status == 200).then_some(())
    });
    proxy.wait_for_log("can be reached again");
}

#[test]
fn an_answer_that_does_not_come_in_time_is_504() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| {
        if request.line.contains("/slow") {
            std::thread::sleep(DEADLINE);
        }
        ok("portal")
    });
    let upstream = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--upstream-timeout", "300ms"]);
    get(proxy.address, "/slow?token=secret").assert_problem(504);
    assert_eq!(get(proxy.address, "/").text(), "portal");
    proxy.wait_for_log("/slow");
    assert!(!proxy.log().contains("secret"), "{}", proxy.log());
}

#[test]
fn a_connection_that_is_not_made_in_time_is_504() {
    let site = SiteDir::good();
    // Backlog 0: the kernel lets one connection wait and drops what comes after.
    let socket = full_listener();
    let upstream = format!("http://{}", socket.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--connect-timeout", "300ms"]);
    get(proxy.address, "/").assert_problem(504);
    proxy.wait_for_log("no connection in time");
}

#[test]
fn a_name_that_nobody_knows_is_502() {
    let site = SiteDir::good();
    let proxy = Proxy::start_with(&site, "http://portal.invalid:3000", &[]);
    get(proxy.address, "/").assert_problem(502);
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
    proxy.wait_for_log("`portal.invalid` can't be resolved");
}

#[test]
fn what_is_not_http_is_502() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| {
        if request.line.contains("/close") {
            Vec::new()
        } else {
            b"220 smtp ready\r\n\r\n".to_vec()
        }
    });
    let proxy = Proxy::start(&site, &portal);
    get(proxy.address, "/").assert_problem(502);
    get(proxy.address, "/close").assert_problem(502);
}

#[test]
fn what_happens_again_and_again_is_told_once() {
    let site = SiteDir::good();
    let is_well = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_well);
    let portal = Portal::answering(move |request| {
        match (told.load(Ordering::Relaxed), request.line.contains("/late")) {
            (true, _) => ok("well"),
            (false, true) => {
                std::thread::sleep(DEADLINE);
                Vec::new()
            }
            (false, false) => b"220 smtp ready\r\n\r\n".to_vec(),
        }
    });
    let url = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &url, &["--upstream-timeout", "100ms"]);
    let mut id = String::new();
    for _ in 0..8 {
        let refusal = get(proxy.address, "/garbage");
        refusal.assert_problem(502);
        if id.is_empty() {
            id = refusal.field("x-request-id").unwrap().to_owned();
        }
        get(proxy.address, "/late").assert_problem(504);
    }
    is_well.store(true, Ordering::Relaxed);
    assert_eq!(get(proxy.address, "/").text(), "well");
    proxy.wait_for_log("the upstream answers again");
    let log = proxy.log();
    let first = log.lines().find(|line| line.contains("not HTTP")).unwrap();
    for said in [
        "it begins with \"220 smtp ready",
        &format!("upstream={url}"),
        &format!("request_id=\"{id}\""),
        "path=\"/garbage\"",
    ] {
        assert!(first.contains(said), "{said} is not in {first}");
    }
    for once in [
        "not HTTP",
        "did not answer in time",
        "3 times in a row; there is no other to ask",
    ] {
        assert_eq!(log.matches(once).count(), 1, "{once}");
    }
    proxy.signal(Signal::TERM);
    proxy.wait_for_log(" ended");
    let log = proxy.log();
    assert_eq!(log.matches("7 more like it").count(), 2, "{log}");
}

#[test]
fn tls_where_http_was_expected_is_said() {
    let site = SiteDir::good();
    // A fatal alert (RFC 8446 §6).
    let portal = Portal::answering(|_| vec![21, 3, 3, 0, 2, 2, 10]);
    let proxy = Proxy::start(&site, &portal);
    get(proxy.address, "/").assert_problem(502);
    proxy.wait_for_log("speaks TLS there; write https://");
}

#[test]
fn an_error_of_our_own_closes_the_connection_and_says_so() {
    let site = SiteDir::good();
    let nobody = Vacancy::new();
    let proxy = Proxy::start_with(&site, &format!("http://{}", nobody.address), &[]);
    let mut client = Client::connect(proxy.address);
    let response = client.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(response.status, 502);
    assert_eq!(response.field("connection"), Some("close"));
    assert!(client.is_closed());
}

#[test]
fn an_error_arrives_although_the_request_goes_on() {
    let site = SiteDir::good();
    let nobody = Vacancy::new();
    let proxy = Proxy::start_with(&site, &format!("http://{}", nobody.address), &[]);
    let mut client = Client::connect(proxy.address);
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n");
    client.send(&vec![b'x'; 500_000]);
    client.response(false).assert_problem(502);
}

#[test]
fn the_portal_is_reached_while_the_site_is_broken() {
    let (site, portal) = (SiteDir::broken(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    assert_eq!(get(proxy.address, "/").text(), "portal");
    let refused = get(proxy.address, WELL_KNOWN);
    assert_eq!(refused.status, 503);
    assert!(refused.field("retry-after").is_some(), "{refused:?}");
    proxy.wait_for_log("json-syntax");
}

struct FullListener {
    address: std::net::SocketAddr,
    _held: (rustix::fd::OwnedFd, Vec<std::net::TcpStream>),
}

/// A listener whose queue is full, so that further connections hang.
fn full_listener() -> FullListener {
    use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    bind(&listener, &any).unwrap();
    listen(&listener, 0).unwrap();
    let address = getsockname(&listener).unwrap().try_into().unwrap();
    let short = std::time::Duration::from_millis(200);
    let mut held = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, short) {
        held.push(stream);
    }
    FullListener {
        address,
        _held: (listener, held),
    }
}
