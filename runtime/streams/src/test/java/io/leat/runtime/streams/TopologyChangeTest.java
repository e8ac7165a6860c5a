package io.leat.runtime.streams;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.junit.jupiter.api.Test;

class TopologyChangeTest {
  @Test
  void aTopologyIsWhatItsPartsReadAndKeep() {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], byte[]> events = builder.stream("events");
    events
        .merge(builder.stream("changes"))
        .repartition(Repartitioned.as("by-key"))
        .groupByKey()
        .count(Materialized.as("counts"));

    assertThat(TopologyChange.describe(builder.build().describe()))
        .isEqualTo(
            """
            0 reads [changes, events], keeps []
            1 reads [by-key-repartition], keeps [counts]
            """);
  }
}
