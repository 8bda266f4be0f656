//! Checking a large GeoJSON file: how fast, and in how much memory beside the file itself.
//!
//! Run with `cargo bench -p cds-site --bench geojson`. `MEGABYTES=500` changes the size, and
//! `MAP=FILE` checks a map of your own instead.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark"
)]

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use cds_site::{Severity, check_geojson};

const FORMS: [(&str, Form); 6] = [
    (
        "one ring",
        Form {
            positions: usize::MAX,
            ..CLEAN
        },
    ),
    ("features of a hundred positions", CLEAN),
    (
        "features of four positions",
        Form {
            positions: 4,
            ..CLEAN
        },
    ),
    (
        "one position a line",
        Form {
            separator: ",\n",
            ..CLEAN
        },
    ),
    (
        "every ring clockwise",
        Form {
            positions: 10,
            is_clockwise: true,
            ..CLEAN
        },
    ),
    (
        "every axis swapped",
        Form {
            positions: 10,
            is_swapped: true,
            ..CLEAN
        },
    ),
];

const CLEAN: Form = Form {
    positions: 100,
    separator: ",",
    is_clockwise: false,
    is_swapped: false,
};

#[derive(Clone, Copy)]
struct Form {
    /// Positions of a ring.
    positions: usize,
    separator: &'static str,
    is_clockwise: bool,
    is_swapped: bool,
}

/// A collection of polygons around circles.
fn generate(form: Form, bytes: usize) -> Vec<u8> {
    let mut json = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    // A position takes about forty bytes.
    let positions = form.positions.min(bytes / 40);
    let mut number = 0;
    while json.len() < bytes {
        let separator = if number == 0 { "" } else { "," };
        write!(
            json,
            "{separator}\n{{\"type\":\"Feature\",\"properties\":{{\"id\":{number},\"name\":\"Territory\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[["
        )
        .unwrap();
        for index in 0..=positions {
            let turn = (index % positions) as f64 / positions as f64 * std::f64::consts::TAU;
            let turn = if form.is_clockwise { -turn } else { turn };
            let (longitude, latitude) = (-120.0 + turn.cos(), 40.0 + turn.sin());
            let (first, second) = match form.is_swapped {
                false => (longitude, latitude),
                true => (latitude, longitude),
            };
            let separator = if index == 0 { "" } else { form.separator };
            write!(json, "{separator}[{first},{second}]").unwrap();
        }
        json.push_str("]]}}");
        number += 1;
    }
    json.push_str("\n]}\n");
    json.into_bytes()
}

/// The peak of this process's memory in KiB, from Linux.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default()
}

fn size() -> usize {
    let megabytes = env::var("MEGABYTES")
        .ok()
        .and_then(|text| text.parse().ok());
    megabytes.unwrap_or(50) * 1_000_000
}

/// Checks one file and prints what it took, in a process of its own.
fn check(json: &[u8]) {
    // What reading the file took is not the check's.
    let before = peak();
    let start = Instant::now();
    let report = black_box(check_geojson("map.geojson", json));
    println!(
        "{:5.0} ms, {:6.1} MB file, {:4} errors, {:7} warnings, {} KiB besides the file",
        start.elapsed().as_secs_f64() * 1e3,
        json.len() as f64 / 1e6,
        report.count(Severity::Error),
        report.count(Severity::Warning),
        peak() - before,
    );
}

fn main() {
    if let Some(path) = env::var_os("MAP") {
        return check(&fs::read(path).unwrap());
    }
    let wanted = env::args()
        .skip_while(|argument| argument != "--form")
        .nth(1);
    if let Some(name) = wanted {
        let (_, form) = FORMS.into_iter().find(|(known, _)| *known == name).unwrap();
        let json = generate(form, size()).into_boxed_slice();
        return check(&json);
    }
    for (name, _) in FORMS {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--form", name])
            .output()
            .unwrap();
        print!("{name:32} {}", String::from_utf8_lossy(&output.stdout));
    }
}
