package com.example.messages;

import java.time.Instant;

/** What is sent, as JSON. */
public record Message(String text, Instant writtenAt) {}
