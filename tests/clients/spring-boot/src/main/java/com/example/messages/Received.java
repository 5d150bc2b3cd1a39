package com.example.messages;

/** One delivery to a listener; a record that is delivered again is one more. */
public record Received(
        String text, int partition, long offset, int attempt, String thread, String cause) {}
