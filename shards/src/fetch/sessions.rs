//! Fetch sessions (KIP-227): the broker remembers what a client wants, so that the client sends,
//! and is sent, only what changed.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use wire::hot::TopicRef;
use wire::hot::fetch::FetchRequest;
use wire::{ErrorCode, Uuid};

use super::plan::{TopicName, Wanted};
use super::read::Found;
use crate::limits::{SESSION_EVICTION_MS, SESSION_PARTITIONS_MAX};
use crate::runtime::random;

/// Not a session.
const NO_SESSION: i32 = 0;
/// The epoch of a request that opens a session.
const OPENING: i32 = 0;
/// The epoch of a request that wants none (any more).
const CLOSING: i32 = -1;

/// What a request leads to.
#[derive(Debug)]
pub struct Opened {
    /// To be named in the answer.
    pub session_id: i32,
    pub wanted: Vec<Wanted>,
    /// Only what changed is answered.
    pub incremental: bool,
}

struct Remembered {
    wanted: Wanted,
    /// As last told to the client; −1 before.
    high_watermark: i64,
    log_start_offset: i64,
    had_error: bool,
}

/// One client's session. Partitions are in the order in which they are read: who was given records
/// goes to the end, so that none starves.
struct Session {
    /// The epoch that the next request must have.
    next_epoch: i32,
    by_id: bool,
    used_ms: u64,
    partitions: BTreeMap<u64, Remembered>,
    next_place: u64,
    names: HashMap<Rc<str>, HashMap<i32, u64>>,
    ids: HashMap<Uuid, HashMap<i32, u64>>,
}

/// The sessions of one shard.
pub struct Sessions {
    slots: usize,
    sessions: HashMap<i32, Session>,
    /// Of all sessions.
    partitions: usize,
    evicted: u64,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { slots: 1000, sessions: HashMap::new(), partitions: 0, evicted: 0 }
    }
}

impl Sessions {
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Sessions evicted since the start.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// `max.incremental.fetch.session.cache.slots`
    pub fn set_slots(&mut self, slots: usize) {
        self.slots = slots;
    }

    /// Takes a request in: opens, updates or closes a session, or none of that.
    ///
    /// # Errors
    /// The session is not known, or not the one the client believes in; it starts over.
    pub fn take(
        &mut self,
        request: &FetchRequest<'_>,
        by_id: bool,
        now_ms: u64,
    ) -> Result<Opened, ErrorCode> {
        match request.session_epoch {
            CLOSING => {
                self.close(request.session_id);
                Ok(full(request, NO_SESSION))
            }
            OPENING => {
                self.close(request.session_id);
                let opened = full(request, NO_SESSION);
                let session_id = self.create(&opened.wanted, by_id, now_ms);
                Ok(Opened { session_id, ..opened })
            }
            _ => self.update(request, by_id, now_ms),
        }
    }

    fn update(
        &mut self,
        request: &FetchRequest<'_>,
        by_id: bool,
        now_ms: u64,
    ) -> Result<Opened, ErrorCode> {
        let session_id = request.session_id;
        let session = self.sessions.get_mut(&session_id);
        let session = session.ok_or(ErrorCode::FetchSessionIdNotFound)?;
        if session.by_id != by_id {
            return Err(ErrorCode::FetchSessionTopicIdError);
        }
        if session.next_epoch != request.session_epoch {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        session.next_epoch = session.next_epoch.checked_add(1).unwrap_or(1);
        session.used_ms = now_ms;
        let before = session.partitions.len();
        for forgotten in request.forgotten() {
            session.forget(forgotten.topic, forgotten.index);
        }
        for partition in request.partitions() {
            session.put(Wanted::new(&partition, None));
        }
        let after = session.partitions.len();
        let wanted = session.partitions.values().map(|held| held.wanted.clone()).collect();
        self.partitions = self.partitions + after - before;
        if self.partitions > SESSION_PARTITIONS_MAX {
            self.close(session_id);
            return Err(ErrorCode::FetchSessionIdNotFound);
        }
        Ok(Opened { session_id, wanted, incremental: true })
    }

    /// A new session's id, or 0 if there is no room for it.
    fn create(&mut self, wanted: &[Wanted], by_id: bool, now_ms: u64) -> i32 {
        if self.slots == 0 || self.partitions + wanted.len() > SESSION_PARTITIONS_MAX {
            return NO_SESSION;
        }
        if self.sessions.len() >= self.slots && !self.evict(now_ms) {
            return NO_SESSION;
        }
        let mut session = Session {
            next_epoch: 1,
            by_id,
            used_ms: now_ms,
            partitions: BTreeMap::new(),
            next_place: 0,
            names: HashMap::new(),
            ids: HashMap::new(),
        };
        for wanted in wanted {
            session.put(wanted.clone());
        }
        self.partitions += session.partitions.len();
        let mut id = random::positive_i32();
        while self.sessions.contains_key(&id) {
            id = random::positive_i32();
        }
        self.sessions.insert(id, session);
        id
    }

    /// Makes room by ending the session that was unused for longest, if that is long.
    fn evict(&mut self, now_ms: u64) -> bool {
        let oldest = self.sessions.iter().min_by_key(|(_, session)| session.used_ms);
        let Some((&id, session)) = oldest else {
            return false;
        };
        if now_ms - session.used_ms < SESSION_EVICTION_MS {
            return false;
        }
        self.close(id);
        self.evicted += 1;
        true
    }

    fn close(&mut self, session_id: i32) {
        if let Some(session) = self.sessions.remove(&session_id) {
            self.partitions -= session.partitions.len();
        }
    }

    /// Notes what a client is about to be told. Returns which of `wanted` to tell: all of them, or
    /// if only changes are wanted, those with records, an error, or other offsets than last time.
    pub fn tell(
        &mut self,
        session_id: i32,
        incremental: bool,
        wanted: &[Wanted],
        found: &[Found],
    ) -> Vec<bool> {
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return vec![true; wanted.len()];
        };
        let each = wanted.iter().zip(found);
        each.map(|(wanted, found)| session.note(wanted, found) || !incremental).collect()
    }
}

fn full(request: &FetchRequest<'_>, session_id: i32) -> Opened {
    Opened { session_id, wanted: Wanted::all(request.partitions()), incremental: false }
}

impl Session {
    fn place(&self, topic: TopicRef<'_>, index: i32) -> Option<u64> {
        let places = match topic {
            TopicRef::Name(name) => self.names.get(name),
            TopicRef::Id(id) => self.ids.get(&id),
            TopicRef::NotUtf8(_) => return self.place(TopicName::from(topic).as_ref(), index),
        };
        places?.get(&index).copied()
    }

    fn set_place(&mut self, topic: &TopicName, index: i32, place: u64) {
        let places = match topic {
            TopicName::Name(name) => self.names.entry(Rc::clone(name)).or_default(),
            TopicName::Id(id) => self.ids.entry(*id).or_default(),
        };
        places.insert(index, place);
    }

    /// Adds a partition, or changes what is wanted of it.
    fn put(&mut self, wanted: Wanted) {
        let held = self.place(wanted.topic.as_ref(), wanted.index);
        if let Some(held) = held.and_then(|place| self.partitions.get_mut(&place)) {
            held.wanted = wanted;
            return;
        }
        let place = self.next_place;
        self.next_place += 1;
        self.set_place(&wanted.topic, wanted.index, place);
        let remembered =
            Remembered { wanted, high_watermark: -1, log_start_offset: -1, had_error: false };
        self.partitions.insert(place, remembered);
    }

    fn forget(&mut self, topic: TopicRef<'_>, index: i32) {
        let Some(place) = self.place(topic, index) else {
            return;
        };
        self.partitions.remove(&place);
        let topic = TopicName::from(topic);
        let is_last = match &topic {
            TopicName::Name(name) => self.names.get_mut(name),
            TopicName::Id(id) => self.ids.get_mut(id),
        }
        .is_some_and(|places| {
            places.remove(&index);
            places.is_empty()
        });
        if is_last {
            match &topic {
                TopicName::Name(name) => drop(self.names.remove(name)),
                TopicName::Id(id) => drop(self.ids.remove(id)),
            }
        }
    }

    /// Whether there is anything to tell; remembers that it is told.
    fn note(&mut self, wanted: &Wanted, found: &Found) -> bool {
        let Some(place) = self.place(wanted.topic.as_ref(), wanted.index) else {
            return true;
        };
        let Some(held) = self.partitions.get_mut(&place) else {
            return true;
        };
        let has_error = found.error != ErrorCode::None;
        let is_news = found.records_bytes > 0
            || has_error
            || held.had_error
            || found.diverging.is_some()
            || held.high_watermark != found.high_watermark
            || held.log_start_offset != found.log_start_offset;
        held.had_error = has_error;
        held.high_watermark = found.high_watermark;
        held.log_start_offset = found.log_start_offset;
        if found.records_bytes > 0
            && let Some(held) = self.partitions.remove(&place)
        {
            let last = self.next_place;
            self.next_place += 1;
            self.set_place(&wanted.topic, wanted.index, last);
            self.partitions.insert(last, held);
        }
        is_news
    }
}
