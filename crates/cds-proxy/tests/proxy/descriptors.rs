//! What happens when the files that the process may open are used up.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use super::support::{
    Client, Http2, Portal, Proxy, SiteDir, command, command_of, eventually, get, ok,
};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A proxy that may open so many files.
fn start(site: &SiteDir, portal: &Portal, files: u32, args: &[&str]) -> Proxy {
    let binary = command().get_program().to_owned();
    let mut command = command_of("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -n {files}; exec \"$@\""))
        .arg("sh")
        .arg(binary)
        .args(["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
        .args(["--threads", "1", "--upstream"])
        .arg(format!("http://{}", portal.address))
        .arg("--site")
        .arg(site.path())
        .args(args);
    Proxy::spawn(command)
}

/// Requests that were answered in vain, by the metrics.
fn upstream_errors(proxy: &Proxy) -> Vec<String> {
    let metrics = get(proxy.admin, "/metrics");
    let lines = metrics.text().lines();
    let errors = lines.filter(|line| line.starts_with("cds_proxy_upstream_errors_total"));
    errors
        .filter(|line| !line.ends_with(" 0"))
        .map(str::to_owned)
        .collect()
}

/// Requests that were not passed on, by the metrics.
fn refused_by_metrics(proxy: &Proxy) -> u32 {
    let metrics = get(proxy.admin, "/metrics");
    let count = metrics.text().lines().find_map(|line| {
        let count = line.strip_prefix("cds_proxy_upstream_requests_refused_total ")?;
        count.parse().ok()
    });
    count.unwrap()
}

#[test]
fn a_lack_of_descriptors_is_said_once_and_outlived() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut proxy = start(&site, &portal, 64, &["--max-connections", "1000"]);
    proxy.wait_for_log("raise its limit");
    let greedy: Vec<_> = (0..100).map(|_| Client::connect(proxy.address)).collect();
    proxy.wait_for_log("can't accept connections");
    assert!(proxy.is_running());
    drop(greedy);
    proxy.wait_for_log("accepted again");
    assert_eq!(get(proxy.address, "/").status, 200);
    let said = proxy.log().matches("can't accept connections").count();
    assert_eq!(said, 1, "{}", proxy.log());
}

#[test]
fn a_lack_of_descriptors_is_not_the_upstreams_fault() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let args = ["--max-connections", "1000", "--eject-after", "1"];
    let proxy = start(&site, &portal, 80, &args);
    let mut served = Client::connect(proxy.address);
    assert_eq!(served.get(WELL_KNOWN).status, 200);
    let greedy: Vec<_> = (0..100).map(|_| Client::connect(proxy.address)).collect();
    proxy.wait_for_log("can't accept connections");
    let refused = served.get("/");
    refused.assert_problem(503);
    assert_eq!(refused.field("retry-after"), Some("1"));
    drop(greedy);
    eventually("it is passed on again", || {
        (get(proxy.address, "/").status == 200).then_some(())
    });
    assert_eq!(upstream_errors(&proxy), [""; 0]);
    let log = proxy.log();
    assert!(log.contains("no connection: Too many open files"), "{log}");
    assert!(!log.contains("can't be reached"), "{log}");
    assert!(!log.contains("in a row"), "{log}");
    assert_ne!(refused_by_metrics(&proxy), 0);
}

#[test]
fn many_requests_on_few_connections_leave_descriptors_for_others() {
    let (release, held) = channel::<()>();
    let held = Mutex::new(held);
    let site = SiteDir::good();
    let portal = Portal::answering(move |_| {
        let _ = held.lock().unwrap().recv();
        ok("portal")
    });
    let proxy = start(&site, &portal, 128, &["--connect-timeout", "300ms"]);
    let mut clients = [(); 2].map(|()| Http2::connect(proxy.address));
    let url = format!("http://{}/", proxy.address);
    let waiting: Vec<_> = clients
        .iter_mut()
        .flat_map(|client| (0..90).map(|_| client.begin(&url)).collect::<Vec<_>>())
        .collect();
    proxy.wait_for_log("requests for the upstream are refused");
    proxy.wait_for_log("or are WebSockets or event streams; is the limit of open files");
    assert_eq!(get(proxy.admin, "/healthz").status, 200);
    assert_eq!(get(proxy.address, WELL_KNOWN).status, 200);
    let refused = get(proxy.address, "/");
    refused.assert_problem(503);
    assert_eq!(refused.field("retry-after"), Some("1"));
    drop(release);
    eventually("it is passed on again", || {
        (get(proxy.address, "/").status == 200).then_some(())
    });
    drop(waiting);
    assert_eq!(upstream_errors(&proxy), [""; 0]);
    let log = proxy.log();
    assert!(!log.contains("can't accept connections"), "{log}");
    assert!(!log.contains("can't be reached"), "{log}");
    assert_ne!(refused_by_metrics(&proxy), 0);
}
