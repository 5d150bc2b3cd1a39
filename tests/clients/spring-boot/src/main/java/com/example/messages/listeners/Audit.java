package com.example.messages.listeners;

import com.example.messages.Inbox;
import com.example.messages.Message;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/** A listener as Spring Boot makes it; Kafka's consumer commits by itself, now and then. */
@Component
class Audit {
    private final Inbox inbox;

    Audit(Inbox inbox) {
        this.inbox = inbox;
    }

    @KafkaListener(
            id = "audit",
            topics = "${messages.topic}",
            properties = {"enable.auto.commit=true", "auto.commit.interval.ms=500"})
    void write(ConsumerRecord<String, Message> delivered) {
        inbox.add("audit", delivered);
    }
}
