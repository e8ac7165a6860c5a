package io.leat.drift.job;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.FeatureVector;
import io.leat.records.Score;
import io.leat.runtime.flink.DeadLetters;
import io.leat.runtime.flink.DecodeAvro;
import io.leat.runtime.flink.FlinkJob;
import io.leat.runtime.flink.FlinkJobContext;
import io.leat.runtime.flink.FlinkJobs;
import io.leat.runtime.flink.KafkaRecords;
import io.leat.runtime.flink.RecordTypeInfo;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares windows of feature vectors with the models' reference profiles, exactly once.
 *
 * <pre>
 * features.&lt;service&gt;, scores.&lt;model&gt;
 *                        -> decode -> summarise --by monitor--> evaluate -> drift-metrics, keyed by monitor
 * &lt;event&gt;.dlq      -----------> count -----'            '---> drift-alerts, keyed by model
 *                        '-> what cannot be read -> &lt;pipeline&gt;-drift.dlq
 * </pre>
 *
 * A window closes when the watermark passes its end: when, in every partition that is not idle, a
 * vector later by the monitors' lateness has come (of several monitors of a service, by the
 * greatest), and all that was in the stream by then has been read. A partition is idle when it is
 * silent and nothing in the stream before it is left to read. The newest windows therefore stay
 * open until newer vectors come.
 */
public final class DriftJob implements FlinkJob {
  public static final String NAME = "drift";

  /**
   * A partition without a vector for so long (wall clock) holds no window open, if what was in the
   * stream by then has been read.
   */
  private static final Duration IDLENESS = Duration.ofSeconds(20);

  private static final Logger log = LoggerFactory.getLogger(DriftJob.class);

  private final Duration idleness;

  public DriftJob() {
    this(IDLENESS);
  }

  /**
   * @param idleness how long a partition may be silent and still hold windows open
   */
  DriftJob(Duration idleness) {
    this.idleness = idleness;
  }

  public static void main(String[] arguments) {
    FlinkJobs.main(new DriftJob(), arguments);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void build(StreamExecutionEnvironment environment, FlinkJobContext context) {
    Map<FeatureService, List<Watch>> watches = watches(context);
    List<Watch> all = watches.values().stream().flatMap(List::stream).toList();
    environment.getConfig().enableObjectReuse(); // nobody changes a record that was handed on
    Profiles profiles =
        new PublishedProfiles(
            context.kafkaClientProperties(), context.registry(), context.options().artifacts());
    List<SingleOutputStreamOperator<WatchedVector>> decoded = new ArrayList<>();
    List<DataStream<WindowPart>> parts = new ArrayList<>();
    watches.forEach(
        (service, ofService) -> {
          ServiceWatch watched = watchOf(service, ofService);
          SingleOutputStreamOperator<WatchedVector> vectors =
              decode(environment, context, service, watched, ofService);
          decoded.add(vectors);
          parts.add(
              summarise(
                  vectors,
                  champions(context, ofService),
                  profiles,
                  new SummariseWindows.Source(
                      Topics.features(service.name()),
                      watched.features(),
                      watched.segments(),
                      false),
                  service.name(),
                  ofService));
          byModel(ofService)
              .forEach(
                  (model, ofModel) -> {
                    ScoreWatch scoreWatch = scoreWatchOf(service, ofModel);
                    SingleOutputStreamOperator<WatchedVector> scores =
                        decode(environment, context, service, model, scoreWatch, ofService);
                    decoded.add(scores);
                    parts.add(
                        summarise(
                            scores,
                            champions(context, List.of()),
                            profiles,
                            new SummariseWindows.Source(
                                Topics.scores(model), scoreWatch.columns(), List.of(), true),
                            "scores of " + model,
                            ofModel));
                  });
        });
    bySpine(watches)
        .forEach((event, ofEvent) -> parts.add(deadLetters(environment, context, event, ofEvent)));
    SingleOutputStreamOperator<DriftMetric> metrics =
        parts.stream()
            .reduce((one, other) -> one.union(other))
            .orElseThrow()
            .keyBy(WindowPart::monitor, TypeInformation.of(String.class))
            .process(new EvaluateWindows(all, profiles), RecordTypeInfo.ofAvro(DriftMetric.class))
            .name("evaluate")
            .uid("judge"); // names state in checkpoints, and stays as it was
    metrics
        .sinkTo(
            KafkaRecords.sink(
                context,
                Topics.DRIFT_METRICS,
                DriftMetric.class,
                DriftMetric::getMonitor,
                metric -> Map.of()))
        .name(Topics.DRIFT_METRICS)
        .uid(Topics.DRIFT_METRICS);
    metrics
        .getSideOutput(EvaluateWindows.ALERTS)
        .sinkTo(
            KafkaRecords.sink(
                context,
                Topics.DRIFT_ALERTS,
                DriftAlert.class,
                DriftAlert::getModel,
                alert -> Map.of()))
        .name(Topics.DRIFT_ALERTS)
        .uid(Topics.DRIFT_ALERTS);
    DeadLetters.write(decoded, context);
  }

  private static DataStream<WindowPart> summarise(
      DataStream<WatchedVector> watched,
      Champions champions,
      Profiles profiles,
      SummariseWindows.Source source,
      String name,
      List<Watch> watches) {
    return watched
        .transform(
            "summarise " + name,
            TypeInformation.of(WindowPart.class),
            new SummariseWindows(source, watches, champions, profiles))
        .uid("summarise-" + (source.ofScores() ? source.topic() : name));
  }

  private DataStream<WindowPart> deadLetters(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      String event,
      List<Watch> watches) {
    return KafkaRecords.readDeadLetters(environment, context, event, lateness(watches), idleness)
        .transform(
            "count dead letters of " + event,
            TypeInformation.of(WindowPart.class),
            new CountDeadLetters(watches))
        .uid("count-dead-letters-" + event);
  }

  /**
   * The monitors that look at dead letters, by the spine: one of its events would have been a
   * vector, so that dead letters and vectors have a share, as those of a view's events have not.
   */
  private static Map<String, List<Watch>> bySpine(Map<FeatureService, List<Watch>> watches) {
    Map<String, List<Watch>> bySpine = new TreeMap<>();
    watches.forEach(
        (service, ofService) -> {
          List<Watch> looking =
              ofService.stream()
                  .filter(watch -> watch.monitor().quality().seesDeadLetters())
                  .toList();
          if (!looking.isEmpty()) {
            bySpine.computeIfAbsent(service.spine(), spine -> new ArrayList<>()).addAll(looking);
          }
        });
    return bySpine;
  }

  /** The monitors that look at scores, by the model. */
  private static Map<String, List<Watch>> byModel(List<Watch> watches) {
    Map<String, List<Watch>> byModel = new LinkedHashMap<>();
    for (Watch watch : watches) {
      if (!watch.detector().outputs().isEmpty()) {
        byModel.computeIfAbsent(watch.monitor().model(), m -> new ArrayList<>()).add(watch);
      }
    }
    return byModel;
  }

  private SingleOutputStreamOperator<WatchedVector> decode(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      FeatureService service,
      String model,
      ScoreWatch watched,
      List<Watch> watches) {
    String topic = Topics.scores(model);
    return KafkaRecords.readScores(
            environment,
            context,
            topic,
            lateness(watches),
            idleness,
            service.spine(),
            Topics.features(service.name()))
        .process(
            DecodeAvro.specific(context.registry(), Score.class, watched),
            TypeInformation.of(WatchedVector.class))
        .name("decode " + topic)
        .uid("decode-" + topic);
  }

  private SingleOutputStreamOperator<WatchedVector> decode(
      StreamExecutionEnvironment environment,
      FlinkJobContext context,
      FeatureService service,
      ServiceWatch watched,
      List<Watch> watches) {
    String topic = Topics.features(service.name());
    return KafkaRecords.read(
            environment, context, topic, lateness(watches), idleness, service.spine())
        .process(
            DecodeAvro.specificWithWriterSchema(context.registry(), FeatureVector.class, watched),
            TypeInformation.of(WatchedVector.class))
        .name("decode " + topic)
        .uid("decode-" + topic);
  }

  private static Duration lateness(List<Watch> watches) {
    return watches.stream()
        .map(watch -> watch.monitor().lateness())
        .max(Duration::compareTo)
        .orElseThrow();
  }

  private static ScoreWatch scoreWatchOf(FeatureService service, List<Watch> watches) {
    return new ScoreWatch(
        service.name(),
        service.version(),
        service.definition(),
        watches.stream().flatMap(watch -> watch.detector().outputs().stream()).distinct().toList());
  }

  private static ServiceWatch watchOf(FeatureService service, List<Watch> watches) {
    return new ServiceWatch(
        service.name(),
        service.version(),
        service.definition(),
        watches.stream().flatMap(watch -> watch.detector().features().stream()).distinct().toList(),
        watches.stream()
            .flatMap(watch -> watch.monitor().segments().keys().stream())
            .distinct()
            .toList());
  }

  /** The champions of vectors that monitors look at. */
  private static Champions champions(FlinkJobContext context, List<Watch> watches) {
    return new RecordedChampions(
        context.kafkaClientProperties(),
        context.registry(),
        context.pipeline().name(),
        watches.stream().map(watch -> watch.monitor().model()).distinct().toList());
  }

  /** Every monitor with its model's profile, by the service that it is fed by. */
  private static Map<FeatureService, List<Watch>> watches(FlinkJobContext context) {
    Pipeline pipeline = context.pipeline();
    if (pipeline.monitors().isEmpty()) {
      throw new LeatException(
          ErrorCode.PIPELINE,
          "Pipeline %s declares no monitor; the drift job has nothing to watch."
              .formatted(pipeline.name()));
    }
    Optional<RegistryView> registry =
        RegistryView.read(
            context.options().kafkaClientProperties(), new AvroCodec(context.registry().client()));
    Map<FeatureService, List<Watch>> watches = new LinkedHashMap<>();
    for (Monitor monitor : pipeline.monitors()) {
      Model model = pipeline.model(monitor.model()).orElseThrow();
      FeatureService service = pipeline.service(model.service()).orElseThrow();
      Optional<Brought> champion =
          registry.flatMap(view -> champion(view, model, context.options().artifacts()));
      watches
          .computeIfAbsent(service, s -> new ArrayList<>())
          .add(watch(monitor, model, service, champion));
    }
    return watches;
  }

  /** The profile that a version was published with. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Brought(int number, byte[] profile) {}

  /** What the champion brought; empty also where it cannot be read, which is told. */
  private static Optional<Brought> champion(RegistryView view, Model model, String artifacts) {
    try {
      return view.champion(model.name())
          .flatMap(arm -> view.version(model.name(), arm.getNumber()))
          .flatMap(
              version ->
                  PublishedProfiles.profile(version, artifacts)
                      .map(profile -> new Brought(version.getNumber(), profile)));
    } catch (LeatException e) {
      log.warn(
          "The reference profile that the champion of model {} was published with cannot be read; its monitors begin with that in the pipeline's folder: {}",
          model.name(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * With the profile that the champion brought, where the monitor can be evaluated by it; else with
   * that in the pipeline's folder.
   */
  private static Watch watch(
      Monitor monitor, Model model, FeatureService service, Optional<Brought> champion) {
    if (champion.isPresent()) {
      try {
        Brought found = champion.get();
        return watch(
            monitor,
            service,
            ReferenceProfile.parse(found.profile()),
            "the reference profile of version %d".formatted(found.number()),
            found.number());
      } catch (ReferenceProfileException e) {
        log.warn(
            "Monitor {} cannot be evaluated by the profile that the champion of model {} was published with, and is by that in the pipeline's folder: {}",
            monitor.name(),
            model.name(),
            e.getMessage());
      }
    }
    try {
      return watch(
          monitor,
          service,
          ReferenceProfile.read(model),
          model.referenceProfile().toString(),
          Champions.UNKNOWN);
    } catch (ReferenceProfileException e) {
      throw new LeatException(
          ErrorCode.MODEL,
          "The drift job cannot watch model %s: %s".formatted(model.name(), e.getMessage()),
          e);
    }
  }

  private static Watch watch(
      Monitor monitor, FeatureService service, ReferenceProfile profile, String place, int number) {
    if (!profile.definition().equals(service.definition())) {
      throw new ReferenceProfileException(
          "%s was made by another definition of service %s than the pipeline declares now (%s, not %s). Train model %s again (leat train)."
              .formatted(
                  place,
                  service.name(),
                  profile.definition(),
                  service.definition(),
                  profile.model()));
    }
    DriftDetector detector = new DriftDetector(monitor, profile);
    log.info(
        "Monitor {} compares {} in windows of {} with the reference profile {}",
        monitor.name(),
        detector.features(),
        monitor.windows().text(),
        detector.reference());
    if (monitor.rule() == Monitor.Rule.SEQUENTIAL && !detector.isSequential()) {
      log.warn(
          "Monitor {}: {} is of a release that kept no windows of the training data, so that thresholds decide, not evidence. Train model {} again (leat train).",
          monitor.name(),
          place,
          profile.model());
    }
    if (!detector.withoutReference().isEmpty()) {
      log.warn(
          "Monitor {}: the reference profile of model {} does not say what its scores were like, so {} are not watched; all else is. Train the model with leat train, which asks it.",
          monitor.name(),
          profile.model(),
          detector.withoutReference());
    }
    detector
        .uncalibrated()
        .forEach(
            threshold ->
                log.warn(
                    "Monitor {}: the training data holds only {} windows of {} of {}, too few to hold the budget of false alarms by; its threshold {} is the greatest seen and a margin",
                    monitor.name(),
                    threshold.windows(),
                    threshold.statistic().name(),
                    threshold.stream(),
                    threshold.warn()));
    return new Watch(monitor, profile.toJson(), number);
  }
}
