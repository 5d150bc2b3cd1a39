package com.example.messages.listeners;

import com.example.messages.Inbox;
import com.example.messages.Message;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.stereotype.Component;

/** Acknowledges by hand: at once, at the second delivery ("later …"), or never ("hold …"). */
@Component
class Billing {
    private final Inbox inbox;
    private final Set<String> delayed = ConcurrentHashMap.newKeySet();

    Billing(Inbox inbox) {
        this.inbox = inbox;
    }

    @KafkaListener(
            id = "billing",
            topics = "${messages.topic}",
            containerFactory = "acknowledgedByHand")
    void bill(ConsumerRecord<String, Message> delivered, Acknowledgment acknowledgment) {
        inbox.add("billing", delivered);
        String text = delivered.value().text();
        if (text.startsWith("later") && delayed.add(text)) {
            acknowledgment.nack(Duration.ofMillis(100));
        } else if (!text.startsWith("hold")) {
            acknowledgment.acknowledge();
        }
    }
}
