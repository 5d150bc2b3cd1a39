//! StreamsGroupTopologyDescriptionUpdateRequest (key 93), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTopologyDescriptionUpdateRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Cow<'a, str>,
    pub topology_epoch: i32,
    pub topology_description: TopologyDescription<'a>,
}
impl StreamsGroupTopologyDescriptionUpdateRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + TopologyDescription::min_size_bytes(version)
    }
}
impl<'a> Decode<'a> for StreamsGroupTopologyDescriptionUpdateRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.member_id = r.string(flexible)?;
        this.topology_epoch = r.i32()?;
        this.topology_description = TopologyDescription::decode(r, version)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for StreamsGroupTopologyDescriptionUpdateRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_i32(out, self.topology_epoch);
        self.topology_description.encode(out, version)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for StreamsGroupTopologyDescriptionUpdateRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.member_id = g.string();
        this.topology_epoch = g.i32();
        this.topology_description = codec::TestValue::test_value(g, version);
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription<'a> {
    pub subtopologies: Vec<TopologyDescriptionSubtopology<'a>>,
    pub global_stores: Vec<TopologyDescriptionGlobalStore<'a>>,
}
impl TopologyDescription<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescription<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopologies =
            r.array(flexible, TopologyDescriptionSubtopology::min_size_bytes(version), |r| {
                TopologyDescriptionSubtopology::decode(r, version)
            })?;
        this.global_stores =
            r.array(flexible, TopologyDescriptionGlobalStore::min_size_bytes(version), |r| {
                TopologyDescriptionGlobalStore::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescription<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.subtopologies.len())?;
        for item in &self.subtopologies {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.global_stores.len())?;
        for item in &self.global_stores {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescription<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.subtopologies = g.vec(|g| codec::TestValue::test_value(g, version));
        this.global_stores = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub nodes: Vec<TopologyDescriptionNode<'a>>,
}
impl TopologyDescriptionSubtopology<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionSubtopology<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopology_id = r.string(flexible)?;
        this.nodes = r.array(flexible, TopologyDescriptionNode::min_size_bytes(version), |r| {
            TopologyDescriptionNode::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionSubtopology<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.subtopology_id)?;
        codec::put_array_len(out, flexible, self.nodes.len())?;
        for item in &self.nodes {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionSubtopology<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.subtopology_id = g.string();
        this.nodes = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode<'a> {
    pub name: Cow<'a, str>,
    pub node_type: i8,
    pub source_topics: Vec<Cow<'a, str>>,
    pub sink_topic: Option<Cow<'a, str>>,
    pub stores: Vec<Cow<'a, str>>,
    pub successors: Vec<Cow<'a, str>>,
}
impl TopologyDescriptionNode<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 1
            + codec::min_array(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionNode<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.node_type = r.i8()?;
        this.source_topics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.sink_topic = r.nullable_string(flexible)?;
        this.stores = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.successors = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionNode<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i8(out, self.node_type);
        codec::put_array_len(out, flexible, self.source_topics.len())?;
        for item in &self.source_topics {
            codec::put_string(out, flexible, item)?;
        }
        match &self.sink_topic {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_array_len(out, flexible, self.stores.len())?;
        for item in &self.stores {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.successors.len())?;
        for item in &self.successors {
            codec::put_string(out, flexible, item)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionNode<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.node_type = g.i8();
        this.source_topics = g.vec(|g| g.string());
        this.sink_topic = if true && g.null() { None } else { Some(g.string()) };
        this.stores = g.vec(|g| g.string());
        this.successors = g.vec(|g| g.string());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore<'a> {
    pub source: TopologyDescriptionNode<'a>,
    pub processor: TopologyDescriptionNode<'a>,
}
impl TopologyDescriptionGlobalStore<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + TopologyDescriptionNode::min_size_bytes(version)
            + TopologyDescriptionNode::min_size_bytes(version)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionGlobalStore<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.source = TopologyDescriptionNode::decode(r, version)?;
        this.processor = TopologyDescriptionNode::decode(r, version)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionGlobalStore<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        self.source.encode(out, version)?;
        self.processor.encode(out, version)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionGlobalStore<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.source = codec::TestValue::test_value(g, version);
        this.processor = codec::TestValue::test_value(g, version);
        this
    }
}
