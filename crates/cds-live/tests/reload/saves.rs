//! One file, saved in every way.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::thread;
use std::time::Duration;

use cds_live::{Options, Outcome};

use crate::documents::{coverage, entry, map, metadata};
use crate::site::{COVERAGE, Directory, Fixture, MAP, METADATA, all, seen, write, write_over};

#[test]
fn a_file_written_in_place_is_taken_up() {
    let fixture = Fixture::new();
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_file_truncated_and_written_slowly_is_never_served_half() {
    let fixture = Fixture::new();
    for (file, content) in [(MAP, map("2")), (METADATA, metadata("2"))] {
        let mut open = File::create(fixture.cds(file)).unwrap();
        for piece in content.as_bytes().chunks(content.len() / 12 + 1) {
            thread::sleep(Duration::from_millis(60));
            open.write_all(piece).unwrap();
        }
    }
    fixture.wait_for(["2", "1", "2"]);
    let map_first = [all("1"), seen(["1", "1", "2"]), seen(["2", "1", "2"])];
    let both = [all("1"), seen(["2", "1", "2"])];
    let served = fixture.served();
    assert!(served == map_first || served == both, "{served:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_writer_that_pauses_with_the_file_open_is_waited_for() {
    let fixture = Fixture::new();
    let content = map("2");
    let (first, second) = content.as_bytes().split_at(content.len() / 2);
    let mut open = OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(fixture.cds(MAP))
        .unwrap();
    open.write_all(first).unwrap();
    // Much longer than the quiet time.
    thread::sleep(Duration::from_secs(2));
    open.write_all(second).unwrap();
    drop(open);
    fixture.wait_for(["1", "1", "2"]);
    assert_eq!(fixture.served(), [all("1"), seen(["1", "1", "2"])]);
}

#[test]
fn a_new_file_is_not_taken_for_an_empty_one_before_its_first_byte() {
    // `rm map; generate > map`, where the program has to think first.
    let fixture = Fixture::new();
    fs::remove_file(fixture.cds(MAP)).unwrap();
    let mut open = File::create(fixture.cds(MAP)).unwrap();
    thread::sleep(Duration::from_secs(2));
    open.write_all(map("2").as_bytes()).unwrap();
    drop(open);
    fixture.wait_for(["1", "1", "2"]);
    assert_eq!(fixture.served(), [all("1"), seen(["1", "1", "2"])]);
}

#[test]
fn a_writer_that_never_closes_its_file_holds_nothing_up_for_ever() {
    let fixture = Fixture::new();
    let mut open = File::create(fixture.cds(MAP)).unwrap();
    open.write_all(map("2").as_bytes()).unwrap();
    fixture.wait_for(["1", "1", "2"]);
    assert_eq!(fixture.served(), [all("1"), seen(["1", "1", "2"])]);
    drop(open);
}

#[cfg(target_os = "linux")]
#[test]
fn a_swap_file_that_an_editor_keeps_open_is_not_waited_for() {
    let fixture = Fixture::new();
    let mut swap = File::create(fixture.cds(".cds-server-metadata.json.swp")).unwrap();
    let mut half_map = File::options().append(true).open(fixture.cds(MAP)).unwrap();
    swap.write_all(b"b0VIM").unwrap();
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.next(Outcome::Swapped);
    // While a map is being written, an edit waits for it.
    half_map.write_all(b"<!-- more -->").unwrap();
    write(&fixture.cds(METADATA), &metadata("3"));
    fixture.nothing_happens();
    drop(half_map);
    fixture.wait_for(["3", "1", "broken"]);
}

#[test]
fn a_file_renamed_over_twice_ends_with_the_second() {
    let fixture = Fixture::new();
    write_over(&fixture.cds(METADATA), &metadata("2"));
    write_over(&fixture.cds(METADATA), &metadata("3"));
    fixture.wait_for(["3", "1", "1"]);
    write_over(&fixture.cds(METADATA), &metadata("4"));
    fixture.wait_for(["4", "1", "1"]);
    let served = fixture.served();
    assert_eq!(served.first(), Some(&all("1")));
    assert!(
        served
            .iter()
            .all(|seen| seen[0] != "broken" && seen[1..] == all("1")[1..])
    );
}

#[test]
fn a_file_moved_away_and_created_anew_is_taken_up() {
    // vim with `backupcopy=no`.
    let fixture = Fixture::new();
    let path = fixture.cds(METADATA);
    write(&fixture.cds("4913"), "");
    fs::remove_file(fixture.cds("4913")).unwrap();
    fs::rename(&path, fixture.cds("cds-server-metadata.json~")).unwrap();
    write(&path, &metadata("2"));
    fs::remove_file(fixture.cds("cds-server-metadata.json~")).unwrap();
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_file_deleted_and_created_after_a_gap_is_never_missing() {
    // Five times as long is waited for a file that is gone: three seconds, even on a busy machine.
    let options = Options::new().quiet_time(Duration::from_millis(600));
    let fixture = Directory::with_site("1").open_with(&options);
    for (file, content) in [(METADATA, metadata("2")), (COVERAGE, coverage("2"))] {
        fs::remove_file(fixture.cds(file)).unwrap();
        thread::sleep(Duration::from_millis(900));
        write(&fixture.cds(file), &content);
    }
    fixture.wait_for(["2", "2", "1"]);
    let served = fixture.served();
    assert!(
        served
            .iter()
            .flatten()
            .all(|seen| seen == "1" || seen == "2"),
        "{served:?}"
    );
}

#[test]
fn a_metadata_object_that_stays_deleted_is_refused_and_the_last_good_one_stays() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.cds(METADATA)).unwrap();
    let reload = fixture.next(Outcome::Kept);
    assert_eq!(reload.changed.as_ref(), [METADATA]);
    assert_eq!(reload.report.findings()[0].message, "the file is missing");
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn files_that_are_added_and_removed_are_published_and_withdrawn() {
    let fixture = Fixture::new();
    write(&fixture.cds("coverage/east.json"), &entry("east", "2", ""));
    let reload = fixture.next(Outcome::Swapped);
    assert_eq!(reload.changed.as_ref(), ["coverage/east.json"]);
    write(
        &fixture.cds("coverage/north.json"),
        &entry("north", "2", ""),
    );
    fixture.next(Outcome::Swapped);
    fs::remove_file(fixture.cds("coverage/east.json")).unwrap();
    let reload = fixture.next(Outcome::Swapped);
    assert_eq!(reload.changed.as_ref(), ["coverage/east.json"]);
    fs::remove_dir_all(fixture.cds("coverage")).unwrap();
    let reload = fixture.next(Outcome::Swapped);
    assert_eq!(reload.changed.as_ref(), ["coverage/north.json"]);
    assert_eq!(fixture.live.status().generation, 5);
}

#[test]
fn new_content_of_the_same_size_and_time_is_taken_up() {
    let fixture = Fixture::new();
    let path = fixture.cds(METADATA);
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    (&file).write_all(metadata("2").as_bytes()).unwrap();
    file.set_modified(time).unwrap();
    drop(file);
    fixture.wait_for(["2", "1", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
}

#[test]
fn a_change_during_the_start_is_not_lost() {
    for _ in 0..10 {
        let directory = Directory::with_site("1");
        let path = directory.cds(METADATA);
        let writer = thread::spawn(move || write_over(&path, &metadata("2")));
        let fixture = directory.open();
        writer.join().unwrap();
        fixture.wait_for(["2", "1", "1"]);
    }
}

#[test]
fn several_files_written_together_are_taken_up_as_one() {
    let fixture = Fixture::new();
    fixture.directory.write_site("cds", "2");
    fixture.wait_for(["2", "2", "2"]);
    assert_eq!(fixture.served(), [all("1"), all("2")]);
}

#[test]
fn a_storm_of_events_reloads_at_a_bounded_rate() {
    let fixture = Fixture::new();
    let mut writes = 0;
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        write(&fixture.cds("notes.txt"), "irrelevant");
        write_over(&fixture.cds(METADATA), &metadata(&format!("{writes}")));
        writes += 1;
    }
    write_over(&fixture.cds(METADATA), &metadata("last"));
    fixture.wait_for(["last", "1", "1"]);
    // Each reload needs files that have stood still for 150 ms, so there can't be more than 14
    // in two seconds, however many writes there are.
    let generation = fixture.live.status().generation;
    assert!(generation < 16, "{generation} reloads for {writes} writes");
    assert!(fixture.served().iter().all(|seen| seen[0] != "broken"));
}
