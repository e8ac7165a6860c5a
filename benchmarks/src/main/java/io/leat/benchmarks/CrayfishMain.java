package io.leat.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.leat.benchmarks.CrayfishBatch.Wire;
import io.leat.pipeline.definition.Model;
import io.leat.runtime.JobOptions;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Scoring in Kafka Streams as Crayfish (EDBT 2024) does it, with an embedded ONNX model: a record
 * is decoded to boxed numbers, which become a tensor; all that came is written again, with what the
 * model says. The streams client has the settings that every service of Leat has.
 */
public final class CrayfishMain {
  private CrayfishMain() {}

  /** Takes what every service takes, then the name of a {@link Wire}. */
  public static void main(String[] arguments) {
    int last = arguments.length - 1;
    System.exit(
        StreamsService.main(
            new CrayfishJob(Wire.valueOf(arguments[last])), Arrays.copyOf(arguments, last)));
  }

  /** The job's name, which its group and its topics have. */
  static String name(Wire wire) {
    return "crayfish-" + wire.name().toLowerCase(Locale.ROOT);
  }

  static String scored(Wire wire) {
    return name(wire) + "-scored";
  }

  private record CrayfishJob(Wire wire) implements StreamsJob {
    @Override
    public String name() {
      return CrayfishMain.name(wire);
    }

    @Override
    public Map<String, Object> settings(JobOptions options) {
      return Map.of(StreamsConfig.producerPrefix("compression.type"), "none"); // as in Crayfish
    }

    @Override
    public Topology topology(JobContext context) {
      Model model = context.pipeline().models().get(0);
      return new Topology()
          .addSource(
              AutoOffsetReset.earliest(),
              "rows",
              new ByteArrayDeserializer(),
              (topic, bytes) -> wire.read(bytes),
              name())
          .addProcessor("score", () -> new Scoring(model), "rows")
          .addSink(
              "scored",
              scored(wire),
              new ByteArraySerializer(),
              (topic, batch) -> wire.write((CrayfishBatch) batch),
              "score");
    }
  }

  private static final class Scoring
      implements Processor<byte[], CrayfishBatch, byte[], CrayfishBatch> {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Model model;
    private ProcessorContext<byte[], CrayfishBatch> context;
    private OrtSession session;

    Scoring(Model model) {
      this.model = model;
    }

    @Override
    public void init(ProcessorContext<byte[], CrayfishBatch> context) {
      this.context = context;
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setInterOpNumThreads(1);
        options.setIntraOpNumThreads(1);
        session = environment.createSession(model.artifact().toString(), options);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void process(Record<byte[], CrayfishBatch> record) {
      CrayfishBatch batch = record.value();
      try {
        context.forward(
            record.withValue(
                new CrayfishBatch(batch.createdAt(), batch.rows(), predict(batch.rows()))));
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    private String predict(List<List<Float>> rows) throws OrtException {
      List<Float> flat = rows.stream().flatMap(List::stream).collect(Collectors.toList());
      float[] numbers = new float[flat.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = flat.get(i);
      }
      long[] shape = {rows.size(), rows.get(0).size()};
      Map<String, OnnxTensor> inputs = new HashMap<>();
      try (OnnxTensor tensor =
          OnnxTensor.createTensor(environment, FloatBuffer.wrap(numbers), shape)) {
        inputs.put(session.getInputNames().iterator().next(), tensor);
        try (OrtSession.Result result = session.run(inputs)) {
          List<List<Float>> outputs = new ArrayList<>();
          for (float[] row : (float[][]) result.get(0).getValue()) {
            List<Float> output = new ArrayList<>();
            for (float number : row) {
              output.add(number);
            }
            outputs.add(output);
          }
          return outputs.toString();
        }
      }
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
