//! Portals that do what they shouldn't: what their clients get, and the next client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::support::{DEADLINE, Proxy, SiteDir, get};

/// A portal that does this with every connection once it has read a request without a body.
fn portal(act: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            if read_head(&mut stream) {
                act(stream);
            }
        }
    });
    format!("http://{address}")
}

fn read_head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return false;
        }
        head.push(byte[0]);
    }
    true
}

/// Closes a connection by a reset.
fn reset(stream: &TcpStream) {
    set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
}

/// All that a client gets until its connection is closed.
fn heard(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    String::from_utf8(heard).unwrap()
}

#[test]
fn an_answer_that_breaks_off_breaks_off_for_the_client() {
    let site = SiteDir::good();
    for is_reset in [false, true] {
        for (answer, end) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "half"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "4\r\nhalf\r\n",
            ),
        ] {
            let url = portal(move |mut stream| {
                stream.write_all(answer.as_bytes()).unwrap();
                if is_reset {
                    // What was sent is to be read before it is taken back.
                    thread::sleep(Duration::from_millis(200));
                    reset(&stream);
                }
            });
            let proxy = Proxy::start_with(&site, &url, &[]);
            let heard = heard(proxy.address);
            assert!(heard.starts_with("HTTP/1.1 200 OK\r\n"), "{heard}");
            assert!(heard.ends_with(end), "{heard}");
        }
    }
}

#[test]
fn an_answer_that_stops_is_cut_off_in_time() {
    let site = SiteDir::good();
    let url = portal(|mut stream| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
        stream.write_all(answer).unwrap();
        // Until the proxy has had enough.
        let _ = stream.read(&mut [0]);
    });
    let proxy = Proxy::start_with(&site, &url, &["--upstream-timeout", "300ms"]);
    assert!(heard(proxy.address).ends_with("half"));
    proxy.wait_for_log("did not answer in time");
}

#[test]
fn a_reset_before_the_answer_is_502() {
    let site = SiteDir::good();
    let url = portal(|stream| reset(&stream));
    let proxy = Proxy::start_with(&site, &url, &[]);
    get(proxy.address, "/").assert_problem(502);
    proxy.wait_for_log("the connection to the upstream broke off: Connection reset by peer");
}

#[test]
fn what_is_no_answer_is_502() {
    let site = SiteDir::good();
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(2 << 20));
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n",
        "220 smtp ready\r\n",
        "\x16\x03\x01\x02\0\x01",
        &endless,
    ] {
        let bytes = answer.to_owned();
        let url = portal(move |mut stream| {
            let _ = stream.write_all(bytes.as_bytes());
        });
        let proxy = Proxy::start_with(&site, &url, &[]);
        let response = get(proxy.address, "/");
        assert_eq!(response.status, 502, "{:?}: {response:?}", answer.get(..80));
        response.assert_problem(502);
    }
}

#[test]
fn what_a_portal_says_too_much_reaches_nobody() {
    let site = SiteDir::good();
    let url = portal(|mut stream| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let more = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        stream.write_all(&[&answer[..], more].concat()).unwrap();
        let _ = stream.read(&mut [0]);
    });
    let proxy = Proxy::start_with(&site, &url, &[]);
    for _ in 0..4 {
        assert_eq!(get(proxy.address, "/").text(), "ok");
    }
}

#[test]
fn what_a_portal_says_unasked_reaches_nobody() {
    let site = SiteDir::good();
    let url = portal(|mut stream| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        stream.write_all(answer).unwrap();
        thread::sleep(Duration::from_millis(50));
        let unasked = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(unasked).unwrap();
    });
    let proxy = Proxy::start_with(&site, &url, &[]);
    for _ in 0..3 {
        assert_eq!(get(proxy.address, "/").text(), "ok");
        thread::sleep(Duration::from_millis(150));
    }
}
