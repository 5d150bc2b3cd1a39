//! What differs from stock Kafka on purpose, each with its reason.

/// Differences in fields whose case and path match; `*` stands for anything.
pub struct Exception {
    case: &'static str,
    path: &'static str,
    /// What makes the difference one that is meant, given our value and stock Kafka's.
    holds: fn(&str, &str) -> bool,
    why: &'static str,
}

impl std::fmt::Debug for Exception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the exception {} {}: {}", self.case, self.path, self.why)
    }
}

impl Exception {
    pub fn covers(&self, case: &str, path: &str, values: &[String; 2]) -> bool {
        let [ours, stock] = values;
        matches(self.case, case) && matches(self.path, path) && (self.holds)(ours, stock)
    }
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts.any(|at| matches(tail, &rest[at..]))
        }),
    }
}

fn always(_: &str, _: &str) -> bool {
    true
}

fn ours_is_missing(ours: &str, _: &str) -> bool {
    ours == MISSING
}

fn stock_is_missing(_: &str, stock: &str) -> bool {
    stock == MISSING
}

fn both_are_texts(ours: &str, stock: &str) -> bool {
    [ours, stock].iter().all(|text| text.starts_with('"') && text.len() > 2)
}

fn ours_says_more(ours: &str, stock: &str) -> bool {
    ours.starts_with('"') && stock.len() > 2 && ours.contains(stock.trim_matches('"'))
}

fn stock_says_nothing(ours: &str, stock: &str) -> bool {
    ours.starts_with('"') && matches!(stock, "None" | "\"\"")
}

/// What stands for a field that the other side has.
pub const MISSING: &str = "(no such field)";

const fn exception(
    case: &'static str,
    path: &'static str,
    holds: fn(&str, &str) -> bool,
    why: &'static str,
) -> Exception {
    Exception { case, path, holds, why }
}

pub const EXCEPTIONS: &[Exception] = &[
    exception("*", "*error_message", ours_says_more, "Kafka's words, and more for people"),
    exception("*", "*configs.order", always, "the order of a hash table, which nobody promises"),
    exception("*", "*configs[flush.messages].*", always, "an ack means synced data here"),
    exception("*", "*configs[log.flush.interval.messages].*", always, "the same, for all topics"),
    exception(
        "*",
        "*configs[min.insync.replicas].*",
        always,
        "stock Kafka sets it for all brokers when it makes a cluster with KIP-966",
    ),
    exception("DescribeConfigs all brokers*", "results[0].configs.len", always, "the same config"),
    exception(
        "DescribeConfigs broker*",
        "results[0].configs[*",
        ours_is_missing,
        "rare knobs of OAuth, of tiered storage and of Kafka's internals are not known here",
    ),
    exception("DescribeConfigs broker*", "results[0].configs.len", always, "the same configs"),
    exception(
        "DescribeConfigs broker*",
        "results[0].configs[inter.broker.protocol.version].*",
        stock_is_missing,
        "tools of before Kafka 4 ask for it",
    ),
    exception(
        "DescribeConfigs broker*",
        "*configs[*listeners].*",
        always,
        "ports, no controller's",
    ),
    exception(
        "DescribeConfigs broker*",
        "*configs[log.dir*].*",
        always,
        "where the tests' data is",
    ),
    exception("DescribeConfigs broker*", "*configs[controller.*", always, "Kafka's quorum"),
    exception("DescribeConfigs broker*", "*configs[process.roles].*", always, "always both here"),
    exception("DescribeConfigs broker*", "*configs[broker.id].*", always, "-1 until it is set"),
    exception("DescribeConfigs broker*", "*configs[sasl.*", always, "there is no SASL"),
    exception("DescribeConfigs broker*", "*configs[*.class*", always, "classes of Java"),
    exception("DescribeConfigs broker*", "*configs[metric.reporters].*", always, "Java's JMX"),
    exception(
        "DescribeConfigs client metrics",
        "results[0].configs*",
        always,
        "no metrics of clients are kept, so no subscription to them has configs",
    ),
    exception("DescribeConfigs no type", "*error_message", both_are_texts, "it names the type"),
    exception(
        "CreatePartitions nowhere",
        "results[0].error_message",
        stock_says_nothing,
        "the name of the topic, for people",
    ),
    exception(
        "CreateTopics too many replicas",
        "topics[0].error_message",
        both_are_texts,
        "there are no log directories to cordon",
    ),
    exception(
        "DescribeQuorum *",
        "*listeners[0].name",
        always,
        "the controller has none of its own",
    ),
    exception("DescribeQuorum *", "*leader_epoch", always, "it counts elections"),
    exception("DescribeQuorum *", "*high_watermark", always, "commands are entries, not records"),
    exception("DescribeQuorum *", "*log_end_offset", always, "commands are entries, not records"),
    exception("FindCoordinator *", "*error_message", both_are_texts, "it says what there is"),
    exception(
        "FindCoordinator share without a partition",
        "coordinators[0].error_message",
        stock_says_nothing,
        "it says what there is",
    ),
    exception(
        "IncrementalAlterConfigs *threads*",
        "*error_message",
        both_are_texts,
        "an exception's name, a division by zero, or another config's bound",
    ),
    exception(
        "IncrementalAlterConfigs one broker, listeners",
        "*error_message",
        both_are_texts,
        "a controller's listener is missed there",
    ),
    exception(
        "IncrementalAlterConfigs broker with a zero",
        "*",
        always,
        "stock Kafka keeps it under a name that no broker looks at",
    ),
    exception(
        "IncrementalAlterConfigs no operation",
        "*",
        always,
        "stock Kafka fails with an unknown error",
    ),
];
