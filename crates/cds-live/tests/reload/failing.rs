//! Mistakes: reported, never served, and mended.

use std::fs;
use std::time::Duration;

use cds_live::{LiveSite, Options, Outcome, State};
use cds_site::Report;

use crate::documents::metadata;
use crate::site::{COVERAGE, Directory, Fixture, METADATA, all, seen, until, write, write_over};

fn rules(report: &Report) -> Vec<&'static str> {
    report
        .findings()
        .iter()
        .map(|finding| finding.rule.slug)
        .collect()
}

#[test]
fn a_mistake_is_reported_once_and_mended_later() {
    let fixture = Fixture::new();
    write(&fixture.cds(METADATA), "{ \"name\": ");
    let reload = fixture.next(Outcome::Kept);
    assert!(reload.serving);
    assert_eq!(rules(&reload.report), ["json-syntax"]);
    assert_eq!(fixture.live.status().state, State::Failing);
    fixture.nothing_happens();

    write_over(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    let status = fixture.live.status();
    assert_eq!((status.state, status.generation), (State::Good, 2));
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_mistake_that_is_taken_back_changes_nothing() {
    let fixture = Fixture::new();
    let loaded_at = fixture.live.status().loaded_at;
    write(&fixture.cds(METADATA), "[]");
    fixture.next(Outcome::Kept);
    write(&fixture.cds(METADATA), &metadata("1"));
    fixture.next(Outcome::Unchanged);
    let status = fixture.live.status();
    assert_eq!((status.state, status.generation), (State::Good, 1));
    assert_eq!(status.loaded_at, loaded_at);
    assert_eq!(fixture.served(), [all("1")]);
}

#[test]
fn a_site_that_is_bad_at_the_start_is_unavailable_until_it_is_mended() {
    let directory = Directory::with_site("1");
    write(&directory.cds(METADATA), "");
    let fixture = directory.open();
    assert_eq!(fixture.live.status().state, State::Failing);
    assert_eq!(fixture.live.status().generation, 0);
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    let served = fixture.served();
    assert_eq!(served[0][0], "503");
    assert_eq!(served[1..], [seen(["2", "1", "1"])]);
}

#[test]
fn every_kind_of_bad_content_is_refused() {
    let fixture = Fixture::new();
    let nested = format!("{{\"x\": {}", "[".repeat(100_000));
    let bad: [&[u8]; 6] = [
        b"",
        b"[]",
        b"\xef\xbb\xbf{}",
        b"{\"name\": \"\xff\"}",
        nested.as_bytes(),
        b"null",
    ];
    for content in bad {
        fs::write(fixture.cds(METADATA), content).unwrap();
        let reload = fixture.next(Outcome::Kept);
        assert!(reload.report.has_errors());
    }
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_fifo_or_directory_in_place_of_a_document_is_refused_without_hanging() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.cds(METADATA)).unwrap();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        fixture.cds(METADATA),
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    assert_eq!(
        rules(&fixture.next(Outcome::Kept).report),
        ["file-unreadable"]
    );
    fs::remove_file(fixture.cds(METADATA)).unwrap();
    fs::create_dir(fixture.cds(METADATA)).unwrap();
    assert_eq!(
        rules(&fixture.next(Outcome::Kept).report),
        ["file-unreadable"]
    );
    fs::remove_dir(fixture.cds(METADATA)).unwrap();
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_file_that_grows_beyond_the_limit_is_refused() {
    let mut limits = cds_live::Limits::new();
    limits.document_size = 4096;
    let fixture = Directory::with_site("1").open_with(&Options::new().limits(limits));
    fixture.wait_for(["1", "1", "1"]);
    write(&fixture.cds(COVERAGE), &" ".repeat(4097));
    assert_eq!(
        rules(&fixture.next(Outcome::Kept).report),
        ["file-unreadable"]
    );
    assert_eq!(fixture.served(), [all("1")]);
}

#[test]
fn a_file_that_never_stands_still_is_named_to_who_asks() {
    // A busy machine may not let the writer write for a while.
    let options = Options::new().quiet_time(Duration::from_secs(2));
    let fixture = Directory::with_site("1").open_with(&options);
    let path = fixture.cds(METADATA);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let (begun, has_begun) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                number += 1;
                write_over(&path, &metadata(&format!("never {number}")));
                let _ = begun.send(());
                std::thread::sleep(Duration::from_millis(20));
            }
            write_over(&path, &metadata("2"));
        });
        has_begun.recv().unwrap();
        let reload = fixture.live.reload();
        // It is in the status too, for whoever didn't ask.
        assert_eq!(*fixture.live.status().changing, [METADATA]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(reload.outcome, Outcome::Kept);
        let [finding] = reload.report.findings() else {
            panic!("{reload:?}")
        };
        assert_eq!(finding.file, METADATA);
        assert!(finding.message.contains("goes on changing"), "{finding}");
    });
    fixture.wait_for(["2", "1", "1"]);
    until(
        || fixture.live.status().changing.is_empty(),
        || format!("{:?}", fixture.live.status()),
    );
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_relative_directory_is_found_wherever_the_program_goes() {
    // Other tests run in this process, so the working directory stays as it is.
    let directory = tempfile::tempdir_in(".").unwrap();
    let relative = Path::new(directory.path().file_name().unwrap());
    write(
        &relative.join(METADATA),
        &metadata("1").replace("\"coverage\"", "\"oauth\""),
    );
    let live = LiveSite::open(relative).unwrap();
    assert!(live.directory().is_absolute());
    assert!(live.directory().ends_with(relative));
}

use std::path::Path;
