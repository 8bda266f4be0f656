//! Sites behind symbolic links.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use cds_live::{LiveSites, State};

use crate::fixture::{Directory, Reader, served, until, write_site};

fn retarget(link: &Path, target: &str) {
    let beside = link.with_extension("new");
    symlink(target, &beside).unwrap();
    fs::rename(beside, link).unwrap();
}

#[test]
fn a_site_may_be_a_link_that_is_pointed_elsewhere() {
    let directory = Directory::empty();
    for version in ["1", "2"] {
        write_site(
            &directory.outer(&format!("versions/{version}")),
            "east.example",
            version,
        );
    }
    symlink("../versions/1", directory.sites("east.example")).unwrap();
    let fixture = directory.open();
    let reader = Reader::start(&fixture.live, "east.example");
    fixture.wait_for("east.example", "1");
    retarget(&fixture.sites("east.example"), "../versions/2");
    fixture.wait_for("east.example", "2");
    // What is behind the link is watched too.
    write_site(&fixture.directory.outer("versions/2"), "east.example", "3");
    fixture.wait_for("east.example", "3");
    assert_eq!(reader.finish(), ["1", "2", "3"]);
}

#[test]
fn all_sites_may_be_behind_one_link_as_git_sync_has_it() {
    let directory = Directory::empty();
    for version in ["1", "2"] {
        for host in ["east.example", "west.example"] {
            let site = directory.outer(&format!("worktrees/{version}/{host}"));
            write_site(&site, host, version);
        }
    }
    let link = directory.outer("current");
    symlink("worktrees/1", &link).unwrap();
    let live = LiveSites::open(&link).unwrap();
    let reader = Reader::start(&live, "west.example");
    assert_eq!(served(&live, "east.example"), "1");
    retarget(&link, "worktrees/2");
    for host in ["east.example", "west.example"] {
        until(
            || served(&live, host) == "2",
            || format!("{:?}", live.statuses()),
        );
    }
    assert_eq!(reader.finish(), ["1", "2"]);
}

#[test]
fn a_link_that_leads_nowhere_is_a_failing_site_until_there_is_something() {
    let directory = Directory::empty();
    symlink("../later", directory.sites("east.example")).unwrap();
    let fixture = directory.open();
    assert_eq!(fixture.state("east.example"), Some(State::Failing));
    assert!(fixture.findings("east.example")[0].contains("no such directory"));
    write_site(&fixture.directory.outer("later"), "east.example", "1");
    fixture.wait_for("east.example", "1");
}
