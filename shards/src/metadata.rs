//! What a shard knows of its cluster: the image, and the configs that come of it.

use std::cell::{Ref, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use cluster::Image;
use cluster::configs::{BrokerSettings, View};

use crate::config::NodeConfig;

/// See the module. Belongs to one shard.
pub struct Metadata {
    /// The shard's number in its node.
    pub shard: u16,
    pub broker_id: i32,
    pub node: Arc<NodeConfig>,
    image: RefCell<Image>,
    settings: RefCell<Rc<BrokerSettings>>,
}

impl Metadata {
    /// With the empty image, until there is one.
    pub fn new(shard: u16, node: Arc<NodeConfig>) -> Self {
        let broker_id = cluster::broker_id(node.node_id, shard);
        let image = Image::default();
        let settings = BrokerSettings::new(&View::new(&image, &node.configs, broker_id));
        Self {
            shard,
            broker_id,
            node,
            image: RefCell::new(image),
            settings: RefCell::new(Rc::new(settings)),
        }
    }

    /// The metadata as this shard knows it; a cheap copy that does not change.
    pub fn image(&self) -> Image {
        self.image.borrow().clone()
    }

    /// As [`Metadata::image`], to be held for as long as one synchronous step takes.
    pub fn image_ref(&self) -> Ref<'_, Image> {
        self.image.borrow()
    }

    /// Every config as `image` has it for this broker.
    pub fn view<'a>(&'a self, image: &'a Image) -> View<'a> {
        View::new(image, &self.node.configs, self.broker_id)
    }

    /// The configs of this broker that act.
    pub fn broker_settings(&self) -> Rc<BrokerSettings> {
        Rc::clone(&self.settings.borrow())
    }

    /// Empty before the cluster is named.
    pub fn cluster_id(&self) -> String {
        let id = self.image.borrow().cluster_id();
        id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// Has the configs of `image` act; returns them.
    pub fn set_settings(&self, image: &Image) -> Rc<BrokerSettings> {
        let settings = Rc::new(BrokerSettings::new(&self.view(image)));
        *self.settings.borrow_mut() = Rc::clone(&settings);
        settings
    }

    pub fn set_image(&self, image: Image) {
        *self.image.borrow_mut() = image;
    }
}
