//! The endpoint for operators.

use rustix::process::Signal;

use super::support::{Client, METADATA, Portal, Proxy, SiteDir, eventually, get};

/// Asks for everything to be read again.
const RELOAD: &str = "POST /reload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";

#[test]
fn a_good_site_is_told_of() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    assert_eq!(get(proxy.admin, "/healthz").status, 200);
    assert_eq!(get(proxy.admin, "/readyz").status, 200);
    let sites = get(proxy.admin, "/sites");
    assert_eq!(sites.field("content-type"), Some("application/json"));
    let sites = sites.json();
    assert_eq!((&sites["good"], &sites["failing"]), (&1.into(), &0.into()));
    let told = &sites["sites"][0];
    assert_eq!(told["state"], "good");
    assert_eq!(told["generation"], 1);
    assert!(
        told["etag"].as_str().is_some_and(|etag| !etag.is_empty()),
        "{told}"
    );
    assert!(
        told["loaded"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z')),
        "{told}"
    );
    assert_eq!(told["findings"], serde_json::json!([]));
}

#[test]
fn a_mistake_is_told_of_with_its_place() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    site.write(
        &site
            .metadata()
            .replace("\"name\": \"Test Utility\",", "\"name\": 7,"),
    );
    let sites = eventually("the mistake is told of", || {
        let sites = get(proxy.admin, "/sites").json();
        (sites["failing"] == 1).then_some(sites)
    });
    let told = &sites["sites"][0];
    assert_eq!(told["state"], "failing");
    assert_eq!(told["generation"], 1, "the good version is still served");
    let finding = &told["findings"][0];
    assert_eq!(finding["rule"], "wrong-type");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], "cds-server-metadata.json");
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&6.into(), &13.into())
    );
    assert_eq!(finding["pointer"], "/name");
    for member in ["message", "help", "spec"] {
        assert!(
            finding.get(member).is_some(),
            "{member} is not in {finding}"
        );
    }
}

#[test]
fn requests_are_counted_by_who_answered() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.get("/");
    client.get("/");
    client.get("/.well-known/cds-server-metadata.json");
    client.ask("GET / HTTP/1.1\r\n\r\n");
    for count in [
        "cds_proxy_requests_total{source=\"upstream\",method=\"get\",class=\"2xx\"} 2\n",
        "cds_proxy_requests_total{source=\"site\",method=\"get\",class=\"2xx\"} 1\n",
        "cds_proxy_requests_total{source=\"proxy\",method=\"get\",class=\"4xx\"} 1\n",
        "cds_proxy_sites{state=\"good\"} 1\n",
        "cds_proxy_sites_watching{mode=\"events\"} 1\n",
    ] {
        eventually(count, || {
            get(proxy.admin, "/metrics")
                .text()
                .contains(count)
                .then_some(())
        });
    }
    let metrics = get(proxy.admin, "/metrics");
    assert!(
        !metrics.text().contains("last_success_timestamp_seconds 0"),
        "{}",
        metrics.text()
    );
}

#[test]
fn a_reload_that_is_asked_for_is_answered_once_it_has_ended() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--watch", "off"]);
    let reload = || {
        let mut client = Client::connect(proxy.admin);
        client.ask(RELOAD)
    };
    let ended = |status: u16, result: &str| {
        let answer = reload();
        assert_eq!(answer.status, status, "{}", answer.text());
        let answer = answer.json();
        assert_eq!(answer["sites"][0]["result"], result);
        answer
    };
    ended(200, "unchanged");
    site.rename_utility("Other");
    let answer = ended(200, "swapped");
    assert_eq!(
        (&answer["good"], &answer["failing"]),
        (&1.into(), &0.into())
    );
    assert_eq!(
        answer["sites"][0]["changed"],
        serde_json::json!(["cds-server-metadata.json"])
    );
    site.write("{");
    let answer = ended(409, "kept");
    assert_eq!(answer["sites"][0]["serving"], true);
    assert_eq!(answer["sites"][0]["findings"][0]["rule"], "json-syntax");
    let refused = get(proxy.admin, "/reload");
    assert_eq!(
        (refused.status, refused.field("allow")),
        (405, Some("POST"))
    );
}

#[test]
fn what_the_parser_refuses_is_counted_too() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    client.get("/");
    let twice = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
    assert_eq!(client.ask(twice).status, 400);
    let connect = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
    assert_eq!(Client::connect(proxy.address).ask(connect).status, 405);
    let open = Client::connect(proxy.address);
    for count in [
        "cds_proxy_requests_total{source=\"proxy\",method=\"other\",class=\"4xx\"} 2\n",
        "cds_proxy_requests_total{source=\"upstream\",method=\"get\",class=\"2xx\"} 1\n",
        "cds_proxy_request_duration_seconds_count{source=\"upstream\"} 1\n",
        "cds_proxy_response_body_bytes_total{source=\"upstream\"} 6\n",
        "cds_proxy_connections 1\n",
    ] {
        eventually(count, || {
            let metrics = get(proxy.admin, "/metrics");
            metrics.text().contains(count).then_some(())
        });
    }
    drop(open);
    assert!(portal.request().line.starts_with("GET / "));
    assert!(portal.is_untouched());
}

#[test]
fn the_start_of_the_process_is_told_under_the_name_that_all_programs_have() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let metrics = get(proxy.admin, "/metrics");
    let line = metrics.text().lines();
    let started = line.filter_map(|line| line.strip_prefix("process_start_time_seconds "));
    let started: Vec<f64> = started.map(|at| at.parse().unwrap()).collect();
    assert!(started[0] > 1.7e9, "{started:?}");
}

#[test]
fn reloads_are_counted_by_result() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let wait_for = |count: &str| {
        eventually(count, || {
            get(proxy.admin, "/metrics")
                .text()
                .contains(count)
                .then_some(())
        });
    };
    site.rename_utility("Other");
    wait_for("cds_proxy_reloads_total{result=\"swapped\"} 1");
    site.write("{");
    wait_for("cds_proxy_reloads_total{result=\"kept\"} 1");
    wait_for("cds_proxy_sites{state=\"failing\"} 1");
    // In the log it looks as `check` shows it.
    proxy.wait_for_log("the edit is refused:\n");
    proxy.wait_for_log("error[json-syntax]");
}

#[test]
fn what_was_served_before_a_restart_is_told_of_while_it_is_served_again() {
    let (site, portal, state) = (SiteDir::good(), Portal::new(), tempfile::tempdir().unwrap());
    let upstream = format!("http://{}", portal.address);
    let state_dir = state.path().join("cds");
    let start = || {
        let args = ["--state-dir", state_dir.to_str().unwrap()];
        Proxy::start_with(&site, &upstream, &args)
    };
    let (metadata, first) = (site.metadata(), start());
    eventually("a manifest", || {
        let mut folders = std::fs::read_dir(&state_dir).ok()?;
        let manifest = folders.next()?.ok()?.path().join("manifest.json");
        manifest.exists().then_some(())
    });
    drop(first);

    site.write("{");
    let second = start();
    let well_known = "/.well-known/cds-server-metadata.json";
    assert_eq!(get(second.address, well_known).text(), metadata);
    let sites = get(second.admin, "/sites").json();
    assert_eq!((&sites["good"], &sites["failing"]), (&0.into(), &1.into()));
    let told = &sites["sites"][0];
    assert_eq!(told["restored"], true);
    assert_eq!(told["last_try"]["result"], "restored");
    assert_eq!(told["findings"][0]["rule"], "json-syntax");
    let metrics = get(second.admin, "/metrics");
    let metrics = metrics.text();
    assert!(
        metrics.contains("\ncds_proxy_sites_restored 1\n"),
        "{metrics}"
    );
    assert!(
        second
            .log()
            .contains("what was served before the start is served again")
    );

    site.write(&metadata);
    eventually("the mended site", || {
        let sites = get(second.admin, "/sites").json();
        (sites["sites"][0]["restored"] == false).then_some(())
    });
}

#[test]
fn a_maintenance_is_told_of_while_it_lasts() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let settings = site.path().join("site.toml");
    std::fs::write(&settings, "maintenance = true").unwrap();
    let proxy = Proxy::start(&site, &portal);
    let told = || get(proxy.admin, "/sites").json()["sites"][0].clone();
    assert_eq!(
        (&told()["state"], &told()["maintenance"]),
        (&"good".into(), &true.into())
    );

    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let until = humantime::format_rfc3339_millis(soon);
    std::fs::write(&settings, format!("maintenance = {until}")).unwrap();
    eventually("the end of the maintenance", || {
        (told()["maintenance"] == false).then_some(())
    });
    proxy.wait_for_log("the maintenance has ended");
    assert_eq!(told()["last_try"]["result"], "resumed");
    let metrics = get(proxy.admin, "/metrics");
    let count = "cds_proxy_reloads_total{result=\"resumed\"} 1";
    assert!(metrics.text().contains(count), "{}", metrics.text());
}

#[test]
fn edits_are_noticed_as_the_operator_wants() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    for (mode, shown) in [("auto", "events"), ("poll", "polling"), ("off", "off")] {
        let args = ["--watch", mode, "--poll-interval", "100ms"];
        let proxy = Proxy::start_with(&site, &upstream, &args);
        let sites = get(proxy.admin, "/sites").json();
        assert_eq!(sites["sites"][0]["watching"], shown);
    }
    let proxy = Proxy::start_with(
        &site,
        &upstream,
        &["--watch", "poll", "--poll-interval", "50ms"],
    );
    let edited = site
        .metadata()
        .replace("\"name\": \"", "\"name\": \"Edited ");
    site.write(&edited);
    eventually("the edit", || {
        let served = get(proxy.address, "/.well-known/cds-server-metadata.json");
        (served.text() == edited).then_some(())
    });
}

#[test]
fn what_was_found_is_written_for_whoever_made_the_edit() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let reports = tempfile::tempdir().unwrap();
    let path = reports.path().join("report.txt");
    let upstream = format!("http://{}", portal.address);
    let report = ["--report", path.to_str().unwrap()];
    let _proxy = Proxy::start_with(&site, &upstream, &report);
    let wait_for = |words: &str| {
        eventually(words, || {
            let report = std::fs::read_to_string(&path).unwrap_or_default();
            report.contains(words).then_some(())
        });
    };
    wait_for("no problems");
    site.write("{");
    wait_for("error[json-syntax]");
    site.write(METADATA);
    wait_for("no problems");
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    assert_eq!(get(proxy.admin, "/").status, 404);
    let response = Client::connect(proxy.admin)
        .ask("POST /sites HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(response.status, 405);
    assert_eq!(response.field("allow"), Some("GET, HEAD"));
    let head = Client::connect(proxy.admin).ask("HEAD /sites HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(head.status, 200);
}

#[test]
fn scrapers_can_read_counts_and_health_and_nothing_else() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let slowly = ["--drain-delay", "20s", "--drain-timeout", "30s"];
    let args = [&["--metrics", "127.0.0.1:0"][..], &slowly].concat();
    let proxy = Proxy::start_with(&site, &upstream, &args);
    let metrics = proxy.metrics();
    assert_ne!(metrics, proxy.admin);
    assert_eq!(get(metrics, "/healthz").text(), "ok\n");
    assert_eq!(get(metrics, "/readyz").text(), "ready\n");
    let mut client = Client::connect(metrics);
    client.send(b"HEAD /metrics HTTP/1.1\r\nhost: h\r\n\r\n");
    assert_eq!(client.response(true).status, 200);

    assert_eq!(get(metrics, "/sites").status, 404);
    assert_eq!(Client::connect(metrics).ask(RELOAD).status, 404);
    let counts = get(metrics, "/metrics");
    let none = "cds_proxy_reloads_total{result=\"unchanged\"} 0\n";
    assert!(counts.text().contains(none), "{}", counts.text());
    assert_eq!(Client::connect(proxy.admin).ask(RELOAD).status, 200);
    let posted = RELOAD.replace("/reload", "/metrics");
    let refused = Client::connect(metrics).ask(&posted);
    assert_eq!(
        (refused.status, refused.field("allow")),
        (405, Some("GET, HEAD"))
    );

    proxy.signal(Signal::TERM);
    eventually("it tells of the end", || {
        (get(metrics, "/readyz").text() == "draining\n").then_some(())
    });
    assert_eq!(get(metrics, "/healthz").status, 200);
}

#[test]
fn scrapers_have_no_listener_unless_it_is_asked_for() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    assert!(!proxy.log().contains("metrics on"), "{}", proxy.log());
}

#[test]
fn a_crowd_of_scrapers_waits_and_operators_do_not() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--metrics", "127.0.0.1:0"]);
    let metrics = proxy.metrics();
    let mut crowd: Vec<_> = (0..32).map(|_| Client::connect(metrics)).collect();
    let mut late = Client::connect(metrics);
    proxy.wait_for_log("there are 32 connections; more wait");
    assert_eq!(get(proxy.admin, "/readyz").status, 200);
    crowd.pop();
    assert_eq!(late.get("/readyz").status, 200);
}

#[test]
fn web_pages_learn_and_cause_nothing() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let ask = |request: String| Client::connect(proxy.admin).ask(&request).status;
    let port = proxy.admin.port();
    let own = RELOAD.replace("localhost", &format!("127.0.0.1:{port}"));
    for field in ["origin: https://page.example", "sec-fetch-site: cross-site"] {
        let page = own.replace("content-length", &format!("{field}\r\ncontent-length"));
        assert_eq!(ask(page), 403, "{field}");
    }
    // A name that leads here by now.
    let rebound = format!("page.example:{port}");
    assert_eq!(ask(RELOAD.replace("localhost", &rebound)), 403);
    let get = |path, host: &str| ask(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    assert_eq!(get("/sites", &rebound), 403);

    assert_eq!(ask(own), 200);
    for host in ["localhost", "[::1]:9901", "10.1.2.3:9901"] {
        assert_eq!(get("/sites", host), 200, "{host}");
    }
    // Scrapers and probes may come by any name.
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(get(path, "proxy.internal:9901"), 200, "{path}");
    }
}
