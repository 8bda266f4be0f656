//! Whether a proxy that runs is well, asked by the binary itself.

use std::process::Command;

use rustix::process::Signal;

use super::support::{FullQueue, Portal, Proxy, SiteDir, Vacancy, command, eventually};

fn healthcheck() -> Command {
    let mut command = command();
    command.arg("healthcheck");
    command
}

/// The exit code, and what is said.
fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), words)
}

#[test]
fn a_proxy_that_serves_is_well_and_one_that_ends_is_not() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let slowly = ["--drain-delay", "20s", "--drain-timeout", "30s"];
    let proxy = Proxy::start_with(&site, &upstream, &slowly);
    let admin = proxy.admin.to_string();
    let by_flag = ended(healthcheck().args(["--admin", &admin]));
    assert_eq!(by_flag, (Some(0), String::new()));
    let by_variable = ended(healthcheck().env("CDS_PROXY_ADMIN", &admin));
    assert_eq!(by_variable, (Some(0), String::new()));

    proxy.signal(Signal::TERM);
    let words = eventually("it is not ready", || {
        let (code, words) = ended(healthcheck().args(["--admin", &admin]));
        (code == Some(1)).then_some(words)
    });
    assert!(words.contains("draining"), "{words}");
    let (code, words) = ended(healthcheck().args(["--live", "--admin", &admin]));
    assert_eq!(code, Some(0), "{words}");
}

#[test]
fn the_file_says_where_to_ask_and_a_socket_is_asked_too() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let socket = site.path().join("admin.sock");
    let file = site.path().join("cds-proxy.toml");
    std::fs::write(
        &file,
        format!(
            "site.dir = \".\"\nupstream.url = \"http://{}\"\nadmin.address = \"unix:admin.sock\"\n\
             [[listen]]\naddress = \"unix:proxy.sock\"\n",
            portal.address
        ),
    )
    .unwrap();
    let mut run = command();
    let mut child = run.args(["run", "--config"]).arg(&file).spawn().unwrap();
    let ready = eventually("it is well", || {
        let (code, _) = ended(healthcheck().env("CDS_PROXY_CONFIG", &file));
        (code == Some(0)).then_some(socket.exists())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready);
}

#[test]
fn nobody_there_is_not_well() {
    let nobody = Vacancy::new();
    let admin = nobody.address.to_string();
    let (code, words) = ended(healthcheck().args(["--admin", &admin]));
    assert_eq!(code, Some(1));
    assert!(words.contains(&admin), "{words}");
    let (code, words) = ended(healthcheck().args(["--admin", "127.0.0.1:0"]));
    assert_eq!(code, Some(1));
    assert!(words.contains("port"), "{words}");
}

#[test]
fn who_takes_no_connection_is_not_well() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("admin.sock");
    let _queue = FullQueue::at(&path);
    let admin = format!("unix:{}", path.display());
    let (code, words) = ended(healthcheck().args(["--admin", &admin, "--timeout", "100ms"]));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("does not answer"), "{words}");
}
