//! The slow clock of a shard.

use crate::limits::PUBLISH_MS;
use crate::metrics::Published;
use crate::shard::Shard;

/// What it remembers between ticks.
#[derive(Debug, Default)]
pub struct SlowClock {
    last_publish_ms: u64,
    mail_waited: bool,
}

impl SlowClock {
    /// Time-outs, metrics, idle connections, mail that lies around.
    pub fn on_tick(&mut self, shard: &Shard) {
        let now_ms = shard.clock.mono_ms();
        shard.partitions.expire(now_ms);
        // Mail at two ticks in a row was not just coming in.
        let waits = shard.mesh.mailbox(usize::from(shard.index)).nudge();
        if waits && self.mail_waited {
            shard.metrics.rescued_mail.add(1);
        }
        self.mail_waited = waits;
        if now_ms - self.last_publish_ms >= PUBLISH_MS {
            self.last_publish_ms = now_ms;
            publish_metrics(shard);
            shard.open_again();
            let idle_ms = shard.broker_settings().connections_max_idle_ms;
            shard.connections.close_overdue(&shard.metrics, now_ms, idle_ms);
        }
    }
}

fn publish_metrics(shard: &Shard) {
    shard.metrics.connections.set(shard.connections.len() as u64);
    shard.metrics.fetch_sessions.set(shard.sessions.borrow().len() as u64);
    let evicted = shard.sessions.borrow().evicted();
    shard.metrics.fetch_sessions_evicted.set(evicted);
    let counts = shard.groups.counts();
    shard.metrics.groups.set(counts.groups as u64);
    shard.metrics.committed_offsets.set(counts.offsets as u64);
    shard.metrics.request_memory_used_bytes.set(shard.budget.used_bytes() as u64);
    shard.metrics.publish(Published {
        produce: shard.produce_latency.summary(),
        fetch: shard.fetch_latency.summary(),
        commit: shard.commit_latency.summary(),
        store: shard.logs.store().stats(),
    });
}
