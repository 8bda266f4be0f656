//! Attacks on the line between two requests, and requests that are too large: what comes of each.

use super::support::{Client, Portal, Proxy, SiteDir, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// What must never reach the portal: it follows each attack on the same connection.
const SECOND: &str = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

/// A request that ends with its head.
fn head(fields: &str) -> Vec<u8> {
    format!("POST /a HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n").into_bytes()
}

/// The same with a chunked body of two bytes.
fn chunked(fields: &str) -> Vec<u8> {
    body(fields, "2\r\nab\r\n0\r\n\r\n")
}

fn body(fields: &str, body: &str) -> Vec<u8> {
    [head(fields), body.into()].concat()
}

fn raw(request: &str) -> Vec<u8> {
    request.into()
}

/// The attacks on HTTP/1.1 with what they are answered with.
fn attacks() -> Vec<(&'static str, Vec<u8>, u16)> {
    let te = "Transfer-Encoding: chunked";
    vec![
        // RFC 9112 §6.3: which of two lengths holds?
        (
            "a length and chunks",
            chunked("Content-Length: 6\r\nTransfer-Encoding: chunked"),
            400,
        ),
        (
            "chunks and a length",
            chunked("Transfer-Encoding: chunked\r\nContent-Length: 6"),
            400,
        ),
        (
            "two lengths",
            head("Content-Length: 0\r\nContent-Length: 35"),
            400,
        ),
        (
            "the same length twice",
            body("Content-Length: 2\r\nContent-Length: 2", "ab"),
            400,
        ),
        ("a list of lengths", head("Content-Length: 0, 35"), 400),
        ("a signed length", head("Content-Length: +35"), 400),
        ("a negative length", head("Content-Length: -1"), 400),
        ("a length in hexadecimal", head("Content-Length: 0x23"), 400),
        ("a length with a space", head("Content-Length: 3 5"), 400),
        ("a length without digits", head("Content-Length: "), 400),
        (
            "a length too large",
            head("Content-Length: 18446744073709551616"),
            400,
        ),
        // RFC 9112 §6.1: only chunked, once, at the end.
        (
            "another coding",
            chunked("Transfer-Encoding: xchunked"),
            400,
        ),
        (
            "chunks not at the end",
            chunked("Transfer-Encoding: chunked, identity"),
            400,
        ),
        (
            "a coding before",
            chunked("Transfer-Encoding: gzip, chunked"),
            501,
        ),
        (
            "two fields of codings",
            chunked("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
            400,
        ),
        (
            "chunked twice",
            chunked("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            400,
        ),
        (
            "a coding in quotes",
            chunked("Transfer-Encoding: \"chunked\""),
            400,
        ),
        (
            "a vertical tab",
            chunked("Transfer-Encoding: \x0Bchunked"),
            400,
        ),
        (
            "chunks in HTTP/1.0",
            raw("POST /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        // RFC 9112 §5.1, §5.2.
        ("a space before the colon", head("Content-Length : 35"), 400),
        (
            "a space before that colon",
            chunked("Transfer-Encoding : chunked"),
            400,
        ),
        ("a folded line", head("X: a\r\n b"), 400),
        ("a folded length", head("X: a\r\n Content-Length: 35"), 400),
        (
            "a field before the first",
            raw("GET /a HTTP/1.1\r\n Host: h\r\n\r\n"),
            400,
        ),
        (
            "a line without a colon",
            head("Transfer-Encoding chunked"),
            400,
        ),
        ("a null in a value", head("X: a\0b"), 400),
        ("a null in a name", head("X\0: a"), 400),
        // RFC 9112 §2.2.
        ("line feeds alone", raw("GET /a HTTP/1.1\nHost: h\n\n"), 400),
        (
            "a line feed alone",
            chunked("X: a\nTransfer-Encoding: chunked"),
            400,
        ),
        (
            "a carriage return alone",
            head("X: a\rContent-Length: 35"),
            400,
        ),
        // RFC 9112 §3.
        (
            "tabs for spaces",
            raw("GET\t/a\tHTTP/1.1\r\nHost: h\r\n\r\n"),
            400,
        ),
        ("no version", raw("GET /a\r\n\r\n"), 400),
        (
            "an unknown version",
            raw("GET /a HTTP/1.2\r\nHost: h\r\n\r\n"),
            400,
        ),
        (
            "a version of other frames",
            raw("GET /a HTTP/2.0\r\nHost: h\r\n\r\n"),
            400,
        ),
        (
            "two hosts",
            raw("GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"),
            400,
        ),
        ("no host", raw("GET /a HTTP/1.1\r\n\r\n"), 400),
        (
            "another host in the target",
            raw("GET http://i/a HTTP/1.1\r\nHost: h\r\n\r\n"),
            400,
        ),
        (
            "a tunnel",
            raw("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
            405,
        ),
        // RFC 9112 §7.1: found when the head is passed on already.
        (
            "a chunk in C's hexadecimal",
            body(te, "0x2\r\nab\r\n0\r\n\r\n"),
            400,
        ),
        ("a negative chunk", body(te, "-2\r\nab\r\n0\r\n\r\n"), 400),
        (
            "a chunk too large",
            body(te, "10000000000000002\r\nab\r\n0\r\n\r\n"),
            400,
        ),
        (
            "a chunk longer than it says",
            body(te, "2\r\nabXX0\r\n\r\n"),
            400,
        ),
        (
            "chunks with line feeds alone",
            body(te, "2\nab\n0\n\n"),
            400,
        ),
        // What is too large.
        (
            "a head of 100 KB",
            head(&format!("X: {}", "y".repeat(100_000))),
            431,
        ),
        (
            "a target of 20 KB",
            raw(&format!(
                "GET /{} HTTP/1.1\r\nHost: h\r\n\r\n",
                "y".repeat(20_000)
            )),
            414,
        ),
        (
            "300 fields",
            head(
                (0..300)
                    .map(|at| format!("X-{at}: y\r\n"))
                    .collect::<String>()
                    .trim_end(),
            ),
            400,
        ),
    ]
}

#[test]
fn no_attack_on_the_line_between_requests_passes_a_second_one() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    for (attack, request, status) in attacks() {
        let mut client = Client::connect(proxy.address);
        client.send(&[&request, SECOND.as_bytes()].concat());
        assert_eq!(client.response(false).status, status, "{attack}");
        assert!(client.is_closed(), "{attack}");
        assert!(portal.is_untouched(), "{attack}");
    }
    // The others are served meanwhile and afterwards.
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
    assert_eq!(get(proxy.address, "/").status, 200);
    assert_eq!(portal.request().line, "GET / HTTP/1.1");
}

#[test]
fn what_only_looks_like_an_attack_passes_as_one_request() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    for (request, received) in [
        (chunked("Transfer-Encoding: CHUNKED"), "ab"),
        (
            body(
                "Transfer-Encoding: chunked",
                "2;name=value\r\nab\r\n0\r\n\r\n",
            ),
            "ab",
        ),
        (
            body(
                "Transfer-Encoding: chunked",
                "2\r\nab\r\n0\r\nContent-Length: 9\r\n\r\n",
            ),
            "ab",
        ),
        (
            body("Connection: Content-Length\r\nContent-Length: 2", "ab"),
            "ab",
        ),
        (
            raw(&format!(
                "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{SECOND}",
                SECOND.len()
            )),
            SECOND,
        ),
        (raw("\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"), ""),
    ] {
        let mut client = Client::connect(proxy.address);
        client.send(&request);
        assert_eq!(
            client.response(false).status,
            200,
            "{}",
            request.escape_ascii()
        );
        assert_eq!(portal.request().body, received.as_bytes());
        assert!(portal.is_untouched());
    }
}

#[test]
fn sizes_can_be_chosen_and_a_body_be_limited() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let limits = [
        "--max-head-size",
        "1KiB",
        "--max-target-size",
        "100",
        "--max-body-size",
        "10",
    ];
    let proxy = Proxy::start_with(&site, &format!("http://{}", portal.address), &limits);
    let ask = |request: &[u8]| {
        let mut client = Client::connect(proxy.address);
        client.send(request);
        client.response(false).status
    };
    assert_eq!(ask(&body("Content-Length: 10", "0123456789")), 200);
    assert_eq!(portal.request().body, b"0123456789");
    // Said before it comes, and told while it comes.
    assert_eq!(ask(&head("Content-Length: 11")), 413);
    assert_eq!(
        ask(&body(
            "Transfer-Encoding: chunked",
            "b\r\n01234567890\r\n0\r\n\r\n"
        )),
        413
    );
    assert_eq!(ask(&head(&format!("X: {}", "y".repeat(1_000)))), 431);
    assert_eq!(
        ask(format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "y".repeat(100)).as_bytes()),
        414
    );
    assert!(portal.is_untouched());
}

#[test]
fn who_asks_for_documents_too_often_waits_and_nobody_else_does() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let flags = [
        "--rate-limit",
        "1",
        "--rate-burst",
        "2",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let proxy = Proxy::start_with(&site, &format!("http://{}", portal.address), &flags);
    let mut connection = Client::connect(proxy.address);
    let mut ask = |path: &str, client: &str| {
        connection.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: {client}\r\n\r\n"
        ))
    };
    assert_eq!(ask(WELL_KNOWN, "192.0.2.1").status, 200);
    assert_eq!(ask(WELL_KNOWN, "192.0.2.1").status, 200);
    let refused = ask(WELL_KNOWN, "192.0.2.1");
    refused.assert_problem(429);
    assert_eq!(refused.field("retry-after"), Some("1"));
    assert_eq!(
        refused.field("ratelimit-policy"),
        Some("\"client\";q=2;w=2")
    );
    assert_eq!(refused.field("ratelimit"), Some("\"client\";r=0;t=1"));
    assert_eq!(refused.field("access-control-allow-origin"), Some("*"));
    // The connection is kept, other clients are answered, and the portal has limits of its own.
    assert_eq!(ask(WELL_KNOWN, "192.0.2.2").status, 200);
    for _ in 0..3 {
        assert_eq!(ask("/", "192.0.2.1").status, 200);
    }
}

#[test]
fn who_comes_by_a_proxy_has_a_limit_also_where_it_names_nobody() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let flags = ["--rate-limit", "1", "--rate-burst", "2"];
    for field in [
        // A client has opened the quotation mark, and hides what the proxy says after it.
        "Forwarded: for=\"x, for=203.0.113.9",
        "Forwarded: for=unknown",
        "X-Forwarded-For: unknown",
    ] {
        let trusting = [&flags[..], &["--trusted-proxies", "127.0.0.1"]].concat();
        let proxy = Proxy::start_with(&site, &upstream, &trusting);
        let mut connection = Client::connect(proxy.address);
        let request = format!("GET {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\n{field}\r\n\r\n");
        let statuses = [(); 3].map(|()| connection.ask(&request).status);
        assert_eq!(statuses, [200, 200, 429], "{field}");
        // Who comes by none has none.
        let statuses = [(); 3].map(|()| connection.get(WELL_KNOWN).status);
        assert_eq!(statuses, [200; 3]);
    }
}
