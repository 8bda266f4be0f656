//! What the portal is told of where a request comes from, and who is believed.

use std::net::TcpListener;

use super::support::{Client, Portal, Proxy, SiteDir, get, ok};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A proxy before this portal that has these flags, too.
fn before(site: &SiteDir, portal: &Portal, args: &[&str]) -> Proxy {
    Proxy::start_with(site, &format!("http://{}", portal.address), args)
}

#[test]
fn the_portal_is_told_where_a_request_comes_from() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = before(&site, &portal, &[]);
    Client::connect(proxy.address).ask(
        "GET / HTTP/1.1\r\nHost: portal.example\r\nX-Forwarded-For: 6.6.6.6\r\n\
         X-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nVia: 1.1 cache\r\n\r\n",
    );
    let request = portal.request();
    assert_eq!(request.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(request.all("x-forwarded-proto"), ["http"]);
    assert_eq!(request.all("x-forwarded-host"), ["portal.example"]);
    assert_eq!(request.all("x-forwarded-port"), ["80"]);
    assert_eq!(
        request.all("forwarded"),
        ["for=127.0.0.1;by=127.0.0.1;host=portal.example;proto=http"]
    );
    assert_eq!(request.all("via"), ["1.1 cache", "1.1 cds-proxy"]);
}

#[test]
fn a_trusted_proxy_is_believed() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = before(&site, &portal, &["--trusted-proxies", "127.0.0.0/8"]);
    Client::connect(proxy.address).ask(
        "GET / HTTP/1.1\r\nHost: h:81\r\nX-Forwarded-For: 192.0.2.7\r\n\
         X-Forwarded-For: 10.0.0.2\r\nX-Forwarded-Proto: https\r\nX_Forwarded_For: 6.6.6.6\r\n\r\n",
    );
    let request = portal.request();
    assert_eq!(
        request.all("x-forwarded-for"),
        ["192.0.2.7, 10.0.0.2, 127.0.0.1"]
    );
    assert_eq!(request.all("x_forwarded_for"), [""; 0]);
    assert_eq!(request.all("x-forwarded-proto"), ["https"]);
    assert_eq!(request.all("x-forwarded-port"), ["81"]);
    assert_eq!(
        request.all("forwarded"),
        ["for=192.0.2.7, for=10.0.0.2, for=127.0.0.1;by=127.0.0.1;host=\"h:81\";proto=https"]
    );
}

#[test]
fn what_the_portal_is_told_can_be_chosen() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let off = [
        "--x-forwarded=false",
        "--forwarded=false",
        "--via=false",
        "--request-id=false",
        "--forward-host=upstream",
    ];
    let proxy = before(&site, &portal, &off);
    let answer = Client::connect(proxy.address)
        .ask("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n");
    assert_eq!(answer.field("x-request-id"), None);
    let request = portal.request();
    for name in ["x-forwarded-for", "x-forwarded-port", "forwarded", "via"] {
        assert_eq!(request.field(name), None);
    }
    assert_eq!(request.all("x-request-id"), ["a b"]);
    assert_eq!(request.all("host"), [portal.address.to_string()]);
}

#[test]
fn a_request_has_a_name_that_portal_and_client_are_told() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = before(&site, &portal, &[]);
    let claim = "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\nX_Request_Id: mine\r\n\r\n";
    let answer = Client::connect(proxy.address).ask(claim);
    let id = answer.field("x-request-id").unwrap();
    assert_eq!(id.len(), 32, "{id}");
    let request = portal.request();
    assert_eq!(request.all("x-request-id"), [id]);
    assert_eq!(request.all("x_request_id"), [""; 0]);
    let document = get(proxy.address, WELL_KNOWN);
    assert_eq!(document.field("x-request-id").map(str::len), Some(32));
    let refused = Client::connect(proxy.address).ask("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(refused.field("x-request-id").map(str::len), Some(32));

    let trusting = before(&site, &portal, &["--trusted-proxies", "127.0.0.1"]);
    let answer = Client::connect(trusting.address).ask(claim);
    assert_eq!(answer.field("x-request-id"), Some("mine"));
    assert_eq!(portal.request().all("x-request-id"), ["mine"]);
    let long = "a".repeat(129);
    let answer = Client::connect(trusting.address).ask(&format!(
        "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: {long}\r\n\r\n"
    ));
    assert_eq!(answer.field("x-request-id").map(str::len), Some(32));
}

#[test]
fn a_portal_that_names_its_answers_itself_is_left_to_it() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: portal\r\n\r\nok".to_vec()
    });
    let proxy = before(&site, &portal, &[]);
    let answer = get(proxy.address, "/");
    assert_eq!(answer.field("x-request-id"), Some("portal"));
}

#[test]
fn a_trace_goes_through() {
    let (site, portal) = (SiteDir::good(), Portal::answering(|_| ok("traced")));
    let proxy = before(&site, &portal, &[]);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Client::connect(proxy.address).ask(&format!(
        "GET / HTTP/1.1\r\nHost: h\r\nTraceparent: {parent}\r\nTracestate: a=1\r\n\
         Tracestate: b=2\r\n\r\n"
    ));
    let request = portal.request();
    assert_eq!(request.all("traceparent"), [parent]);
    assert_eq!(request.all("tracestate"), ["a=1", "b=2"]);
}

#[test]
fn a_port_that_goes_without_saying_is_not_said() {
    // Nobody else's, and still this machine.
    let Ok(listener) = TcpListener::bind("127.45.67.89:80") else {
        eprintln!("skipped: this user may not listen on port 80");
        return;
    };
    let (site, portal) = (SiteDir::good(), Portal::on(listener, |_| ok("portal")));
    let args = [
        "--forward-host",
        "upstream",
        "--health-check",
        "/well",
        "--health-interval",
        "1m",
    ];
    let proxy = before(&site, &portal, &args);
    assert_eq!(get(proxy.address, "/").text(), "portal");
    for _ in ["the health check", "the request"] {
        assert_eq!(portal.request().all("host"), ["127.45.67.89"]);
    }
}
