//! Flags, environment, file; and what is said about mistakes in them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use super::support::{Authority, FullQueue, Portal, Proxy, SiteDir, command, eventually, get};

/// Runs what must not start. Its last words, which are one line.
#[track_caller]
fn refused(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}");
    words
}

fn with_file(file: &Path) -> Command {
    let mut command = command();
    command.args(["run", "--config"]).arg(file);
    command
}

fn write(dir: &SiteDir, text: &str) -> std::path::PathBuf {
    let file = dir.path().join("cds-proxy.toml");
    fs::write(&file, text).unwrap();
    file
}

/// One that takes all else from its flags.
fn run(site: &SiteDir) -> Command {
    let mut command = command();
    command.args(["run", "--upstream", "http://127.0.0.1:1", "--site"]);
    command.arg(site.path());
    command
}

#[test]
fn a_port_in_use_is_said_at_once() {
    let (site, taken) = (SiteDir::good(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = taken.local_addr().unwrap().to_string();
    let flags = ["--listen", "--admin", "--metrics"];
    for flag in flags {
        let mut command = run(&site);
        for each in flags {
            command.args([
                each,
                if each == flag {
                    &address
                } else {
                    "127.0.0.1:0"
                },
            ]);
        }
        let words = refused(&mut command);
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(words.contains(&address) && words.contains(flag), "{words}");
    }
}

#[test]
fn a_socket_in_use_is_said_at_once_also_where_nobody_accepts() {
    let site = SiteDir::good();
    let path = site.path().join("cds.sock");
    let _queue = FullQueue::at(&path);
    let mut command = run(&site);
    command
        .arg("--listen")
        .arg(format!("unix:{}", path.display()));
    let words = refused(&mut command);
    assert!(words.contains("a program listens on it"), "{words}");
}

#[test]
fn every_port_in_use_is_said() {
    let site = SiteDir::good();
    let taken = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let mut command = run(&site);
    for (flag, taken) in ["--listen", "--admin", "--metrics"].iter().zip(&taken) {
        command.args([*flag, &taken.local_addr().unwrap().to_string()]);
    }
    let words = refused(&mut command);
    assert_eq!(words.matches("the port is in use").count(), 3, "{words}");
}

#[test]
fn an_address_that_is_wanted_twice_is_told_before_anything_is_bound() {
    let site = SiteDir::good();
    let mut command = run(&site);
    command.args(["--listen", "0.0.0.0:9901"]);
    let words = refused(&mut command);
    assert_eq!(words.lines().count(), 1, "{words}");
    for said in [
        "0.0.0.0:9901; --listen",
        "the default of `admin.address`, --admin",
    ] {
        assert!(words.contains(said), "{words}");
    }

    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n\
                [[listen]]\naddress = \"0.0.0.0:18080\"\n\
                [admin]\naddress = \"127.0.0.1:18080\"\n";
    let words = refused(&mut with_file(&write(&site, text)));
    for said in [
        "cds-proxy.toml:6:11",
        "`listen.0.address`",
        "`admin.address`",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
}

#[test]
fn an_upstream_that_is_the_admin_endpoint_is_told_at_once() {
    let site = SiteDir::good();
    for (admin, upstream) in [
        ("0.0.0.0:19901", "http://127.0.0.1:19901"),
        ("[::]:19901", "http://[::1]:19901"),
    ] {
        let mut command = command();
        command.args(["run", "--admin", admin, "--upstream", upstream, "--site"]);
        command.arg(site.path());
        let words = refused(&mut command);
        assert!(words.contains("where the admin endpoint is"), "{words}");
        assert!(words.contains("`admin.address`, --admin"), "{words}");
    }
}

#[test]
fn a_delay_that_leaves_no_time_for_requests_is_told_at_once() {
    let site = SiteDir::good();
    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n\
                [process]\ndrain-delay = \"15s\"\n";
    let words = refused(&mut with_file(&write(&site, text)));
    for said in ["cds-proxy.toml:4:15", "15s", "10s", "--drain-timeout"] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    let mut command = with_file(&write(&site, text));
    command.args(["--drain-timeout", "12s"]);
    assert!(refused(&mut command).contains("12s"));
}

#[test]
fn what_is_not_an_address_is_said_with_how_to_write_one() {
    let words = refused(command().args(["run", "--listen", "8080"]));
    assert!(
        words.contains("'8080'") && words.contains("127.0.0.1:8080"),
        "{words}"
    );
}

#[test]
fn tls_without_a_certificate_is_one_mistake() {
    let site = SiteDir::good();
    let mut command = run(&site);
    command.args(["--listen-tls", "127.0.0.1:0,127.0.0.1:0"]);
    let words = refused(&mut command);
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(words.contains("--tls-certificate and --tls-key"), "{words}");

    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\ntls = []\n";
    let words = refused(&mut with_file(&write(&site, text)));
    assert!(words.contains("1 error in 1 file"), "{words}");
    assert!(words.contains("`[[listen.tls]]`"), "{words}");
}

#[test]
fn what_is_missing_is_named() {
    let words = refused(command().args(["run", "--upstream", "http://127.0.0.1:1"]));
    assert!(
        words.contains("--site") && words.contains("CDS_PROXY_SITE"),
        "{words}"
    );
}

#[test]
fn a_mistake_in_the_file_is_said_with_its_place() {
    let site = SiteDir::good();
    let file = write(
        &site,
        "site.dir = \".\"\n[upsteam]\nurl = \"http://127.0.0.1:1\"\n[process]\nthreads = 0\n",
    );
    let words = refused(&mut with_file(&file));
    for said in [
        "error[config-invalid]: unknown key `upsteam`",
        "cds-proxy.toml:2:2",
        "did you mean `upstream`?",
        "cds-proxy.toml:5:11",
        "2 errors in 1 file",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }

    let words = refused(&mut with_file(&site.path().join("absent.toml")));
    assert!(words.contains("absent.toml"), "{words}");
}

#[test]
fn the_file_alone_is_enough_and_its_paths_begin_where_it_is() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let address = portal.address;
    let file = write(
        &site,
        &format!(
            "site.dir = \".\"\nupstream.url = \"http://{address}\"\n\
             admin.address = \"127.0.0.1:0\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n"
        ),
    );
    let proxy = Proxy::spawn(with_file(&file));
    assert_eq!(get(proxy.address, "/").text(), "portal");
    assert_eq!(
        get(proxy.address, "/.well-known/cds-server-metadata.json").status,
        200
    );
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let site = SiteDir::good();
    let portals = ["file", "environment", "flag"]
        .map(|name| Portal::answering(move |_| super::support::ok(name)));
    let [in_file, in_environment, in_flag] = portals
        .each_ref()
        .map(|portal| format!("http://{}", portal.address));
    let file = write(
        &site,
        &format!(
            "site.dir = \".\"\nupstream.url = \"{in_file}\"\nadmin.address = \"127.0.0.1:0\"\n\
             [[listen]]\naddress = \"127.0.0.1:0\"\n"
        ),
    );
    let answered_by = |command: Command| {
        let proxy = Proxy::spawn(command);
        get(proxy.address, "/").text().to_owned()
    };
    assert_eq!(answered_by(with_file(&file)), "file");
    let mut command = with_file(&file);
    command.env("CDS_PROXY_UPSTREAM", &in_environment);
    assert_eq!(answered_by(command), "environment");
    let mut command = with_file(&file);
    command
        .env("CDS_PROXY_UPSTREAM", &in_environment)
        .args(["--upstream", &in_flag]);
    assert_eq!(answered_by(command), "flag");
}

#[test]
fn the_environment_alone_is_enough() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut command = command();
    command
        .arg("run")
        .env("CDS_PROXY_SITE", site.path())
        .env("CDS_PROXY_UPSTREAM", format!("http://{}", portal.address))
        .env("CDS_PROXY_LISTEN", "127.0.0.1:0,127.0.0.1:0")
        .env("CDS_PROXY_ADMIN", "127.0.0.1:0")
        .env("CDS_PROXY_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8")
        .env("CDS_PROXY_CONNECT_TIMEOUT", "1s")
        .env("CDS_PROXY_UPSTREAM_TIMEOUT", "20s")
        .env("CDS_PROXY_DRAIN_TIMEOUT", "1s")
        .env("CDS_PROXY_DRAIN_DELAY", "0s")
        .env("CDS_PROXY_LOG", "")
        .env("CDS_PROXY_THREADS", "2")
        .env("CDS_PROXY_STRICT", "1");
    let proxy = Proxy::spawn(command);
    assert_eq!(get(proxy.address, "/").text(), "portal");
    eventually("the second address", || {
        (proxy.log().matches("listening on").count() == 2).then_some(())
    });
}

#[test]
fn a_misspelt_log_level_is_refused_wherever_it_is_given() {
    let site = SiteDir::good();
    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n";
    let good = write(&site, text);
    let by_flag = refused(with_file(&good).args(["--log", "inof"]));
    let by_variable = refused(with_file(&good).env("CDS_PROXY_LOG", "inof"));
    let bad = write(&site, &format!("{text}[log]\nlevel = \"inof\"\n"));
    let by_file = refused(&mut with_file(&bad));
    for words in [&by_flag, &by_variable, &by_file] {
        assert!(words.contains("did you mean `info`?"), "{words}");
    }
    assert!(by_file.contains("cds-proxy.toml:4:9"), "{by_file}");
}

#[test]
fn a_path_that_would_never_match_is_refused() {
    let words = refused(command().args(["run", "--access-log-except", "healthz"]));
    assert!(words.contains("write `/healthz`"), "{words}");
    let text = "[access-log]\nexcept = [\"/a\", \"healthz\"]\n";
    let words = refused(&mut with_file(&write(&SiteDir::good(), text)));
    assert!(words.contains("cds-proxy.toml:2:10"), "{words}");
    assert!(words.contains("write `/healthz`"), "{words}");
}

#[test]
fn a_variable_that_is_no_setting_is_told_with_the_one_that_was_meant() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let mut command = super::support::before(&site, &format!("http://{}", portal.address));
    command.args(["--listen", "127.0.0.1:0"]);
    command.env("CDS_PROXY_ACCES_LOG", "json");
    command.env("CDS_PROXY_PORT", "tcp://10.0.0.1:80");
    let proxy = Proxy::spawn(command);
    proxy.wait_for_log("CDS_PROXY_ACCES_LOG is no setting; did you mean CDS_PROXY_ACCESS_LOG?");
    assert_eq!(proxy.log().matches("is no setting").count(), 1);
}

#[test]
fn what_stands_in_the_file_is_told_with_its_place_there() {
    let (site, taken) = (SiteDir::good(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = taken.local_addr().unwrap();
    let text = format!(
        "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n\
         [[listen]]\naddress = \"{address}\"\n"
    );
    let file = write(&site, &text);
    let words = refused(&mut with_file(&file));
    let way = "choose another as `listen.0.address` (";
    assert!(
        words.contains(way) && words.contains("cds-proxy.toml:4:11)"),
        "{words}"
    );
    let listen = address.to_string();
    let words = refused(with_file(&file).args(["--listen", &listen]));
    assert!(words.contains("choose another with --listen"), "{words}");

    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n\
                [[listen]]\naddress = \"127.0.0.1:0\"\n\
                [[listen.tls]]\ncertificate = \"nope.pem\"\nkey = \"nope.key\"\n";
    let file = write(&site, text);
    let words = refused(&mut with_file(&file));
    assert!(words.contains("cds-proxy.toml:6:15"), "{words}");
    let flags = ["--listen-tls", "127.0.0.1:0", "--tls-certificate", "no.pem"];
    let words = refused(with_file(&file).args(flags).args(["--tls-key", "no.key"]));
    assert!(words.starts_with("error: no.pem can't be read"), "{words}");
}

#[test]
fn what_is_given_has_no_place_in_the_file_that_says_something_else() {
    let site = SiteDir::good();
    let text = "site.dir = \".\"\nupstream.url = \"http://127.0.0.1:1\"\n";
    let file = write(&site, text);
    for (url, said) in [
        ("https://127.0.0.1:1", "authorit"),
        ("http://127.0.0.1:9901", "the upstream is to be"),
    ] {
        let mut command = with_file(&file);
        command.env("SSL_CERT_FILE", "/nowhere");
        command.env("SSL_CERT_DIR", "/nowhere");
        let words = refused(command.args(["--upstream", url]));
        assert!(words.contains(said), "{words}");
        assert!(!words.contains("cds-proxy.toml:2"), "{words}");
    }
}

#[test]
fn a_port_for_tls_that_is_in_use_is_told_with_its_own_flag() {
    let (site, authority) = (SiteDir::good(), Authority::new());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let pair = authority.certify("site", "utility.example");
    let mut command = run(&site);
    command.arg("--listen-tls");
    command.arg(taken.local_addr().unwrap().to_string());
    command.arg("--tls-certificate").arg(&pair.certificate);
    command.arg("--tls-key").arg(&pair.key);
    let words = refused(&mut command);
    assert!(
        words.contains("choose another with --listen-tls"),
        "{words}"
    );
}

#[test]
fn what_is_wrong_at_one_place_has_its_help_below_it() {
    let site = SiteDir::good();
    let text = "site.dir = \".\"\n[upstream]\nurl = \"http://127.0.0.1:1\"\n\
                tls-key = \"a.key\"\n";
    let words = refused(&mut with_file(&write(&site, text)));
    assert_eq!(words.matches("cds-proxy.toml:4:11").count(), 2, "{words}");
    let order = [
        "is for upstreams that speak TLS",
        "help: leave it out, or write the URL with https",
        "but no `tls-certificate`",
        "help: give --upstream-tls-certificate",
    ];
    let places = order.map(|said| {
        words
            .find(said)
            .unwrap_or_else(|| panic!("{said}: {words}"))
    });
    assert!(places.is_sorted(), "{words}");
}

#[test]
fn strict_refuses_a_broken_site() {
    let site = SiteDir::broken();
    let mut command = command();
    command.args([
        "run",
        "--strict",
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ]);
    command
        .args(["--upstream", "http://127.0.0.1:1", "--site"])
        .arg(site.path());
    let output = command.output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("json-syntax"), "{words}");
}

#[test]
fn a_document_beyond_the_limit_is_refused_and_the_limit_can_be_set() {
    let (site, portal) = (SiteDir::good(), Portal::new());
    let upstream = format!("http://{}", portal.address);
    let proxy = Proxy::start_with(&site, &upstream, &["--max-document-size", "100B"]);
    let sites = get(proxy.admin, "/sites").json();
    let finding = &sites["sites"][0]["findings"][0];
    assert_eq!(finding["rule"], "file-unreadable");
    let help = finding["help"].as_str().unwrap();
    assert!(help.contains("max-document-size"), "{help}");
    let well_known = "/.well-known/cds-server-metadata.json";
    assert_eq!(get(proxy.address, well_known).status, 503);
    assert_eq!(get(proxy.address, "/").status, 200);
}
