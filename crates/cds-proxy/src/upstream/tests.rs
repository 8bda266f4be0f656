//! Which upstream is asked when.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::config::{Balance, UpstreamHttp2};
use crate::metrics::{Metrics, UpstreamError};

const SPEECH: Speech = Speech {
    limits: LIMITS,
    trust: None,
    http2: UpstreamHttp2::Auto,
    keeps_connections: true,
};

const STEADY: Demand = Demand {
    pace: Pace::Steady,
    http1: false,
};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(1),
    answer: Duration::from_secs(2),
    write: Duration::from_secs(3),
    idle: Duration::from_secs(4),
    stream: Duration::from_secs(5),
};

fn upstream(urls: &[&str], balance: Balance) -> Arc<Upstream> {
    let ejection = Ejection {
        after: 2,
        pause: Duration::from_secs(10),
    };
    let urls: Vec<_> = urls.iter().map(|url| url.parse().unwrap()).collect();
    let metrics = Metrics::new();
    Arc::new(Upstream::new(
        &urls,
        balance,
        SPEECH,
        ejection,
        &[],
        &metrics,
    ))
}

fn three(balance: Balance) -> (Arc<Upstream>, [SocketAddr; 3]) {
    let hosts = ["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"];
    let urls = hosts.map(|host| format!("http://{host}"));
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    (
        upstream(&urls, balance),
        hosts.map(|host| host.parse().unwrap()),
    )
}

async fn ask(upstream: &Upstream) -> Way {
    let mut way = Way::default();
    upstream.next(&mut way).await.unwrap();
    way
}

/// Who is asked next, so many times.
async fn asked(upstream: &Upstream, times: usize) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    for _ in 0..times {
        addresses.extend(ask(upstream).await.address());
    }
    addresses
}

#[tokio::test]
async fn an_address_is_there_at_once() {
    let upstream = upstream(&["http://[::1]:3000"], Balance::RoundRobin);
    let way = ask(&upstream).await;
    assert_eq!(way.address().unwrap().to_string(), "[::1]:3000");
    let options = upstream.peer(&way, STEADY).unwrap().options;
    assert_eq!(options.connection_timeout, Some(LIMITS.connect));
    assert_eq!(options.read_timeout, Some(LIMITS.answer));
    assert_eq!(options.write_timeout, Some(LIMITS.write));
    assert_eq!(options.idle_timeout, Some(LIMITS.idle));
    let occasional = Demand {
        pace: Pace::Occasional,
        ..STEADY
    };
    let options = upstream.peer(&way, occasional).unwrap().options;
    assert_eq!(options.read_timeout, Some(LIMITS.stream));
}

#[tokio::test]
async fn a_name_is_resolved_while_the_first_request_waits() {
    let upstream = upstream(&["http://localhost:3000"], Balance::RoundRobin);
    let tending = tokio::spawn(Arc::clone(&upstream).tend());
    assert!(ask(&upstream).await.address().unwrap().ip().is_loopback());
    tending.abort();
}

#[tokio::test]
async fn a_name_nobody_knows_has_no_address() {
    let upstream = upstream(&["http://portal.invalid:3000"], Balance::RoundRobin);
    let tending = tokio::spawn(Arc::clone(&upstream).tend());
    let why = upstream.next(&mut Way::default()).await.unwrap_err();
    assert!(why.contains("resolved"), "{why}");
    tending.abort();
}

#[tokio::test]
async fn a_name_that_leads_back_here_is_not_asked() {
    let own = "127.0.0.1:1".parse().unwrap();
    let ejection = Ejection {
        after: 1,
        pause: Duration::ZERO,
    };
    let url = "http://portal.invalid:1".parse().unwrap();
    let metrics = Metrics::new();
    let upstream = Upstream::new(
        &[url],
        Balance::RoundRobin,
        SPEECH,
        ejection,
        &[own],
        &metrics,
    );
    upstream.members()[0].take_up(&[own]);
    upstream.members()[0].has_been_asked();
    let why = upstream.next(&mut Way::default()).await.unwrap_err();
    assert!(why.contains("itself"), "{why}");
}

#[tokio::test]
async fn upstreams_take_turns() {
    let (upstream, [a, b, c]) = three(Balance::RoundRobin);
    assert_eq!(asked(&upstream, 4).await, [a, b, c, a]);
}

#[tokio::test]
async fn the_one_that_is_asked_the_least_is_asked_next() {
    let (upstream, [a, b, c]) = three(Balance::LeastConnections);
    let first = ask(&upstream).await;
    let second = ask(&upstream).await;
    let third = ask(&upstream).await;
    let mut addresses = [&first, &second, &third].map(|way| way.address().unwrap());
    addresses.sort();
    assert_eq!(addresses, [a, b, c]);
    let free = second.address().unwrap();
    drop(second);
    assert_eq!(asked(&upstream, 3).await, [free; 3]);
}

#[tokio::test]
async fn a_request_that_reaches_nobody_tries_each_once() {
    let (upstream, all) = three(Balance::RoundRobin);
    let mut way = Way::default();
    let mut tried = Vec::new();
    loop {
        upstream.next(&mut way).await.unwrap();
        tried.extend(way.address());
        if !upstream.missed(&mut way, true, "refused") {
            break;
        }
    }
    tried.sort();
    assert_eq!(tried, all);
}

#[tokio::test]
async fn a_request_waits_for_no_more_than_three_that_are_silent() {
    let urls: Vec<_> = (1..9)
        .map(|host| format!("http://192.0.2.{host}"))
        .collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let upstream = upstream(&urls, Balance::RoundRobin);
    let mut way = Way::default();
    let mut tries = 1;
    upstream.next(&mut way).await.unwrap();
    let peer = upstream.peer(&way, STEADY).unwrap();
    assert_eq!(peer.options.connection_timeout, Some(LIMITS.connect / 3));
    while upstream.missed(&mut way, false, "no connection in time") {
        upstream.next(&mut way).await.unwrap();
        tries += 1;
    }
    assert_eq!(tries, 3);
}

#[tokio::test]
async fn one_that_fails_again_and_again_is_left_out_until_it_is_the_last() {
    let (upstream, [a, b, c]) = three(Balance::RoundRobin);
    let fail = async |bad: SocketAddr| {
        for _ in 0..20 {
            let way = ask(&upstream).await;
            if way.address() == Some(bad) {
                upstream.failed(&way, UpstreamError::Broken);
            }
        }
    };
    fail(a).await;
    assert!(!asked(&upstream, 20).await.contains(&a));
    fail(b).await;
    assert_eq!(asked(&upstream, 3).await, [c; 3]);
    fail(c).await;
    let mut all = asked(&upstream, 3).await;
    all.sort();
    assert_eq!(all, [a, b, c]);
}

#[tokio::test]
async fn a_request_is_repeated_once_and_elsewhere() {
    let (upstream, _) = three(Balance::RoundRobin);
    let mut way = ask(&upstream).await;
    let first = way.address();
    assert!(upstream.repeat(&mut way, false));
    upstream.next(&mut way).await.unwrap();
    assert_ne!(way.address(), first);
    assert!(!upstream.repeat(&mut way, false));
}

#[tokio::test]
async fn a_request_on_a_connection_just_closed_is_repeated_where_it_was() {
    let upstream = upstream(&["http://192.0.2.1"], Balance::RoundRobin);
    let mut way = ask(&upstream).await;
    assert!(upstream.repeat(&mut way, true));
    upstream.next(&mut way).await.unwrap();
    assert!(!upstream.repeat(&mut way, true));
    let mut way = ask(&upstream).await;
    assert!(!upstream.repeat(&mut way, false));
}
