//! What a strict Client makes of the published documents.

use tests::field_client::{Commodity, crawl};
use tests::{Fixture, Program, Publisher, Serving, SiteDir};

async fn crawl_the_fixture(publisher: Publisher) {
    let crawl = crawl(publisher.address).await;
    assert_eq!(crawl.metadata.name, "Demo Gas & Electric");
    let ids: Vec<_> = crawl
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect();
    assert_eq!(ids, ["dge_elec_west", "dge_elec_east", "dge_gas"]);
    let sold = crawl
        .entries
        .iter()
        .flat_map(|entry| &entry.commodity_types);
    assert_eq!(
        sold.filter(|commodity| **commodity == Commodity::electricity)
            .count(),
        2
    );
    assert_eq!(crawl.resources, 3);
}

#[tokio::test]
async fn a_strict_client_crawls_the_proxy() {
    let (site, portal) = (SiteDir::of(Fixture::Demo), Serving::portal().await);
    crawl_the_fixture(Publisher::proxy(site.path(), portal.address).await).await;
}

#[tokio::test]
async fn a_strict_client_crawls_the_axum_portal() {
    let site = SiteDir::of(Fixture::Demo);
    crawl_the_fixture(Publisher::example(Program::AxumPortal, site.path()).await).await;
}

#[tokio::test]
async fn a_strict_client_crawls_the_hyper_portal() {
    let site = SiteDir::of(Fixture::Demo);
    crawl_the_fixture(Publisher::example(Program::HyperPortal, site.path()).await).await;
}
