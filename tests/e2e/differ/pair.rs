//! Tidemill and stock Kafka side by side: the same request to both, and what differs.

use super::exceptions::{EXCEPTIONS, MISSING};
use super::value::Value;
use crate::support::broker::{Broker, Options};
use crate::support::connection::{Connection, correlation_of, decode, frame};
use crate::support::eventually;
use crate::support::topic::Topic;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io::Write;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};
use wire::codec::Request;
use wire::messages::ApiVersionsRequest;
use wire::{ApiKey, Uuid};

/// How long a broker may take to know what the controller has decided.
const SETTLES_IN: Duration = Duration::from_secs(3);

/// A field that is not the same (case, path, ours, stock Kafka's), and in which versions.
type Found = BTreeMap<(String, String, String, String), BTreeSet<i16>>;

pub struct Pair {
    pub ours: Broker,
    pub stock: Broker,
    connections: [Connection; 2],
    /// The last version of each API that both serve.
    last: BTreeMap<i16, i16>,
    found: Found,
    /// Exceptions that were met, by their place in the list.
    excepted: RefCell<BTreeSet<usize>>,
}

impl Pair {
    pub fn start(test: &str, options: Options) -> Pair {
        let stock = Broker::start(&format!("{test}-stock"), options.clone().stock_kafka());
        let ours = Broker::start(test, options);
        let connections = [ours.connect(0), stock.connect(0)];
        let (last, found, excepted) = (BTreeMap::new(), Found::new(), RefCell::default());
        let mut pair = Pair { ours, stock, connections, last, found, excepted };
        pair.last = pair.served();
        pair
    }

    fn served(&mut self) -> BTreeMap<i16, i16> {
        let request = ApiVersionsRequest::default();
        let answers = self.connections.each_mut().map(|connection| connection.call(0, &request));
        let last = |index: usize| -> BTreeMap<i16, i16> {
            let apis = answers[index].api_keys.iter();
            apis.map(|api| (api.api_key, api.max_version)).collect()
        };
        let (ours, stock) = (last(0), last(1));
        ours.iter().filter_map(|(api, max)| Some((*api, *max.min(stock.get(api)?)))).collect()
    }

    /// Waits until both know a topic and lead it.
    pub fn settle(&self, name: &str) {
        for broker in [&self.ours, &self.stock] {
            let mut topic = None;
            eventually("the topic is known", Duration::from_secs(10), || {
                topic = Topic::find(&mut broker.connect(0), name);
                topic.is_some()
            });
            topic.expect("a topic that is known").wait_until_led(broker);
        }
    }

    /// The ids of topics, ours and stock Kafka's.
    pub fn ids<const N: usize>(&self, names: &[&str; N]) -> [[Uuid; 2]; N] {
        names.map(|name| {
            [&self.ours, &self.stock].map(|broker| {
                Topic::find(&mut broker.connect(0), name).expect("a topic that both have").id
            })
        })
    }

    /// Asks both once in every version: for what changes something. Versions that cannot say what
    /// the request says are left out. `unordered` lists come in no promised order.
    pub fn once<'a, R>(&mut self, case: &str, unordered: &[&str], request: impl Fn(i16) -> R)
    where
        R: Request<'a>,
        R::Response<'static>: Debug,
    {
        for version in self.versions(R::API, case) {
            let requests = [request(version), request(version)];
            self.compare(case, unordered, version, Duration::ZERO, &requests);
        }
    }

    /// Asks both in every version, until they agree or had time to: for what only reads.
    pub fn read<'a, R>(&mut self, case: &str, unordered: &[&str], request: impl Fn(i16) -> R)
    where
        R: Request<'a>,
        R::Response<'static>: Debug,
    {
        let mut patience = SETTLES_IN;
        for version in self.versions(R::API, case) {
            let requests = [request(version), request(version)];
            // What did not settle in one version will not in the next.
            if !self.compare(case, unordered, version, patience, &requests) {
                patience = Duration::ZERO;
            }
        }
    }

    /// Asks each its own request in one version: for what names ids, which each draws itself.
    pub fn once_each<'a, R>(
        &mut self,
        case: &str,
        unordered: &[&str],
        version: i16,
        request: impl Fn(usize) -> R,
    ) where
        R: Request<'a>,
        R::Response<'static>: Debug,
    {
        if !self.versions(R::API, case).is_empty() {
            self.compare(case, unordered, version, Duration::ZERO, &[request(0), request(1)]);
        }
    }

    /// The versions that both serve; none is a difference, too.
    fn versions(&mut self, api: ApiKey, case: &str) -> RangeInclusive<i16> {
        let last = self.last.get(&(api as i16)).copied();
        if last.is_none() {
            let path = "the API".to_owned();
            let values = ["not served", "served"].map(str::to_owned);
            self.note(&format!("{api:?} {case}"), 0, path, values);
        }
        *api.served_versions().start()..=last.unwrap_or(-1)
    }

    fn note(&mut self, case: &str, version: i16, path: String, [ours, stock]: [String; 2]) {
        let key = (case.to_owned(), path, ours, stock);
        self.found.entry(key).or_default().insert(version);
    }

    /// Whether all is the same.
    fn compare<'a, R>(
        &mut self,
        case: &str,
        unordered: &[&str],
        version: i16,
        patience: Duration,
        requests: &[R; 2],
    ) -> bool
    where
        R: Request<'a>,
        R::Response<'static>: Debug,
    {
        if requests[0].encode(&mut Vec::new(), version).is_err() {
            return true;
        }
        let case = format!("{:?} {case}", R::API);
        let until = Instant::now() + patience;
        loop {
            let differences = self.differences(&case, version, unordered, requests);
            if differences.is_empty() {
                return true;
            }
            if Instant::now() >= until {
                for (path, values) in differences {
                    self.note(&case, version, path, values);
                }
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn differences<'a, R>(
        &mut self,
        case: &str,
        version: i16,
        unordered: &[&str],
        requests: &[R; 2],
    ) -> Vec<(String, [String; 2])>
    where
        R: Request<'a>,
        R::Response<'static>: Debug,
    {
        let brokers = [&self.ours, &self.stock];
        let mut fields = [BTreeMap::new(), BTreeMap::new()];
        for side in [0, 1] {
            let Some(answer) = call(&mut self.connections[side], version, &requests[side]) else {
                fields[side].insert("the answer".to_owned(), "the connection ends".to_owned());
                self.connections[side] = brokers[side].connect(0);
                continue;
            };
            let mut value = Value::of(&decode::<R>(version, answer.leak()));
            value.normalise("", &normalised);
            value.sort(unordered);
            fields[side] = value.fields();
        }
        let paths: BTreeSet<&String> = fields.iter().flat_map(BTreeMap::keys).collect();
        let differing = paths.into_iter().filter_map(|path| {
            let of =
                |side: usize| fields[side].get(path).cloned().unwrap_or_else(|| MISSING.to_owned());
            let values = [of(0), of(1)];
            (values[0] != values[1]).then(|| (path.clone(), values))
        });
        differing.filter(|(path, values)| !self.is_excepted(case, path, values)).collect()
    }

    fn is_excepted(&self, case: &str, path: &str, values: &[String; 2]) -> bool {
        let all = EXCEPTIONS.iter().enumerate();
        let met = all.filter(|(_, exception)| exception.covers(case, path, values));
        let met: Vec<usize> = met.map(|(index, _)| index).collect();
        self.excepted.borrow_mut().extend(&met);
        !met.is_empty()
    }

    /// Fails with all that differs, and with exceptions that nothing needs.
    pub fn finish(self) {
        let lines = self.found.iter().map(|((case, path, ours, stock), versions)| {
            let (first, last) = (versions.first().unwrap_or(&0), versions.last().unwrap_or(&0));
            format!("{case} v{first}-{last}: {path}\n    ours  {ours}\n    stock {stock}")
        });
        let lines: Vec<String> = lines.collect();
        let report = lines.join("\n");
        assert!(lines.is_empty(), "{} fields differ from stock Kafka's:\n{report}", lines.len());
        for (index, exception) in EXCEPTIONS.iter().enumerate() {
            assert!(self.excepted.borrow().contains(&index), "nothing needs {exception:?}");
        }
    }
}

/// The answer, or `None` where the connection ends instead.
fn call<'a, R: Request<'a>>(
    connection: &mut Connection,
    version: i16,
    request: &R,
) -> Option<Vec<u8>> {
    connection.stream.write_all(&frame(version, 7, request)).ok()?;
    let answer = connection.receive().ok()?;
    assert_eq!(correlation_of(&answer), 7, "the answer to another request");
    Some(answer)
}

/// What two brokers cannot have alike: ids that are drawn, ports, times, sizes of their disks.
fn normalised(field: &str, text: &str) -> Option<String> {
    let drawn = || {
        let is_zero = text.trim_matches(['A', '"']).is_empty();
        Some(if is_zero { text.to_owned() } else { "(drawn)".to_owned() })
    };
    match field {
        "topic_id" | "cluster_id" | "voter_directory_id" | "replica_directory_id" => drawn(),
        // The client's id and a drawn one.
        "member_id" if text != "\"\"" => Some("(drawn)".to_owned()),
        // How far the metadata log has come, and when.
        "high_watermark"
        | "log_end_offset"
        | "last_fetch_timestamp"
        | "last_caught_up_timestamp"
            if text.len() > 2 =>
        {
            Some("(a position or time)".to_owned())
        }
        "port" if text != "-1" && text != "0" => Some("(a port)".to_owned()),
        _ => None,
    }
}
