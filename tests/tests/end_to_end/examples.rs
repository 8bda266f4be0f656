//! The examples as a person starts them.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use tests::{Fixture, Program, Publisher, SiteDir};

/// The examples that publish a site directory.
const EXAMPLES: [Program; 2] = [Program::AxumPortal, Program::HyperPortal];

/// All of them.
const ALL: [Program; 3] = [
    Program::AxumPortal,
    Program::HyperPortal,
    Program::DatabasePortal,
];

/// An example, and whatever its documents come from.
async fn start(example: Program, site: &SiteDir) -> Publisher {
    match example {
        Program::DatabasePortal => Publisher::database().await,
        example => Publisher::example(example, site.path()).await,
    }
}

#[tokio::test]
async fn an_example_serves_its_own_pages_beside_the_documents() {
    let site = SiteDir::of(Fixture::Demo);
    for example in EXAMPLES {
        let publisher = Publisher::example(example, site.path()).await;
        let front = publisher.get("/").await;
        assert_eq!(front.status, 200);
        assert!(front.text().contains("<h1>Demo Gas &amp; Electric</h1>"));
        let missing = publisher.get("/missing").await;
        assert_eq!(missing.status, 404);
        assert!(missing.text().contains("Page not found"));
        assert_eq!(publisher.status("/maps/west.png").await, 200);
    }
}

#[tokio::test]
async fn an_example_ends_on_ctrl_c_and_when_a_service_manager_asks() {
    let site = SiteDir::of(Fixture::Demo);
    for (example, signal) in ALL.into_iter().flat_map(|it| [(it, "INT"), (it, "TERM")]) {
        let publisher = start(example, &site).await;
        publisher.status("/").await;
        publisher.process.signal(signal);
        let output = publisher.process.finish();
        assert!(output.status.success(), "{example:?}: {output:?}");
    }
}

#[tokio::test]
async fn an_example_ends_although_a_client_never_finishes_its_request() {
    let site = SiteDir::of(Fixture::Demo);
    for example in ALL {
        let publisher = start(example, &site).await;
        let mut slow = TcpStream::connect(publisher.address).unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: a").unwrap();
        publisher.status("/").await;
        publisher.process.signal("TERM");
        let output = publisher.process.finish();
        assert!(output.status.success(), "{example:?}: {output:?}");
    }
}

#[test]
fn an_example_says_that_its_port_is_in_use() {
    let site = SiteDir::of(Fixture::Demo);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for example in EXAMPLES {
        let args = [
            "--listen",
            &address,
            "--site",
            site.path().to_str().unwrap(),
        ];
        let output = example.run(&args);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains(&format!("cannot listen on {address}")),
            "{said}"
        );
        assert!(said.contains("--listen"), "{said}");
    }
}

#[test]
fn an_example_says_which_arguments_are_missing() {
    for example in EXAMPLES {
        let output = example.run(&["--listen", "127.0.0.1:0"]);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("--site <DIR>"), "{said}");
    }
}
