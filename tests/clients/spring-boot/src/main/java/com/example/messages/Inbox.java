package com.example.messages;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.stereotype.Component;

/** What each group has been given since the application started. */
@Component
public class Inbox {
    private final Map<String, List<Received>> byGroup = new ConcurrentHashMap<>();

    public void add(String group, ConsumerRecord<String, Message> delivered) {
        add(group, delivered, 1, null);
    }

    public void add(
            String group, ConsumerRecord<String, Message> delivered, int attempt, String cause) {
        String thread = Thread.currentThread().getName();
        String text = delivered.value().text();
        byGroup.computeIfAbsent(group, absent -> new CopyOnWriteArrayList<>())
                .add(new Received(
                        text, delivered.partition(), delivered.offset(), attempt, thread, cause));
    }

    public List<Received> of(String group) {
        return byGroup.getOrDefault(group, List.of());
    }
}
