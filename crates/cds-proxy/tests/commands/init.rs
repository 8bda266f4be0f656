//! `init`: a site to begin with.

use crate::program::Place;

const ARGS: [&str; 5] = [
    "init",
    "sites/west",
    "--name=Demo \"Gas\" & Electric",
    "--domain=demoutility.com",
    "--country=us",
];

#[test]
fn the_result_passes_check_without_a_finding() {
    let place = Place::empty();
    let ended = place.run(&ARGS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files = ["cds-coverage.json", "cds-server-metadata.json", "site.toml"];
    assert_eq!(place.names("sites/west"), files);
    for file in files {
        assert!(
            ended.stdout.contains(&format!("wrote sites/west/{file}\n")),
            "{}",
            ended.stdout
        );
    }
    assert!(ended.stdout.contains("  cds-proxy check sites/west\n"));
    let checked = place.run(&["check", "sites/west"]);
    assert_eq!(
        (checked.code, &*checked.stdout),
        (Some(0), "no problems in 3 files\n")
    );
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_beside_it() {
    let place = Place::with_site();
    std::fs::remove_file(place.path("cds/site.toml")).unwrap();
    std::fs::remove_file(place.path("cds/cds-server-metadata.json")).unwrap();
    let before = place.read("cds/cds-coverage.json");
    let mut args = ARGS;
    args[1] = "cds";
    let ended = place.run(&args);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "error: already there: cds/cds-coverage.json; nothing was written\n"
    );
    assert_eq!(place.names("cds"), ["cds-coverage.json", "public"]);
    assert_eq!(place.read("cds/cds-coverage.json"), before);
}

#[test]
fn flags_that_are_missing_are_named() {
    let place = Place::empty();
    let ended = place.run(&["init", "cds", "--domain", "demoutility.com"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .starts_with("error: missing: --name, --country;"),
        "{}",
        ended.stderr
    );
    assert!(place.names(".").is_empty());
}

#[test]
fn flags_that_make_no_site_are_refused() {
    let place = Place::empty();
    let wrong = [
        ("--domain=https://demoutility.com", "--domain: "),
        ("--website=demoutility.com", "--website: "),
        ("--commodity=tea", "--commodity: "),
        ("--country=QQ", "--country: "),
    ];
    for (flag, said) in wrong {
        let mut args: Vec<_> = ARGS
            .iter()
            .copied()
            .filter(|arg| flag.split('=').next() != arg.split('=').next())
            .collect();
        args.push(flag);
        let ended = place.run(&args);
        assert_eq!(ended.code, Some(2), "{flag}");
        assert!(ended.stderr.contains(said), "{flag}: {}", ended.stderr);
    }
    assert!(place.names(".").is_empty());
}
