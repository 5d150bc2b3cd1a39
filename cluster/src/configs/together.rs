//! Broker configs that contradict each other: each is fine alone, and no broker starts with all.

use super::broker;
use super::group::{BOUNDS, SESSIONS};
use crate::error::{CommandError, ErrorKind};

/// A broker's config of groups, with its value.
struct Setting {
    name: String,
    value: i64,
    is_given: bool,
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Setting { name, value, is_given } = self;
        let default = if *is_given { "" } else { " (the default)" };
        write!(f, "{name} = {value}{default}")
    }
}

/// The first of each must be at least the second.
const AT_LEAST: [(&str, &str); 3] = [
    ("replica.socket.timeout.ms", "replica.fetch.wait.max.ms"),
    ("replica.lag.time.max.ms", "replica.fetch.wait.max.ms"),
    ("group.share.max.share.sessions", "group.share.max.size"),
];

/// Checks what a broker is started with; `given` is what was set, each value checked already. As in
/// Kafka the bounds of classic groups may contradict each other: then no classic member can join.
///
/// # Errors
/// INVALID_CONFIG: a group would be set beyond its own bounds, or its members' sessions would end
/// before a heartbeat is due. The message names both configs and what to do.
pub fn check_together<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<(), CommandError> {
    let setting = |name: &str| {
        let name = name.to_owned();
        let text = given(&name);
        let in_force = text.or_else(|| broker::key(&name).and_then(|key| key.default));
        let value = in_force.and_then(|text| text.parse().ok()).unwrap_or(0);
        Setting { is_given: text.is_some(), name, value }
    };
    for (name, least, most) in BOUNDS {
        let own = || setting(&format!("group.{name}"));
        if let Some(least) = least {
            at_least(&setting(most), &setting(least))?;
            at_least(&own(), &setting(least))?;
        }
        at_least(&setting(most), &own())?;
    }
    for (session, heartbeat) in SESSIONS {
        let of_broker = |name: &str| setting(&format!("group.{name}"));
        let (session, heartbeat) = (of_broker(session), of_broker(heartbeat));
        if session.value <= heartbeat.value {
            return Err(contradiction(&session, "above", &heartbeat));
        }
    }
    for (larger, smaller) in AT_LEAST {
        at_least(&setting(larger), &setting(smaller))?;
    }
    let queued = setting("queued.max.request.bytes");
    if queued.value > 0 {
        at_least(&queued, &setting("socket.request.max.bytes"))?;
    }
    let (idle, delay) =
        (setting("connections.max.idle.ms"), setting("connection.failed.authentication.delay.ms"));
    if idle.value >= 0 && delay.value >= idle.value {
        return Err(contradiction(&idle, "above", &delay));
    }
    let per_ip = setting("max.connections.per.ip");
    if per_ip.value == 0 && given("max.connections.per.ip.overrides").is_none_or(str::is_empty) {
        return invalid(format!(
            "{per_ip} refuses every client: raise it, or let some in by \
             max.connections.per.ip.overrides"
        ));
    }
    check_cleaner(&setting("log.cleaner.dedupe.buffer.size"), &setting("log.cleaner.threads"))
}

/// As in Kafka every thread of compaction needs more than this for the keys it has seen.
const DEDUPE_BYTES_PER_THREAD: i64 = 1 << 20;

fn check_cleaner(buffer: &Setting, threads: &Setting) -> Result<(), CommandError> {
    if buffer.value / threads.value.max(1) > DEDUPE_BYTES_PER_THREAD {
        return Ok(());
    }
    invalid(format!(
        "{buffer} is too little for {threads}: each needs more than {DEDUPE_BYTES_PER_THREAD} \
         bytes, so raise the first or lower the second"
    ))
}

fn invalid<T>(message: String) -> Result<T, CommandError> {
    Err(CommandError::new(ErrorKind::InvalidConfig, message))
}

fn at_least(larger: &Setting, smaller: &Setting) -> Result<(), CommandError> {
    let fits = larger.value >= smaller.value;
    if fits { Ok(()) } else { Err(contradiction(larger, "at least", smaller)) }
}

fn contradiction(larger: &Setting, how: &str, smaller: &Setting) -> CommandError {
    let (raise, lower) = (&larger.name, &smaller.name);
    let message = format!("{larger} must be {how} {smaller}: raise {raise} or lower {lower}");
    CommandError::new(ErrorKind::InvalidConfig, message)
}
