//! Upstreams that speak TLS or HTTP/2: who is taken for them, and what passes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use http::Request;
use rustls::{ServerConnection, StreamOwned};

use super::support::{
    Authority, Client, HTTP1, HTTP2, Http2, Http2Portal, Pair, Portal, Proxy, SiteDir, Trailers,
    before, command, eventually, get, ok,
};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn start(site: &SiteDir, url: &str, root: Option<&Path>, args: &[&str]) -> Proxy {
    let mut command = before(site, url);
    command.args(["--listen", "127.0.0.1:0"]).args(args);
    if let Some(root) = root {
        command.arg("--upstream-tls-ca").arg(root);
    }
    Proxy::spawn(command)
}

#[test]
fn an_upstream_proves_who_it_is() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let portal = Portal::secure(authority.server("127.0.0.1", &[]), |_| ok("secure"));
    let url = format!("https://{}", portal.address);
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    let mut client = Client::connect(proxy.address);
    for _ in 0..2 {
        let request = "POST / HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(client.ask(request).text(), "secure");
        let request = portal.request();
        assert_eq!(request.body, b"body");
        assert_eq!(request.all("host"), ["portal.example"]);
    }
}

#[test]
fn one_that_nobody_vouches_for_is_asked_only_by_who_says_so() {
    let (site, authority, stranger) = (SiteDir::good(), Authority::new(), Authority::new());
    let portal = Portal::secure(stranger.server("127.0.0.1", &[]), |_| ok("secret"));
    let url = format!("https://{}", portal.address);
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    get(proxy.address, "/").assert_problem(502);
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
    proxy.wait_for_log("no TLS connection: invalid peer certificate");
    proxy.wait_for_log("name the file of the one that has: --upstream-tls-ca");
    assert!(portal.is_untouched());

    let proxy = start(&site, &url, None, &["--upstream-tls-verify", "insecure"]);
    assert_eq!(get(proxy.address, "/").text(), "secret");
    proxy.wait_for_log("certificate is not checked");
}

#[test]
fn a_certificate_must_be_for_the_name_that_is_asked_for() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let portal = Portal::secure(authority.server("portal.internal", &[]), |_| ok("named"));
    let root = authority.root();
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("https://{host}:{}", portal.address.port());
        let proxy = start(&site, &url, Some(&root), &[]);
        get(proxy.address, "/").assert_problem(502);
        proxy.wait_for_log(
            "no TLS connection: invalid peer certificate: certificate not valid for name",
        );
        proxy.wait_for_log("--upstream-tls-name NAME");
        assert!(portal.is_untouched());

        let name = ["--upstream-tls-name", "portal.internal"];
        let proxy = start(&site, &url, Some(&root), &name);
        assert_eq!(get(proxy.address, "/").text(), "named");
        portal.request();
    }
}

#[test]
fn what_to_do_about_a_certificate_is_said() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let root = authority.root();
    for (config, words) in [
        (authority.own_server(), "have one made for the portal"),
        (authority.expired_server("127.0.0.1"), "renew it"),
    ] {
        let portal = Portal::secure(config, |_| ok("secret"));
        let url = format!("https://{}", portal.address);
        let proxy = start(&site, &url, Some(&root), &[]);
        get(proxy.address, "/").assert_problem(502);
        proxy.wait_for_log(words);
        assert!(portal.is_untouched());
    }
}

#[test]
fn a_portal_without_tls_is_said_to_be_one() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    get(proxy.address, "/").assert_problem(502);
    proxy.wait_for_log("does not speak TLS there; write http://");
}

#[test]
fn authorities_that_can_not_be_read_keep_the_proxy_from_starting() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let file = site.path().join("ca.pem");
    let config = site.path().join("cds-proxy.toml");
    fs::write(
        &config,
        "site.dir = \".\"\n[upstream]\nurl = \"https://127.0.0.1:1\"\ntls-ca = \"ca.pem\"\n",
    )
    .unwrap();
    let key = fs::read_to_string(authority.certify("a", "a").key).unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, words) in [
        (None, "can't be read"),
        (Some(key.as_str()), "has no certificate in it"),
        (Some(broken), "has a certificate that can't be understood"),
    ] {
        if let Some(pem) = pem {
            fs::write(&file, pem).unwrap();
        }
        let mut run = before(&site, "https://127.0.0.1:1");
        let output = run.arg("--upstream-tls-ca").arg(&file).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");

        let output = command().arg("check").arg(&config).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("error[certificate-invalid]"), "{said}");
        assert!(said.contains(words) && said.contains(":4:10"), "{said}");
    }
}

#[test]
fn authorities_that_change_are_taken_up() {
    let (site, old, new) = (SiteDir::good(), Authority::new(), Authority::new());
    let portal = Portal::secure(new.server("127.0.0.1", &[]), |_| ok("secret"));
    let url = format!("https://{}", portal.address);
    let file = old.root();
    let proxy = start(&site, &url, Some(&file), &[]);
    get(proxy.address, "/").assert_problem(502);

    fs::copy(new.root(), &file).unwrap();
    eventually("the new authority is trusted", || {
        (get(proxy.address, "/").status == 200).then_some(())
    });
    proxy.wait_for_log("the authorities of upstreams are renewed: 1 of them");

    fs::write(&file, "no certificate").unwrap();
    proxy.wait_for_log("the authorities that were there are used on");
    let mut client = Client::connect(proxy.address);
    let old_client = "GET / HTTP/1.0\r\nHost: h\r\n\r\n";
    assert_eq!(client.ask(old_client).text(), "secret");
}

#[test]
fn an_upstream_that_asks_for_a_certificate_is_shown_one() {
    let (site, authority, stranger) = (SiteDir::good(), Authority::new(), Authority::new());
    let portal = Portal::secure(authority.mutual_server("127.0.0.1"), |_| ok("for friends"));
    let url = format!("https://{}", portal.address);
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    get(proxy.address, "/").assert_problem(502);
    assert!(portal.is_untouched());

    let pair = stranger.certify_nothing("sidecar");
    let proxy = start_as(&pair, &site, &url, &authority, &[]);
    get(proxy.address, "/").assert_problem(502);
    assert!(portal.is_untouched());

    // Renewed with one that the portal takes; which names it has is for the portal to mind.
    let other = authority.certify_nothing("sidecar");
    fs::copy(&other.certificate, &pair.certificate).unwrap();
    fs::copy(&other.key, &pair.key).unwrap();
    eventually("the other certificate is shown", || {
        let response = get(proxy.address, "/");
        (response.status == 200).then(|| assert_eq!(response.text(), "for friends"))
    });
    proxy.wait_for_log("sidecar.pem is renewed: until 4000-01-01");
    assert!(!proxy.log().contains("has no name"), "{}", proxy.log());
}

#[test]
fn a_health_check_shows_the_certificate_too() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let portal = Portal::secure(authority.mutual_server("127.0.0.1"), |_| ok("well"));
    let url = format!("https://{}", portal.address);
    let pair = authority.certify("sidecar", "sidecar.internal");
    let _proxy = start_as(
        &pair,
        &site,
        &url,
        &authority,
        &["--health-check", "/healthz"],
    );
    assert_eq!(portal.request().line, "GET /healthz HTTP/1.1");
}

/// Starts a proxy that shows upstreams a certificate.
fn start_as(pair: &Pair, site: &SiteDir, url: &str, authority: &Authority, args: &[&str]) -> Proxy {
    let [certificate, key] = [&pair.certificate, &pair.key].map(|path| path.to_str().unwrap());
    let files = [
        "--upstream-tls-certificate",
        certificate,
        "--upstream-tls-key",
        key,
    ];
    start(site, url, Some(&authority.root()), &[&files, args].concat())
}

#[test]
fn a_certificate_that_can_not_be_shown_keeps_the_proxy_from_starting() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let config = site.path().join("cds-proxy.toml");
    let pair = authority.certify("sidecar", "sidecar.internal");
    let other = authority.certify("other", "sidecar.internal");
    let old = authority.certify_until("old", "sidecar.internal", 2001);
    let write = |keys: &str| {
        let text = format!(
            "site.dir = \".\"\nadmin.address = \"127.0.0.1:0\"\n[upstream]\n\
             url = \"https://127.0.0.1:1\"\n{keys}\n[[listen]]\naddress = \"127.0.0.1:0\"\n"
        );
        fs::write(&config, text).unwrap();
    };
    let check = || {
        let output = command().arg("check").arg(&config).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let keys = |pair: &Pair, key: &Pair| {
        let (certificate, key) = (&pair.certificate, &key.key);
        format!("tls-certificate = {certificate:?}\ntls-key = {key:?}")
    };
    for (keys, words, place) in [
        (keys(&pair, &other), "other.key is not the key of", ":6:11"),
        (
            format!("tls-certificate = {:?}", pair.certificate),
            "there is a `tls-certificate`, but no `tls-key`",
            ":5:19",
        ),
    ] {
        write(&keys);
        let said = check();
        assert!(said.contains(words) && said.contains(place), "{said}");
        let output = command().args(["run", "--config"]).arg(&config).output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }

    write(&keys(&old, &old));
    let said = check();
    assert!(said.contains("warning[certificate-expiring]"), "{said}");
    let mut command = command();
    command.args(["run", "--upstream-tls-verify", "insecure", "--config"]);
    let proxy = Proxy::spawn({
        command.arg(&config);
        command
    });
    proxy.wait_for_log("old.pem has expired on 2001-01-01");
}

#[test]
fn http2_is_spoken_with_who_agrees_to_it() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let portal = Http2Portal::secure(authority.server("127.0.0.1", &[HTTP2]));
    let url = format!("https://{}", portal.address);
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    let request =
        "POST /a%2Fb/..?x HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 4\r\n\r\nbody";
    let response = Client::connect(proxy.address).ask(request);
    assert_eq!((response.status, response.text()), (200, "body"));
    let request = portal.request();
    assert_eq!(request.uri(), "https://portal.example/a%2Fb/..?x");
    assert_eq!(request.body(), b"body");

    let both = authority.server("127.0.0.1", &[HTTP2, HTTP1]);
    let portal = Portal::secure(both, |_| ok("old"));
    let url = format!("https://{}", portal.address);
    let proxy = start(
        &site,
        &url,
        Some(&authority.root()),
        &["--upstream-http2=never"],
    );
    assert_eq!(get(proxy.address, "/").text(), "old");
}

#[test]
fn who_speaks_nothing_but_http2_is_found_well() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    for http2 in ["auto", "always"] {
        let portal = Http2Portal::secure(authority.server("127.0.0.1", &[HTTP2]));
        let url = format!("https://{}", portal.address);
        let args = [
            "--upstream-http2",
            http2,
            "--health-check",
            "/well",
            "--health-interval",
            "10ms",
            "--health-failures",
            "1",
        ];
        let proxy = start(&site, &url, Some(&authority.root()), &args);
        for _ in 0..2 {
            assert_eq!(portal.request().uri(), &*format!("{url}/well"));
        }
        assert!(
            !proxy.log().contains("the health checks"),
            "{}",
            proxy.log()
        );
    }
}

#[test]
fn http2_without_tls_is_spoken_by_who_says_so() {
    let (site, portal) = (SiteDir::good(), Http2Portal::plain());
    let url = format!("http://{}", portal.address);
    let proxy = start(&site, &url, None, &["--upstream-http2", "always"]);
    let mut client = Client::connect(proxy.address);
    for _ in 0..3 {
        assert_eq!(client.get("/").status, 200);
        assert_eq!(portal.request().uri().path(), "/");
    }
}

#[test]
fn grpc_passes_with_its_trailers() {
    let (site, portal) = (SiteDir::good(), Http2Portal::plain());
    let url = format!("http://{}", portal.address);
    let proxy = start(&site, &url, None, &["--upstream-http2", "always"]);
    let request = Request::post("http://portal.example/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body("\0\0\0\0\0")
        .unwrap();
    let response = Http2::connect(proxy.address).ask(request);
    assert_eq!(response.body(), "\0\0\0\0\0");
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert_eq!(response.headers()["trailer"], "grpc-status");
    let trailers = response.extensions().get::<Trailers>().unwrap();
    assert_eq!(trailers.0["grpc-status"], "0");
    let request = portal.request();
    assert_eq!(request.headers()["te"], "trailers");
    assert_eq!(request.body(), b"\0\0\0\0\0");
}

#[test]
fn an_upgrade_and_an_old_client_get_http1_from_an_upstream_that_has_both() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let config = authority.server("127.0.0.1", &[HTTP2, HTTP1]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let proxy = start(&site, &url, Some(&authority.root()), &[]);
    let accept = || {
        let (stream, _) = listener.accept().unwrap();
        let session = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        assert_eq!(stream.conn.alpn_protocol(), Some(HTTP1));
        stream
    };
    let mut client = Client::connect(proxy.address);
    client.send(
        b"GET /live HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    let mut portal = accept();
    // As for a tunnel without TLS: no neighbour may be too quick.
    thread::sleep(Duration::from_millis(50));
    portal
        .write_all(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi",
        )
        .unwrap();
    assert!(client.read_until("\r\n\r\nhi"));

    let mut client = Client::connect(proxy.address);
    client.send(b"GET / HTTP/1.0\r\n\r\n");
    accept().write_all(&ok("old")).unwrap();
    assert_eq!(client.response(false).text(), "old");
}
