//! What an answer costs, beside servers that people know.
//!
//! Starts one server after the other on one processor, loads it from another, and prints the
//! processor time per request (user and system, of the server's process and its children) with
//! the latency that clients see. The rounds of all servers are interleaved, and the medians are
//! compared with a peer of the same run: absolute times say more of the machine than of a server.
//!
//! Run with `./dev bench`. nginx and haproxy take part when they are installed.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report is the program's output"
)]

mod case;
mod cpu;
mod load;
mod peers;
mod place;
mod program;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::case::Case;
use crate::peers::serve;
use crate::place::Place;
use crate::program::{Program, Running};
use crate::report::{Measured, Report};

#[derive(Parser)]
#[command(about = "Compares what an answer costs here and elsewhere")]
struct Arguments {
    /// The program that is measured.
    #[arg(long, default_value = "target/release/cds-proxy")]
    cds_proxy: PathBuf,
    /// How often each server is measured in each case.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Connections that are kept busy.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Only these cases.
    #[arg(long = "case", value_enum)]
    cases: Vec<Case>,
    /// Only these servers.
    #[arg(long = "server")]
    servers: Vec<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs one of the peers.
    #[command(hide = true)]
    Serve(serve::Arguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(Command::Serve(peer)) => serve::serve(peer),
        None => compare(&arguments),
    }
}

fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    let place = Place::prepare(&arguments.cds_proxy)?;
    let programs: Vec<_> = Program::all(&place)
        .into_iter()
        .filter(|program| wants(&arguments.servers, program.name))
        .collect();
    let cases = match arguments.cases.as_slice() {
        [] => Case::ALL.to_vec(),
        some => some.to_vec(),
    };
    let mut report = Report::default();
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        for &case in &cases {
            for program in programs.iter().filter(|program| program.answers(case)) {
                let measured = measure(program, case, &place, arguments)
                    .with_context(|| format!("{} in case {case}", program.name))?;
                report.add(case, program.name, measured);
            }
        }
    }
    print!("{report}");
    Ok(())
}

fn wants(chosen: &[String], name: &str) -> bool {
    chosen.is_empty() || chosen.iter().any(|chosen| chosen == name)
}

fn measure(
    program: &Program,
    case: Case,
    place: &Place,
    arguments: &Arguments,
) -> anyhow::Result<Measured> {
    let server = Running::start(program)?;
    let target = case.target(place, server.address());
    // Connections, allocators and content codings get ready.
    load::put(&target, arguments.connections, Duration::from_millis(300))?;
    let before = cpu::time_of(server.process())?;
    let seconds = Duration::from_secs_f64(arguments.seconds);
    let answers = load::put(&target, arguments.connections, seconds)?;
    let spent = cpu::time_of(server.process())?.saturating_sub(before);
    Ok(Measured::new(spent, &answers, seconds))
}
