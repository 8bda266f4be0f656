//! The gateway before a portal with several addresses, over real connections.

use std::net::{SocketAddr, TcpListener as StdListener};

use cds_site::Body;
use http::Response;
use pingora::protocols::l4::stream::Stream as L4Stream;
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::config::{Balance, Mode, UpstreamHttp2};
use crate::server::{Acceptor, Inherited, Listener, Room, serve};
use crate::upstream::{Ejection, Limits, Speech};

/// A site of which nothing is asked.
struct Nothing;

impl Respond for Nothing {
    fn respond(&self, _: RequestHead<'_>) -> Option<Response<Body>> {
        None
    }
}

fn gateway(upstream: Arc<Upstream>) -> Gateway<Nothing> {
    Gateway {
        ended: oneshot::channel().0,
        site: Nothing,
        upstream,
        passage: Passage::new(Room::boundless(), Duration::ZERO),
        forwarding: ForwardingSettings::default(),
        limits: RequestLimits::default(),
        rate: None,
        metrics: Arc::new(Metrics::new()),
        access_log: None,
        faults: Seldom::default(),
        life: Life::new(),
    }
}

fn upstream(connect: Duration) -> Arc<Upstream> {
    let speech = Speech {
        limits: Limits {
            connect,
            answer: Duration::from_secs(30),
            write: Duration::from_secs(30),
            idle: Duration::from_secs(4),
            stream: STREAM,
        },
        trust: None,
        http2: UpstreamHttp2::Never,
        keeps_connections: true,
    };
    let ejection = Ejection {
        after: 3,
        pause: Duration::from_secs(10),
    };
    Arc::new(Upstream::new(
        &["http://portal.invalid:1".parse().unwrap()],
        Balance::RoundRobin,
        speech,
        ejection,
        &[],
        &Metrics::new(),
    ))
}

const STREAM: Duration = Duration::from_secs(60 * 60);

async fn portal() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                .await;
        }
    });
    address
}

/// A listener whose queue is full, so that a connection to it hangs.
fn black_hole() -> (SocketAddr, impl Sized) {
    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&listener, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    listen(&listener, 0).unwrap();
    let address: SocketAddr = getsockname(&listener).unwrap().try_into().unwrap();
    let short = Duration::from_millis(200);
    let mut held = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, short) {
        held.push(stream);
    }
    (address, (listener, held))
}

/// Where a proxy listens that passes on to this upstream.
fn served(upstream: Arc<Upstream>) -> SocketAddr {
    let any = "127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(
        &any,
        Mode::EVERYONE,
        "with --listen",
        &mut Inherited::default(),
    );
    let listener = listener.unwrap();
    let address = listener.address().tcp().unwrap();
    let acceptor = Acceptor::new(listener).unwrap();
    let app = http_proxy(&Arc::new(ServerConf::default()), gateway(upstream));
    tokio::spawn(serve(
        acceptor,
        Arc::new(app),
        Room::boundless(),
        Life::new(),
    ));
    address
}

/// What a proxy in front of this upstream answers.
async fn answer(upstream: &Arc<Upstream>, request: &str) -> String {
    let address = served(Arc::clone(upstream));
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_drops_packets_leaves_time_for_the_next() {
    let (dead, _held) = black_hole();
    let alive = portal().await;
    let upstream = upstream(Duration::from_secs(2));
    upstream.members()[0].take_up(&[dead, alive]);

    let answer = answer(&upstream, POST).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut way = Way::default();
    upstream.next(&mut way).await.unwrap();
    assert_eq!(way.address(), Some(alive));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_there_is_no_way_to_leaves_the_next() {
    // Where IPv6 is switched off, there is no address to ask it from; else nobody listens there.
    let dead = "[::1]:1".parse().unwrap();
    let alive = portal().await;
    let upstream = upstream(Duration::from_secs(2));
    upstream.members()[0].take_up(&[dead, alive]);
    let answer = answer(&upstream, GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut way = Way::default();
    upstream.next(&mut way).await.unwrap();
    assert_eq!(way.address(), Some(alive));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_one_whatever_is_said_of_other_addresses() {
    let addresses = ["127.0.0.1:1", "[::1]:1"].map(|text| text.parse().unwrap());
    let upstream = upstream(Duration::from_secs(2));
    upstream.members()[0].take_up(&addresses);
    let answer = answer(&upstream, GET).await;
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
}

#[tokio::test]
async fn a_tunnel_may_be_silent_for_long_on_either_side() {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (stream, _) = listener.accept().unwrap();
    stream.set_nonblocking(true).unwrap();
    let stream = TcpStream::from_std(stream).unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .await
        .unwrap();
    let mut session = Session::new_h1(Box::new(L4Stream::from(stream)));
    assert!(session.read_request().await.unwrap());

    let gateway = gateway(upstream(Duration::from_secs(1)));
    let mut exchange = gateway.new_ctx();
    gateway
        .early_request_filter(&mut session, &mut exchange)
        .await
        .unwrap();
    let mut limit_after = async |status| {
        let mut head = ResponseHeader::build(status, None).unwrap();
        gateway
            .upstream_response_filter(&mut session, &mut head, &mut exchange)
            .await
            .unwrap();
        session.as_http1().unwrap().get_read_timeout()
    };
    assert_eq!(limit_after(200).await, Some(READ_TIMEOUT));
    assert_eq!(limit_after(101).await, Some(STREAM));
}

// The clock stands still, and jumps to the next timer when nothing else is to do.
#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_given_up_whatever_protocol_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = upstream(Duration::from_secs(1));
    upstream.members()[0].take_up(&[listener.local_addr().unwrap()]);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
    });
    let client = TcpStream::connect(served(upstream)).await.unwrap();
    let (mut answers, mut requests) = client.into_split();
    let head = b"POST / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nContent-Length: 100\r\n\r\n";
    requests.write_all(head).await.unwrap();
    let drip = async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            requests.write_all(b"x").await.unwrap();
        }
    };
    let mut status = [0; 12];
    tokio::select! {
        () = drip => panic!("all of it was read"),
        read = answers.read_exact(&mut status) => drop(read.unwrap()),
    }
    assert_eq!(&status, b"HTTP/1.1 408");
}
