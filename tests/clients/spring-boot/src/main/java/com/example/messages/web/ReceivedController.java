package com.example.messages.web;

import com.example.messages.Inbox;
import com.example.messages.Received;
import java.util.List;
import org.apache.kafka.common.utils.AppInfoParser;
import org.springframework.boot.SpringBootVersion;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ReceivedController {
    record Versions(String springBoot, String springKafka, String kafkaClients) {}

    private final Inbox inbox;

    ReceivedController(Inbox inbox) {
        this.inbox = inbox;
    }

    @GetMapping("/received")
    List<Received> received(@RequestParam String group) {
        return inbox.of(group);
    }

    @GetMapping("/versions")
    Versions versions() {
        return new Versions(
                SpringBootVersion.getVersion(),
                KafkaTemplate.class.getPackage().getImplementationVersion(),
                AppInfoParser.getVersion());
    }
}
