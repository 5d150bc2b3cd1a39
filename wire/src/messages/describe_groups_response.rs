//! DescribeGroupsResponse (key 15), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsResponse<'a> {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup<'a>>,
}
impl DescribeGroupsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 1 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeGroupsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = r.i32()?;
        }
        this.groups = r.array(flexible, DescribedGroup::min_size_bytes(version), |r| {
            DescribedGroup::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeGroupsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        if version >= 1 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        codec::put_array_len(out, flexible, self.groups.len())?;
        for item in &self.groups {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeGroupsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = g.i32();
        }
        this.groups = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub group_id: Cow<'a, str>,
    pub group_state: Cow<'a, str>,
    pub protocol_type: Cow<'a, str>,
    pub protocol_data: Cow<'a, str>,
    pub members: Vec<DescribedGroupMember<'a>>,
    pub authorized_operations: i32,
}
impl Default for DescribedGroup<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Default::default(),
            group_id: Default::default(),
            group_state: Default::default(),
            protocol_type: Default::default(),
            protocol_data: Default::default(),
            members: Default::default(),
            authorized_operations: i32::MIN,
        }
    }
}
impl DescribedGroup<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        let mut size = usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 6 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribedGroup<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        if version >= 6 {
            this.error_message = r.nullable_string(flexible)?;
        }
        this.group_id = r.string(flexible)?;
        this.group_state = r.string(flexible)?;
        this.protocol_type = r.string(flexible)?;
        this.protocol_data = r.string(flexible)?;
        this.members = r.array(flexible, DescribedGroupMember::min_size_bytes(version), |r| {
            DescribedGroupMember::decode(r, version)
        })?;
        if version >= 3 {
            this.authorized_operations = r.i32()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribedGroup<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_i16(out, self.error_code);
        if version >= 6 {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.error_message.is_none()) {
            return Err(EncodeError::unsupported("ErrorMessage", version));
        }
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_string(out, flexible, &self.group_state)?;
        codec::put_string(out, flexible, &self.protocol_type)?;
        codec::put_string(out, flexible, &self.protocol_data)?;
        codec::put_array_len(out, flexible, self.members.len())?;
        for item in &self.members {
            item.encode(out, version)?;
        }
        if version >= 3 {
            codec::put_i32(out, self.authorized_operations);
        } else if !(self.authorized_operations == i32::MIN) {
            return Err(EncodeError::unsupported("AuthorizedOperations", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribedGroup<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        if version >= 6 {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        this.group_id = g.string();
        this.group_state = g.string();
        this.protocol_type = g.string();
        this.protocol_data = g.string();
        this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 3 {
            this.authorized_operations = g.i32();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedGroupMember<'a> {
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub client_id: Cow<'a, str>,
    pub client_host: Cow<'a, str>,
    pub member_metadata: Cow<'a, [u8]>,
    pub member_assignment: Cow<'a, [u8]>,
}
impl DescribedGroupMember<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_bytes(flexible)
            + codec::min_bytes(flexible);
        if version >= 4 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DescribedGroupMember<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        if version >= 4 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        this.client_id = r.string(flexible)?;
        this.client_host = r.string(flexible)?;
        this.member_metadata = r.bytes(flexible)?;
        this.member_assignment = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribedGroupMember<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_string(out, flexible, &self.member_id)?;
        if version >= 4 {
            match &self.group_instance_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        codec::put_string(out, flexible, &self.client_id)?;
        codec::put_string(out, flexible, &self.client_host)?;
        codec::put_bytes(out, flexible, &self.member_metadata)?;
        codec::put_bytes(out, flexible, &self.member_assignment)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribedGroupMember<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        if version >= 4 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        this.client_id = g.string();
        this.client_host = g.string();
        this.member_metadata = g.bytes();
        this.member_assignment = g.bytes();
        this
    }
}
