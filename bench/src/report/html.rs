//! The report as one HTML page that needs nothing else: figures, plots, machine, how to repeat it.

use std::fmt::Write as _;

use super::plot::{self, Bar, Curve, escape};
use super::{PeerReport, base, median, ratio_text, score_name, score_text, spread, spread_text};
use crate::facts::Facts;
use crate::rows::{Durability, ROWS, Row, Work};
use crate::workload::Pace;
use crate::workload::tools::Tool;

const STYLE: &str = "body{font-family:sans-serif;max-width:800px;margin:2em auto;color:#222}\
    table{border-collapse:collapse;margin:.5em 0}td,th{padding:.2em .7em;text-align:right;\
    border-bottom:1px solid #ddd;font-size:14px}td:first-child,th:first-child{text-align:left}\
    pre{background:#f3f3f3;padding:.5em;overflow:auto;font-size:13px}h2{margin-top:2em}";

pub fn page(peers: &[PeerReport], method: &str, facts: &Facts) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tidemill, measured</title>\
         <style>{STYLE}</style><h1>Tidemill, measured</h1>\
         <p>Each broker runs alone on one core and the load generator on another, with the same \
         data directory. Their turns are interleaved; a figure is the median of the turns, and the \
         thin line on a bar goes from the lowest turn to the highest. In an open loop a latency \
         counts from the moment a request was due, so a stall is not left out.</p><p>{}</p>",
        escape(method)
    );
    for row in ROWS {
        if peers.iter().any(|peer| peer.has(row.name)) {
            section(&mut page, row, peers);
        }
    }
    page += "<h2>Start and idle memory</h2><table><tr><th>broker<th>start<th>idle memory";
    for peer in peers.iter().filter(|peer| !peer.start_up_ms.is_empty()) {
        let (start, idle) = (median(&peer.start_up_ms), median(&peer.idle_mib));
        let _ = write!(page, "<tr><td>{}<td>{start:.0} ms<td>{idle:.0} MiB", peer.broker.name());
    }
    page += "</table>";
    warm_ups(&mut page, peers);
    page += "<h2>The machine, and how to repeat it</h2><table>";
    for (what, value) in facts {
        let _ = write!(page, "<tr><td>{what}<td style=\"text-align:left\">{}", escape(value));
    }
    page += "</table>";
    for peer in peers {
        configuration(&mut page, peer);
    }
    page + "</html>\n"
}

/// How each broker was brought to its working speed.
fn warm_ups(page: &mut String, peers: &[PeerReport]) {
    if peers.iter().all(|peer| peer.warm_ups.is_empty()) {
        return;
    }
    *page += "<h2>Warm-up</h2><table><tr><th>broker, ack<th>driven with<th>what came of it\
              <th>records/s of each window";
    for peer in peers {
        for warm_up in &peer.warm_ups {
            let (name, ack) = (peer.broker.name(), peer.broker.ack(warm_up.durability));
            let windows: Vec<String> =
                warm_up.windows.iter().map(|&rate| super::rate(rate)).collect();
            let _ = write!(
                page,
                "<tr><td>{name}, {ack}<td>{}<td>{}<td>{}",
                escape(&warm_up.family.to_string()),
                escape(&warm_up.text()),
                windows.join(", ")
            );
        }
    }
    *page += "</table>";
    for peer in peers {
        if let Some(idle) = super::warm::idle(peer) {
            let _ = write!(page, "<p>{}</p>", escape(&idle));
        }
    }
}

fn configuration(page: &mut String, peer: &PeerReport) {
    let version = peer.broker.version().unwrap_or_else(|| "version unknown".into());
    let (name, version) = (peer.broker.name(), escape(&version));
    let _ = write!(page, "<h2>{name}, {version}</h2><pre>{}</pre>", escape(&peer.command));
    if let Some(configuration) = &peer.configuration {
        let _ = write!(page, "<pre>{}</pre>", escape(configuration));
    }
    for failure in &peer.failures {
        let _ = write!(page, "<p><b>Failed:</b> {}</p>", escape(failure));
    }
}

fn section(page: &mut String, row: &Row, peers: &[PeerReport]) {
    let _ = write!(page, "<h2>{}</h2><p>{}</p>", escape(row.name), describe(row));
    let (mut bars, mut curves) = (Vec::new(), Vec::new());
    let mut table = String::from(
        "<table><tr><th>broker, ack<th>lowest–highest turn<th>against Kafka's page cache\
         <th>p50 ms<th>p99 ms<th>p99.9 ms<th>CPU s / M records<th>also",
    );
    let base = base(peers, row);
    for peer in peers {
        for durability in Durability::ALL {
            let scores = peer.each(row.name, durability, |o| o.score(row.score));
            let label = format!("{}, {}", peer.broker.name(), peer.broker.ack(durability));
            let Some(value) = peer.score(row, durability) else {
                if let Some(why) = peer.why_left_out(row.name, durability) {
                    let why = escape(why);
                    let _ = write!(table, "<tr><td>{label}<td colspan=\"7\">left out: {why}");
                }
                continue;
            };
            let color = peer.broker.color(durability);
            let (low, high) = spread(&scores);
            let text = score_text(row.score, value);
            bars.push(Bar { label: label.clone(), color, value, low, high, text });
            let merged = peer.merged(row.name, durability);
            let at = |quantile: f64| {
                merged.as_ref().map_or_else(
                    || "–".to_owned(),
                    |merged| format!("{:.2}", merged.value_at_quantile(quantile) as f64 / 1000.0),
                )
            };
            let cpu = median(&peer.each(row.name, durability, |o| o.cpu_s_per_million));
            let cpu = if cpu.is_finite() { format!("{cpu:.2}") } else { "–".into() };
            let _ = write!(
                table,
                "<tr><td>{label}<td>{}–{}, {}<td>{}<td>{}<td>{}<td>{}<td>{cpu}<td>{}",
                score_text(row.score, low),
                score_text(row.score, high),
                spread_text(&scores),
                ratio_text(row, value, base),
                at(0.5),
                at(0.99),
                at(0.999),
                escape(&peer.notes(row, durability)),
            );
            let Some(merged) = merged else { continue };
            let points = merged.iter_quantiles(4).map(|step| {
                (step.quantile_iterated_to(), step.value_iterated_to() as f64 / 1000.0)
            });
            curves.push(Curve { label, color, points: points.collect() });
        }
    }
    let _ = write!(page, "<p>Bars: {}.</p>", score_name(row.score));
    *page += &plot::bars(&bars);
    if !curves.is_empty() {
        *page += &plot::percentiles(&curves);
    }
    *page += &table;
    *page += "</table>";
}

fn describe(row: &Row) -> String {
    let pace = match row.pace {
        Pace::InFlight(requests) => format!("{requests} requests in flight on each"),
        Pace::PerSecond(rate) => format!("{rate} requests a second in an open loop"),
    };
    let Row { connections, partitions, records, record_bytes, .. } = row;
    let batches = format!("{partitions} partitions; {records} records of {record_bytes} bytes");
    let writers = format!("{connections} connections, {pace}; {batches} a batch");
    match row.work {
        Work::Produce => format!("{writers}."),
        Work::FetchCached => format!("{connections} consumers read what was just written."),
        Work::FetchCold => "4 consumers read 4 partitions once from the start, after the page \
             cache was dropped; beside it, how fast the disk gives the same files by direct reads."
            .into(),
        Work::EndToEnd { catch_up_readers: 0 } => {
            format!("{writers}; from append to a consumer that waits at the end of each partition.")
        }
        Work::EndToEnd { catch_up_readers } => format!(
            "{writers}; from append to a consumer that waits at the end of each partition, while \
             {catch_up_readers} other consumers read a backlog from its start, page cache dropped, \
             as fast as they get it."
        ),
        Work::Connections => format!(
            "Memory of a broker just started, with {connections} connections that have each \
             written to one of {partitions} partitions and wait at its end."
        ),
        Work::Tool(tool) => describe_tool(tool, *record_bytes),
    }
}

fn describe_tool(tool: Tool, record_bytes: usize) -> String {
    match tool {
        Tool::KafkaProducer => format!(
            "Kafka's own tool and client on the generator's core: {record_bytes} bytes a record, \
             acks=all, the client's defaults otherwise. The latencies are those it prints."
        ),
        Tool::KafkaConsumer => {
            "Kafka's own tool and client on the generator's core, from the start \
             of a topic; the time to join its group is not counted."
                .into()
        }
        Tool::RdkafkaProducer => format!(
            "librdkafka's own tool on the generator's core: {record_bytes} bytes a record, \
             acks=all, librdkafka's defaults otherwise."
        ),
        Tool::RdkafkaLatency { per_second } => format!(
            "librdkafka's own tool on the generator's core: {per_second} records of {record_bytes} \
             bytes a second, acks=all, linger.ms=0; its latencies count from the call that \
             produces to the report of the delivery."
        ),
        Tool::RdkafkaConsumer => {
            "librdkafka's own tool on the generator's core, from the start of \
             all partitions of a topic, without a group; its time begins with the first record."
                .into()
        }
    }
}
