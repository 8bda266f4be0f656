//! Documents that come from a database instead of files.

use http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderName, Method};
use tests::{Ask, Publisher, Received, eventually};

const METADATA: &str = "/.well-known/cds-server-metadata.json";
const COVERAGE: &str = "/cds-coverage.json";

async fn change(publisher: &Publisher, row: &'static str, change: &'static str) -> u16 {
    let ask = Ask::new(Method::POST, row);
    let ask = ask.with(CONTENT_TYPE, "application/json").carrying(change);
    publisher.ask(&ask).await.status.as_u16()
}

/// The listing once an entry has this name.
async fn listed(publisher: &Publisher, name: &str) -> Received {
    eventually("the change is published", async || {
        let received = publisher.get(COVERAGE).await;
        let is_there = received.status == 200 && received.text().contains(name);
        is_there.then_some(received)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_changes_is_published_and_one_that_is_wrong_is_not() {
    let mut publisher = Publisher::database().await;
    let first = listed(&publisher, "Western customers").await;
    assert_eq!(publisher.get("/").await.status, 200);
    assert_eq!(
        publisher.get(METADATA).await.json()["capabilities"][0],
        "coverage"
    );

    assert_eq!(change(&publisher, "/territories/north", "{}").await, 404);
    let renamed = r#"{ "name": "Everyone in the west" }"#;
    assert_eq!(change(&publisher, "/territories/west", renamed).await, 204);
    let second = listed(&publisher, "Everyone in the west").await;
    let tag = |received: &Received| field(received, &ETAG);
    assert_ne!(tag(&second), tag(&first));
    let ids: Vec<_> = second.json()["coverage_entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["west", "east"], "the newest comes first");

    let wrong = r#"{ "name": "Nobody", "country": "USA" }"#;
    assert_eq!(change(&publisher, "/territories/east", wrong).await, 204);
    let told = publisher.process.prints("not published").await;
    // The row's line, and what is wrong with it.
    assert!(told.contains("cds-coverage.json:2:"), "{told}");
    assert!(told.contains("invalid-country"), "{told}");
    let still = publisher.get(COVERAGE).await;
    for name in [ETAG, LAST_MODIFIED] {
        assert_eq!(field(&still, &name), field(&second, &name));
    }

    assert_eq!(
        change(&publisher, "/territories/east", r#"{ "country": "CA" }"#).await,
        204
    );
    listed(&publisher, "Nobody").await;
}

fn field(received: &Received, name: &HeaderName) -> String {
    received.field(name).to_owned()
}
