package com.example.messages.config;

import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;

/** The topics, which Spring's KafkaAdmin creates when the application starts, or alters. */
@Configuration
class Topics {
    private static final String WEEK_MS = "604800000";

    @Bean
    NewTopic messages(
            @Value("${messages.topic}") String topic,
            @Value("${messages.partitions}") int partitions) {
        return TopicBuilder.name(topic)
                .partitions(partitions)
                .config(TopicConfig.RETENTION_MS_CONFIG, WEEK_MS)
                .build();
    }

    @Bean
    NewTopic deadLetters(
            @Value("${messages.topic}") String topic,
            @Value("${messages.partitions}") int partitions) {
        return TopicBuilder.name(topic + "-dlt")
                .partitions(partitions)
                .config(TopicConfig.RETENTION_MS_CONFIG, "-1")
                .build();
    }
}
