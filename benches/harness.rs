//! A figure is a ratio of medians: all sides of a comparison are measured in turns within one run, because an absolute
//! time on a shared machine says little. Each turn runs a side long enough for the clock, and every side gets as many.

use std::time::{Duration, Instant};

/// Turns of each side.
const TURNS: usize = 31;
/// How long a side runs in one turn.
const TURN: Duration = Duration::from_millis(4);

/// One side of a comparison.
pub struct Side<'a> {
    name: String,
    /// Bytes, messages or whatever is counted, of one run.
    amount: f64,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Side<'a> {
    pub fn new(name: impl Into<String>, amount: f64, run: impl FnMut() + 'a) -> Self {
        Side { name: name.into(), amount, run: Box::new(run) }
    }
}

/// The median rate of a side, in its amount per second.
pub struct Rate {
    pub name: String,
    pub per_second: f64,
}

/// Measures all sides in turns.
pub fn compare(sides: Vec<Side<'_>>) -> Vec<Rate> {
    let mut sides: Vec<_> = sides.into_iter().map(|side| (repeats(side), Vec::with_capacity(TURNS))).collect();
    for _ in 0..TURNS {
        for ((side, repeats), rates) in &mut sides {
            let before = Instant::now();
            (0..*repeats).for_each(|_| (side.run)());
            rates.push(side.amount * f64::from(*repeats) / before.elapsed().as_secs_f64());
        }
    }
    let median = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    };
    sides.into_iter().map(|((side, _), rates)| Rate { name: side.name, per_second: median(rates) }).collect()
}

/// How often a side runs in one turn; finding out warms it up.
fn repeats(mut side: Side<'_>) -> (Side<'_>, u32) {
    let mut repeats = 1_u32;
    loop {
        let before = Instant::now();
        (0..repeats).for_each(|_| (side.run)());
        if before.elapsed() >= TURN {
            return (side, repeats);
        }
        repeats = repeats.saturating_mul(2);
    }
}

/// A bar that a figure must reach, and whether it did.
pub struct Report {
    missed: Vec<String>,
}

impl Report {
    pub fn new(title: &str) -> Self {
        println!("{title}");
        Report { missed: Vec::new() }
    }

    /// Prints the rates of a comparison in `unit`, a rate being divided by `scale`.
    pub fn table(&mut self, title: &str, unit: &str, scale: f64, rates: &[Rate]) {
        println!("\n{title}");
        for rate in rates {
            println!("  {:<34}{:>10.3} {unit}", rate.name, rate.per_second / scale);
        }
    }

    /// Prints whether `value` reaches `bar`.
    pub fn at_least(&mut self, what: &str, value: f64, bar: f64) {
        let reached = value >= bar;
        println!("  {} {what}: {value:.2} (bar {bar})", if reached { "reached" } else { "MISSED " });
        if !reached {
            self.missed.push(what.to_owned());
        }
    }

    /// Fails the run if a bar was missed.
    pub fn finish(self) -> Result<(), String> {
        if self.missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", self.missed.join("; "))) }
    }
}

/// The rate of a side by its name; zero where it did not run.
pub fn rate_of(rates: &[Rate], name: &str) -> f64 {
    rates.iter().find(|rate| rate.name == name).map_or(0.0, |rate| rate.per_second)
}
