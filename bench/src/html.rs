//! The report as one HTML page that needs nothing else: figures, plots, machine, how to repeat it.

use std::fmt::Write as _;

use crate::facts::Facts;
use crate::plot::{self, Bar, Curve, escape};
use crate::report::{PeerReport, ack_name, median, rate};
use crate::suite::{Durability, Pace, ROWS, Row};

const STYLE: &str = "body{font-family:sans-serif;max-width:800px;margin:2em auto;color:#222}\
    table{border-collapse:collapse;margin:.5em 0}td,th{padding:.2em .7em;text-align:right;\
    border-bottom:1px solid #ddd;font-size:14px}td:first-child,th:first-child{text-align:left}\
    code{background:#f3f3f3;padding:.1em .3em}h2{margin-top:2em}";

const DURABILITIES: [Durability; 2] = [Durability::Memory, Durability::Synced];

pub fn page(peers: &[PeerReport], facts: &Facts) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tidemill, measured</title>\
         <style>{STYLE}</style><h1>Tidemill, measured</h1>\
         <p>Each broker runs alone on one core and the load generator on another, with the same \
         data directory. Their turns are interleaved; a figure is the median of the turns, and the \
         thin line on a bar goes from the lowest turn to the highest. In an open loop a latency \
         counts from the moment a request was due, so a stall is not left out.</p>"
    );
    for row in ROWS {
        if peers.iter().any(|peer| peer.has(row.name)) {
            section(&mut page, row, peers);
        }
    }
    page += "<h2>Start and idle memory</h2><table><tr><th>broker<th>start<th>idle memory";
    for peer in peers {
        let (start, idle) = (median(&peer.start_up_ms), median(&peer.idle_mib));
        let _ = write!(page, "<tr><td>{}<td>{start:.0} ms<td>{idle:.0} MiB", peer.name);
    }
    page += "</table><h2>The machine, and how to repeat it</h2><table>";
    for (what, value) in facts {
        let _ = write!(page, "<tr><td>{what}<td style=\"text-align:left\">{}", escape(value));
    }
    page + "</table></html>\n"
}

fn color(peer: &str, durability: Durability) -> &'static str {
    match (peer, durability) {
        ("tidemill", Durability::Memory) => "#15aabf",
        ("tidemill", Durability::Synced) => "#0b6e80",
        (_, Durability::Memory) => "#b8a07a",
        (_, Durability::Synced) => "#7a6240",
    }
}

fn section(page: &mut String, row: &Row, peers: &[PeerReport]) {
    let _ = write!(page, "<h2>{}</h2><p>{}</p>", escape(row.name), describe(row));
    let (mut bars, mut curves) = (Vec::new(), Vec::new());
    let mut table = String::from(
        "<table><tr><th>broker, ack<th>p50 ms<th>p99 ms<th>p99.9 ms<th>CPU s / M records",
    );
    for peer in peers {
        for durability in DURABILITIES {
            let rates = peer.each(row.name, durability, |o| o.measured.records_per_second());
            let Some(merged) = peer.merged(row.name, durability) else { continue };
            let label = format!("{}, {}", peer.name, ack_name(peer.name, durability));
            let color = color(peer.name, durability);
            let value = median(&rates);
            let low = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let high = rates.iter().copied().fold(0.0, f64::max);
            bars.push(Bar { label: label.clone(), color, value, low, high, text: rate(value) });
            let at = |quantile: f64| merged.value_at_quantile(quantile) as f64 / 1000.0;
            let cpu = median(&peer.each(row.name, durability, |o| o.cpu_s_per_million));
            let _ = write!(
                table,
                "<tr><td>{label}<td>{:.2}<td>{:.2}<td>{:.2}<td>{cpu:.2}",
                at(0.5),
                at(0.99),
                at(0.999)
            );
            let points = merged.iter_quantiles(4).map(|step| {
                (step.quantile_iterated_to(), step.value_iterated_to() as f64 / 1000.0)
            });
            curves.push(Curve { label, color, points: points.collect() });
        }
    }
    // At a given rate all brokers do the same: only the latencies differ.
    if matches!(row.pace, Pace::InFlight(_)) {
        *page += &plot::bars(&bars);
    }
    *page += &plot::percentiles(&curves);
    *page += &table;
    *page += "</table>";
}

fn describe(row: &Row) -> String {
    let pace = match row.pace {
        Pace::InFlight(requests) => format!("{requests} requests in flight on each"),
        Pace::PerSecond(rate) => format!("{rate} requests a second in an open loop"),
    };
    format!(
        "{} connections, {pace}; {} partitions; {} records of {} bytes a batch.",
        row.connections, row.partitions, row.records, row.record_bytes
    )
}
