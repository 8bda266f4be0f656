//! The portal behind compared with the portal alone.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request, Response, header};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use tests::{Ask, Fixture, Publisher, Received, Serving, SiteDir, wire};
use tower::{Layer, service_fn};
use tower_cds::CdsLayer;

/// Pages of every kind that an old portal may have.
async fn old_portal(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let path = request.uri().path().to_owned();
    let sent = request.into_body().collect().await.unwrap().to_bytes();
    let response = Response::builder().header(header::SERVER, "Portal/1.3");
    let (response, body) = match path.as_str() {
        "/" => (
            response.header(header::CONTENT_TYPE, "text/html"),
            Bytes::from("<h1>Bills</h1>"),
        ),
        "/login" => {
            let response = response
                .status(302)
                .header(header::LOCATION, "/bills?from=login#top");
            let response = response.header(header::SET_COOKIE, "a=1; Path=/; HttpOnly");
            (
                response.header(
                    header::SET_COOKIE,
                    "b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                ),
                sent,
            )
        }
        "/stream" => return Ok(response.body(in_pieces()).unwrap()),
        "/gzip" => {
            let response = response.header(header::CONTENT_ENCODING, "gzip");
            let response = response
                .header(header::ETAG, "W/\"7\"")
                .header(header::VARY, "Cookie");
            (
                response,
                Bytes::from_static(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\0\xff\xfe"),
            )
        }
        "/large" => (response, Bytes::from("0123456789".repeat(300_000))),
        "/none" => (response.status(204), Bytes::new()),
        "/known" => (
            response.status(304).header(header::ETAG, "\"7\""),
            Bytes::new(),
        ),
        "/part" => {
            let range = "bytes 2-4/10";
            (
                response.status(206).header(header::CONTENT_RANGE, range),
                Bytes::from("234"),
            )
        }
        "/auth" => {
            let response = response
                .status(401)
                .header(header::WWW_AUTHENTICATE, "Basic realm=x");
            (
                response.header(header::WWW_AUTHENTICATE, "Bearer"),
                Bytes::new(),
            )
        }
        "/odd" => {
            let response = response
                .status(299)
                .header("x-empty", "")
                .header("x-utf8", "Wärme");
            (
                response.header(header::CACHE_CONTROL, "private"),
                Bytes::from("\0\u{fffd}"),
            )
        }
        "/error" => (response.status(500), Bytes::from("ORA-00942")),
        _ => (response.status(404).header("x-method", "unknown"), sent),
    };
    Ok(response.body(Full::new(body).boxed()).unwrap())
}

/// A body whose length nobody knows before its end.
fn in_pieces() -> BoxBody<Bytes, Infallible> {
    let pieces = ["one", "two", "three"].map(|piece| Ok(Frame::data(Bytes::from(piece))));
    StreamBody::new(stream::iter(pieces)).boxed()
}

fn visits() -> Vec<Ask> {
    let pages = [
        "/",
        "/login",
        "/stream",
        "/gzip",
        "/large",
        "/none",
        "/known",
        "/part",
        "/auth",
        "/odd",
        "/error",
        "/missing",
        "/.well-known/change-password",
        "/%zz?%",
    ];
    let mut visits: Vec<_> = pages.into_iter().map(Ask::get).collect();
    visits.extend(pages.into_iter().map(|page| Ask::new(Method::HEAD, page)));
    visits.push(Ask::new(Method::POST, "/login").carrying("user=ada&password=secret"));
    visits.push(Ask::new(Method::PUT, "/meters/7").carrying("\0\u{1}\r\n\r\nGET / HTTP/1.1\r\n"));
    visits.push(Ask::new(Method::DELETE, "/meters/7"));
    visits.push(Ask::new(Method::OPTIONS, "/meters/7"));
    visits
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_looks_the_same_behind_the_proxy() {
    let site = SiteDir::of(Fixture::Demo);
    let alone = Serving::hyper(service_fn(old_portal)).await;
    let behind = Publisher::proxy(site.path(), alone.address).await;
    compare(alone.address, behind.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_looks_the_same_behind_the_layer() {
    let site = SiteDir::of(Fixture::Demo);
    let alone = Serving::hyper(service_fn(old_portal)).await;
    let layer = CdsLayer::new(cds_live::LiveSite::open(site.path()).unwrap());
    let behind = Serving::hyper(layer.layer(service_fn(old_portal))).await;
    compare(alone.address, behind.address).await;
}

async fn compare(alone: std::net::SocketAddr, behind: std::net::SocketAddr) {
    for ask in visits() {
        let line = format!("{} {}", ask.method, ask.target);
        let [alone, behind] = [visit(alone, &ask).await, visit(behind, &ask).await];
        assert_eq!(behind.status, alone.status, "{line}");
        assert_eq!(fields(&behind), fields(&alone), "{line}");
        assert!(
            behind.body == alone.body,
            "{line}: {} bytes",
            behind.body.len()
        );
    }
}

async fn visit(address: std::net::SocketAddr, ask: &Ask) -> Received {
    wire::send(address, ask.request(&[])).await.unwrap()
}

/// The fields that don't speak of the connection (RFC 9110 §7.6.1), of the time, or of the request,
/// which the proxy names; the values of one name in their order.
fn fields(received: &Received) -> Vec<(String, Vec<Vec<u8>>)> {
    let names = received
        .headers
        .keys()
        .filter(|name| **name != header::DATE);
    let names = names.filter(|name| **name != header::CONNECTION && *name != "x-request-id");
    let values = |name| {
        received
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.as_bytes().to_vec())
    };
    let mut fields: Vec<_> = names
        .map(|name| (name.to_string(), values(name).collect()))
        .collect();
    fields.sort();
    fields
}
