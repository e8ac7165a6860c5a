package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileBuilder;
import io.leat.drift.WindowSummary;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.Segments;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A watched model in tests: one feature that wanders, one that is always 3. */
final class Given {
  static final long HOUR = Duration.ofHours(1).toMillis();
  static final long DAY = 24 * HOUR;
  static final List<String> FEATURES = List.of("event.price", "event.constant");

  private Given() {}

  /** It looks at distributions alone. */
  static Monitor monitor(String name) {
    return monitor(name, new DataQuality(Set.of(), 0.1, Map.of()));
  }

  static Monitor monitor(String name, DataQuality quality) {
    return monitor(name, MonitorWindows.tumbling(Duration.ofDays(1)), quality);
  }

  static Monitor monitor(String name, MonitorWindows windows, DataQuality quality) {
    return new Monitor(
        name,
        "model",
        windows,
        List.of(),
        List.of(),
        Segments.NONE,
        null,
        Statistics.defaults(),
        Duration.ofHours(1),
        10,
        0.1,
        2,
        3,
        3,
        Monitor.Rule.THRESHOLDS,
        quality);
  }

  static FeatureService service() {
    return new FeatureService(
        "prices",
        1,
        "readings",
        List.of(
            new FeatureService.EventFeature("price"), new FeatureService.EventFeature("constant")),
        Optional.empty(),
        "d1");
  }

  private static Model model() {
    return new Model(
        "model",
        "1",
        "prices",
        1,
        Path.of("model.onnx"),
        Path.of("reference.json"),
        "us",
        "tests",
        new Model.Nulls(Optional.empty(), Map.of()),
        new Model.Output("probabilities", 1),
        List.of());
  }

  static ReferenceProfile profile(Monitor monitor, double constant) {
    ReferenceProfileBuilder builder =
        new ReferenceProfileBuilder(model(), service(), List.of(monitor));
    Random random = new Random(5);
    for (int hour = 0; hour < 60 * 24; hour++) {
      builder.add(hour * HOUR, List.of(random.nextGaussian(), constant));
    }
    return builder.build();
  }

  static Watch watch(String monitor, double constant) {
    return new Watch(monitor(monitor), profile(monitor(monitor), constant).toJson(), 0);
  }

  /** It looks at distributions alone, by other windows. */
  static Watch watch(MonitorWindows windows) {
    Monitor monitor = monitor("m", windows, DataQuality.NONE);
    return new Watch(monitor, profile(monitor, 3).toJson(), 0);
  }

  /** Versions that brought these profiles; of others nothing is known. */
  static Profiles profiles(Map<Integer, Watch> byNumber) {
    Map<Integer, byte[]> profiles = new HashMap<>();
    byNumber.forEach((number, watch) -> profiles.put(number, watch.profile()));
    return (model, number) -> Optional.ofNullable(profiles.get(number));
  }

  /** Champions from offsets on, in every partition. */
  static Champions champions(Map<Long, Integer> byOffset) {
    TreeMap<Long, Integer> positions = new TreeMap<>(byOffset);
    return () ->
        (model, partition, offset) -> {
          Map.Entry<Long, Integer> last = positions.floorEntry(offset);
          return last == null ? Champions.UNKNOWN : last.getValue();
        };
  }

  /** So many like vectors of a window. */
  static WindowPart part(Watch watch, long windowStart, int vectors, double constant) {
    return part(watch, watch.number(), windowStart, vectors, constant);
  }

  /** The same, of a version of the model. */
  static WindowPart part(Watch watch, int version, long windowStart, int vectors, double constant) {
    Random random = new Random(windowStart);
    WindowSummary summary = watch.detector().newWindow();
    for (int i = 0; i < vectors; i++) {
      summary.add(ColumnValues.of(random.nextGaussian(), constant));
    }
    return new WindowPart(
        watch.monitor().name(),
        windowStart,
        version,
        watch.detector().reference(),
        vectors,
        false,
        0,
        summary.toBytes());
  }
}
