//! The command line as it was typed: nothing here is checked beyond what clap checks.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::cluster::ClusterCommand;
use crate::commands::config::ConfigCommand;
use crate::config::environment::BOOTSTRAP_VARIABLE;
use crate::serve::args::ServeArgs;
use crate::version;

#[derive(Debug, Parser)]
#[command(
    name = "tidemill",
    version = version::LONG,
    about = "A message broker that speaks the Kafka protocol: thread per core, direct I/O.",
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the broker: without arguments on all cores at 127.0.0.1:9092, data in ./tidemill-data.
    Serve(ServeArgs),
    /// Create, list, describe and delete topics of any Kafka cluster.
    #[command(subcommand)]
    Topic(TopicCommand),
    /// List, describe, reset and delete consumer groups of any Kafka cluster.
    #[command(subcommand)]
    Group(GroupCommand),
    /// Show and change the configs of topics, brokers and groups of any Kafka cluster.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Describe any Kafka cluster: its brokers, and what they lead.
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Send lines to a topic of any Kafka cluster: one record a line.
    Produce(ProduceArgs),
    /// Print the records of a topic of any Kafka cluster; every batch's checksum is verified.
    Consume(ConsumeArgs),
    /// Look into log files of Tidemill or Kafka.
    #[command(subcommand)]
    Log(LogCommand),
    /// Check what of this machine stands in the way of a fast broker, and set it right.
    #[command(subcommand)]
    Tune(TuneCommand),
    /// Print the completions for a shell.
    Completions {
        /// Which shell, such as bash, zsh or fish.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum TuneCommand {
    /// Show each setting: found, wanted, and why. Ends with 1 if one is not as wanted.
    Check(TuneCheckArgs),
    /// Set what a file of the kernel can set, after writing a script that undoes it.
    Apply(TuneApplyArgs),
    /// Measure a disk, and write what segment writers should use (block, depth, zeros ahead, step)
    /// into the data directory.
    Disk(TuneDiskArgs),
}

/// For which broker a machine is looked at.
#[derive(Debug, Clone, Args)]
pub struct TuneArgs {
    /// The data directory, to find its disk.
    #[arg(long, value_name = "DIR", default_value = "./tidemill-data")]
    pub data: PathBuf,
    /// The cores that run shards, such as 0,2-5; without it, all that this process may use.
    #[arg(long, value_name = "LIST")]
    pub cores: Option<String>,
}

#[derive(Debug, Args)]
pub struct TuneCheckArgs {
    #[command(flatten)]
    pub subject: TuneArgs,
    /// Say why of every setting, also of those that are as wanted.
    #[arg(short, long)]
    pub verbose: bool,
    /// Print JSON, with the why of every setting.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TuneApplyArgs {
    #[command(flatten)]
    pub subject: TuneArgs,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// Print the changes as a script, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where the script goes that undoes the changes; it must not be there yet.
    #[arg(long, value_name = "FILE", default_value = "tidemill-tune-undo.sh")]
    pub undo: PathBuf,
}

#[derive(Debug, Args)]
pub struct TuneDiskArgs {
    /// The data directory; nothing in it is touched but disk.toml.
    #[arg(value_name = "DIR", default_value = "./tidemill-data")]
    pub dir: PathBuf,
    /// How long each access is repeated.
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    #[arg(value_parser = parse_seconds)]
    pub seconds: f64,
    /// Measure and print, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    match (0.05..=60.0).contains(&seconds) {
        true => Ok(seconds),
        false => Err("from 0.05 to 60".to_owned()),
    }
}

/// Where the cluster is.
#[derive(Debug, Clone, Args)]
pub struct Bootstrap {
    /// One broker of the cluster or several, parted by commas.
    #[arg(short = 'b', long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092")]
    #[arg(env = BOOTSTRAP_VARIABLE, hide_env_values = true)]
    pub bootstrap_server: String,
}

#[derive(Debug, Subcommand)]
pub enum TopicCommand {
    /// Create a topic.
    Create(TopicCreateArgs),
    /// List the topics.
    List(TopicListArgs),
    /// Show partitions, offsets and configs of topics.
    Describe(TopicDescribeArgs),
    /// Delete topics.
    Delete(TopicDeleteArgs),
}

#[derive(Debug, Args)]
pub struct TopicCreateArgs {
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// How many partitions; without it, the broker's num.partitions.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,
    /// How many replicas; without it, the broker's default.replication.factor.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..))]
    pub replication_factor: Option<i16>,
    /// A config of the topic, such as retention.ms=86400000.
    #[arg(short, long = "config", value_name = "KEY=VALUE")]
    pub configs: Vec<String>,
    /// A topic that is there already is no error.
    #[arg(long)]
    pub if_not_exists: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TopicListArgs {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// List the cluster's internal topics too.
    #[arg(long)]
    pub internal: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TopicDescribeArgs {
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Show configs at their default too.
    #[arg(long)]
    pub all_configs: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TopicDeleteArgs {
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// A topic that is not there is no error.
    #[arg(long)]
    pub if_exists: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// List the groups of all brokers.
    List(GroupListArgs),
    /// Show a group's state, its members, and how far behind it is in each partition.
    Describe(GroupDescribeArgs),
    /// Set where a group without members goes on.
    Reset(GroupResetArgs),
    /// Delete groups without members, and their offsets.
    Delete(GroupDeleteArgs),
}

#[derive(Debug, Args)]
pub struct GroupListArgs {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct GroupDescribeArgs {
    #[arg(required = true, value_name = "GROUP")]
    pub groups: Vec<String>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct GroupResetArgs {
    pub group: String,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    #[command(flatten)]
    pub target: ResetTarget,
    /// A topic, or some of its partitions: orders or orders:0,2.
    #[arg(short, long = "topic", value_name = "TOPIC[:N,N]")]
    #[arg(required_unless_present = "all_topics", conflicts_with = "all_topics")]
    pub topics: Vec<String>,
    /// All partitions that the group has committed.
    #[arg(long)]
    pub all_topics: bool,
    /// Show what would be, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where to; what lies outside of the log is moved to its nearer end.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ResetTarget {
    /// To the first record there is.
    #[arg(long)]
    pub to_earliest: bool,
    /// Behind the last record there is.
    #[arg(long)]
    pub to_latest: bool,
    /// To this offset.
    #[arg(long, value_name = "OFFSET")]
    pub to_offset: Option<i64>,
    /// To the first record from this time on, in milliseconds since 1970.
    #[arg(long, value_name = "UNIX_MS", value_parser = clap::value_parser!(i64).range(0..))]
    pub to_time: Option<i64>,
    /// So many records forward; back with a minus.
    #[arg(long, value_name = "RECORDS", allow_negative_numbers = true)]
    pub shift_by: Option<i64>,
}

#[derive(Debug, Args)]
pub struct GroupDeleteArgs {
    #[arg(required = true, value_name = "GROUP")]
    pub groups: Vec<String>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompressionArg {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AcksArg {
    /// Do not wait for an answer.
    #[value(name = "0")]
    None,
    /// The leader has it.
    #[value(name = "1")]
    Leader,
    /// All in-sync replicas have it.
    #[value(name = "all", alias = "-1")]
    All,
}

#[derive(Debug, Args)]
pub struct ProduceArgs {
    #[arg(value_name = "TOPIC")]
    pub topic: String,
    /// File to read instead of standard input.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// What parts key and value of a line; without it, a line is a value without key.
    #[arg(short = 'K', long, value_name = "TEXT")]
    pub key_separator: Option<String>,
    /// Partition for all records; without it, by the key as Java's client does, else in turns.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    pub partition: Option<i32>,
    #[arg(short = 'z', long, value_enum, default_value = "none")]
    pub compression: CompressionArg,
    #[arg(short, long, value_enum, default_value = "all", allow_hyphen_values = true)]
    pub acks: AcksArg,
    /// A header for all records; may be given several times.
    #[arg(short = 'H', long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,
    /// Say nothing at the end.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// The value, and a line break.
    Value,
    /// Key, tabulator, value, and a line break.
    KeyValue,
    /// One JSON object a line, with all there is about a record.
    Json,
}

#[derive(Debug, Args)]
pub struct ConsumeArgs {
    #[arg(value_name = "TOPIC")]
    pub topic: String,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Start at the first record there is.
    #[arg(long, conflicts_with = "offset")]
    pub from_beginning: bool,
    /// Where to start: earliest, latest, the offset of a record, or -N for N records before the
    /// end; without it, latest.
    #[arg(short, long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub offset: Option<String>,
    /// Only this partition; may be given several times.
    #[arg(short, long = "partition", value_name = "N")]
    #[arg(value_parser = clap::value_parser!(i32).range(0..))]
    pub partitions: Vec<i32>,
    /// Stop after so many records.
    #[arg(short = 'n', long, visible_alias = "count", value_name = "N")]
    pub max_messages: Option<u64>,
    /// Stop when no record has come for so long.
    #[arg(long, value_name = "MS")]
    pub timeout_ms: Option<u64>,
    /// Stop at the end of the partitions as it is at the start of this command.
    #[arg(short, long)]
    pub exit_at_end: bool,
    #[arg(long, value_enum, default_value = "value")]
    pub format: FormatArg,
    /// A format as kcat has it: %s value, %k key, %t topic, %p partition, %o offset, %T timestamp,
    /// %h headers, %S and %K lengths of value and key, \n line break, \t tabulator.
    #[arg(short = 'f', long = "printf", value_name = "TEXT", conflicts_with = "format")]
    pub printf: Option<String>,
    /// Read only what transactions have committed.
    #[arg(long)]
    pub read_committed: bool,
}

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Print the record batches of log files.
    Dump(LogDumpArgs),
    /// Check every batch of log files, and the frame of side files; exit code 1 names the damage.
    Verify(LogVerifyArgs),
}

#[derive(Debug, Args)]
pub struct LogDumpArgs {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the records too.
    #[arg(short, long)]
    pub records: bool,
    /// Print JSON, one object a line.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct LogVerifyArgs {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Decompress and read the records of every batch too.
    #[arg(short, long)]
    pub records: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::config::keys::KEYS;

    fn parse(words: &str) -> Result<Command, clap::Error> {
        let words = words.split(' ').filter(|word| !word.is_empty());
        CommandLine::try_parse_from(["tidemill"].into_iter().chain(words)).map(|line| line.command)
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_key_is_a_flag_of_serve() {
        let mut line = CommandLine::command();
        let serve = line.find_subcommand_mut("serve").unwrap().render_help().to_string();
        for key in KEYS {
            assert!(serve.contains(&format!("--{} <", key.name)), "{}", key.name);
            assert!(serve.contains(&key.variable()), "{}", key.variable());
        }
    }

    #[test]
    fn what_was_typed_is_kept() {
        let Ok(Command::Consume(args)) = parse("consume t -b [::1]:1 -o -5 -n 3 -p 0 -p 2 -e")
        else {
            panic!("that is a command line");
        };
        assert_eq!(args.bootstrap.bootstrap_server, "[::1]:1");
        assert_eq!(args.offset.as_deref(), Some("-5"));
        assert_eq!(
            (args.max_messages, args.partitions, args.exit_at_end),
            (Some(3), vec![0, 2], true)
        );
        let Ok(Command::Produce(args)) = parse("produce t --acks -1 -z zstd -H a=b -H c=d") else {
            panic!("that is a command line");
        };
        assert_eq!((args.acks, args.compression), (AcksArg::All, CompressionArg::Zstd));
        assert_eq!(args.headers, ["a=b", "c=d"]);
        assert!(matches!(parse("log verify a.log b.log"), Ok(Command::Log(LogCommand::Verify(_)))));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for words in [
            "",
            "serve --no-such-flag",
            "topic create",
            "topic create t --partitions 0",
            "topic create t --replication-factor many",
            "consume",
            "consume t --from-beginning --offset 3",
            "consume t --format xml",
            "produce t --acks 2",
            "produce t --partition -1",
            "log dump",
            "completions nosuchshell",
            "config get",
            "config get --topic a --group b",
            "config set --topic t",
            "config get --broker all",
        ] {
            assert_eq!(parse(words).unwrap_err().exit_code(), 2, "{words}");
        }
    }
}
