//! What is ours is answered from the site.

use super::support::{Client, Portal, Proxy, SiteDir, eventually, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

#[test]
fn a_document_is_served_as_written_and_never_asked_of_the_portal() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    let response = client.get(WELL_KNOWN);
    assert_eq!(response.status, 200);
    assert_eq!(response.text(), site.metadata());
    assert_eq!(
        response.field("content-type"),
        Some("application/json;charset=UTF-8")
    );
    assert!(response.field("date").is_some());
    assert_eq!(response.field("server"), None);

    let head = client.ask(&format!("HEAD {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_eq!(head.status, 200);
    assert_eq!(
        head.field("content-length"),
        response.field("content-length")
    );

    let etag = response.field("etag").unwrap();
    let unchanged = client.ask(&format!(
        "GET {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\nIf-None-Match: {etag}\r\n\r\n"
    ));
    assert_eq!(unchanged.status, 304);
    assert_eq!(unchanged.field("etag"), Some(etag));
    // The same connection all the way.
    assert_eq!(client.get(WELL_KNOWN).status, 200);
    assert!(portal.is_untouched());
}

#[test]
fn an_absolute_target_is_the_same_path() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let response = Client::connect(proxy.address).ask(&format!(
        "GET http://utility.example{WELL_KNOWN} HTTP/1.1\r\nHost: utility.example\r\n\r\n"
    ));
    assert_eq!(response.text(), site.metadata());
    assert!(portal.is_untouched());
}

#[test]
fn a_small_body_is_read_away_and_the_connection_kept() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    let bodies = [
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ];
    for body in bodies {
        let response = client.ask(&format!("POST {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\n{body}"));
        assert_eq!(response.status, 405);
        assert!(response.field("allow").is_some());
        assert_eq!(response.field("connection"), Some("keep-alive"));
    }
    assert_eq!(client.get(WELL_KNOWN).status, 200);
}

#[test]
fn a_large_body_closes_the_connection_and_the_answer_arrives() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.send(
        format!("POST {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n")
            .as_bytes(),
    );
    client.send(&vec![b'x'; 500_000]);
    let response = client.response(false);
    assert_eq!(response.status, 405);
    assert_eq!(response.field("connection"), Some("close"));
    assert!(client.is_closed());
}

#[test]
fn a_client_that_waits_to_be_told_to_go_on_gets_the_answer() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let response = Client::connect(proxy.address).ask(&format!(
        "POST {WELL_KNOWN} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    ));
    assert_eq!(response.status, 405);
    assert_eq!(response.field("connection"), Some("close"));
}

#[test]
fn an_edit_is_served_and_a_mistake_is_not() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    site.rename_utility("Renamed Utility");
    eventually("the edit is served", || {
        get(proxy.address, WELL_KNOWN)
            .text()
            .contains("Renamed Utility")
            .then_some(())
    });
    proxy.wait_for_log("swapped");

    site.write("{");
    proxy.wait_for_log("what was served still is");
    assert!(proxy.log().contains("json-syntax"), "{}", proxy.log());
    assert!(
        get(proxy.address, WELL_KNOWN)
            .text()
            .contains("Renamed Utility")
    );
}
