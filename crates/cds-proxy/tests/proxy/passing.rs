//! What is not ours passes on, byte for byte.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use super::support::{Client, DEADLINE, Portal, Proxy, SiteDir, get, ok};

#[test]
fn path_query_and_body_arrive_byte_for_byte() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    let targets = [
        "/a%2Fb/../c//d/./?x=%20&y&&=z;~%7e",
        "/%E2%82%AC?q='{}|^",
        "/?",
        "/a?b?c",
        "/%",
        "/;p=1",
    ];
    for target in targets {
        let body = "\0\r\n\r\nGET / HTTP/1.1\r\n";
        let length = body.len();
        let response = client.ask(&format!(
            "POST {target} HTTP/1.1\r\nHost: portal.example\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        assert_eq!(response.text(), "portal");
        let request = portal.request();
        assert_eq!(request.line, format!("POST {target} HTTP/1.1"));
        assert_eq!(request.body, body.as_bytes());
        assert_eq!(request.all("host"), ["portal.example"]);
    }
}

#[test]
fn a_chunked_body_arrives_whole() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.ask(
        "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    );
    assert_eq!(portal.request().body, b"abcdefg");
}

#[test]
fn methods_and_answers_pass_as_they_are() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| {
        b"HTTP/1.1 418 Short And Stout\r\nX-Odd:   two  words\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\
          Content-Length: 3\r\n\r\ntea"
            .to_vec()
    });
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    for method in ["GET", "DELETE", "PROPFIND", "OPTIONS"] {
        let response = client.ask(&format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n"));
        assert_eq!(response.status, 418);
        assert_eq!(response.text(), "tea");
        let cookies: Vec<_> = response
            .fields
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .collect();
        assert_eq!(cookies.len(), 2);
        assert!(portal.request().line.starts_with(method));
    }
}

#[test]
fn head_has_the_fields_of_get_and_no_body() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| {
        if request.line.starts_with("HEAD") {
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec()
        } else {
            ok("after")
        }
    });
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    let response = client.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(response.field("content-length"), Some("5"));
    assert_eq!(client.get("/").text(), "after");
}

#[test]
fn hop_by_hop_fields_stay_on_their_hop() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    Client::connect(proxy.address).ask(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\n\
         Keep-Alive: timeout=5\r\nX-Yours: 2\r\n\r\n",
    );
    let request = portal.request();
    assert_eq!(request.field("x-mine"), None);
    assert_eq!(request.field("keep-alive"), None);
    assert_eq!(request.field("x-yours"), Some("2"));
}

#[test]
fn a_host_is_asked_for_in_http_1_1_and_made_up_for_http_1_0() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.ask("GET / HTTP/1.1\r\n\r\n").assert_problem(400);
    assert!(client.is_closed());
    assert!(portal.is_untouched());

    let response = Client::connect(proxy.address).ask("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(response.text(), "portal");
    let request = portal.request();
    assert_eq!(request.all("host"), [portal.address.to_string()]);
    assert_eq!(request.all("via"), ["1.0 cds-proxy"]);
}

#[test]
fn an_old_portal_is_passed_on_in_our_version() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold".to_vec());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    for _ in 0..2 {
        let response = client.get("/");
        assert_eq!(
            (response.version.as_str(), response.text()),
            ("HTTP/1.1", "old")
        );
    }
}

#[test]
fn an_old_client_gets_no_chunks() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| {
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnew\r\n0\r\n\r\n".to_vec()
    });
    let proxy = Proxy::start(&site, &portal);
    let response = Client::connect(proxy.address).ask("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(
        (response.version.as_str(), response.text()),
        ("HTTP/1.0", "new")
    );
    assert_eq!(response.field("transfer-encoding"), None);
    assert_eq!(get(proxy.address, "/").text(), "new");
}

#[test]
fn a_name_is_resolved() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://localhost:{}", portal.address.port());
    let proxy = Proxy::start_with(&site, &upstream, &[]);
    // Where localhost is ::1 first, nobody answers there, and the next address is tried.
    assert_eq!(get(proxy.address, "/").text(), "portal");
}

#[test]
fn an_answer_is_passed_on_as_it_comes() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let proxy = Proxy::start_with(&site, &upstream, &[]);
    let mut client = Client::connect(proxy.address);
    client.send(b"GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
    let (mut portal, _) = listener.accept().unwrap();
    let _ = portal.read(&mut [0; 1024]).unwrap();
    portal
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        .unwrap();
    // The portal goes on only when the client has seen the first event.
    assert!(client.read_until("data: 1\n\n"));
    portal.write_all(b"data: 2\n\n").unwrap();
    assert!(client.read_until("data: 2\n\n"));
}

#[test]
fn an_event_stream_ends_with_its_client() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let proxy = Proxy::start_with(&site, &upstream, &[]);
    // What is asked for it names so, or what is answered.
    for (accept, has_begun) in [
        ("text/event-stream", false),
        ("text/event-stream", true),
        ("*/*", true),
    ] {
        let mut client = Client::connect(proxy.address);
        let head = format!("GET /events HTTP/1.1\r\nHost: h\r\nAccept: {accept}\r\n\r\n");
        client.send(head.as_bytes());
        let (mut portal, _) = listener.accept().unwrap();
        portal.set_read_timeout(Some(DEADLINE)).unwrap();
        let _ = portal.read(&mut [0; 1024]).unwrap();
        if has_begun {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
            portal.write_all(head).unwrap();
            assert!(client.read_until("data: 1\n\n"));
        }
        drop(client);
        assert_eq!(portal.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn a_request_that_comes_early_waits_for_its_turn() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| ok(&request.line));
    let proxy = Proxy::start(&site, &portal);
    for first in ["/first", "/.well-known/cds-server-metadata.json"] {
        let mut client = Client::connect(proxy.address);
        client.send(format!("GET {first} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
        client
            .send(b"GET /second HTTP/1.1\r\nHost: h\r\n\r\nGET /third HTTP/1.1\r\nHost: h\r\n\r\n");
        let answer = client.response(false);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(client.response(false).text(), "GET /second HTTP/1.1");
        assert_eq!(client.response(false).text(), "GET /third HTTP/1.1");
    }
}

#[test]
fn an_answer_is_not_lost_to_what_the_client_sends_meanwhile() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let proxy = Proxy::start_with(&site, &upstream, &[]);
    let mut client = Client::connect(proxy.address);
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
    let (mut portal, _) = listener.accept().unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"ab") {
        let mut byte = [0];
        portal.read_exact(&mut byte).unwrap();
        read.push(byte[0]);
    }
    // Old clients end a body with an empty line too many (RFC 9112 §2.2).
    client.send(b"\r\nGET /.well-known/cds-server-metadata.json HTTP/1.1\r\nHost: h\r\n\r\n");
    thread::sleep(Duration::from_millis(200));
    portal.write_all(&ok("kept")).unwrap();
    assert_eq!(client.response(false).text(), "kept");
    assert_eq!(client.response(false).text(), site.metadata());
}

#[test]
fn an_early_answer_reaches_a_client_that_is_still_sending() {
    let site = SiteDir::good();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let proxy = Proxy::start_with(&site, &upstream, &[]);
    let mut client = Client::connect(proxy.address);
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n");
    let (mut portal, _) = listener.accept().unwrap();
    let _ = portal.read(&mut [0; 1024]).unwrap();
    portal
        .write_all(
            b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig",
        )
        .unwrap();
    drop(portal);
    client.send(&vec![b'x'; 5_000_000]);
    let answer = client.response(false);
    assert_eq!((answer.status, answer.text()), (413, "big"));
}

#[test]
fn what_the_portal_says_of_its_connection_is_not_passed_on() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\n\
          Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nTrailer: X-End\r\n\
          X-Yours: 2\r\n\r\nok"
            .to_vec()
    });
    let proxy = Proxy::start(&site, &portal);
    let answer = get(proxy.address, "/");
    assert_eq!(answer.text(), "ok");
    for name in [
        "x-mine",
        "keep-alive",
        "proxy-connection",
        "upgrade",
        "trailer",
    ] {
        assert_eq!(answer.field(name), None, "{answer:?}");
    }
    assert_eq!(answer.field("x-yours"), Some("2"));
}

#[test]
fn an_old_client_gets_no_interim_answers_and_its_body_ends_with_the_connection() {
    let site = SiteDir::good();
    let portal = Portal::answering(|_| {
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
          HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnew\r\n0\r\n\r\n"
            .to_vec()
    });
    let proxy = Proxy::start(&site, &portal);
    let answer = Client::connect(proxy.address)
        .ask("GET http://old.example/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "new"));
    let request = portal.request();
    assert_eq!(request.all("host"), ["old.example"]);
    assert_eq!(request.all("x-forwarded-host"), ["old.example"]);
}

#[test]
fn what_may_be_passed_on_so_often_counts_down_and_ends_here() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    let ask = |client: &mut Client, method, most| {
        let request = format!("{method} /a HTTP/1.1\r\nHost: h\r\nMax-Forwards: {most}\r\n\r\n");
        client.ask(&request).status
    };
    for method in ["OPTIONS", "TRACE"] {
        for (most, left) in [("2", "1"), ("1", "0"), ("few", "few")] {
            assert_eq!(ask(&mut client, method, most), 200);
            assert_eq!(portal.request().all("max-forwards"), [left], "{method}");
        }
    }
    assert_eq!(ask(&mut client, "GET", "0"), 200);
    assert_eq!(portal.request().all("max-forwards"), ["0"]);

    assert_eq!(ask(&mut client, "OPTIONS", "0"), 204);
    assert_eq!(ask(&mut client, "TRACE", "0"), 501);
    assert!(portal.is_untouched());
}
