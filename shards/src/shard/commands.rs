//! Commands to the controller, and the images that come of them.

use std::time::Duration;

use cluster::configs::CleanerSettings;
use cluster::{Command, Image, Reply};
use storage::CleanerConfig;
use wire::ErrorCode;

use super::Shard;
use crate::controller::internal;
use crate::errors::{self, ControllerError};
use crate::limits::COMMAND_TIMEOUT_MS;
use crate::mesh::Message;
use crate::runtime::{self, oneshot};

impl Shard {
    /// Has the controller decide and carry out `command`. When it returns, every shard of the node
    /// has the image that came of it.
    ///
    /// # Errors
    /// The command is refused as a whole, the disk has no room for it, or nobody answered.
    pub async fn command(&self, command: Command) -> Result<Reply, ControllerError> {
        self.check_room(&command)?;
        let (answer, answered) = oneshot::channel();
        self.metrics.mesh_command_messages.add(1);
        let sent = self.mesh.send(self.mesh.quorum(), Message::Command(command, answer));
        sent.map_err(|_| ControllerError::Busy)?;
        let time = Duration::from_millis(COMMAND_TIMEOUT_MS);
        match runtime::timeout(time, answered.receive()).await {
            Some(Some(outcome)) => outcome,
            Some(None) => Err(ControllerError::Stopping),
            None => Err(ControllerError::TimedOut),
        }
    }

    /// Makes a newer image this shard's own: its logs are made, configured and removed to fit.
    pub fn apply_image(&self, image: Image) {
        let old = self.image();
        if image.offset() <= old.offset() {
            // One that was overtaken is old news.
            return;
        }
        let settings = self.metadata.set_settings(&image);
        self.sessions.borrow_mut().set_slots(settings.fetch_session_slots);
        self.configure_cleaner(&settings.cleaner);
        self.partitions.apply(&old, &image);
        self.metadata.set_image(image);
        self.groups.on_image(&old, &self.image());
        self.logs.wake();
    }

    /// Opens logs that could not be opened before, if they can be now.
    pub fn open_again(&self) {
        if self.partitions.open_again() {
            let image = self.image();
            self.groups.on_image(&image, &image);
            self.logs.wake();
        }
    }

    /// The buffers of compaction are those of the node: each shard has its part.
    fn configure_cleaner(&self, settings: &CleanerSettings) {
        let shards = self.node.cores.len().max(1);
        self.logs.store_mut().configure_cleaner(CleanerConfig {
            enabled: settings.enabled,
            keys_bytes: settings.dedupe_buffer_bytes / shards,
            read_bytes: settings.io_buffer_bytes,
            io_bytes_per_second: match settings.io_max_bytes_per_second {
                u64::MAX => u64::MAX,
                bounded => (bounded / shards as u64).max(1),
            },
            backoff_ms: settings.backoff_ms,
        });
    }

    /// Has the controller create the topics of our own that `image` misses.
    ///
    /// # Errors
    /// The controller did not answer. That it refused a topic is none: the log says so.
    pub async fn create_internal_topics(&self, image: &Image) -> Result<(), ControllerError> {
        if let Some(command) = internal::missing(&self.node, image) {
            let reply = self.command(command).await?;
            self.controller.on_created(&reply, self.clock.mono_ms());
        }
        Ok(())
    }

    /// A producer id that nobody was given before.
    ///
    /// # Errors
    /// The controller handed out no block of ids.
    pub async fn next_producer_id(&self) -> Result<i64, ErrorCode> {
        let ids = &self.controller.producer_ids;
        if ids.borrow().is_empty() {
            let command = Command::AllocateProducerIds { broker_id: self.broker_id };
            match self.command(command).await {
                Ok(Reply::ProducerIds(block)) => {
                    *ids.borrow_mut() = block.first..block.first + i64::from(block.len);
                }
                Ok(_) => return Err(ErrorCode::UnknownServerError),
                Err(error) => return Err(errors::controller(&error).0),
            }
        }
        ids.borrow_mut().next().ok_or(ErrorCode::CoordinatorLoadInProgress)
    }
}
