//! Every request and response in every version: read, written, cut, damaged, and compared with the
//! independent codec of the crate `kafka-protocol`.

mod damage;
mod kafka_protocol;
mod not_utf8;
mod nullability;
mod round_trip;
mod table;
mod tagged_fields;
