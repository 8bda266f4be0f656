//! Symbolic links on the way to the files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::documents::metadata;
use crate::site::{COVERAGE, Directory, Fixture, METADATA, all, seen, write};

/// Points a link elsewhere in one step, as kubelet and git-sync do.
fn retarget(link: &Path, target: &str) {
    let beside = link.parent().unwrap().join("..beside");
    symlink(target, &beside).unwrap();
    fs::rename(&beside, link).unwrap();
}

/// A ConfigMap volume: every name leads through `..data` to a directory of its own.
fn configmap() -> Fixture {
    let directory = Directory::empty();
    directory.write_site("cds/..2026_1", "1");
    symlink("..2026_1", directory.cds("..data")).unwrap();
    for name in [METADATA, COVERAGE, "public"] {
        symlink(format!("..data/{name}"), directory.cds(name)).unwrap();
    }
    let fixture = directory.open();
    fixture.wait_for(["1", "1", "1"]);
    fixture
}

/// What kubelet does for a new version.
fn publish(fixture: &Fixture, version: &str, before: &str) {
    fixture
        .directory
        .write_site(&format!("cds/..2026_{version}"), version);
    retarget(&fixture.cds("..data"), &format!("..2026_{version}"));
    fs::remove_dir_all(fixture.cds(&format!("..2026_{before}"))).unwrap();
}

#[test]
fn a_configmap_is_taken_up_as_one_again_and_again() {
    let fixture = configmap();
    for (version, before) in [("2", "1"), ("3", "2"), ("4", "3")] {
        publish(&fixture, version, before);
        fixture.wait_for([version; 3]);
    }
    assert_eq!(fixture.served(), [all("1"), all("2"), all("3"), all("4")]);
}

#[test]
fn a_configmap_swapped_twice_quickly_ends_with_the_second_and_is_never_mixed() {
    let fixture = configmap();
    publish(&fixture, "2", "1");
    publish(&fixture, "3", "2");
    fixture.wait_for(["3", "3", "3"]);
    let served = fixture.served();
    let one_by_one = [all("1"), all("2"), all("3")];
    assert!(
        served == one_by_one || served == [all("1"), all("3")],
        "{served:?}"
    );
}

#[test]
fn a_link_to_a_worktree_may_be_pointed_to_another() {
    // git-sync: the site directory is a link, or is below one.
    for below in ["", "sub/dir"] {
        let directory = Directory::empty();
        let site = |hash: &str| Path::new(".worktrees").join(hash).join(below);
        directory.write_site(site("aaa").to_str().unwrap(), "1");
        symlink(".worktrees/aaa", directory.path("link")).unwrap();
        symlink(Path::new("link").join(below), directory.path("cds")).unwrap();
        let fixture = directory.open();
        fixture.wait_for(["1", "1", "1"]);

        fixture
            .directory
            .write_site(site("bbb").to_str().unwrap(), "2");
        retarget(&fixture.directory.path("link"), ".worktrees/bbb");
        fs::remove_dir_all(fixture.directory.path(".worktrees/aaa")).unwrap();
        fixture.wait_for(["2", "2", "2"]);

        let path = fixture.directory.path("").join(site("bbb")).join(METADATA);
        write(&path, &metadata("3"));
        fixture.wait_for(["3", "2", "2"]);
        assert_eq!(
            fixture.served(),
            [all("1"), all("2"), seen(["3", "2", "2"])]
        );
    }
}

#[test]
fn a_parent_that_is_a_link_may_be_pointed_elsewhere() {
    let directory = Directory::empty();
    directory.write_site("blue/cds", "1");
    directory.write_site("green/cds", "2");
    symlink("blue", directory.path("live")).unwrap();
    let live = cds_live::LiveSite::open(directory.path("live/cds")).unwrap();
    let reader = crate::reader::Reader::start(live.clone());
    retarget(&directory.path("live"), "green");
    crate::site::until(
        || crate::reader::look(&live.site()) == all("2"),
        || format!("{:?}", live.status()),
    );
    assert_eq!(reader.finish(), [all("1"), all("2")]);
}

#[test]
fn a_link_that_leads_outside_is_refused_while_the_site_is_served() {
    let fixture = Fixture::new();
    write(&fixture.directory.path("secret.json"), &metadata("secret"));
    fs::remove_file(fixture.cds(METADATA)).unwrap();
    symlink("../secret.json", fixture.cds(METADATA)).unwrap();
    let reload = fixture.next(cds_live::Outcome::Kept);
    assert_eq!(reload.report.findings().len(), 1, "{:?}", reload.report);
    assert_eq!(reload.report.findings()[0].rule.slug, "file-unreadable");
    assert_eq!(fixture.served(), [all("1")]);
}
