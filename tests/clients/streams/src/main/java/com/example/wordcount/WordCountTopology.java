package com.example.wordcount;

import java.util.Arrays;
import java.util.Locale;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

/** Lines in, words and how often each has come out. */
final class WordCountTopology {
    static final String INPUT = "text-lines";
    static final String OUTPUT = "word-counts";

    private WordCountTopology() {}

    static Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        // The word becomes the key, so records pass through a repartition topic; the counts are
        // kept in a store, whose changes go to a changelog topic.
        builder.stream(INPUT, Consumed.with(Serdes.String(), Serdes.String()))
                .flatMapValues(line -> Arrays.asList(line.toLowerCase(Locale.ROOT).split("\\W+")))
                .groupBy(
                        (key, word) -> word,
                        Grouped.with("words", Serdes.String(), Serdes.String()))
                .count(Materialized.as("counts"))
                .toStream()
                .to(OUTPUT, Produced.with(Serdes.String(), Serdes.Long()));
        return builder.build();
    }
}
