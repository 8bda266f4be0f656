//! tonic: documents beside gRPC on one port.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tower_cds::CdsLayer;

use crate::support::{DOCUMENT, Published, Received, WELL_KNOWN, ask, ask_http2, listen};

/// The health service, with documents in front of it, until the test ends.
async fn serve(accept_http1: bool) -> SocketAddr {
    let (listener, address) = listen().await;
    let (_, health) = tonic_health::server::health_reporter();
    let server = Server::builder()
        .accept_http1(accept_http1)
        .layer(CdsLayer::new(Published))
        .add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

async fn get(address: SocketAddr) -> Received {
    let request = Request::get(format!("http://portal.test{WELL_KNOWN}"));
    ask_http2(address, request.body(Full::default()).unwrap()).await
}

#[tokio::test]
async fn tonic_publishes_documents_over_http2() {
    let answer = get(serve(false).await).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, DOCUMENT));
}

#[tokio::test]
async fn tonic_publishes_documents_over_http1_where_it_is_accepted() {
    let answer = ask(serve(true).await, Method::GET, WELL_KNOWN).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, DOCUMENT));
}

#[tokio::test]
async fn grpc_calls_go_through() {
    let channel = Channel::from_shared(format!("http://{}", serve(false).await)).unwrap();
    let mut client = HealthClient::new(channel.connect().await.unwrap());
    let answer = client.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    let unknown = client
        .check(HealthCheckRequest {
            service: "bills".into(),
        })
        .await;
    assert_eq!(unknown.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn grpc_trailers_go_through() {
    // An empty message: not compressed, length zero.
    let call = Request::post("http://portal.test/grpc.health.v1.Health/Check")
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::TE, "trailers")
        .body(Full::from(Bytes::from_static(&[0; 5])));
    let answer = ask_http2(serve(false).await, call.unwrap()).await;
    assert!(
        !answer.headers.contains_key("grpc-status"),
        "the status follows the message"
    );
    assert_eq!(answer.trailers.expect("trailers")["grpc-status"], "0");
    assert_eq!(answer.body.len(), 7);
}
