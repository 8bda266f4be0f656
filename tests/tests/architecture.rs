//! The dependency arrows of ARCHITECTURE.md, held against the manifests of the workspace.

#![allow(clippy::expect_used, reason = "a helper of a test may fail the test")]

use std::collections::BTreeSet;
use std::env;
use std::process::Command;

use serde_json::Value;

/// Each package and the packages of this workspace that it may know.
const ARROWS: [(&str, &[&str]); 10] = [
    ("cds-metadata", &[]),
    ("cds-site", &["cds-metadata"]),
    ("cds-live", &["cds-metadata", "cds-site"]),
    ("tower-cds", &["cds-live", "cds-metadata", "cds-site"]),
    ("cds-proxy", &["cds-live", "cds-metadata", "cds-site"]),
    // A user of the layer needs one dependency of ours, so an example has one.
    ("axum-portal", &["tower-cds"]),
    ("database-portal", &["tower-cds"]),
    ("hyper-portal", &["tower-cds"]),
    // The proxy is measured as a program.
    ("benches", &["tower-cds"]),
    (
        "tests",
        &[
            "cds-live",
            "cds-metadata",
            "cds-site",
            "tower-cds",
            "axum-portal",
            "database-portal",
            "hyper-portal",
        ],
    ),
];

/// A family of crates and the one package that may use it, but for the one that compares.
const WRAPPERS: [(&str, &str); 2] = [("notify", "cds-live"), ("pingora", "cds-proxy")];

/// Runs other servers beside ours.
const COMPARES: &str = "benches";

/// What nobody who depends on a library of ours should be made to build.
const NOT_IN_LIBRARIES: [&str; 6] = ["async-std", "axum", "hyper", "smol", "tokio", "tower"];

const LIBRARIES: [&str; 4] = ["cds-metadata", "cds-site", "cds-live", "tower-cds"];

#[test]
fn every_crate_knows_only_the_crates_before_it() {
    let dependencies = dependencies();
    let ours = |name: &str| ARROWS.iter().any(|(package, _)| *package == name);
    for Dependency { of, on } in dependencies
        .iter()
        .filter(|dependency| ours(&dependency.on))
    {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| name == of)
            .expect("every package is in ARROWS");
        assert!(
            allowed.contains(&on.as_str()),
            "{of} must not depend on {on}"
        );
    }
}

#[test]
fn only_its_wrapper_uses_a_wrapped_crate() {
    for Dependency { of, on } in dependencies() {
        for (family, wrapper) in WRAPPERS {
            let wrapped = on == family || on.starts_with(&format!("{family}-"));
            assert!(
                !wrapped || of == wrapper || of == COMPARES,
                "{of} must not depend on {on}: {wrapper} wraps it"
            );
        }
    }
}

#[test]
fn no_library_brings_a_runtime_or_a_framework() {
    for library in LIBRARIES {
        let built = built_for_users_of(library);
        assert!(built.contains(library), "{library}: {built:?}");
        for crate_name in NOT_IN_LIBRARIES {
            assert!(
                !built.contains(crate_name),
                "{library} must not bring {crate_name}: see `cargo tree -p {library} -e normal,build \
                 -i {crate_name}`"
            );
        }
    }
}

/// Everything that a user of `package` builds, with what its dependencies bring.
///
/// `cargo tree` and not the graph of `cargo metadata`, in which each crate has the features that
/// any package of the workspace asks for.
fn built_for_users_of(package: &str) -> BTreeSet<String> {
    let mut arguments = vec!["--package", package, "--prefix", "none"];
    arguments.extend(["--edges", "normal,build", "--target", "all"]);
    cargo("tree", &arguments)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// One line of a manifest's dependencies.
struct Dependency {
    of: String,
    on: String,
}

/// The dependencies of all packages of the workspace, as their manifests declare them.
fn dependencies() -> Vec<Dependency> {
    let metadata = cargo("metadata", &["--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages.iter().flat_map(dependencies_of).collect()
}

fn dependencies_of(package: &Value) -> Vec<Dependency> {
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let listed = package["dependencies"]
        .as_array()
        .expect("a list of dependencies");
    listed
        .iter()
        .map(|dependency| Dependency {
            of: name(package),
            on: name(dependency),
        })
        .collect()
}

/// What `cargo COMMAND ARGUMENTS…` prints about this workspace.
fn cargo(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .arg(command)
        .args(arguments)
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {command}: {said}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}
