package io.leat.benchmarks.flink;

import io.leat.pipeline.definition.FeatureService;
import io.leat.runtime.flink.FlinkJob;
import io.leat.runtime.flink.FlinkJobContext;
import io.leat.runtime.flink.KafkaRecords;
import io.leat.schemas.Topics;
import java.time.Duration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Reads the vectors of a pipeline's services as the drift job does, in event time, and looks into
 * none: what Flink and Kafka cost alone.
 */
public final class VectorsPassedThrough implements FlinkJob {
  @Override
  public String name() {
    return "pass-through";
  }

  @Override
  public void build(StreamExecutionEnvironment environment, FlinkJobContext context) {
    for (FeatureService service : context.pipeline().services()) {
      KafkaRecords.read(
              environment,
              context,
              Topics.features(service.name()),
              Duration.ofHours(1),
              Duration.ofSeconds(20),
              service.spine())
          .sinkTo(new DiscardingSink<>());
    }
  }
}
