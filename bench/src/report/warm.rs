//! How brokers were brought to their working speed, in words.

use std::time::Duration;

use super::PeerReport;
use crate::family::Family;
use crate::rows::{Durability, Row};
use crate::steady::{Verdict, spread};

/// One family of rows, driven at saturation.
#[derive(Clone, Debug)]
pub struct WarmUp {
    pub family: Family,
    pub durability: Durability,
    /// Records a second.
    pub windows: Vec<f64>,
    pub took: Duration,
    pub verdict: Verdict,
}

impl WarmUp {
    pub fn text(&self) -> String {
        let took = self.took.as_secs_f64();
        let apart = match spread(&self.windows) {
            apart if apart.is_finite() => format!("{:.0} %", apart * 100.0),
            _ => "not comparable".into(),
        };
        match self.verdict {
            Verdict::Steady => format!("steady after {took:.0} s"),
            Verdict::Restless => format!(
                "NEVER STEADY: after {took:.0} s no longer faster, the last windows {apart} apart"
            ),
            Verdict::TimeIsOver => {
                format!("NEVER STEADY: after {took:.0} s the last windows {apart} apart")
            }
            Verdict::GoOn | Verdict::Stopped => format!("stopped after {took:.0} s"),
        }
    }
}

/// What a row's own warm-up came to.
pub fn note(warm_ups: &[WarmUp], row: &Row, durability: Durability) -> Option<String> {
    let family = Family::of(row).pop()?;
    let of_family = || warm_ups.iter().filter(|warm_up| warm_up.family == family);
    let own = of_family().find(|warm_up| warm_up.durability == durability);
    // What only reads is warmed once, however it was acknowledged.
    own.or_else(|| of_family().next()).map(WarmUp::text)
}

/// What the other brokers' rows had beside them.
pub fn idle(peer: &PeerReport) -> Option<String> {
    let (cpu, time) = peer.idle;
    let share = cpu.as_secs_f64() / time.as_secs_f64() * 100.0;
    let name = peer.broker.name();
    share
        .is_finite()
        .then(|| format!("{name}: {share:.1} % of its core while the others were measured"))
}

/// Lines below the table.
pub fn lines(peer: &PeerReport) -> Vec<String> {
    let name = peer.broker.name();
    let line = |warm_up: &WarmUp| {
        let (ack, text) = (peer.broker.ack(warm_up.durability), warm_up.text());
        format!("warm-up of {name}, {ack}, {}: {text}", warm_up.family)
    };
    peer.warm_ups.iter().map(line).chain(idle(peer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::ROWS;

    #[test]
    fn a_row_tells_how_it_was_warmed() {
        let row = |name: &str| ROWS.iter().find(|row| row.name == name).unwrap();
        let produce = row("produce 1 x 100 B");
        let warm_up = |durability, verdict| WarmUp {
            family: Family::of(produce)[0],
            durability,
            windows: vec![10.0, 10.0, 12.0],
            took: Duration::from_secs(240),
            verdict,
        };
        let both = [
            warm_up(Durability::Memory, Verdict::Steady),
            warm_up(Durability::Synced, Verdict::TimeIsOver),
        ];
        let note = |row: &Row, durability| note(&both, row, durability).unwrap_or_default();
        let open = row("15,000 single-record requests/s");
        assert_eq!(note(open, Durability::Memory), "steady after 240 s");
        let never = "NEVER STEADY: after 240 s the last windows 20 % apart";
        assert_eq!(note(produce, Durability::Synced), never);
        assert_eq!(note(row("fetch cold, 1 MiB"), Durability::Memory), "");
        let short = WarmUp { windows: Vec::new(), ..warm_up(Durability::Memory, Verdict::Stopped) };
        assert_eq!(short.text(), "stopped after 240 s");
    }
}
