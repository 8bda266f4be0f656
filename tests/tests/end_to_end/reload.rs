//! Editing a file is deploying it, and a mistake is never served.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tests::{Ask, Fixture, Program, Publisher, Received, Serving, SiteDir, eventually, wire};

const METADATA: &str = "/.well-known/cds-server-metadata.json";
const COVERAGE: &str = "/cds/coverage.json";
const FILE: &str = "cds-server-metadata.json";

#[tokio::test(flavor = "multi_thread")]
async fn edits_reach_clients_of_the_proxy() {
    let (site, portal) = (SiteDir::of(Fixture::Demo), Serving::portal().await);
    let publisher = Publisher::proxy(site.path(), portal.address).await;
    edit(&site, publisher).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_reach_clients_of_the_axum_portal() {
    let site = SiteDir::of(Fixture::Demo);
    let publisher = Publisher::example(Program::AxumPortal, site.path()).await;
    edit(&site, publisher).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_reach_clients_of_the_hyper_portal() {
    let site = SiteDir::of(Fixture::Demo);
    let publisher = Publisher::example(Program::HyperPortal, site.path()).await;
    edit(&site, publisher).await;
}

/// One editing session, and a Client that never stops asking meanwhile.
async fn edit(site: &SiteDir, mut publisher: Publisher) {
    let first = site.text(FILE);
    let version = |name: &str| first.replace("Demo Gas & Electric", name);
    let reader = Reader::start(&publisher);
    let mut whole = BTreeSet::from([first.clone()]);

    // As careful editors write, twice in a row.
    site.replace(FILE, version("Skipped or not"));
    whole.insert(version("Skipped or not"));
    let tag = publisher
        .get(METADATA)
        .await
        .field(&http::header::ETAG)
        .to_owned();
    site.replace(FILE, version("Renamed over"));
    whole.insert(version("Renamed over"));
    let renamed = served(&publisher, &version("Renamed over")).await;
    assert_ne!(renamed.field(&http::header::ETAG), tag);

    // As a shell writes.
    site.write(FILE, version("Written in place"));
    whole.insert(version("Written in place"));
    served(&publisher, &version("Written in place")).await;

    // Two halves, by programs that close the file after each: the first is seen and refused.
    let slowly = version("Written slowly");
    let (start, end) = slowly.split_at(slowly.len() / 2);
    site.write(FILE, start);
    publisher.process.prints("json-syntax").await;
    let refused = times(&publisher, "json-syntax");
    append(site, end);
    whole.insert(slowly.clone());
    served(&publisher, &slowly).await;

    // By one program that keeps it open: the first half is not even a mistake.
    let open = version("Written with a pause");
    write_with_a_pause(site, &open);
    whole.insert(open.clone());
    let last_good = served(&publisher, &open).await;
    assert_eq!(times(&publisher, "json-syntax"), refused);

    // A mistake, and then another.
    site.write(FILE, first.replace("\"v1\",", "\"v1\",,"));
    eventually("the mistake is told", async || {
        (times(&publisher, "json-syntax") > refused).then_some(())
    })
    .await;
    site.replace(FILE, first.replace("\"name\"", "\"nam\""));
    publisher.process.prints("missing-field").await;
    let still = publisher.get(METADATA).await;
    assert_eq!(still.body, last_good.body);
    assert_eq!(
        still.headers[http::header::ETAG],
        last_good.headers[http::header::ETAG]
    );

    // Mended.
    site.write(FILE, version("Mended"));
    whole.insert(version("Mended"));
    served(&publisher, &version("Mended")).await;

    parts_come_and_go(site, &publisher).await;
    let seen = reader.stop().await;
    assert!(
        seen.is_subset(&whole),
        "served what nobody wrote: {:?}",
        seen.difference(&whole)
    );
    assert!(seen.contains(&version("Mended")));
}

async fn parts_come_and_go(site: &SiteDir, publisher: &Publisher) {
    let entry = site
        .text("coverage/east.json")
        .replace("dge_elec_east", "dge_elec_north");
    site.write("coverage/north.json", entry);
    listed(
        publisher,
        &[
            "dge_elec_west",
            "dge_elec_east",
            "dge_elec_north",
            "dge_gas",
        ],
    )
    .await;
    std::fs::remove_file(site.path().join("coverage/north.json")).unwrap();
    listed(publisher, &["dge_elec_west", "dge_elec_east", "dge_gas"]).await;
}

/// How often a publisher has printed `words`.
fn times(publisher: &Publisher, words: &str) -> usize {
    publisher.process.printed().matches(words).count()
}

fn append(site: &SiteDir, content: &str) {
    let mut options = OpenOptions::new();
    let mut file = options.append(true).open(site.path().join(FILE)).unwrap();
    file.write_all(content.as_bytes()).unwrap();
}

fn write_with_a_pause(site: &SiteDir, content: &str) {
    let (start, end) = content.as_bytes().split_at(content.len() / 2);
    let mut file = File::create(site.path().join(FILE)).unwrap();
    file.write_all(start).unwrap();
    // Much longer than files have to stand still that nobody has open.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    file.write_all(end).unwrap();
}

async fn served(publisher: &Publisher, document: &str) -> Received {
    eventually("the edit is served", async || {
        let received = publisher.get(METADATA).await;
        (received.body == document).then_some(received)
    })
    .await
}

async fn listed(publisher: &Publisher, expected: &[&str]) {
    eventually("the listing follows its parts", async || {
        let listing = publisher.get(COVERAGE).await.json();
        let entries = listing["coverage_entries"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry["id"].as_str().unwrap())
            .eq(expected.iter().copied())
            .then_some(())
    })
    .await;
}

/// Asks again and again, and remembers every document it got.
struct Reader {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<BTreeSet<String>>,
}

impl Reader {
    fn start(publisher: &Publisher) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, address) = (Arc::clone(&stop), publisher.address);
        let task = tokio::spawn(async move {
            let mut seen = BTreeSet::new();
            while !stopped.load(Ordering::Relaxed) {
                let request = Ask::get(METADATA).request(&[]);
                let received = wire::send(address, request).await.unwrap();
                assert_eq!(received.status, 200, "{received:?}");
                seen.insert(received.text().to_owned());
            }
            seen
        });
        Self { stop, task }
    }

    async fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}
