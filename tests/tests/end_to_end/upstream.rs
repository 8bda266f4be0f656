//! The site and the portal don't depend on each other.

use http::header;
use tests::{Fixture, Publisher, Serving, SiteDir};

const METADATA: &str = "/.well-known/cds-server-metadata.json";

#[tokio::test]
async fn documents_answer_while_the_portal_is_down() {
    let site = SiteDir::of(Fixture::Demo);
    let portal = Serving::portal().await;
    let publisher = Publisher::proxy(site.path(), portal.address).await;
    assert_eq!(publisher.status("/bills").await, 418);
    drop(portal);
    assert_eq!(
        publisher.get(METADATA).await.text(),
        site.text("cds-server-metadata.json")
    );
    let failed = publisher.get("/bills").await;
    assert_eq!(failed.status, 502);
    assert_eq!(
        failed.field(&header::CONTENT_TYPE),
        "application/problem+json"
    );
    assert_eq!(failed.json()["status"], 502);
}

#[tokio::test]
async fn the_portal_answers_while_the_site_is_broken_and_after_it_is_mended() {
    let site = SiteDir::empty();
    let portal = Serving::portal().await;
    let publisher = Publisher::proxy(site.path(), portal.address).await;
    assert_eq!(publisher.status(METADATA).await, 503);
    assert_eq!(publisher.status("/bills").await, 418);
    site.write("cds-coverage.json", Fixture::Demo.read("cds-coverage.json"));
    site.write(
        "cds-server-metadata.json",
        Fixture::Demo.read("cds-server-metadata.json"),
    );
    tests::eventually("the site is taken up", async || {
        (publisher.status(METADATA).await == 200).then_some(())
    })
    .await;
    assert_eq!(publisher.status("/bills").await, 418);
}
