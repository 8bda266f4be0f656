//! The first thing a newcomer sees.

use std::path::Path;

use http::{Method, header};
use tempfile::TempDir;
use tests::field_client::crawl;
use tests::{Ask, Program, Running, eventually, wire};

const METADATA: &str = "/.well-known/cds-server-metadata.json";

async fn start(dir: &Path) -> (Running, std::net::SocketAddr) {
    let mut command = Program::CdsProxy.command();
    command
        .current_dir(dir)
        .args(["demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    let mut demo = Running::spawn(&mut command);
    demo.prints("Ctrl-C ends the demo").await;
    let address = demo.address_after(" is on http://").await;
    (demo, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sees_an_edit_served_and_a_mistake_refused() {
    let dir = TempDir::new().unwrap();
    let (mut demo, address) = start(dir.path()).await;
    let crawl = crawl(address).await;
    assert!(crawl.entries.len() > 1);
    assert!(crawl.resources > 1, "maps and territories");

    let file = dir.path().join("demo-site/cds-server-metadata.json");
    let first = std::fs::read_to_string(&file).unwrap();
    assert_eq!(wire::get(address, METADATA).await.text(), first);
    let edited = first.replace("Demo Gas", "Edited Gas");
    assert_ne!(edited, first);
    std::fs::write(&file, &edited).unwrap();
    demo.prints("Reloaded").await;
    assert_eq!(wire::get(address, METADATA).await.text(), edited);

    std::fs::write(&file, edited.replace("\"name\":", "\"name\"")).unwrap();
    let said = demo.prints("Refused").await;
    assert!(said.contains("json-syntax"), "{said}");
    assert!(said.contains("cds-server-metadata.json:"), "{said}");
    assert_eq!(wire::get(address, METADATA).await.text(), edited);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_that_the_demo_prints_works() {
    let dir = TempDir::new().unwrap();
    let (demo, _) = start(dir.path()).await;
    let said = demo.printed();
    let lines: Vec<_> = said
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("curl "))
        .collect();
    assert!(lines.len() >= 5, "{said}");
    for line in lines {
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap();
        let (authority, path) = url["http://".len()..].split_once('/').unwrap();
        let target: &'static str = String::leak(format!("/{path}"));
        let host: &'static str = String::leak(authority.to_owned());
        let ask = if line.contains(" -d ") {
            Ask::new(Method::POST, target)
                .with(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .carrying("user=ada&password=secret")
        } else {
            Ask::get(target)
        };
        let ask = ask.with(header::HOST, host);
        let received = wire::send(authority.parse().unwrap(), ask.request(&[]));
        let received = received
            .await
            .unwrap_or_else(|error| panic!("{line}: {error:#}"));
        assert!(
            received.status.is_success() || received.status.is_redirection(),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_keeps_what_was_edited_before() {
    let dir = TempDir::new().unwrap();
    let (mut demo, _) = start(dir.path()).await;
    let file = dir.path().join("demo-site/cds-server-metadata.json");
    let edited = std::fs::read_to_string(&file)
        .unwrap()
        .replace("Demo Gas", "Edited Gas");
    std::fs::write(&file, &edited).unwrap();
    demo.signal("INT");
    eventually("the demo ends on Ctrl-C", async || demo.ended()).await;
    let (_demo, address) = start(dir.path()).await;
    assert_eq!(wire::get(address, METADATA).await.text(), edited);
}
