//! Another user's permissions, and limits of the system.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::documents::metadata;
use crate::other_process::{Child, OtherProcess};
use crate::site::{Directory, METADATA, write, write_over};

/// The user that owns nothing.
const NOBODY: u32 = 65534;

fn mode(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Says that the machine doesn't let a test do what it is about. Where it is known to,
/// `CDS_TESTS_NO_SKIP` makes that a failure.
fn skip(why: &str) {
    assert!(
        std::env::var_os("CDS_TESTS_NO_SKIP").is_none(),
        "CDS_TESTS_NO_SKIP is set, and {why}"
    );
    eprintln!("skipped: {why}");
}

/// This test's binary where any user can run it.
fn binary(directory: &Directory) -> PathBuf {
    let copy = directory.path("binary");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    mode(&copy, 0o755);
    copy
}

#[test]
fn a_file_whose_permission_is_taken_and_restored_is_reported_and_taken_up() {
    let directory = Directory::with_site("1");
    mode(&directory.path(""), 0o755);
    let mut command = Command::new(binary(&directory));
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut other = match OtherProcess::start(command, Child::OfSite, &directory.cds("")) {
        Ok(other) => other,
        Err(error) => return skip(&format!("can't become another user: {error}")),
    };
    other.line_with("begin Good").unwrap();

    mode(&directory.cds(METADATA), 0o000);
    let line = other.line_with("kept").unwrap();
    assert!(
        line.contains("the permissions don't let this program read it"),
        "{line}"
    );
    mode(&directory.cds(METADATA), 0o644);
    other.line_with("unchanged").unwrap();

    mode(&directory.cds("public"), 0o000);
    let line = other.line_with("kept").unwrap();
    assert!(line.contains("public: error[file-unreadable]"), "{line}");
    mode(&directory.cds("public"), 0o755);
    other.line_with("unchanged").unwrap();

    mode(&directory.cds(""), 0o000);
    let line = other.line_with("kept").unwrap();
    assert!(
        line.contains("the permissions don't let this program read it"),
        "{line}"
    );
    mode(&directory.cds(""), 0o755);
    other.line_with("unchanged").unwrap();
}

/// Runs the other process in a user namespace of its own, where `limit` is `value`.
fn with_limit(
    directory: &Directory,
    child: Child,
    limit: &str,
    value: &str,
) -> Option<OtherProcess> {
    // Of the namespace: those under /proc/sys/fs/inotify are of the whole machine.
    let script = format!("echo {value} > /proc/sys/user/{limit} && exec \"$@\"");
    let namespace = |program: &str| {
        let mut command = Command::new("unshare");
        command.args([
            "--user",
            "--map-root-user",
            "sh",
            "-c",
            &script,
            "sh",
            program,
        ]);
        command
    };
    let works = namespace("true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !works.is_ok_and(|status| status.success()) {
        skip("no user namespace with limits of its own can be had here");
        return None;
    }
    let binary = binary(directory);
    let command = namespace(binary.to_str()?);
    Some(OtherProcess::start(command, child, &directory.cds("")).unwrap())
}

#[test]
fn without_watchers_files_are_polled() {
    let directory = Directory::with_site("1");
    let Some(mut other) = with_limit(&directory, Child::OfSite, "max_inotify_instances", "0")
    else {
        return;
    };
    let line = other.line_with("begin Good").unwrap();
    assert!(line.contains("max_user_instances"), "{line}");
    write_over(&directory.cds(METADATA), &metadata("2"));
    other.line_with("swapped").unwrap();
}

#[test]
fn beyond_the_limit_on_watches_files_are_polled() {
    let directory = Directory::with_site("1");
    let Some(mut other) = with_limit(&directory, Child::OfSite, "max_inotify_watches", "2") else {
        return;
    };
    let line = other.line_with("begin Good").unwrap();
    assert!(line.contains("max_user_watches"), "{line}");
    write_over(&directory.cds(METADATA), &metadata("2"));
    other.line_with("swapped").unwrap();
}

#[test]
fn a_limit_that_is_reached_later_is_recovered_from() {
    let directory = Directory::with_site("1");
    let below = |number: usize| format!("cds/public/{number}/notes.txt");
    // Enough for the site, from the root of the file system down, and for little more.
    let own = directory.cds("public/maps").components().count();
    let limit = (own + 3).to_string();
    let watches = with_limit(&directory, Child::OfSite, "max_inotify_watches", &limit);
    let Some(mut other) = watches else {
        return;
    };
    let line = other.line_with("begin Good").unwrap();
    assert!(line.contains("Events"), "{line}");
    for number in 0..6 {
        write(&directory.path(&below(number)), "notes");
    }
    let line = other.line_with("Polling").unwrap();
    assert!(line.contains("max_user_watches"), "{line}");
    write_over(&directory.cds(METADATA), &metadata("2"));
    other.line_with("swapped Polling").unwrap();
    for number in 0..6 {
        fs::remove_dir_all(directory.cds(&format!("public/{number}"))).unwrap();
    }
    other.line_with("swapped Events").unwrap();
    write_over(&directory.cds(METADATA), &metadata("3"));
    other.line_with("swapped Events").unwrap();
}

#[test]
fn beyond_the_limit_on_watches_all_of_many_sites_are_polled() {
    let directory = Directory::empty();
    let name = |number: usize| format!("cds/site-{number}");
    for number in 0..30 {
        directory.write_site(&name(number), "1");
    }
    // Enough for the directory and some of the sites.
    let watches = with_limit(&directory, Child::OfSites, "max_inotify_watches", "20");
    let Some(mut other) = watches else {
        return;
    };
    let line = other.line_with("begin 30").unwrap();
    assert!(line.contains("max_user_watches"), "{line}");
    for number in [29, 0, 15] {
        let file = directory.path(&name(number)).join(METADATA);
        write_over(&file, &metadata("2"));
        other.line_with(&format!("site-{number} swapped")).unwrap();
    }
    directory.write_site(&name(30), "1");
    other.line_with("site-30 swapped").unwrap();
}
