package io.leat.performance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.common.math.LongMath;
import io.leat.evaluation.Estimate;
import io.leat.features.engine.Micros;
import io.leat.models.guard.MeanBound;
import io.leat.models.registry.KnownWorth;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.Segments;
import io.leat.records.DriftAlert;
import io.leat.records.Outcome;
import io.leat.records.PerformanceMetric;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Measures windows of scored events, a version and role at a time, and says when the champion does
 * worse. Owned by the one task that a model has for it.
 *
 * <p>A window is estimated by its scores {@link PerformanceJob#LATENESS} after its end, and
 * measured when the time that its labels may take, and that once more, has passed: nothing changes
 * any more then. Until then its pairs lie in the store; in memory there are {@link
 * WindowSample#MOST} at most, while it is measured.
 */
final class WindowProcessor extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
  private static final byte CLOCK = 0;
  private static final byte DUE = 1;
  private static final byte WINDOW = 2;
  private static final byte PAIR = 3;
  private static final byte VERSION = 5; // 4 had another form; Estimation has 6 and 7

  private static final byte ESTIMATE = 0;
  private static final byte MEASURE = 1;

  private static final String ALL = WindowSample.ALL;
  private static final String BRIER = "brier";
  private static final byte[] NOTHING = new byte[0];
  private static final HashFunction HASH = Hashing.murmur3_128();

  /** The names of the nodes that metrics and alerts go on to. */
  record Sinks(String metrics, String alerts) {}

  private final LabelledModel model;
  private final Map<String, Monitor> monitors;
  private final PartCodec parts;
  private final AvroCodec codec;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final Versions versions;
  private final Sinks sinks;
  private final Counter late;
  private KeyValueStore<Bytes, byte[]> store;
  private Clock clock;
  private TimeIndex due;
  private Estimation estimation;

  WindowProcessor(
      LabelledModel model,
      PartCodec parts,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry metrics,
      Versions versions,
      Sinks sinks) {
    this.model = model;
    this.monitors =
        model.monitors().stream().collect(Collectors.toMap(Monitor::name, monitor -> monitor));
    this.parts = parts;
    this.codec = new AvroCodec(registry);
    this.registry = registry;
    this.retry = retry;
    this.versions = versions;
    this.sinks = sinks;
    this.late =
        metrics.counter("leat.performance.outcomes", "model", model.name(), "kind", "unmeasured");
  }

  /** Name of a model's store. */
  static String store(LabelledModel model) {
    return model.name() + "-windows";
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    super.init(context);
    store = context.getStateStore(store(model));
    clock = new Clock(store, CLOCK);
    due = new TimeIndex(store, DUE);
    estimation = new Estimation(model, store);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Outcome outcome = parts.readOutcome(record.value());
    clock.see(Micros.of(outcome.getEventTime()));
    for (Monitor monitor : model.monitors()) {
      take(outcome, monitor, Inputs.of(record.headers()));
    }
    due.drain(clock.now(), what -> come(what, record));
  }

  private void take(Outcome outcome, Monitor monitor, Inputs inputs) {
    long time = Micros.of(outcome.getEventTime());
    long length = micros(monitor);
    WindowKey window =
        new WindowKey(Series.of(monitor.name(), outcome), Math.floorDiv(time, length) * length);
    long end = window.start() + length;
    if (measuredAt(end) < clock.now()) {
      late.increment();
      return;
    }
    byte[] key = window.toBytes();
    Bytes place = place(WINDOW, key);
    if (store.get(place) == null) {
      store.put(place, NOTHING);
      due.add(measuredAt(end), what(MEASURE, key));
      due.add(LongMath.saturatedAdd(end, PerformanceJob.LATENESS_MICROS), what(ESTIMATE, key));
    }
    Pair pair = Pair.of(outcome, monitor, model.entity());
    store.put(pairPlace(key, time, outcome.getEventId()), pair.toBytes());
    if (pair.isItsOwn()) {
      estimation.take(key, time, outcome.getEventId(), inputs);
    }
  }

  private static long micros(Monitor monitor) {
    return TimeUnit.MILLISECONDS.toMicros(monitor.window().toMillis());
  }

  private long measuredAt(long end) {
    return LongMath.saturatedAdd(model.rule().end(end), PerformanceJob.LATENESS_MICROS);
  }

  private static byte[] what(byte stage, byte[] window) {
    return ByteBuffer.allocate(1 + window.length).put(stage).put(window).array();
  }

  private static Bytes place(byte kind, byte[] key) {
    return Bytes.wrap(ByteBuffer.allocate(1 + key.length).put(kind).put(key).array());
  }

  /** Where a window's pair of a score lies. */
  static Bytes pairPlace(byte[] window, long time, String event) {
    byte[] id = event.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(1 + Integer.BYTES + window.length + Long.BYTES + id.length)
            .put(PAIR)
            .putInt(window.length)
            .put(window)
            .putLong(SortedBytes.ofLong(time))
            .put(id)
            .array());
  }

  /** Of a pair's place: evenly spread over events. */
  static long hash(Bytes pairPlace, byte[] window) {
    byte[] place = pairPlace.get();
    int head = 1 + Integer.BYTES + window.length + Long.BYTES;
    return HASH.hashBytes(place, head, place.length - head).asLong();
  }

  private void come(byte[] what, Record<byte[], byte[]> record) {
    byte[] key = new byte[what.length - 1];
    System.arraycopy(what, 1, key, 0, key.length);
    WindowKey window = WindowKey.fromBytes(key);
    Monitor monitor = monitors.get(window.series().monitor());
    if (monitor == null) {
      closeTakenOut(window, record);
      forget(key);
      return;
    }
    Findings findings = new Findings(model.name(), window, monitor, emitter(record));
    if (what[0] == ESTIMATE) {
      estimation.estimate(findings, key, sample(key, pair -> {}));
      return;
    }
    boolean isChampion = window.series().isChampion();
    VersionState version = version(window.series(), monitor);
    boolean isNew = window.start() >= version.trainedUntil;
    boolean isJudged = isChampion && isNew;
    MeanBound risks = new MeanBound();
    WindowSample sample =
        sample(
            key,
            pair -> {
              if (isJudged && pair.isMeasured()) {
                loss(pair)
                    .ifPresent(
                        loss -> {
                          version.risk.add(loss);
                          risks.add(loss);
                        });
              }
            });
    Map<String, Estimate> figures = measure(findings, sample);
    if (isJudged) {
      if (risks.count() > 0) {
        Judge.risk(findings, version, risks, figures.containsKey(BRIER), sample);
      }
      Judge.drop(findings, version, figures);
    }
    if (isNew) {
      estimation.learn(window.series(), key);
    }
    if (isChampion) {
      version.lastStart = Math.max(version.lastStart, window.start());
    }
    store.put(versionPlace(window.series()), version.toBytes());
    if (isChampion) {
      closeReplaced(findings);
    }
    forget(key);
  }

  /**
   * Brier of a probability, else whether the decision is wrong; none of a label that is a number.
   */
  private static Optional<Double> loss(Pair pair) {
    if (pair.label() != 0 && pair.label() != 1) {
      return Optional.empty();
    }
    double error =
        pair.score() >= 0 && pair.score() <= 1
            ? pair.score() - pair.label()
            : (pair.decided() ? 1 : 0) - pair.label();
    return Optional.of(error * error);
  }

  private WindowSample sample(byte[] key, java.util.function.Consumer<Pair> each) {
    WindowSample sample = new WindowSample(WindowSample.MOST);
    try (KeyValueIterator<Bytes, byte[]> pairs = pairs(key).entries()) {
      while (pairs.hasNext()) {
        KeyValue<Bytes, byte[]> found = pairs.next();
        Pair pair = Pair.fromBytes(found.value);
        each.accept(pair);
        sample.add(hash(found.key, key), pair);
      }
    }
    return sample;
  }

  private StoreRange pairs(byte[] key) {
    return new StoreRange(
        store, pairPlace(key, Long.MIN_VALUE, ""), pairPlace(key, Long.MAX_VALUE, ""));
  }

  private void forget(byte[] key) {
    pairs(key).forget();
    estimation.forget(key);
    store.delete(place(WINDOW, key));
  }

  /**
   * The segments that are told apart, all of the window first; of each key those of most scores.
   */
  static List<String> segments(WindowSample sample, Monitor monitor) {
    List<String> segments = new ArrayList<>(List.of(ALL));
    for (Segments.Key key : monitor.segments().keys()) {
      sample.segments().stream()
          .filter(segment -> segment.startsWith(key.name() + "="))
          .filter(segment -> sample.counts(segment).scored() >= monitor.minimumEvents())
          .sorted(
              Comparator.comparingLong((String segment) -> -sample.counts(segment).scored())
                  .thenComparing(Comparator.naturalOrder()))
          .limit(monitor.segments().cap())
          .sorted()
          .forEach(segments::add);
    }
    return segments;
  }

  /** Of all of the window; each segment's are written only. */
  private Map<String, Estimate> measure(Findings findings, WindowSample sample) {
    Map<String, Estimate> ofAll = new TreeMap<>();
    PerformanceRule rule = findings.monitor().performance().orElseThrow();
    for (String segment : segments(sample, findings.monitor())) {
      List<Pair> pairs = sample.pairs(segment, Pair::isMeasured);
      Map<String, Estimate> figures = WindowSample.sample(pairs, rule).figures(model.decides());
      figures.forEach(
          (name, figure) ->
              findings.metric(
                  sample.counts(segment), segment, name, figure, pairs.size(), builder -> {}));
      if (segment.equals(ALL) && pairs.size() >= findings.monitor().minimumEvents()) {
        ofAll.putAll(figures);
      }
    }
    for (String key : rule.protectedSegments()) {
      Gaps gaps = Gaps.of(sample, key, findings.monitor().segments().cap());
      gaps.figures()
          .forEach(
              (name, figure) ->
                  findings.metric(
                      sample.counts(ALL), key, name, figure, gaps.rows(), builder -> {}));
    }
    return ofAll;
  }

  /** What is known of a version: what was known when it was published is asked for once. */
  private VersionState version(Series series, Monitor monitor) {
    byte[] bytes = store.get(versionPlace(series));
    VersionState version = bytes == null ? new VersionState() : VersionState.fromBytes(bytes);
    if (version.published.isEmpty()) {
      KnownWorth worth = versions.worth(model.name(), series.number());
      version.published =
          Optional.of(published(worth, monitor.performance().orElseThrow().metric()));
      version.trainedUntil = worth.trainedUntil().map(Micros::of).orElse(Long.MIN_VALUE);
    }
    return version;
  }

  private static Estimate published(KnownWorth worth, PerformanceRule.Metric metric) {
    String name = metric == PerformanceRule.Metric.LOG_LOSS ? "log_loss" : metric.word();
    return Optional.ofNullable(worth.figures().get(name))
        .map(figure -> new Estimate(figure.value(), figure.low(), figure.high()))
        .orElse(Estimate.NONE);
  }

  private static Bytes versionPlace(Series series) {
    byte[] monitor = series.monitor().getBytes(UTF_8);
    byte[] version = series.version().getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(1 + 2 * Integer.BYTES + monitor.length + version.length)
            .put(VERSION)
            .putInt(monitor.length)
            .put(monitor)
            .putInt(series.number())
            .put(version)
            .array());
  }

  /** Where all places of a monitor's versions begin. */
  private static byte[] versionsOf(String monitor) {
    byte[] name = monitor.getBytes(UTF_8);
    return ByteBuffer.allocate(1 + Integer.BYTES + name.length)
        .put(VERSION)
        .putInt(name.length)
        .put(name)
        .array();
  }

  private List<KeyValue<Bytes, byte[]>> versions(byte[] from) {
    List<KeyValue<Bytes, byte[]>> versions = new ArrayList<>();
    byte[] to = from.clone();
    to[to.length - 1]++; // a name's last byte is never the greatest
    try (KeyValueIterator<Bytes, byte[]> found = store.range(Bytes.wrap(from), Bytes.wrap(to))) {
      found.forEachRemaining(versions::add);
    }
    return versions;
  }

  /** Closes what a monitor that was taken out of the pipeline has left open, and forgets it. */
  private void closeTakenOut(WindowKey window, Record<byte[], byte[]> record) {
    String monitor = window.series().monitor();
    Findings findings =
        Findings.ofTakenOut(model.name(), window, Micros.toInstant(clock.now()), emitter(record));
    String why =
        "monitor %s does not look at the performance of model %s any more"
            .formatted(monitor, model.name());
    for (KeyValue<Bytes, byte[]> found : versions(versionsOf(monitor))) {
      VersionState version = VersionState.fromBytes(found.value);
      findings.close(version.drop, version.drop.threshold, why);
      findings.close(version.harm, version.harm.threshold, why);
      store.delete(found.key);
    }
    estimation.forgetMonitor(monitor);
  }

  /** Closes what is open of versions that were the champion, and are not in this window. */
  private void closeReplaced(Findings findings) {
    WindowKey window = findings.window();
    byte[] from = versionsOf(window.series().monitor());
    for (KeyValue<Bytes, byte[]> found : versions(from)) {
      ByteBuffer key = ByteBuffer.wrap(found.key.get()).position(from.length);
      int number = key.getInt();
      byte[] label = new byte[key.remaining()];
      key.get(label);
      Series other =
          new Series(
              window.series().monitor(), number, window.series().role(), new String(label, UTF_8));
      if (other.equals(window.series())
          || store.get(place(WINDOW, new WindowKey(other, window.start()).toBytes())) != null) {
        continue;
      }
      VersionState version = VersionState.fromBytes(found.value);
      if (version.lastStart >= window.start()
          || (version.drop.alert.isEmpty() && version.harm.alert.isEmpty())) {
        continue;
      }
      String why =
          "version %s of model %s is the champion no more".formatted(other.version(), model.name());
      findings.close(version.drop, version.drop.threshold, why);
      findings.close(version.harm, version.harm.threshold, why);
      store.put(found.key, version.toBytes());
    }
  }

  private Findings.Emitter emitter(Record<byte[], byte[]> record) {
    return new Findings.Emitter() {
      @Override
      public void metric(String key, PerformanceMetric metric, Instant time) {
        send(Topics.PERFORMANCE_METRICS, key, metric, time, sinks.metrics());
      }

      @Override
      public void alert(String key, DriftAlert alert, Instant time) {
        send(Topics.DRIFT_ALERTS, key, alert, time, sinks.alerts());
      }

      private <T extends SpecificRecordBase> void send(
          String topic, String key, T value, Instant time, String sink) {
        int schema =
            retry.call(() -> registry.register(Topics.valueSubject(topic), value.getSchema()));
        Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
        RecordHeaders.set(headers, RecordHeaders.EVENT_TIME, Long.toString(time.toEpochMilli()));
        context()
            .forward(
                new Record<>(
                    key.getBytes(UTF_8), codec.encode(schema, value), record.timestamp(), headers),
                sink);
      }
    };
  }
}
