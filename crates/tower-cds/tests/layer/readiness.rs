//! Inner services that make callers wait, and what that does to documents.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};
use tower::buffer::Buffer;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cds::CdsLayer;

use crate::support::{DOCUMENT, Published, Received, WELL_KNOWN};

const DEADLINE: Duration = Duration::from_secs(30);

/// A portal that holds every request until the gate has a permit for it.
fn gated(
    gate: Arc<Semaphore>,
) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible, Future: Send + 'static>
+ Clone {
    service_fn(move |_| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire()
                .await
                .expect("the gate is never closed")
                .forget();
            Ok(Response::new(String::from("portal")))
        }
    })
}

fn page() -> Request<()> {
    Request::get("/").body(()).unwrap()
}

fn document() -> Request<()> {
    Request::get(WELL_KNOWN).body(()).unwrap()
}

#[tokio::test]
async fn a_document_waits_while_the_inner_service_is_at_its_limit() {
    let gate = Arc::new(Semaphore::new(0));
    let mut service = CdsLayer::new(Published).layer(ConcurrencyLimit::new(gated(gate.clone()), 1));
    let held = tokio::spawn(service.ready().await.unwrap().call(page()));
    // Polled once: the layer can't know yet that a document is going to be asked for.
    assert!(at_first_poll(service.ready()).await.is_none());
    gate.add_permits(1);
    held.await.unwrap().unwrap();
    let ready = timeout(DEADLINE, service.ready())
        .await
        .expect("ready again")
        .unwrap();
    let response = ready.call(document()).await.unwrap();
    assert_eq!(Received::from_response(response).await.text(), DOCUMENT);
}

#[tokio::test]
async fn documents_never_use_up_the_inner_limit() {
    let gate = Arc::new(Semaphore::new(100));
    let limited = ConcurrencyLimit::new(gated(gate), 1);
    let service = CdsLayer::new(Published).layer(limited);
    let mut answers = Vec::new();
    for _ in 0..10 {
        // Each clone takes the one permit to become ready, and has to give it back when dropped.
        let response = timeout(DEADLINE, service.clone().oneshot(document()));
        answers.push(response.await.expect("the permit came back").unwrap());
    }
    let response = timeout(DEADLINE, service.oneshot(page()))
        .await
        .expect("the permit came back");
    assert_eq!(
        Received::from_response(response.unwrap()).await.text(),
        "portal"
    );
}

#[tokio::test]
async fn a_buffer_keeps_its_reserved_place_for_the_next_request() {
    let gate = Arc::new(Semaphore::new(100));
    let mut service = CdsLayer::new(Published).layer(Buffer::new(gated(gate), 1));
    for _ in 0..10 {
        for (request, text) in [(document(), DOCUMENT), (page(), "portal")] {
            let ready = timeout(DEADLINE, service.ready())
                .await
                .expect("a free place")
                .unwrap();
            let response = ready.call(request).await.unwrap();
            assert_eq!(Received::from_response(response).await.text(), text);
        }
    }
}

#[tokio::test]
async fn a_document_is_answered_while_the_inner_service_sheds_load() {
    let gate = Arc::new(Semaphore::new(0));
    let shedding = LoadShed::new(ConcurrencyLimit::new(gated(gate.clone()), 1));
    let mut service = CdsLayer::new(Published).layer(shedding);
    let held = tokio::spawn(service.ready().await.unwrap().call(page()));
    let shed = service.ready().await.unwrap().call(page()).await;
    assert!(shed.is_err(), "the limit is used up");
    let response = service
        .ready()
        .await
        .unwrap()
        .call(document())
        .await
        .unwrap();
    assert_eq!(Received::from_response(response).await.text(), DOCUMENT);
    gate.add_permits(1);
    assert!(held.await.unwrap().is_ok());
}

/// The result if it is there at the first poll.
async fn at_first_poll<F: Future>(future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = std::future::ready(()) => None,
    }
}
