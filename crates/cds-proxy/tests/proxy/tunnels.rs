//! Connections that become a WebSocket, and requests that only name a protocol.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::support::{Client, DEADLINE, Portal, Proxy, SiteDir, eventually, ok};

/// A WebSocket through a proxy.
struct Tunnel {
    client: Client,
    portal: TcpStream,
    _proxy: Proxy,
}

impl Tunnel {
    fn open(args: &[&str]) -> Self {
        let site = SiteDir::good();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let proxy = Proxy::start_with(&site, &upstream, args);
        // Pingora takes a portal that agrees before the request has been noted as sent for one that
        // ends the tunnel, which only a neighbour on a busy machine is quick enough for.
        let (client, portal) = eventually("a tunnel that stays", || Self::dig(&listener, &proxy));
        Self {
            client,
            portal,
            _proxy: proxy,
        }
    }

    fn dig(listener: &TcpListener, proxy: &Proxy) -> Option<(Client, TcpStream)> {
        let mut client = Client::connect(proxy.address);
        client.send(
            b"GET /live HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        );
        let (mut portal, _) = listener.accept().unwrap();
        portal.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut head = [0; 1024];
        let read = portal.read(&mut head).unwrap();
        let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
        assert!(head.contains("upgrade: websocket"), "{head}");
        let agreed =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        portal.write_all(agreed.as_bytes()).unwrap();
        assert!(client.read_until("\r\n\r\n"));
        // A ping.
        client.send(b"\x89\x00");
        portal.read_exact(&mut [0; 2]).ok()?;
        Some((client, portal))
    }

    fn pass_up(&mut self, frame: &[u8]) {
        self.client.send(frame);
        let mut read = vec![0; frame.len()];
        self.portal.read_exact(&mut read).unwrap();
        assert_eq!(read, frame);
    }
}

#[test]
fn an_upgraded_connection_is_a_tunnel() {
    let mut tunnel = Tunnel::open(&[]);
    tunnel.pass_up(b"\x81\x02hi");
    tunnel.portal.write_all(b"\x81\x03you").unwrap();
    assert!(tunnel.client.read_until("you"));
}

#[test]
fn a_tunnel_that_the_portal_resets_ends_without_a_word() {
    let mut tunnel = Tunnel::open(&[]);
    tunnel.pass_up(b"\x81\x02hi");
    set_socket_linger(&tunnel.portal, Some(Duration::ZERO)).unwrap();
    drop(tunnel.portal);
    assert!(tunnel.client.is_closed());
}

#[test]
fn a_tunnel_ends_with_its_client() {
    let mut tunnel = Tunnel::open(&[]);
    tunnel.pass_up(b"\x81\x02hi");
    tunnel.client.stream().shutdown(Shutdown::Write).unwrap();
    assert_eq!(tunnel.portal.read(&mut [0]).unwrap(), 0);
    assert!(tunnel.client.is_closed());
}

#[test]
fn the_limit_of_bodies_is_none_of_tunnels() {
    let mut tunnel = Tunnel::open(&["--max-body-size", "1KiB"]);
    for _ in 0..10 {
        tunnel.pass_up(&[b'x'; 500]);
    }
}

#[test]
fn a_protocol_that_is_only_named_changes_nothing() {
    let site = SiteDir::good();
    let portal = Portal::answering(|request| match request.line.contains("/slow") {
        true => {
            thread::sleep(DEADLINE);
            Vec::new()
        }
        false => ok("portal"),
    });
    let upstream = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--upstream-timeout", "300ms"]);
    // As Java's client and `curl --http2` ask.
    let mut client = Client::connect(proxy.address);
    let named = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk";
    let answer = client.ask(&format!("GET / HTTP/1.1\r\nHost: h\r\n{named}\r\n\r\n"));
    assert_eq!(answer.text(), "portal");
    let answer = client.ask(&format!("GET /slow HTTP/1.1\r\nHost: h\r\n{named}\r\n\r\n"));
    answer.assert_problem(504);
}
