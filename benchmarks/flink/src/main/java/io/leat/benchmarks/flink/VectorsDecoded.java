package io.leat.benchmarks.flink;

import io.leat.pipeline.definition.FeatureService;
import io.leat.records.FeatureVector;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.FlinkJob;
import io.leat.runtime.flink.FlinkJobContext;
import io.leat.runtime.flink.KafkaRecords;
import io.leat.schemas.Topics;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * As {@link VectorsPassedThrough}, and decodes them: what no job that looks at vectors is spared.
 */
public final class VectorsDecoded implements FlinkJob {
  @Override
  public String name() {
    return "decoded";
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
          .process(
              DecodeAvro.specific(
                  context.registry(),
                  FeatureVector.class,
                  (record, vector) -> vector.getValues().size()),
              Types.INT)
          .sinkTo(new DiscardingSink<>());
    }
  }
}
