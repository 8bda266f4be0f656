//! The medians of what was measured, beside a peer's.

use std::fmt;
use std::time::Duration;

use crate::case::Case;

/// One measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Processor time per request, in microseconds.
    cpu: f64,
    /// Answers per second.
    rate: f64,
    /// Percentiles of the time that an answer took, in microseconds.
    p50: f64,
    p99: f64,
}

impl Measured {
    pub(crate) fn new(spent: Duration, answers: &[Duration], time: Duration) -> Self {
        let mut sorted = answers.to_vec();
        sorted.sort_unstable();
        let percentile = |part: usize| {
            let at = sorted.len() * part / 100;
            sorted.get(at).map_or(f64::NAN, microseconds)
        };
        let count = answers.len() as f64;
        Self {
            cpu: microseconds(&spent) / count,
            rate: count / time.as_secs_f64(),
            p50: percentile(50),
            p99: percentile(99),
        }
    }
}

fn microseconds(duration: &Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// All measurements, in the order in which the servers were first measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<(Case, &'static str, Vec<Measured>)>,
}

impl Report {
    pub(crate) fn add(&mut self, case: Case, server: &'static str, measured: Measured) {
        let row = self
            .rows
            .iter_mut()
            .find(|(of, name, _)| (*of, *name) == (case, server));
        match row {
            Some((_, _, rounds)) => rounds.push(measured),
            None => self.rows.push((case, server, vec![measured])),
        }
    }

    fn of(&self, case: Case) -> impl Iterator<Item = (&'static str, &[Measured])> {
        let rows = self.rows.iter().filter(move |(of, _, _)| *of == case);
        rows.map(|(_, server, rounds)| (*server, rounds.as_slice()))
    }
}

fn median(rounds: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    let mut values: Vec<_> = rounds.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median of one server's rounds over another's, each round by itself: what slows the machine
/// down slows both.
fn ratio(rounds: &[Measured], baseline: &[Measured]) -> f64 {
    let pairs = rounds.iter().zip(baseline);
    let mut ratios: Vec<_> = pairs.map(|(own, other)| own.cpu / other.cpu).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in Case::ALL {
            let baseline = self.of(case).find(|(server, _)| *server == case.baseline());
            let mut rows = self.of(case).peekable();
            if rows.peek().is_none() {
                continue;
            }
            writeln!(f, "\n{case}")?;
            writeln!(
                f,
                "  {:<24} {:>8} {:>10} {:>10} {:>8} {:>8}",
                "server",
                "CPU µs",
                format!("× {}", case.baseline()),
                "answers/s",
                "p50 µs",
                "p99 µs"
            )?;
            for (server, rounds) in rows {
                let ratio = baseline.map_or(f64::NAN, |(_, baseline)| ratio(rounds, baseline));
                writeln!(
                    f,
                    "  {server:<24} {:>8.1} {ratio:>10.2} {:>10.0} {:>8.0} {:>8.0}",
                    median(rounds, |one| one.cpu),
                    median(rounds, |one| one.rate),
                    median(rounds, |one| one.p50),
                    median(rounds, |one| one.p99),
                )?;
            }
        }
        Ok(())
    }
}
