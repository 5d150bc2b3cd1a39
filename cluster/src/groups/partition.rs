//! Which partition of `__consumer_offsets` coordinates a group.

/// `abs(hashCode(group)) % partitions`, with Java's hash of UTF-16 units and Kafka's `abs`, for
/// which the smallest number counts as 0. 0 if there are no partitions.
#[must_use]
pub fn partition_for(group_id: &str, partitions: i32) -> i32 {
    let hash = group_id
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    hash.checked_abs().unwrap_or(0).checked_rem(partitions).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::partition_for;

    #[test]
    fn hashes_as_java_does() {
        // "hello".hashCode() is 99162322, "console-consumer-1".hashCode() is negative or not: abs.
        assert_eq!(partition_for("hello", i32::MAX), 99_162_322);
        assert_eq!(partition_for("", 50), 0);
        assert_eq!(partition_for("a", 50), 97 % 50);
        // "polygenelubricants".hashCode() is Integer.MIN_VALUE.
        assert_eq!(partition_for("polygenelubricants", 50), 0);
        // One char beyond the basic plane is two UTF-16 units: "\ud83d\ude00".hashCode().
        assert_eq!(partition_for("😀", i32::MAX), 0xd83d * 31 + 0xde00);
        assert_eq!(partition_for("x", 0), 0);
    }
}
