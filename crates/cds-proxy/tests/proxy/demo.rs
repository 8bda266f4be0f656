//! The demo does what it says.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout};
use std::{fs, thread};

use rustix::process::{Pid, Signal, kill_process};

use super::support::{command, eventually, get};

struct Demo {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Demo {
    fn start(args: &[&str]) -> Self {
        let mut child = command().arg("demo").args(args).spawn().unwrap();
        // Read, so that it never blocks.
        let mut stderr = child.stderr.take().unwrap();
        thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::stderr()));
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads until a line holds these words.
    fn hears(&mut self, words: &str) -> String {
        let mut heard = String::new();
        while !heard.contains(words) {
            let before = heard.len();
            self.out.read_line(&mut heard).unwrap();
            assert!(heard.len() > before, "the demo ended after saying {heard}");
        }
        heard
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_line_to_try_works_and_an_edit_is_told_of() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("demo-site");
    let any = "127.0.0.1:0";
    let dir_name = dir.to_str().unwrap();
    let mut demo = Demo::start(&["--dir", dir_name, "--listen", any, "--admin", any]);
    let said = demo.hears("Ctrl-C");
    let listen = address_in(&said, "/.well-known/cds-server-metadata.json");
    let admin = address_in(&said, "/sites");
    let mut tried = 0;
    for line in said
        .lines()
        .filter(|line| line.trim_start().starts_with("curl"))
    {
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap();
        let (address, path) = url["http://".len()..].split_once('/').unwrap();
        let response = get(address.parse().unwrap(), &format!("/{path}"));
        assert_eq!(response.status, 200, "{line}");
        tried += 1;
    }
    assert!(tried >= 6, "{said}");
    assert_eq!(get(listen, "/nowhere").status, 404);

    let file = dir.join("cds-server-metadata.json");
    let document = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        document.replace("Demo Gas & Electric", "Edited Gas & Electric"),
    )
    .unwrap();
    demo.hears("served now");
    let path = "/.well-known/cds-server-metadata.json";
    eventually("the edit is served", || {
        get(listen, path)
            .text()
            .contains("Edited Gas")
            .then_some(())
    });
    eventually("the edit is counted", || {
        get(admin, "/metrics")
            .text()
            .contains("cds_proxy_reloads_total{result=\"swapped\"} 1\n")
            .then_some(())
    });
    fs::write(&file, document.replace("\"v1\",", "\"v1\"")).unwrap();
    let said = demo.hears("Refused");
    assert!(said.contains("json-syntax"), "{said}");
    assert!(get(listen, path).text().contains("Edited Gas"));

    kill_process(Pid::from_child(&demo.child), Signal::INT).unwrap();
    let end = eventually("the end of the demo", || demo.child.try_wait().unwrap());
    assert!(end.success());
}

/// The address in the URL with this path.
fn address_in(said: &str, path: &str) -> SocketAddr {
    let url = said.split_whitespace().find(|word| word.ends_with(path));
    let address = url.unwrap().strip_prefix("http://").unwrap();
    address.strip_suffix(path).unwrap().parse().unwrap()
}

#[test]
fn a_port_that_is_taken_is_said_with_how_to_choose_another() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("demo-site");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command()
        .args([
            "demo",
            "--admin",
            "127.0.0.1:0",
            "--listen",
            &address,
            "--dir",
        ])
        .arg(&dir)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains(&address) && words.contains("--listen"),
        "{words}"
    );
    assert!(
        !dir.exists(),
        "nothing is written by a demo that does not run"
    );
}
