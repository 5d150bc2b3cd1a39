package com.example.messages.listeners;

import com.example.messages.Inbox;
import com.example.messages.Message;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/** Throws at "bad …" always, and at "flaky …" but for the third time. */
@Component
class Fragile {
    private final Inbox inbox;

    Fragile(Inbox inbox) {
        this.inbox = inbox;
    }

    @KafkaListener(
            id = "fragile",
            topics = "${messages.topic}",
            containerFactory = "countsAttempts")
    void take(
            ConsumerRecord<String, Message> delivered,
            @Header(KafkaHeaders.DELIVERY_ATTEMPT) int attempt) {
        inbox.add("fragile", delivered, attempt, null);
        String text = delivered.value().text();
        if (text.startsWith("bad") || text.startsWith("flaky") && attempt < 3) {
            throw new IllegalStateException("cannot take " + text);
        }
    }

    @KafkaListener(id = "dead-letters", topics = "${messages.topic}-dlt")
    void bury(
            ConsumerRecord<String, Message> delivered,
            @Header(KafkaHeaders.DLT_EXCEPTION_MESSAGE) String cause) {
        inbox.add("dead-letters", delivered, 1, cause);
    }
}
