//! What the broker counts about itself, read over HTTP in Prometheus' text format.

use super::broker::Broker;
use super::http;

/// GET `path`: the status and the body.
pub fn get(broker: &Broker, path: &str) -> (u16, String) {
    http::get(&broker.http_address(), path)
}

/// One sample: its name with its labels, and its value.
pub struct Sample {
    pub name: String,
    pub labels: String,
    pub value: f64,
}

pub fn scrape(broker: &Broker) -> Vec<Sample> {
    let (status, body) = get(broker, "/metrics");
    assert_eq!(status, 200, "{body}");
    body.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line:?}"));
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    Sample {
        name: name.to_owned(),
        labels: labels.trim_end_matches('}').to_owned(),
        value: value.parse().unwrap_or_else(|_| panic!("no number: {line:?}")),
    }
}

/// The sum over all samples whose name is `name` and whose labels hold `label`.
pub fn sum(samples: &[Sample], name: &str, label: &str) -> f64 {
    let found: Vec<&Sample> = samples
        .iter()
        .filter(|sample| sample.name == name && sample.labels.contains(label))
        .collect();
    found.iter().map(|sample| sample.value).sum()
}
