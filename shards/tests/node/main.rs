//! A whole node in this process, spoken to in raw frames.

mod fetching;
mod frames;
mod ordering;
mod producing;
mod quorum;
mod restart;
mod support;
