//! What other shards tell this one.

use std::rc::Rc;

use crate::mesh::Message;
use crate::shard::Shard;

/// Handles what comes to this shard, until it is told to stop.
pub async fn serve(shard: Rc<Shard>) {
    loop {
        match shard.mesh.mailbox(usize::from(shard.index)).receive().await {
            Message::Image(image, done) => {
                shard.apply_image(image);
                done.send(());
            }
            Message::Up => shard.up.notify(),
            // Those are for the quorum's thread: an asker would hear that there is no answer.
            Message::Command(..) | Message::ShardsEnded => {}
            Message::Stop => {
                shard.metrics.mesh_stop_messages.add(1);
                shard.stop.begin();
                return;
            }
        }
    }
}
