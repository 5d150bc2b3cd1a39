//! When a broker that is driven at saturation counts as warm.
//!
//! A just-in-time compiler works on the core that it serves with, for minutes. So a broker is
//! driven window after window until its speed stands still.

use std::time::Duration;

use crate::limits::{STEADY_LEVEL_WINDOWS, STEADY_RISE, STEADY_SPREAD, STEADY_WINDOWS};

/// How long a broker is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub window: Duration,
    pub at_least: Duration,
    pub at_most: Duration,
}

impl Limits {
    /// What a fair comparison takes.
    pub const FAIR: Self = Self {
        window: Duration::from_secs(5),
        at_least: Duration::from_secs(30),
        at_most: Duration::from_secs(240),
    };

    /// Windows that a time has room for, begun ones too.
    fn windows(&self, time: Duration) -> usize {
        (time.as_secs_f64() / self.window.as_secs_f64()).ceil() as usize
    }
}

/// What the windows so far say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    GoOn,
    /// The last windows are as good as equal.
    Steady,
    /// They differ, but do not rise any more: it is noise, and time does not help.
    Restless,
    /// They differ and the time is over.
    TimeIsOver,
    /// Ctrl-C.
    Stopped,
}

/// How far the last windows are apart, as a share of the lowest; infinite before there are enough.
pub fn spread(windows: &[f64]) -> f64 {
    let Some(last) = windows.last_chunk::<STEADY_WINDOWS>() else { return f64::INFINITY };
    let (low, high) = crate::report::spread(last);
    if low > 0.0 { high / low - 1.0 } else { f64::INFINITY }
}

/// Whether the later half of the last windows is no faster than the half before it.
fn is_level(windows: &[f64]) -> bool {
    let Some(from) = windows.len().checked_sub(2 * STEADY_LEVEL_WINDOWS) else { return false };
    let (before, after) = windows[from..].split_at(STEADY_LEVEL_WINDOWS);
    let sum = |windows: &[f64]| windows.iter().sum::<f64>();
    sum(after) <= sum(before) * (1.0 + STEADY_RISE)
}

/// Judges the speeds of all windows so far.
pub fn judge(windows: &[f64], limits: &Limits) -> Verdict {
    match windows.len() {
        count if count < limits.windows(limits.at_least) => Verdict::GoOn,
        _ if spread(windows) <= STEADY_SPREAD => Verdict::Steady,
        count if count >= limits.windows(limits.at_most) => Verdict::TimeIsOver,
        _ if is_level(windows) => Verdict::Restless,
        _ => Verdict::GoOn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENTHS: Limits = Limits {
        window: Duration::from_millis(500),
        at_least: Duration::from_millis(500),
        at_most: Duration::from_millis(2000),
    };

    /// When the judge ends a run of windows, and how; 0 where it never does.
    fn end(windows: &[f64], limits: &Limits) -> (usize, Verdict) {
        let ends = (1..=windows.len()).map(|count| (count, judge(&windows[..count], limits)));
        ends.into_iter().find(|end| end.1 != Verdict::GoOn).unwrap_or((0, Verdict::GoOn))
    }

    #[test]
    fn the_judge_ends_a_warm_up_where_the_table_says() {
        let rising: Vec<f64> = (1..60).map(|n| 10.0 * 1.06_f64.powi(n)).collect();
        let mut late = rising[..20].to_vec();
        late.extend([rising[19]; 5]);
        let jumpy: Vec<f64> = (0..60).map(|n| [100.0, 112.0][n % 2]).collect();
        let falling: Vec<f64> = (0..60).map(|n| 100.0 * 0.9_f64.powi(n)).collect();
        let table: &[(&str, &[f64], (usize, Verdict))] = &[
            ("no window", &[], (0, Verdict::GoOn)),
            ("even from the start: 30 s", &[100.0; 9], (6, Verdict::Steady)),
            ("even but short", &[100.0; 5], (0, Verdict::GoOn)),
            ("4 % is even", &[1.0, 1.0, 1.0, 100.0, 104.0, 103.0], (6, Verdict::Steady)),
            (
                "6 % is not, until one more window",
                &[1.0, 1.0, 1.0, 100.0, 106.0, 103.0, 103.0],
                (7, Verdict::Steady),
            ),
            (
                "only the last three count",
                &[500.0, 1.0, 50.0, 80.0, 80.0, 80.0],
                (6, Verdict::Steady),
            ),
            ("rises for ever: 240 s", &rising, (48, Verdict::TimeIsOver)),
            ("rises for 100 s", &late, (22, Verdict::Steady)),
            ("noise that does not rise: 60 s", &jumpy, (12, Verdict::Restless)),
            ("falls", &falling, (12, Verdict::Restless)),
            ("a broker that answers nothing", &[0.0; 60], (12, Verdict::Restless)),
        ];
        for (what, windows, expected) in table {
            assert_eq!(end(windows, &Limits::FAIR), *expected, "{what}");
        }
        let short = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!(end(&short, &TENTHS), (4, Verdict::TimeIsOver));
        assert_eq!(end(&[7.0; 5], &TENTHS), (3, Verdict::Steady), "three windows, whatever else");
    }
}
