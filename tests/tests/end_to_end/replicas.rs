//! Any number of replicas, of any kind, say the same.

use std::collections::BTreeMap;

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG};
use tests::scenarios::all;
use tests::{Ask, Fixture, Kind, Outcome, Received, Target};

/// The same files give the same entity tags everywhere, so a load balancer may change its mind.
#[tokio::test(flavor = "multi_thread")]
async fn entity_tags_are_the_same_whoever_answers_and_others_for_each_coding() {
    let mut tags: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for kind in Kind::ALL {
        let target = Target::start(kind, Fixture::Demo).await;
        for path in published() {
            for accepted in ["identity", "zstd", "br", "gzip"] {
                let received = ask(&target, path, accepted).await;
                let coding = received.headers.get(CONTENT_ENCODING);
                let coding = coding.map_or("plain", |coding| coding.to_str().unwrap());
                tags.entry((path, coding.to_owned()))
                    .or_default()
                    .push(received.field(&ETAG).to_owned());
            }
        }
    }
    let codings = |path| tags.keys().filter(|(known, _)| *known == path).count();
    assert_eq!(codings("/cds/coverage.json"), 4);
    for (representation, tags) in &tags {
        let are_same = tags.iter().all(|tag| *tag == tags[0]);
        assert!(are_same, "{representation:?}: {tags:?}");
    }
    let mut different: Vec<_> = tags.values().map(|tags| &tags[0]).collect();
    different.sort();
    different.dedup();
    assert_eq!(
        different.len(),
        tags.len(),
        "two representations with one tag"
    );
}

/// The paths that the demo fixture publishes.
fn published() -> [&'static str; 10] {
    [
        "/.well-known/cds-server-metadata.json",
        "/.well-known/oauth-authorization-server",
        "/cds/coverage.json",
        "/docs/data%20access.html",
        "/maps/caf%C3%A9.svg",
        "/maps/west.json",
        "/maps/west.png",
        "/partners/cds.json",
        "/partners/coverage.json",
        "/partners/solar.geojson",
    ]
}

/// Guards the list above: a published path that no scenario asks for would be untested.
#[test]
fn every_published_path_has_a_scenario() {
    for path in published() {
        assert!(
            all().iter().any(|scenario| scenario.ask.target == path),
            "{path}"
        );
    }
}

async fn ask(target: &Target, path: &'static str, accepted: &'static str) -> Received {
    match target
        .ask(&Ask::get(path).with(ACCEPT_ENCODING, accepted))
        .await
    {
        Outcome::Answered(received) => received,
        other => panic!("{path}: {other:?}"),
    }
}
