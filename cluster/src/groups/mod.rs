//! Consumer groups without I/O.

pub mod consumer;

use wire::Uuid;

pub use crate::configs::GroupSettings;
use crate::image::Image;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub mono_ms: u64,
    pub unix_ms: i64,
}

#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Now,
    pub image: &'a Image,
    pub settings: &'a GroupSettings,
    pub fresh_id: Uuid,
}

#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub client_id: &'a str,
    pub client_host: &'a str,
    pub api_version: i16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}
