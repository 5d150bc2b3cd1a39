//! Every config a Kafka user knows: name, type, default, check, and what it does here.
//!
//! A topic's or group's config is what is set on it, else on the broker (for one broker, then for
//! all, then at start, under the synonyms Kafka knows), else the default. [`View`] resolves that
//! for one broker at one image, typed ([`TopicSettings`], [`BrokerSettings`]) or to be shown
//! ([`Described`]).

/// Rows of a table of configs that can always be changed:
/// `"name": Type = default, check, effect, [synonyms], "doc";`.
macro_rules! dynamic_table {
    ($($name:literal: $type:ident = $default:literal, $check:expr, $effect:expr,
        [$($synonym:literal $(* $factor:expr)?),*], $doc:literal;)*) => {
        &[$($crate::configs::ConfigKey {
            name: $name,
            value_type: $type,
            default: Some($default),
            check: $check,
            effect: $effect,
            update: $crate::configs::Update::ClusterWide,
            synonyms: &[$($crate::configs::synonym!($synonym $(, $factor)?)),*],
            doc: $doc,
        }),*]
    };
}

pub mod broker;
mod check;
mod duration;
mod edit;
pub mod group;
mod settings;
mod suggest;
mod together;
pub mod topic;
mod view;

pub use check::{Check, check_value, parse_bool, parse_list};
pub use edit::{ConfigOp, Operation, Rules, edit_incremental, edit_replace};
pub use settings::{
    BrokerSettings, CleanerSettings, ConsumerBounds, GroupSettings, MigrationPolicy,
    OffsetsSettings, TopicSettings, TransactionSettings,
};
pub use suggest::{nearest, unknown_name};
pub use together::check_together;
pub use view::{Described, DescribedSynonym, StaticConfigs, View};

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const MINUTE_MS: i64 = 60_000;

// Why some values are refused.
const TIERED: &str = "there is no tiered storage yet";
const AUTHORIZER: &str = "there are no access control lists yet: whoever reaches the broker may do \
     all (let a firewall decide who does)";
const TLS: &str = "connections are not encrypted yet (end TLS in a proxy before the broker)";
const SASL: &str =
    "clients are not authenticated yet (let a firewall or a proxy decide who connects)";
const PLUG_INS: &str = "classes of Java cannot be run here";
const GROUP_PROTOCOLS: &str =
    "groups of the classic and of the consumer protocol are always served";

macro_rules! synonym {
    ($name:literal) => {
        $crate::configs::Synonym { name: $name, factor: 1 }
    };
    ($name:literal, $factor:expr) => {
        $crate::configs::Synonym { name: $name, factor: $factor }
    };
}
use synonym;

/// A config's type, with Kafka's numbers (DescribeConfigs v3+).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Of a name that nobody here knows.
    Unknown = 0,
    Boolean = 1,
    String = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    List = 7,
    Class = 8,
    Password = 9,
}

impl ValueType {
    #[must_use]
    pub const fn as_i8(self) -> i8 {
        self as i8
    }
}

/// Where a value comes from, with Kafka's numbers (DescribeConfigs v1+).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    DynamicTopic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    DynamicGroup = 8,
}

impl Source {
    #[must_use]
    pub const fn as_i8(self) -> i8 {
        self as i8
    }
}

/// What setting a config does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The broker does what it says.
    Acts,
    /// Kept and shown; there is nothing here that it would change, and no harm in that.
    Accepted,
    /// Only the default may be set; any other value is refused with this reason.
    Refused(&'static str),
}

/// How a broker's config can be changed while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Only at start.
    ReadOnly,
    /// For one broker only.
    PerBroker,
    /// For one broker or for all.
    ClusterWide,
}

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfigKey {
    pub name: &'static str,
    pub value_type: ValueType,
    /// `None` is Kafka's null: not set.
    pub default: Option<&'static str>,
    pub check: Check,
    pub effect: Effect,
    /// For broker configs; those of topics and groups can always be changed.
    pub update: Update,
    /// Broker configs that stand in, first the strongest.
    pub synonyms: &'static [Synonym],
    pub doc: &'static str,
}

/// A broker config whose value, times `factor`, stands in for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synonym {
    pub name: &'static str,
    /// 60,000 for minutes of milliseconds; negative values are not multiplied.
    pub factor: i64,
}

impl Synonym {
    /// The synonym's value in the unit of the config it stands in for.
    #[must_use]
    pub fn convert(&self, value: &str) -> String {
        match value.parse::<i64>() {
            Ok(number) if self.factor != 1 && number > 0 => {
                number.saturating_mul(self.factor).to_string()
            }
            _ => value.to_owned(),
        }
    }
}

impl ConfigKey {
    /// Passwords are never shown.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.value_type == ValueType::Password
    }
}
