package io.leat.runtime.streams;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Knows which record each stream thread works on and since when, so that one that never comes to an
 * end is seen: a stream that stands still keeps its partitions and answers its heartbeats. Each
 * processor that reads from a topic is wrapped; what it forwards to is part of its work.
 * Thread-safe.
 */
public final class RecordWatch {
  /**
   * The longest that a record is worked on without being told: more than the 20 s that one may wait
   * for the registry ({@link RegistryRetry#LONGEST_WAIT}).
   */
  public static final Duration LONGEST = Duration.ofSeconds(30);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final MeterRegistry metrics;
  private final LongSupplier nanoTime;
  private final Map<TopicPartition, Work> partitions = new ConcurrentHashMap<>();

  /**
   * @param nanoTime a clock in nanoseconds, as {@link System#nanoTime}
   */
  public RecordWatch(MeterRegistry metrics, LongSupplier nanoTime) {
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /** What is worked on in one partition; written by its stream thread. */
  private static final class Work {
    private final TopicPartition partition;
    private int depth;
    private volatile @Nullable Begun begun;

    Work(TopicPartition partition) {
      this.partition = partition;
    }
  }

  private record Begun(long offset, long at) {}

  /**
   * The same processors, watched.
   *
   * @param processors read from a topic
   */
  public <A, B, C, D> ProcessorSupplier<A, B, C, D> watched(
      ProcessorSupplier<A, B, C, D> processors) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<A, B, C, D> get() {
        return new Watched<>(processors.get());
      }

      @Override
      public @Nullable Set<StoreBuilder<?>> stores() {
        return processors.stores();
      }
    };
  }

  /** Each record that has been worked on for too long, in one sentence; empty where none has. */
  Optional<String> problem() {
    String reported =
        partitions.values().stream()
            .filter(work -> seconds(work) >= LONGEST.toSeconds())
            .map(this::sentence)
            .sorted()
            .collect(Collectors.joining("; "));
    return reported.isEmpty() ? Optional.empty() : Optional.of(reported);
  }

  private String sentence(Work work) {
    Begun begun = work.begun;
    return "the record at %s/%d/%d has been worked on for %d s, and nothing behind it is processed"
        .formatted(
            work.partition.topic(),
            work.partition.partition(),
            begun == null ? -1 : begun.offset(),
            (long) seconds(work));
  }

  private double seconds(Work work) {
    Begun begun = work.begun;
    return begun == null
        ? 0
        : Math.max(0, nanoTime.getAsLong() - begun.at()) / (double) NANOS_PER_SECOND;
  }

  private static double offset(Work work) {
    Begun begun = work.begun;
    return begun == null ? -1 : begun.offset();
  }

  private Work work(RecordMetadata metadata) {
    return partitions.computeIfAbsent(
        new TopicPartition(metadata.topic(), metadata.partition()), this::register);
  }

  private Work register(TopicPartition partition) {
    Work work = new Work(partition);
    Tags tags =
        Tags.of("topic", partition.topic(), "partition", Integer.toString(partition.partition()));
    Gauge.builder("leat.stream.record.seconds", work, this::seconds).tags(tags).register(metrics);
    Gauge.builder("leat.stream.record.offset", work, RecordWatch::offset)
        .tags(tags)
        .register(metrics);
    return work;
  }

  private final class Watched<A, B, C, D> implements Processor<A, B, C, D> {
    private final Processor<A, B, C, D> processor;
    private @Nullable ProcessorContext<C, D> context;
    private @Nullable Work last;

    Watched(Processor<A, B, C, D> processor) {
      this.processor = processor;
    }

    @Override
    public void init(ProcessorContext<C, D> context) {
      this.context = context;
      processor.init(context);
    }

    @Override
    public void process(Record<A, B> record) {
      Optional<RecordMetadata> metadata =
          context == null ? Optional.empty() : context.recordMetadata();
      if (metadata.isEmpty()) {
        processor.process(record);
        return;
      }
      Work work = last;
      if (work == null
          || work.partition.partition() != metadata.get().partition()
          || !work.partition.topic().equals(metadata.get().topic())) {
        work = work(metadata.get());
        last = work;
      }
      if (work.depth++ == 0) {
        work.begun = new Begun(metadata.get().offset(), nanoTime.getAsLong());
      }
      try {
        processor.process(record);
      } finally {
        if (--work.depth == 0) {
          work.begun = null;
        }
      }
    }

    @Override
    public void close() {
      processor.close();
    }
  }
}
