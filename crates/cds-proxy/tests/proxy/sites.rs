//! A directory of sites.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::support::{Client, METADATA, Portal, Proxy, command, eventually, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A directory of sites, which a test may spoil.
struct SitesDir {
    dir: TempDir,
}

impl SitesDir {
    /// With sites on the hosts that they are named after.
    fn with(names: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sites = Self { dir };
        for name in names {
            sites.write(name, name, "1");
        }
        sites
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, host: &str, version: &str) {
        let metadata = METADATA
            .replace("utility.example", host)
            .replace("Test Utility", version);
        fs::create_dir_all(self.path(name)).unwrap();
        fs::write(self.path(name).join("cds-server-metadata.json"), metadata).unwrap();
    }

    fn command(&self, portal: &Portal, args: &[&str]) -> Command {
        let mut command = command();
        command.args(["run", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
        command.args(["--upstream", &format!("http://{}", portal.address)]);
        command.arg("--sites").arg(self.dir.path()).args(args);
        command
    }

    fn serve(&self, portal: &Portal, args: &[&str]) -> Proxy {
        Proxy::spawn(self.command(portal, args))
    }
}

/// The version that is served on a host; none when the portal answers.
fn version(address: SocketAddr, host: &str) -> Option<String> {
    let request = format!("GET {WELL_KNOWN} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let response = Client::connect(address).ask(&request);
    let is_ours = response.field("content-type") == Some("application/json;charset=UTF-8");
    is_ours.then(|| response.json()["name"].as_str().unwrap().to_owned())
}

fn wait_for(address: SocketAddr, host: &str, wanted: Option<&str>) {
    eventually(&format!("{wanted:?} on {host}"), || {
        (version(address, host).as_deref() == wanted).then_some(())
    });
}

fn told(sites: &Value, name: &str) -> Value {
    let sites = sites["sites"].as_array().unwrap();
    let site = sites.iter().find(|site| site["name"] == name);
    site.unwrap_or_else(|| panic!("no {name} in {sites:?}"))
        .clone()
}

#[test]
fn each_site_answers_on_its_host_and_the_portal_on_all_others() {
    let (sites, portal) = (
        SitesDir::with(&["east.example", "west.example"]),
        Portal::new(),
    );
    sites.write("west.example", "west.example", "w");
    let proxy = sites.serve(&portal, &[]);
    assert_eq!(version(proxy.address, "east.example").as_deref(), Some("1"));
    assert_eq!(
        version(proxy.address, "WEST.example:80").as_deref(),
        Some("w")
    );
    assert_eq!(version(proxy.address, "north.example"), None);

    sites.write("east.example", "east.example", "2");
    wait_for(proxy.address, "east.example", Some("2"));
    sites.write("north.example", "north.example", "n");
    wait_for(proxy.address, "north.example", Some("n"));
    fs::remove_dir_all(sites.path("west.example")).unwrap();
    wait_for(proxy.address, "west.example", None);
}

#[test]
fn every_site_is_told_of_by_its_name() {
    let (sites, portal) = (
        SitesDir::with(&["east.example", "west.example"]),
        Portal::new(),
    );
    sites.write("zz", "east.example", "late");
    fs::write(sites.path("west.example/site.toml"), "max_agee = 1").unwrap();
    let proxy = sites.serve(&portal, &[]);
    proxy.wait_for_log("2 of 3 sites have errors");
    let overview = get(proxy.admin, "/sites").json();
    assert_eq!(
        (&overview["good"], &overview["failing"]),
        (&1.into(), &2.into())
    );
    assert!(overview.get("directory").is_none(), "{overview}");
    assert_eq!(told(&overview, "east.example")["state"], "good");
    assert_eq!(
        told(&overview, "west.example")["findings"][0]["rule"],
        "settings-invalid"
    );
    let late = told(&overview, "zz");
    let finding = &late["findings"][0];
    assert_eq!(finding["rule"], "route-conflict");
    assert_eq!(finding["file"], "cds-server-metadata.json");
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&3.into(), &25.into())
    );
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("the site `east.example`"), "{message}");
    assert!(proxy.log().contains("route-conflict"), "{}", proxy.log());
    assert!(
        proxy.log().contains(sites.path("zz").to_str().unwrap()),
        "{}",
        proxy.log()
    );

    let metrics = get(proxy.admin, "/metrics");
    for count in ["sites{state=\"good\"} 1\n", "sites{state=\"failing\"} 2\n"] {
        assert!(metrics.text().contains(count), "{}", metrics.text());
    }
    assert!(
        !metrics.text().contains("east.example"),
        "{}",
        metrics.text()
    );
}

#[test]
fn a_directory_of_sites_that_is_not_there_is_told_of_until_it_is() {
    let (sites, portal) = (SitesDir::with(&[]), Portal::new());
    let path = sites.path("later");
    let mut command = command();
    command.args(["run", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
    command.args(["--upstream", &format!("http://{}", portal.address)]);
    command.env("CDS_PROXY_SITES", &path);
    let proxy = Proxy::spawn(command);
    let overview = get(proxy.admin, "/sites").json();
    assert_eq!(overview["directory"][0]["rule"], "file-unreadable");
    assert_eq!(overview["sites"], serde_json::json!([]));
    let metrics = get(proxy.admin, "/metrics");
    let text = metrics.text();
    assert!(
        text.contains("cds_proxy_sites{state=\"failing\"} 1\n"),
        "{text}"
    );

    fs::create_dir(&path).unwrap();
    sites.write("later/east.example", "east.example", "1");
    wait_for(proxy.address, "east.example", Some("1"));
    let overview = get(proxy.admin, "/sites").json();
    assert!(overview.get("directory").is_none(), "{overview}");
}

#[test]
fn sites_may_be_bound_to_the_hosts_that_they_are_named_after() {
    let (sites, portal) = (SitesDir::with(&["east.example"]), Portal::new());
    sites.write("a-thief", "east.example", "stolen");
    let config = sites.path("cds-proxy.toml");
    let text = format!(
        "site.sites = \".\"\nsite.bind = \"directory\"\nupstream.url = \"http://{}\"\n\
         admin.address = \"127.0.0.1:0\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n",
        portal.address
    );
    fs::write(&config, text).unwrap();
    let mut command = command();
    command.arg("run").arg("--config").arg(&config);
    let proxy = Proxy::spawn(command);
    assert_eq!(version(proxy.address, "east.example").as_deref(), Some("1"));
    let overview = get(proxy.admin, "/sites").json();
    let thief = told(&overview, "a-thief");
    assert_eq!(thief["state"], "failing");
    assert_eq!(thief["findings"][0]["rule"], "host-not-allowed");
}

#[test]
fn a_metadata_object_on_another_host_than_its_directory_says_is_warned_of() {
    let (sites, portal) = (
        SitesDir::with(&["east.example", "west.example", "north"]),
        Portal::new(),
    );
    sites.write("west.example", "wset.example", "w");
    let proxy = sites.serve(&portal, &[]);
    // It is served where it says that it is.
    assert_eq!(version(proxy.address, "wset.example").as_deref(), Some("w"));
    let rules = |name: &str| -> Vec<Value> {
        let site = told(&get(proxy.admin, "/sites").json(), name);
        assert_eq!(site["state"], "good");
        let findings = site["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().map(|it| it["rule"].clone()).collect()
    };
    assert_eq!(rules("west.example"), ["host-unlike-directory"]);
    assert_eq!(rules("east.example"), [""; 0]);
    assert_eq!(rules("north"), [""; 0]);
    proxy.wait_for_log("warning[host-unlike-directory]");

    let settings = sites.path("west.example/site.toml");
    for settled in [
        "hosts = [\"wset.example\"]",
        "[rules]\nhost-unlike-directory = \"off\"",
    ] {
        fs::write(&settings, settled).unwrap();
        eventually("nothing is told any more", || {
            rules("west.example").is_empty().then_some(())
        });
        fs::remove_file(&settings).unwrap();
        eventually("it is told again", || {
            (rules("west.example").len() == 1).then_some(())
        });
    }
    let check = command().arg("check").arg(sites.path("")).output().unwrap();
    let shown = String::from_utf8(check.stdout).unwrap();
    assert!(shown.contains("[host-unlike-directory]"), "{shown}");
    assert_eq!(check.status.code(), Some(0), "{shown}");
}

#[test]
fn a_hangup_reads_all_sites_again_and_the_report_has_the_findings_of_all() {
    let (sites, portal) = (
        SitesDir::with(&["east.example", "west.example"]),
        Portal::new(),
    );
    let report = sites.path("report.json");
    let proxy = sites.serve(&portal, &["--report", report.to_str().unwrap()]);
    let written = || -> Value {
        serde_json::from_slice(&fs::read(&report).unwrap_or_default()).unwrap_or_default()
    };
    assert_eq!(written(), serde_json::json!([]));
    for name in ["east.example", "west.example"] {
        fs::write(sites.path(name).join("site.toml"), "max_agee = 1").unwrap();
    }
    eventually("both are in the report", || {
        let files: Vec<_> = written()
            .as_array()?
            .iter()
            .map(|row| row["file"].as_str().unwrap_or_default().to_owned())
            .collect();
        let expected = ["east.example", "west.example"].map(|name| {
            sites
                .path(name)
                .join("site.toml")
                .to_str()
                .unwrap()
                .to_owned()
        });
        (files == expected).then_some(())
    });
    let count = "cds_proxy_reloads_total{result=\"kept\"} ";
    let kept = || {
        let text = get(proxy.admin, "/metrics").text().to_owned();
        let (_, rest) = text.split_once(count)?;
        rest.split_whitespace().next()?.parse::<u32>().ok()
    };
    eventually("both are counted", || kept().filter(|kept| *kept >= 2));
    let before = kept().unwrap();
    proxy.signal(Signal::HUP);
    proxy.wait_for_log("SIGHUP: reading the documents again");
    eventually("both are read again", || {
        kept().filter(|kept| *kept >= before + 2)
    });
    proxy.wait_for_log("all sites have been read again");
}

#[test]
fn one_failing_site_of_several_keeps_a_strict_proxy_from_starting() {
    let (sites, portal) = (
        SitesDir::with(&["east.example", "west.example"]),
        Portal::new(),
    );
    fs::write(sites.path("west.example/site.toml"), "max_agee = 1").unwrap();
    let output = sites.command(&portal, &["--strict"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("error[settings-invalid]"), "{told}");
    assert!(told.contains("west.example/site.toml:1:1"), "{told}");
}

#[test]
fn a_site_and_a_directory_of_sites_are_not_given_at_once() {
    let (sites, portal) = (SitesDir::with(&["east.example"]), Portal::new());
    let refusal = |args: &[&str]| {
        let output = sites.command(&portal, args).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refusal(&["--site", "cds"]);
    assert!(
        told.contains("both a site and a directory of sites"),
        "{told}"
    );
    let told = refusal(&["--bind", "host"]);
    assert!(told.contains("documents, directory"), "{told}");

    let mut alone = command();
    alone.args([
        "run",
        "--site",
        "cds",
        "--bind",
        "directory",
        "--upstream",
        "http://h",
    ]);
    let output = alone.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told.contains("`bind` is for a directory of sites"),
        "{told}"
    );
}

#[test]
fn one_that_is_given_as_the_other_is_told_how_to_be_given() {
    let (sites, portal) = (SitesDir::with(&["east.example"]), Portal::new());
    let run = |flag: &str, path: PathBuf| {
        let mut command = command();
        command.args(["run", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
        command.args(["--upstream", &format!("http://{}", portal.address)]);
        command.arg(flag).arg(path);
        Proxy::spawn(command)
    };
    let proxy = run("--site", sites.path(""));
    proxy.wait_for_log("this is a directory of sites, not a site itself: give it by --sites");
    let proxy = run("--sites", sites.path("east.example"));
    proxy.wait_for_log("this is a site itself, not a directory of sites: give it by --site");
}

#[test]
fn a_flag_for_one_takes_the_place_of_a_file_for_the_other() {
    let (sites, portal) = (SitesDir::with(&["east.example"]), Portal::new());
    let config = sites.path("cds-proxy.toml");
    fs::write(
        &config,
        "site.sites = \"elsewhere\"\nsite.bind = \"directory\"\n",
    )
    .unwrap();
    let mut command = command();
    command.args(["run", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
    command.args(["--upstream", &format!("http://{}", portal.address)]);
    command.arg("--config").arg(&config);
    command.arg("--site").arg(sites.path("east.example"));
    let proxy = Proxy::spawn(command);
    assert_eq!(version(proxy.address, "any.example").as_deref(), Some("1"));
}
