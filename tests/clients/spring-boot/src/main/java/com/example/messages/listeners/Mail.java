package com.example.messages.listeners;

import com.example.messages.Inbox;
import com.example.messages.Message;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/** Three consumers of one group; Spring commits what they have returned from. */
@Component
class Mail {
    private final Inbox inbox;

    Mail(Inbox inbox) {
        this.inbox = inbox;
    }

    @KafkaListener(id = "mail", topics = "${messages.topic}", containerFactory = "threeAtOnce")
    void deliver(ConsumerRecord<String, Message> delivered) {
        inbox.add("mail", delivered);
    }
}
