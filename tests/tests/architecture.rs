//! The dependency arrows of ARCHITECTURE.md, held against the manifests of the workspace.

#![allow(clippy::expect_used, reason = "a helper of a test may fail the test")]

use std::env;
use std::process::Command;

use serde_json::Value;

/// Each package and the packages of this workspace that it may know.
const ARROWS: [(&str, &[&str]); 8] = [
    ("cds-metadata", &[]),
    ("cds-site", &["cds-metadata"]),
    ("cds-live", &["cds-metadata", "cds-site"]),
    ("tower-cds", &["cds-live", "cds-metadata", "cds-site"]),
    ("cds-proxy", &["cds-live", "cds-metadata", "cds-site"]),
    // A user of the layer needs one dependency of ours, so an example has one.
    ("axum-portal", &["tower-cds"]),
    ("hyper-portal", &["tower-cds"]),
    (
        "tests",
        &[
            "cds-live",
            "cds-metadata",
            "cds-site",
            "tower-cds",
            "axum-portal",
            "hyper-portal",
        ],
    ),
];

/// A family of crates and the one package that may use it.
const WRAPPERS: [(&str, &str); 2] = [("notify", "cds-live"), ("pingora", "cds-proxy")];

/// What nobody who depends on a library of ours should be made to build.
const NOT_IN_LIBRARIES: [&str; 6] = ["async-std", "axum", "hyper", "smol", "tokio", "tower"];

const LIBRARIES: [&str; 4] = ["cds-metadata", "cds-site", "cds-live", "tower-cds"];

#[test]
fn every_crate_knows_only_the_crates_before_it() {
    let dependencies = dependencies();
    let ours = |name: &str| ARROWS.iter().any(|(package, _)| *package == name);
    for Dependency { of, on, .. } in dependencies
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
    for Dependency { of, on, .. } in dependencies() {
        for (family, wrapper) in WRAPPERS {
            let wrapped = on == family || on.starts_with(&format!("{family}-"));
            assert!(
                !wrapped || of == wrapper,
                "{of} must not depend on {on}: {wrapper} wraps it"
            );
        }
    }
}

#[test]
fn no_library_brings_a_runtime_or_a_framework() {
    for Dependency { of, on, for_users } in dependencies() {
        let forbidden = LIBRARIES.contains(&of.as_str()) && NOT_IN_LIBRARIES.contains(&on.as_str());
        assert!(!(for_users && forbidden), "{of} must not depend on {on}");
    }
}

/// One line of a manifest's dependencies.
struct Dependency {
    of: String,
    on: String,
    /// Whether a user of the package builds it, which is not so for a dev-dependency.
    for_users: bool,
}

/// The dependencies of all packages of the workspace, as their manifests declare them.
fn dependencies() -> Vec<Dependency> {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
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
            for_users: dependency["kind"] != "dev",
        })
        .collect()
}
