//! One list of scenarios, every adapter.

use tests::Kind;
use tests::scenarios::run;

#[tokio::test(flavor = "multi_thread")]
async fn a_site_in_memory_answers_as_listed() {
    run(Kind::Site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_on_axum_answers_as_listed() {
    run(Kind::Axum).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_under_hyper_answers_as_listed() {
    run(Kind::Hyper).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_answers_as_listed() {
    run(Kind::Proxy).await;
}
