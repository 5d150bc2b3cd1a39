package com.example.messages.config;

import org.springframework.boot.autoconfigure.kafka.*;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/** How listeners are run, beside Spring Boot's own way. */
@Configuration
class Listeners {
    private static final long BACK_OFF_MS = 200;
    private static final long RETRIES = 2;

    /** A record that a listener fails at is given to it again, then sent to the dead letters. */
    @Bean
    DefaultErrorHandler errorHandler(KafkaOperations<?, ?> operations) {
        return new DefaultErrorHandler(
                new DeadLetterPublishingRecoverer(operations),
                new FixedBackOff(BACK_OFF_MS, RETRIES));
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<Object, Object> threeAtOnce(
            ConcurrentKafkaListenerContainerFactoryConfigurer configurer,
            ConsumerFactory<Object, Object> consumers) {
        var factory = new ConcurrentKafkaListenerContainerFactory<Object, Object>();
        configurer.configure(factory, consumers);
        factory.setConcurrency(3);
        return factory;
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<Object, Object> acknowledgedByHand(
            ConcurrentKafkaListenerContainerFactoryConfigurer configurer,
            ConsumerFactory<Object, Object> consumers) {
        var factory = new ConcurrentKafkaListenerContainerFactory<Object, Object>();
        configurer.configure(factory, consumers);
        factory.getContainerProperties().setAckMode(AckMode.MANUAL);
        return factory;
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<Object, Object> countsAttempts(
            ConcurrentKafkaListenerContainerFactoryConfigurer configurer,
            ConsumerFactory<Object, Object> consumers) {
        var factory = new ConcurrentKafkaListenerContainerFactory<Object, Object>();
        configurer.configure(factory, consumers);
        factory.getContainerProperties().setAckMode(AckMode.RECORD);
        factory.getContainerProperties().setDeliveryAttemptHeader(true);
        return factory;
    }
}
