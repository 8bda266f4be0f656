//! TLS: who gets which certificate, and how they are renewed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::Signal;
use rustls::{ClientConnection, StreamOwned};

use super::support::{
    Authority, Client, HTTP1, HTTP2, Http2, Pair, Portal, Proxy, SiteDir, before, eventually, get,
    shown,
};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn start(site: &SiteDir, portal: &Portal, pairs: &[&Pair], args: &[&str]) -> Proxy {
    let mut command = before(site, &format!("http://{}", portal.address));
    command.args(["--listen-tls", "127.0.0.1:0"]).args(args);
    for pair in pairs {
        command.arg("--tls-certificate").arg(&pair.certificate);
        command.arg("--tls-key").arg(&pair.key);
    }
    Proxy::spawn_tls(command)
}

/// The certificate that is shown to who asks for a name.
fn certificate(authority: &Authority, address: SocketAddr, name: &str) -> Vec<u8> {
    shown(&authority.connect(address, name))
}

#[test]
fn documents_and_the_portal_are_there_by_https() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let mut client = Client::over(authority.connect(proxy.address, "utility.example"));
    assert_eq!(client.get(WELL_KNOWN).text(), site.metadata());
    assert_eq!(client.get("/").text(), "portal");
    let request = portal.request();
    assert_eq!(request.all("x-forwarded-proto"), ["https"]);
    assert_eq!(request.all("x-forwarded-for"), ["127.0.0.1"]);
}

#[test]
fn http2_is_agreed_on_with_who_offers_it() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let mut client = Http2::connect_tls(proxy.address, authority.client(&[HTTP2, HTTP1]));
    let document = client.get(&format!("https://utility.example{WELL_KNOWN}"));
    assert_eq!(document.body(), &site.metadata());
    assert_eq!(client.get("https://utility.example/").body(), "portal");
    assert_eq!(portal.request().all("x-forwarded-proto"), ["https"]);
}

#[test]
fn plain_and_tls_listeners_stand_side_by_side() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let config = format!(
        "site.dir = \".\"\nupstream.url = \"http://{}\"\nadmin.address = \"127.0.0.1:0\"\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\n\
         [[listen]]\naddress = \"127.0.0.1:0\"\nhttp2 = false\n\
         [[listen.tls]]\ncertificate = {:?}\nkey = {:?}\n",
        portal.address, pair.certificate, pair.key
    );
    let file = site.path().join("cds-proxy.toml");
    fs::write(&file, config).unwrap();
    let mut command = super::support::command();
    command.args(["run", "--config"]).arg(&file);
    let proxy = Proxy::spawn_tls(command);
    let tls = proxy.address;
    proxy.wait_for_log("listening on http://");
    assert_eq!(get(proxy.plain(), WELL_KNOWN).status, 200);
    let mut client = Client::over(authority.connect(tls, "utility.example"));
    assert_eq!(client.get(WELL_KNOWN).status, 200);
}

#[test]
fn a_client_gets_the_certificate_of_the_name_that_it_asks_for() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let first = authority.certify("first", "utility.example");
    let second = authority.certify("second", "other.example");
    let wild = authority.certify("wild", "*.utility.example");
    let proxy = start(&site, &portal, &[&first, &second, &wild], &[]);
    let der = |pair: &Pair| {
        let pem = fs::read(&pair.certificate).unwrap();
        rustls::pki_types::pem::PemObject::from_pem_slice(&pem)
            .map(|der: rustls::pki_types::CertificateDer<'_>| der.to_vec())
            .unwrap()
    };
    for (name, pair) in [
        ("utility.example", &first),
        ("OTHER.example", &second),
        ("www.utility.example", &wild),
    ] {
        assert_eq!(
            certificate(&authority, proxy.address, name),
            der(pair),
            "{name}"
        );
    }
    // Nobody is served a wrong name without noticing.
    let stream = TcpStream::connect(proxy.address).unwrap();
    let error = authority.shake_hands(stream, "a.b.utility.example").err();
    assert!(error.unwrap().to_string().contains("not valid for name"));
}

#[test]
fn a_reload_that_is_asked_for_reads_certificates_too() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let reload = || {
        let request = "POST /reload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
        Client::connect(proxy.admin).ask(request)
    };
    let ends = || {
        let metrics = get(proxy.admin, "/metrics").text().to_owned();
        let series = format!(
            "cds_proxy_certificate_not_after_timestamp_seconds{{file={:?}}} ",
            pair.certificate
        );
        let line = metrics.lines().find_map(|line| line.strip_prefix(&series));
        line.unwrap().parse::<f64>().unwrap()
    };
    assert!(ends() > 64e9);
    authority.certify_until("site", "utility.example", 2999);
    let before = certificate(&authority, proxy.address, "utility.example");
    let answer = reload();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!((32e9..33e9).contains(&ends()));
    authority.certify("site", "utility.example");
    assert_eq!(reload().status, 200);
    assert_ne!(
        certificate(&authority, proxy.address, "utility.example"),
        before
    );

    fs::remove_file(&pair.certificate).unwrap();
    let answer = reload();
    assert_eq!(answer.status, 409);
    let errors = &answer.json()["certificate_errors"];
    assert!(errors[0].as_str().unwrap().contains("can't be read"));
}

#[test]
fn a_renewed_certificate_is_taken_up_and_nobody_notices() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let mut kept = Client::over(authority.connect(proxy.address, "utility.example"));
    assert_eq!(kept.get("/").status, 200);
    let before = certificate(&authority, proxy.address, "utility.example");

    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut asked = 0;
            while !done.load(Ordering::Relaxed) || asked == 0 {
                let stream = authority.connect(proxy.address, "utility.example");
                assert_eq!(Client::over(stream).get(WELL_KNOWN).status, 200);
                asked += 1;
            }
        });
        authority.certify("site", "utility.example");
        eventually("the new certificate is shown", || {
            (certificate(&authority, proxy.address, "utility.example") != before).then_some(())
        });
        done.store(true, Ordering::Relaxed);
        load.join().unwrap();
    });
    assert_eq!(
        kept.get("/").status,
        200,
        "a connection outlives its certificate"
    );
    proxy.wait_for_log("is renewed: for utility.example, until 4000-01-01");
}

#[test]
fn a_pair_that_does_not_fit_keeps_the_one_before_and_is_told_of() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let before = certificate(&authority, proxy.address, "utility.example");
    let other = authority.certify("other", "utility.example");

    fs::copy(&other.certificate, &pair.certificate).unwrap();
    proxy.wait_for_log("site.key is not the key of");
    assert_eq!(
        certificate(&authority, proxy.address, "utility.example"),
        before
    );
    fs::write(&pair.key, "no key").unwrap();
    proxy.wait_for_log("site.key has no private key in it");
    fs::remove_file(&pair.key).unwrap();
    proxy.wait_for_log("site.key can't be read");
    assert_eq!(
        certificate(&authority, proxy.address, "utility.example"),
        before
    );

    fs::copy(&other.key, &pair.key).unwrap();
    eventually("the mended pair is shown", || {
        (certificate(&authority, proxy.address, "utility.example") != before).then_some(())
    });
}

#[test]
fn a_certificate_that_can_not_be_used_keeps_the_proxy_from_starting() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let other = authority.certify("other", "utility.example");
    for (certificate, key, words) in [
        (&pair.certificate, &other.key, "other.key is not the key of"),
        (&pair.key, &pair.key, "site.key has no certificate in it"),
        (
            &pair.certificate,
            &pair.certificate,
            "has no private key in it",
        ),
    ] {
        let mut command = before(&site, "http://127.0.0.1:1");
        command.args(["--listen-tls", "127.0.0.1:0", "--tls-certificate"]);
        command.arg(certificate).arg("--tls-key").arg(key);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn an_old_certificate_is_used_and_warned_of() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify_until("site", "utility.example", 2001);
    let proxy = start(&site, &portal, &[&pair], &[]);
    assert!(
        proxy.log().contains("has expired on 2001-01-01"),
        "{}",
        proxy.log()
    );
}

#[test]
fn a_certificate_without_a_name_is_used_and_warned_of() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify_nothing("site");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let words = "has no name (subjectAltName), so no client will accept it";
    assert!(proxy.log().contains(words), "{}", proxy.log());

    authority.certify("site", "127.0.0.1");
    proxy.wait_for_log("is renewed: for 127.0.0.1, until 4000-01-01");
    authority.certify_nothing("site");
    eventually("it is told again", || {
        (proxy.log().matches(words).count() == 2).then_some(())
    });
    proxy.wait_for_log("is renewed: until 4000-01-01");
    let log = proxy.log();
    let told = log.lines().filter(|line| line.contains(words));
    assert!(told.clone().all(|line| line.contains("WARN")), "{log}");
}

#[test]
fn plain_http_is_told_to_be_in_the_wrong_place() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    let long = format!("POST / HTTP/1.1\r\nHost: h\r\n\r\n{}", "x".repeat(1 << 20));
    for request in ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "P", &long] {
        let mut client = Client::connect(proxy.address);
        let answer = client.ask(request);
        answer.assert_problem(400);
        assert!(answer.text().contains("use https"), "{answer:?}");
        assert_eq!(answer.field("connection"), Some("close"));
        assert!(client.is_closed());
    }
    let mut client = Client::connect(proxy.address);
    let answer = client.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(answer.status, 400);
    assert!(client.is_closed());

    assert!(portal.is_untouched());
    let metrics = get(proxy.admin, "/metrics");
    for count in [
        "requests_total{source=\"proxy\",method=\"other\",class=\"4xx\"} 4\n",
        "tls_handshake_failures_total 0\n",
    ] {
        assert!(metrics.text().contains(count), "{}", metrics.text());
    }
}

#[test]
fn plain_http_after_a_load_balancers_header_is_told_so_too() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &["--proxy-protocol", "127.0.0.1"]);
    let header = "PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n";
    let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let answer = Client::connect(proxy.address).ask(&format!("{header}{request}"));
    answer.assert_problem(400);
}

#[test]
fn a_load_balancers_header_that_nobody_asked_for_is_told_as_what_it_is() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &["--proxy-protocol", "192.0.2.1"]);
    let version_2 = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    for header in [&b"PROXY UNKNOWN\r\n"[..], version_2] {
        let mut stream = TcpStream::connect(proxy.address).unwrap();
        stream.write_all(header).unwrap();
        let mut client = Client::over(stream);
        assert!(client.is_closed(), "{}", header.escape_ascii());
    }
    proxy.wait_for_log("begins with a PROXY protocol header in place of TLS");
    let log = proxy.log();
    assert_eq!(log.matches("PROXY protocol header").count(), 1, "{log}");
    assert!(log.contains("peer=127.0.0.1:"), "{log}");
    let metrics = get(proxy.admin, "/metrics");
    let counted = "tls_handshake_failures_total 2\n";
    assert!(metrics.text().contains(counted), "{}", metrics.text());
}

#[test]
fn who_does_not_shake_hands_ends_with_the_proxy() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    // Less than there is for a handshake.
    let mut proxy = start(&site, &portal, &[&pair], &["--drain-timeout", "5s"]);
    let _silent = TcpStream::connect(proxy.address).unwrap();
    let mut slow = TcpStream::connect(proxy.address).unwrap();
    // The beginning of a record.
    slow.write_all(&[22, 3, 1]).unwrap();
    // Accepted after them.
    drop(authority.connect(proxy.address, "utility.example"));
    proxy.signal(Signal::TERM);
    assert!(proxy.ended().success());
    assert!(!proxy.log().contains("too short"), "{}", proxy.log());
}

#[test]
fn who_waits_for_a_place_is_answered_at_the_end_by_tls_too() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    for hands_over in [false, true] {
        let mut proxy = start(&site, &portal, &[&pair], &["--max-connections", "1"]);
        let mut served = Client::over(authority.connect(proxy.address, "utility.example"));
        assert_eq!(served.get("/").status, 200);

        let name = "utility.example".try_into().unwrap();
        let mut session = ClientConnection::new(authority.client(&[HTTP1]), name).unwrap();
        let mut stream = TcpStream::connect(proxy.address).unwrap();
        session.write_tls(&mut stream).unwrap();
        proxy.wait_for_log("more wait");
        if hands_over {
            proxy.hand_over();
        } else {
            proxy.signal(Signal::TERM);
        }
        proxy.wait_for_log("ending;");
        let mut waiting = Client::over(StreamOwned::new(session, stream));
        assert_eq!(waiting.get("/").text(), "portal");
        assert!(proxy.ended().success());
    }
}

#[test]
fn clients_that_name_an_address_write_nothing_into_the_log() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    // RFC 6066 §3 permits none, so no library writes one.
    let (stand_in, name) = (b"10a0b0c9", b"10.0.0.9");
    let mut hello = authority.hello(std::str::from_utf8(stand_in).unwrap());
    let mut at = hello.windows(name.len());
    let at = at.position(|window| window == stand_in).unwrap();
    hello[at..at + name.len()].copy_from_slice(name);
    let mut stream = TcpStream::connect(proxy.address).unwrap();
    stream.write_all(&hello).unwrap();
    // The answer comes once the name has been read.
    assert_ne!(stream.read(&mut [0; 1]).unwrap(), 0);
    proxy.signal(Signal::TERM);
    proxy.wait_for_log(" ended");
    assert!(!proxy.log().contains("SNI"), "{}", proxy.log());
}

#[test]
fn old_versions_of_tls_are_refused() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &[]);
    // A ClientHello of TLS 1.1 (RFC 4346 §7.4.1.2): version 3.2, zeros for random numbers, no
    // session, two cipher suites, no compression.
    let mut hello = vec![1, 0, 0, 43, 3, 2];
    hello.extend([0; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x14, 0, 0x2f, 1, 0]);
    let mut record = vec![22, 3, 1, 0, u8::try_from(hello.len()).unwrap()];
    record.extend(hello);
    let mut stream = TcpStream::connect(proxy.address).unwrap();
    stream.write_all(&record).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    // A fatal alert (RFC 8446 §6), and nothing after it.
    assert_eq!(answer.len(), 7, "{answer:?}");
    assert_eq!((answer[0], answer[5]), (21, 2), "{answer:?}");
}

#[test]
fn a_load_balancer_says_whose_connection_it_is_before_the_handshake() {
    let (site, portal, authority) = (SiteDir::good(), Portal::new(), Authority::new());
    let pair = authority.certify("site", "utility.example");
    let proxy = start(&site, &portal, &[&pair], &["--proxy-protocol", "127.0.0.1"]);
    let mut stream = TcpStream::connect(proxy.address).unwrap();
    stream
        .write_all(b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n")
        .unwrap();
    let stream = authority.shake_hands(stream, "utility.example").unwrap();
    assert_eq!(Client::over(stream).get("/").text(), "portal");
    let request = portal.request();
    assert_eq!(request.all("x-forwarded-for"), ["192.0.2.7"]);
    assert_eq!(request.all("x-forwarded-proto"), ["https"]);
}
