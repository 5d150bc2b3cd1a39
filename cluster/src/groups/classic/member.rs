//! A member of a group.

use std::sync::Arc;

use wire::messages::JoinGroupRequest;

use crate::groups::Ticket;

/// What a member says for one assignor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Protocol {
    pub name: Arc<str>,
    pub metadata: Arc<[u8]>,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub id: Arc<str>,
    pub instance_id: Option<Arc<str>>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// In the order in which it likes them.
    pub protocols: Vec<Protocol>,
    pub assignment: Arc<[u8]>,
    /// Has no generation yet: its join is bounded in time itself.
    pub is_new: bool,
    /// A join that waits, and the version it came in.
    pub join: Option<Ticket>,
    /// A sync that waits.
    pub sync: Option<Ticket>,
}

impl Member {
    pub fn metadata(&self, protocol: &str) -> Option<&Arc<[u8]>> {
        let protocol = self.protocols.iter().find(|known| &*known.name == protocol)?;
        Some(&protocol.metadata)
    }

    pub fn supports(&self, protocol: &str) -> bool {
        self.metadata(protocol).is_some()
    }

    /// Whether a join says what is known already.
    pub fn matches(&self, request: &JoinGroupRequest<'_>) -> bool {
        self.protocols.len() == request.protocols.len()
            && self.protocols.iter().zip(&request.protocols).all(|(known, asked)| {
                *known.name == *asked.name && *known.metadata == *asked.metadata
            })
    }

    /// Of what the member takes in memory, the part that its client chooses.
    pub fn size_bytes(&self) -> usize {
        let protocols = self.protocols.iter();
        let protocols = protocols.map(|protocol| protocol.name.len() + protocol.metadata.len());
        let instance_id = self.instance_id.as_ref().map_or(0, |id| id.len());
        let names = self.id.len() + instance_id + self.client_id.len() + self.client_host.len();
        protocols.sum::<usize>() + names + size_of::<Self>()
    }

    /// A member that waits for the group is not dead, however long it takes.
    pub fn waits(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }
}

pub(crate) fn protocols(request: &JoinGroupRequest<'_>) -> Vec<Protocol> {
    let protocol = |protocol: &wire::messages::join_group_request::JoinGroupRequestProtocol<'_>| {
        Protocol { name: (*protocol.name).into(), metadata: (*protocol.metadata).into() }
    };
    request.protocols.iter().map(protocol).collect()
}
