package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.Embedding;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.PerformanceRule.Cost;
import io.leat.pipeline.definition.PerformanceRule.Metric;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code monitors/*.yaml}. */
public final class MonitorReader {
  public static final Keys KEYS =
      Keys.of("a monitor")
          .requires("monitor", "watches", "window")
          .allows(
              "description",
              "every",
              "features",
              "outputs",
              "embeddings",
              "segments",
              "segments_cap",
              "performance",
              "quality",
              "statistics",
              "lateness",
              "minimum_events",
              "false_alarms_per_week",
              "rule",
              "open_after",
              "close_after");
  public static final Keys PERFORMANCE_KEYS =
      Keys.of("what a monitor sees of performance")
          .requires("metric", "drop")
          .allows("tolerance", "protected", "costs");

  public static final Keys QUALITY_KEYS =
      Keys.of("what a monitor sees of data quality")
          .allows("measures", "false_alarms_per_week", "limits");
  public static final Keys LIMIT_KEYS =
      Keys.of("limits of data quality")
          .allows(
              Arrays.stream(DataQuality.Measure.values())
                  .map(DataQuality.Measure::text)
                  .toArray(String[]::new));

  /** Of a Brier score, or of a share of wrong decisions. */
  static final double DEFAULT_TOLERANCE = 0.01;

  /** Of a key: gaps are of all pairs of its values. */
  static final int MOST_SEGMENTS = 100;

  static final Duration DEFAULT_LATENESS = Duration.ofHours(1);
  static final int DEFAULT_MINIMUM_EVENTS = 30;
  static final double DEFAULT_FALSE_ALARMS_PER_WEEK = 0.5;
  static final int DEFAULT_OPEN_AFTER = 2;
  static final int DEFAULT_OPEN_OF = 3;
  static final int DEFAULT_CLOSE_AFTER = 3;

  private static final Pattern COST =
      Pattern.compile("([^:=\\s]+):(true|false)=(-?\\d{1,15}(?:\\.\\d{1,15})?)");
  private static final Pattern OPEN_AFTER = Pattern.compile("(\\d{1,4})\\s+of\\s+(\\d{1,4})");

  private final Declared<FeatureService> services;
  private final Declared<Model> models;
  private final SegmentReader segmentReader;
  private final EmbeddingReader embeddingReader;

  MonitorReader(
      Declared<FeatureService> services,
      Declared<Model> models,
      SegmentReader segmentReader,
      EmbeddingReader embeddingReader) {
    this.services = services;
    this.models = models;
    this.segmentReader = segmentReader;
    this.embeddingReader = embeddingReader;
  }

  /** How many of how many windows. */
  private record OpenAfter(int windows, int of) {}

  Optional<Monitor> read(Block block, String name) {
    Optional<Model> model =
        block
            .get("watches")
            .flatMap(value -> value.text().flatMap(watched -> models.find(value, watched)));
    Optional<MonitorWindows> windows = MonitorWindowsReader.read(block);
    Optional<FeatureService> service = model.flatMap(m -> services.get(m.service()));
    List<String> features =
        block.get("features").map(list -> features(list, service)).orElse(List.of());
    List<String> outputs =
        block
            .get("outputs")
            .map(list -> model.map(m -> outputs(list, m)).orElse(List.of()))
            .orElse(List.of());
    List<Embedding> embeddings =
        block
            .get("embeddings")
            .flatMap(list -> model.flatMap(m -> service.map(s -> embeddingReader.read(list, m, s))))
            .orElse(List.of());
    List<Segments.Key> keys =
        block
            .get("segments")
            .map(list -> service.map(s -> segmentReader.read(list, s)).orElse(List.of()))
            .orElse(List.of());
    int cap = block.get("segments_cap").flatMap(MonitorReader::cap).orElse(Segments.DEFAULT_CAP);
    Optional<PerformanceRule> performance =
        block.get("performance").flatMap(value -> performance(value, service, model, keys));
    List<String> statistics =
        block.get("statistics").map(MonitorReader::statistics).orElse(Statistics.defaults());
    OpenAfter openAfter =
        block
            .get("open_after")
            .flatMap(MonitorReader::openAfter)
            .orElse(new OpenAfter(DEFAULT_OPEN_AFTER, DEFAULT_OPEN_OF));
    Duration lateness =
        block.get("lateness").flatMap(Value::durationOrZero).orElse(DEFAULT_LATENESS);
    int minimumEvents = minimumEvents(block, windows);
    double falseAlarms =
        block
            .get("false_alarms_per_week")
            .flatMap(MonitorReader::positive)
            .orElse(DEFAULT_FALSE_ALARMS_PER_WEEK);
    int closeAfter =
        block.get("close_after").flatMap(value -> value.integer(1)).orElse(DEFAULT_CLOSE_AFTER);
    Monitor.Rule rule =
        block
            .get("rule")
            .flatMap(value -> value.oneOf(Monitor.Rule.class))
            .orElse(Monitor.Rule.SEQUENTIAL);
    DataQuality quality =
        block
            .get("quality")
            .flatMap(value -> value.block(QUALITY_KEYS))
            .map(fields -> quality(fields, falseAlarms))
            .orElse(
                windows.filter(MonitorWindows::areCounted).isPresent()
                    ? DataQuality.NONE
                    : DataQuality.within(falseAlarms));
    if (rule == Monitor.Rule.THRESHOLDS
        && windows.filter(MonitorWindows::areSliding).isPresent()
        && !quality.measures().isEmpty()) {
      block
          .get("rule")
          .ifPresent(
              value ->
                  value.problem(
                      "by thresholds each window that slides decides, and data quality is seen by those that do not overlap, too late to hold retraining back; expected rule: sequential, or quality: { measures: [] }"));
    }
    if (block.isBroken() || model.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Monitor(
            name,
            model.get().name(),
            windows.orElseThrow(),
            features,
            outputs,
            new Segments(keys, cap),
            performance.orElse(null),
            statistics,
            lateness,
            minimumEvents,
            falseAlarms,
            openAfter.windows(),
            openAfter.of(),
            closeAfter,
            rule,
            quality,
            embeddings));
  }

  /** Of windows by count no more than these hold: none would be evaluated. */
  private static int minimumEvents(Block block, Optional<MonitorWindows> windows) {
    int most =
        windows
            .filter(MonitorWindows::areCounted)
            .map(MonitorWindows::events)
            .orElse(Integer.MAX_VALUE);
    Optional<Value> value = block.get("minimum_events");
    Optional<Integer> declared = value.flatMap(number -> number.integer(1));
    if (declared.isPresent() && declared.get() > most) {
      value
          .get()
          .problem(
              "minimum_events is %d and the window %d events, so that no window need ever be evaluated; expected at most as many",
              declared.get(), most);
    }
    return declared.orElse(Math.min(DEFAULT_MINIMUM_EVENTS, most));
  }

  private static DataQuality quality(Block fields, double falseAlarms) {
    Set<DataQuality.Measure> measures = EnumSet.noneOf(DataQuality.Measure.class);
    Optional<Value> named = fields.get("measures");
    named
        .map(Value::list)
        .orElse(List.of())
        .forEach(entry -> entry.oneOf(DataQuality.Measure.class).ifPresent(measures::add));
    if (named.isEmpty()) {
      measures.addAll(EnumSet.allOf(DataQuality.Measure.class));
    }
    Map<DataQuality.Measure, Double> limits = new EnumMap<>(DataQuality.Measure.class);
    Optional<Block> declared = fields.get("limits").flatMap(value -> value.block(LIMIT_KEYS));
    for (DataQuality.Measure measure : DataQuality.Measure.values()) {
      declared
          .flatMap(block -> block.get(measure.text()))
          .flatMap(limit -> limit(limit, measure, measures.contains(measure)))
          .ifPresent(number -> limits.put(measure, number));
    }
    return new DataQuality(
        measures,
        fields.get("false_alarms_per_week").flatMap(MonitorReader::positive).orElse(falseAlarms),
        limits);
  }

  private static Optional<Double> limit(
      Value value, DataQuality.Measure measure, boolean measured) {
    if (!measured) {
      value.problem(
          "%s has a limit and is not among the measures; add it to them, or remove the limit",
          value.name());
    }
    if (measure == DataQuality.Measure.FRESHNESS) {
      return value.duration().map(age -> age.toMillis() / 1000.0);
    }
    return value
        .number()
        .filter(
            number -> {
              boolean isShare = number > 0 && number < 1;
              if (!isShare) {
                value.problem(
                    "the limit of %s is %s; expected a number between 0 and 1",
                    value.name(), number);
              }
              return isShare;
            });
  }

  private static Optional<Integer> cap(Value value) {
    Optional<Integer> cap = value.integer(1);
    cap.filter(number -> number > MOST_SEGMENTS)
        .ifPresent(
            number ->
                value.problem(
                    "%s is '%d'; expected a whole number of at most %d",
                    value.name(), number, MOST_SEGMENTS));
    return cap;
  }

  private static Optional<PerformanceRule> performance(
      Value value,
      Optional<FeatureService> service,
      Optional<Model> model,
      List<Segments.Key> segments) {
    service
        .filter(read -> read.label().isEmpty())
        .ifPresent(
            read ->
                value.problem(
                    "the service %s declares no label, so nobody knows how well its models do; add 'label' to it, or remove performance",
                    read.name()));
    Optional<Block> block = value.block(PERFORMANCE_KEYS);
    Optional<Metric> metric =
        block.flatMap(fields -> fields.get("metric")).flatMap(MonitorReader::metric);
    Optional<Double> drop =
        block.flatMap(fields -> fields.get("drop")).flatMap(MonitorReader::positive);
    double tolerance =
        block
            .flatMap(fields -> fields.get("tolerance"))
            .flatMap(MonitorReader::positive)
            .orElse(DEFAULT_TOLERANCE);
    return metric.isEmpty() || drop.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new PerformanceRule(
                metric.get(),
                drop.get(),
                tolerance,
                block
                    .flatMap(fields -> fields.get("protected"))
                    .map(list -> groups(list, segments, model))
                    .orElse(List.of()),
                block
                    .flatMap(fields -> fields.get("costs"))
                    .map(list -> costs(list, model))
                    .orElse(List.of())));
  }

  /** Names of segments, between whose values decisions are compared. */
  private static List<String> groups(
      Value list, List<Segments.Key> segments, Optional<Model> model) {
    List<String> names = segments.stream().map(Segments.Key::name).toList();
    List<String> groups = new ArrayList<>();
    for (Value entry : list.nonEmptyList()) {
      Optional<String> name = entry.text();
      if (name.isPresent() && !names.contains(name.get())) {
        entry.problem(
            "the monitor has no segment %s; it has %s.%s",
            name.get(),
            names.isEmpty() ? "none" : String.join(", ", names),
            Suggestions.didYouMean(name.get(), names));
      }
      name.ifPresent(groups::add);
    }
    requireDecisions(list, model);
    return groups;
  }

  private static void requireDecisions(Value place, Optional<Model> model) {
    model
        .filter(declared -> declared.decisions().isEmpty())
        .ifPresent(
            declared ->
                place.problem(
                    "%s are of decisions, and model %s declares none",
                    place.name(), declared.name()));
  }

  /** {@code review:false=5}. */
  private static List<Cost> costs(Value list, Optional<Model> model) {
    List<String> decisions =
        Stream.concat(
                model.stream().flatMap(of -> of.decisions().stream()).map(Model.Decision::name),
                Stream.of(Cost.NONE))
            .distinct()
            .toList();
    List<Cost> costs = new ArrayList<>();
    for (Value entry : list.nonEmptyList()) {
      Optional<String> text = entry.text();
      Matcher words = COST.matcher(text.orElse(""));
      if (!words.matches()) {
        text.ifPresent(
            found ->
                entry.problem(
                    "a cost is '%s'; expected a decision, its label and what it costs, as in review:false=5 or none:true=100",
                    found));
        continue;
      }
      String decision = words.group(1);
      if (!decisions.contains(decision)) {
        entry.problem(
            "the model has no decision %s; it has %s.%s",
            decision, String.join(", ", decisions), Suggestions.didYouMean(decision, decisions));
      }
      boolean label = Boolean.parseBoolean(words.group(2));
      if (costs.stream().anyMatch(one -> one.decision().equals(decision) && one.label() == label)) {
        entry.problem("the cost of %s:%s stands twice", decision, label);
      }
      costs.add(new Cost(decision, label, Double.parseDouble(words.group(3))));
    }
    model
        .filter(of -> of.decisions().stream().anyMatch(one -> one.name().equals(Cost.NONE)))
        .ifPresent(
            of ->
                list.problem(
                    "%s is no decision here, and model %s has one of that name; call that otherwise",
                    Cost.NONE, of.name()));
    requireDecisions(list, model);
    return costs;
  }

  private static Optional<Metric> metric(Value value) {
    Optional<String> word = value.text();
    Optional<Metric> metric = word.flatMap(Metric::of);
    if (word.isPresent() && metric.isEmpty()) {
      value.problem(
          "no metric of performance is called %s; there are %s.%s",
          word.get(),
          String.join(", ", Metric.words()),
          Suggestions.didYouMean(word.get(), Metric.words()));
    }
    return metric;
  }

  private static Optional<Double> positive(Value value) {
    return value
        .number()
        .filter(
            number -> {
              if (number <= 0) {
                value.problem("%s is %s; expected a number above 0", value.name(), number);
              }
              return number > 0;
            });
  }

  private static Optional<OpenAfter> openAfter(Value value) {
    Optional<String> text = value.text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = OPEN_AFTER.matcher(text.get());
    if (matcher.matches()) {
      OpenAfter found =
          new OpenAfter(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
      if (found.windows() >= 1 && found.windows() <= found.of()) {
        return Optional.of(found);
      }
    }
    value.problem(
        "open_after is '%s'; expected so many of so many windows, as in 2 of 3", text.get());
    return Optional.empty();
  }

  private List<String> features(Value list, Optional<FeatureService> service) {
    List<String> features = new ArrayList<>();
    for (Value entry : list.nonEmptyList()) {
      entry
          .text()
          .ifPresent(
              name -> {
                service.ifPresent(s -> checkFeature(entry, name, s));
                if (features.contains(name)) {
                  entry.problem("the feature %s stands twice", name);
                }
                features.add(name);
              });
    }
    return features;
  }

  /** By the model's own names: the columns that are watched. */
  private static List<String> outputs(Value list, Model model) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put(Monitor.SCORE, Monitor.SCORE);
    if (!model.decisions().isEmpty()) {
      columns.put(Monitor.DECISION, Monitor.DECISION);
    }
    model.outputs().keySet().forEach(name -> columns.putIfAbsent(name, Monitor.OUTPUTS + name));
    List<String> outputs = new ArrayList<>();
    for (Value entry : list.nonEmptyList()) {
      entry
          .text()
          .ifPresent(
              name -> {
                String column = columns.get(name);
                if (column == null) {
                  entry.problem(
                      "the model %s has no output %s; a monitor may watch %s.%s",
                      model.name(),
                      name,
                      String.join(", ", columns.keySet()),
                      Suggestions.didYouMean(name, columns.keySet()));
                } else if (outputs.contains(column)) {
                  entry.problem("the output %s stands twice", name);
                } else {
                  outputs.add(column);
                }
              });
    }
    return outputs;
  }

  private static List<String> statistics(Value list) {
    List<String> known = Statistics.all().stream().map(Statistic::name).toList();
    Set<String> wanted = new HashSet<>();
    for (Value entry : list.nonEmptyList()) {
      entry
          .text()
          .ifPresent(
              name -> {
                if (!known.contains(name)) {
                  entry.problem(
                      "no statistic is called %s; there are %s.%s",
                      name, String.join(", ", known), Suggestions.didYouMean(name, known));
                }
                if (!wanted.add(name)) {
                  entry.problem("the statistic %s stands twice", name);
                }
              });
    }
    return known.stream().filter(wanted::contains).toList();
  }

  private void checkFeature(Value entry, String name, FeatureService service) {
    if (!service.featureNames().contains(name)) {
      entry.problem(
          "the service %s has no feature %s.%s",
          service.name(), name, Suggestions.didYouMean(name, service.featureNames()));
    }
  }
}
