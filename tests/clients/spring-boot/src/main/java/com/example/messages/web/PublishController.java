package com.example.messages.web;

import com.example.messages.Message;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class PublishController {
    /** Where the message is now. */
    record Published(int partition, long offset) {}

    private final KafkaTemplate<String, Message> template;
    private final String topic;

    PublishController(
            KafkaTemplate<String, Message> template, @Value("${messages.topic}") String topic) {
        this.template = template;
        this.topic = topic;
    }

    @RequestMapping("/publish")
    CompletableFuture<Published> publish(
            @RequestParam String message, @RequestParam(required = false) String key) {
        return template.send(topic, key, new Message(message, Instant.now()))
                .thenApply(sent -> {
                    var metadata = sent.getRecordMetadata();
                    return new Published(metadata.partition(), metadata.offset());
                });
    }
}
