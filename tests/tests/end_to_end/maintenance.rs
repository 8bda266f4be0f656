//! A maintenance that begins with an edit and ends by itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{ETAG, LAST_MODIFIED, RETRY_AFTER};
use tests::{Fixture, Publisher, Serving, SiteDir, eventually};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const METADATA: &str = "/.well-known/cds-server-metadata.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_maintenance_ends_by_itself_and_leaves_no_trace() {
    let (site, portal) = (SiteDir::of(Fixture::Demo), Serving::portal().await);
    let publisher = Publisher::proxy(site.path(), portal.address).await;
    let before = publisher.get(METADATA).await;

    // Long enough for a slow machine to see that it has begun.
    let end = whole_second(SystemTime::now() + Duration::from_secs(6));
    let datetime = OffsetDateTime::from(end).format(&Rfc3339).unwrap();
    site.write(
        "site.toml",
        format!("max_age = \"1m\"\nmaintenance = {datetime}"),
    );
    let down = eventually("the maintenance begins", async || {
        let received = publisher.get(METADATA).await;
        (received.status == 503).then_some(received)
    })
    .await;
    assert_eq!(down.field(&RETRY_AFTER), httpdate::fmt_http_date(end));
    assert_eq!(publisher.status("/maps/west.png").await, 503);
    assert_eq!(publisher.status("/bills").await, 418);

    let after = eventually("the maintenance ends", async || {
        let received = publisher.get(METADATA).await;
        (received.status == 200).then_some(received)
    })
    .await;
    assert!(SystemTime::now() >= end);
    assert_eq!(after.body, before.body);
    for name in [ETAG, LAST_MODIFIED] {
        assert_eq!(after.field(&name), before.field(&name));
    }
    assert_eq!(publisher.status("/maps/west.png").await, 200);
    let told = "the maintenance has ended";
    assert!(publisher.process.printed().contains(told));
}

fn whole_second(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}
