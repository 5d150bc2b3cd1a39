import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Topics by their ids, as Java's clients ask for them: describes the topic in the second argument,
 * then reads it with a consumer of the new protocol (KIP-848) that subscribes by the expression in
 * the third. Prints what it finds.
 */
public final class TopicIds {
    public static void main(String[] args) throws Exception {
        Map<String, Object> bootstrap = Map.of("bootstrap.servers", args[0]);
        try (Admin admin = Admin.create(bootstrap)) {
            var byName = admin.describeTopics(List.of(args[1])).allTopicNames().get();
            var id = byName.get(args[1]).topicId();
            var ids = TopicCollection.ofTopicIds(List.of(id));
            var byId = admin.describeTopics(ids).allTopicIds().get().get(id);
            System.out.println("described " + byId.name() + " " + byId.partitions().size());
        }
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", args[0],
            "group.id", "topic-ids",
            "group.protocol", "consumer",
            "auto.offset.reset", "earliest",
            "key.deserializer", StringDeserializer.class.getName(),
            "value.deserializer", StringDeserializer.class.getName());
        try (var consumer = new KafkaConsumer<String, String>(settings)) {
            consumer.subscribe(new SubscriptionPattern(args[2]));
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (System.nanoTime() < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    System.out.println("read " + record.topic() + " " + record.value());
                    consumer.commitSync();
                    return;
                }
            }
        }
    }
}
