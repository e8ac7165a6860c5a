package io.leat.cli.drift;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.command.PlatformOptions;
import io.leat.common.LeatException;
import io.leat.drift.DriftStream;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import io.leat.drift.Segmenter;
import io.leat.drift.StreamComparison;
import io.leat.drift.explanation.Context;
import io.leat.drift.explanation.Explanation;
import io.leat.drift.explanation.ObservedVectors;
import io.leat.drift.explanation.Span;
import io.leat.drift.explanation.Timeline;
import io.leat.drift.explanation.Trait;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.notifications.Episode;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Segments;
import io.leat.records.AlertState;
import io.leat.records.AuditEvent;
import io.leat.records.DriftAlert;
import io.leat.records.DriftMetric;
import io.leat.records.DriftedStream;
import io.leat.records.FeatureVector;
import io.leat.records.ModelVersion;
import io.leat.records.Score;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.NullReason;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.AuditLog;
import io.leat.schemas.deadletter.DeadLetterReader;
import io.leat.schemas.topic.TopicLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an explanation is made of: the topics of metrics, vectors, scores, dead letters and
 * the audit, as far as they still have the episode's windows, and the reference profile. What
 * cannot be had is a note, and no error. Not thread-safe.
 */
final class EpisodeExplainer {
  /** Streams that vectors are compared by: those with most evidence. */
  private static final int MOST_STREAMS = 5;

  /** Windows of metrics before an episode that its line of evidence shows. */
  private static final int WINDOWS_SHOWN = 30;

  private static final int MOST_SCORES = 250_000;
  private static final int LONGEST_VALUE = 100;
  private static final Set<String> NO_PRODUCERS = Set.of("traceparent", "tracestate", "baggage");
  private static final Set<String> OURS = Set.of("leat.", "__");

  private final PlatformOptions platform;
  private final Optional<Pipeline> pipeline;
  private final List<Episode> episodes;
  private final AvroCodec codec;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param pipeline that the monitor is of; empty where none is known: vectors are not looked at
   * @param episodes all of the cluster
   */
  EpisodeExplainer(PlatformOptions platform, Optional<Pipeline> pipeline, List<Episode> episodes) {
    this.platform = platform;
    this.pipeline = pipeline;
    this.episodes = List.copyOf(episodes);
    this.codec = new AvroCodec(platform.registry());
  }

  /**
   * Explains an episode.
   *
   * @throws LeatException if the brokers or the registry do not answer
   */
  Explanation explain(Episode episode) {
    notes.clear();
    DriftAlert opened = episode.records().get(0);
    DriftAlert latest = episode.lastOpen();
    Timeline timeline = timeline(opened, latest, episode.last());
    Span span = timeline.span();
    ObservedVectors vectors = vectors(latest, timeline, span);
    Context context = new Context(alerts(span), changes(), refused(latest, vectors, span));
    return Explanation.of(latest, episode.last(), timeline, vectors, context, notes);
  }

  private Timeline timeline(DriftAlert opened, DriftAlert latest, DriftAlert last) {
    Duration shown =
        Duration.between(opened.getWindowStart(), opened.getWindowEnd())
            .multipliedBy(WINDOWS_SHOWN);
    Instant from = opened.getWindowStart().minus(shown);
    Instant end = opened.getWindowEnd().plus(shown);
    boolean[] isCut = {false};
    Timeline.Builder builder = new Timeline.Builder(opened, latest);
    read(
        Topics.DRIFT_METRICS,
        from,
        record -> {
          DriftMetric metric = codec.decode(record.value(), DriftMetric.class);
          if (metric.getMonitor().equals(opened.getMonitor())
              && !metric.getWindowStart().isBefore(from)
              && (last.getState() == AlertState.OPEN
                  || !metric.getWindowEnd().isAfter(last.getWindowEnd()))) {
            if (metric.getWindowEnd().isAfter(end)) {
              isCut[0] = true;
            } else {
              builder.add(metric);
            }
          }
          return true;
        });
    Timeline timeline = builder.build();
    if (timeline.sums().isEmpty()) {
      notes.add("There are no metrics of these windows any more on " + Topics.DRIFT_METRICS + ".");
    }
    if (isCut[0]) {
      notes.add(
          "The line of evidence ends %d windows after the episode opened."
              .formatted(WINDOWS_SHOWN));
    }
    return timeline;
  }

  /** Takes a record whose value is not null; returns whether to go on. */
  private interface Taken {
    boolean take(Read record);
  }

  private record Read(byte[] value, Headers headers, long timestamp) {}

  /**
   * Reads a topic from what was written at a time on; of what happened then nothing was written
   * before. What cannot be decoded is passed over.
   *
   * @return whether there is such a topic
   */
  private boolean read(String topic, Instant from, Taken taken) {
    Optional<TopicLog> found = TopicLog.find(platform.kafka(), topic);
    if (found.isEmpty()) {
      return false;
    }
    long[] unreadable = {0};
    try (TopicLog log = found.get()) {
      log.seek(log.offsetsAt(from));
      log.readToEnd(
          record -> {
            byte[] value = record.value();
            try {
              return value == null
                  || taken.take(new Read(value, record.headers(), record.timestamp()));
            } catch (MalformedValueException e) {
              unreadable[0]++;
              return true;
            }
          });
    }
    if (unreadable[0] > 0) {
      notes.add("%,d records of %s cannot be read.".formatted(unreadable[0], topic));
    }
    return true;
  }

  /** What the vectors of a monitor are read with. */
  private record Reading(
      FeatureService service, Monitor monitor, Model model, ReferenceProfile profile) {}

  private ObservedVectors vectors(DriftAlert latest, Timeline timeline, Span span) {
    Optional<Reading> reading = reading(latest);
    List<StreamComparison> streams = new ArrayList<>();
    reading.ifPresent(
        of ->
            Explanation.streams(latest).stream()
                .sorted(Comparator.comparingDouble(DriftedStream::getEvidence).reversed())
                .limit(MOST_STREAMS)
                .forEach(
                    stream ->
                        StreamComparison.of(
                                of.profile(),
                                latest.getMonitor(),
                                new DriftStream(
                                    stream.getFeature(), Optional.ofNullable(stream.getSegment())),
                                Explanation.comparedBy(stream))
                            .filter(one -> streams.stream().noneMatch(one::isSameAs))
                            .ifPresent(streams::add)));
    ObservedVectors vectors = new ObservedVectors(streams, span);
    reading.ifPresent(of -> read(of, timeline, span, vectors));
    if (reading.isPresent() && streams.isEmpty()) {
      notes.add(
          "This episode is about no column that the reference profile has: vectors do not explain it.");
    }
    if (reading.isPresent() && vectors.since() == 0) {
      notes.add(
          "%s has no vectors of these windows any more: what moved, and why, is not looked at there."
              .formatted(Topics.features(reading.get().service().name())));
    } else if (reading.isPresent() && vectors.before() == 0) {
      notes.add("There are no vectors of the windows before: causes are measured without them.");
    }
    if (vectors.isCut()) {
      notes.add("There are more vectors than are looked at: the first of each side are.");
    }
    return vectors;
  }

  private Optional<Reading> reading(DriftAlert latest) {
    if (pipeline.isEmpty()) {
      notes.add("No pipeline is known (--pipeline), so no vectors are looked at.");
      return Optional.empty();
    }
    Optional<Monitor> monitor =
        pipeline.get().monitors().stream()
            .filter(one -> one.name().equals(latest.getMonitor()))
            .findFirst();
    Optional<Model> model = pipeline.get().model(latest.getModel());
    Optional<FeatureService> service = model.flatMap(one -> pipeline.get().service(one.service()));
    if (monitor.isEmpty() || service.isEmpty()) {
      notes.add(
          "Pipeline %s has no monitor %s of model %s: no vectors are looked at."
              .formatted(pipeline.get().name(), latest.getMonitor(), latest.getModel()));
      return Optional.empty();
    }
    Optional<ReferenceProfile> profile = profile(model.get(), latest.getReference());
    if (profile.isEmpty()) {
      notes.add(
          "The reference profile %s that windows were compared with is neither beside the model nor in the registry: no vectors are looked at."
              .formatted(latest.getReference()));
    }
    return profile.map(found -> new Reading(service.get(), monitor.get(), model.get(), found));
  }

  /** The profile of a fingerprint: beside the model, or of any version that was published. */
  private Optional<ReferenceProfile> profile(Model model, String fingerprint) {
    try {
      ReferenceProfile beside = ReferenceProfile.read(model.referenceProfile());
      if (beside.fingerprint().equals(fingerprint)) {
        return Optional.of(beside);
      }
    } catch (ReferenceProfileException e) {
      // the registry may have it
    }
    Optional<RegistryView> registry = RegistryView.read(platform.kafka(), codec);
    if (registry.isEmpty() || registry.get().versions(model.name()).isEmpty()) {
      return Optional.empty();
    }
    try (ArtifactStore store = ArtifactStore.open(platform.artifacts())) {
      List<ModelVersion> versions = new ArrayList<>(registry.get().versions(model.name()));
      versions.sort(Comparator.comparingInt(ModelVersion::getNumber).reversed());
      for (ModelVersion version : versions) {
        Optional<ReferenceProfile> found =
            registry.get().isDeleted(version)
                ? Optional.empty()
                : profile(version, store).filter(one -> one.fingerprint().equals(fingerprint));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** What a version was published with; where that cannot be read another may be the one wanted. */
  private Optional<ReferenceProfile> profile(ModelVersion version, ArtifactStore store) {
    try {
      return PublishedModel.manifest(version)
          .file(Manifest.REFERENCE_PROFILE)
          .map(file -> ReferenceProfile.parse(store.get(file.sha256())));
    } catch (LeatException | ReferenceProfileException e) {
      notes.add(
          "The reference profile of version %d cannot be read: %s"
              .formatted(version.getNumber(), e.getMessage()));
      return Optional.empty();
    }
  }

  private void read(Reading of, Timeline timeline, Span span, ObservedVectors vectors) {
    List<String> outputs = of.monitor().outputs();
    Map<String, @Nullable Object[]> scores = scores(of, span);
    Map<Schema, Columns> known = new HashMap<>();
    long wanted = vectorsOf(timeline, span);
    long[] seen = {0};
    read(
        Topics.features(of.service().name()),
        span.from(),
        record -> {
          FeatureVector vector = codec.decode(record.value(), FeatureVector.class);
          Instant time = vector.getEventTime();
          boolean isCurrent = vector.getDefinition().equals(of.profile().definition());
          if (time.isBefore(span.from())
              || !time.isBefore(span.end())
              || (!isCurrent && !time.isBefore(span.onset()))) {
            return true;
          }
          Columns columns =
              known.computeIfAbsent(
                  codec.writerSchema(record.value()),
                  schema -> Columns.of(schema, of.monitor().segments()));
          List<Object> values = NullReason.joined(vector.getValues(), vector.getNullReasons());
          @Nullable Object[] said = scores.get(vector.getEventId());
          vectors.add(
              time,
              record.timestamp(),
              column -> {
                int output = outputs.indexOf(column);
                return output < 0
                    ? columns.value(values, column)
                    : said == null ? NullReason.NOT_YET : said[output]; // no score, no evidence
              },
              columns.segments(values),
              traits(of.service(), vector, columns.texts(values), record.headers()));
          return ++seen[0] < wanted;
        });
  }

  /** How many vectors the span's windows have; no bound where not all of them are known. */
  private static long vectorsOf(Timeline timeline, Span span) {
    long vectors = 0;
    for (Instant start = span.from();
        start.isBefore(span.end());
        start = start.plus(span.window())) {
      Timeline.Sum window = timeline.sums().get(start);
      if (window == null || window.vectors().isEmpty()) {
        return Long.MAX_VALUE;
      }
      vectors += window.vectors().getAsLong();
    }
    return vectors;
  }

  /** Where in a vector which column is. */
  private record Columns(
      Map<String, Integer> places, List<String> keys, @Nullable Segmenter segmenter) {
    static Columns of(Schema schema, Segments segments) {
      Map<String, Integer> places = new LinkedHashMap<>();
      List<String> names = FeatureVectorSchema.names(schema);
      names.forEach(name -> places.put(name, places.size()));
      List<String> keys = segments.keys().stream().map(Segments.Key::name).toList();
      boolean all =
          segments.keys().stream()
              .flatMap(key -> key.inputs().stream())
              .allMatch(input -> places.containsKey(input.feature()));
      return new Columns(places, keys, all ? new Segmenter(segments.keys(), names) : null);
    }

    @Nullable Object value(List<Object> values, String column) {
      Integer place = places.get(column);
      return place == null || place >= values.size() ? NullReason.UNSTATED : values.get(place);
    }

    Map<String, String> segments(List<Object> values) {
      Map<String, String> segments = new HashMap<>();
      if (segmenter != null) {
        @Nullable String[] found = segmenter.of(values);
        for (int i = 0; i < found.length; i++) {
          String segment = found[i];
          if (segment != null) {
            segments.put(keys.get(i), segment);
          }
        }
      }
      return segments;
    }

    /** Columns of categories, and segments by what no column is called. */
    Map<String, String> texts(List<Object> values) {
      Map<String, String> texts = new LinkedHashMap<>();
      places.forEach(
          (name, place) -> {
            Object value = place < values.size() ? values.get(place) : null;
            if (value instanceof CharSequence || value instanceof Boolean) {
              texts.put(name, value.toString());
            }
          });
      segments(values)
          .forEach(
              (key, segment) -> {
                if (!texts.containsKey("event." + key)) {
                  texts.put(key, segment);
                }
              });
      return texts;
    }
  }

  private static Map<Trait, String> traits(
      FeatureService service, FeatureVector vector, Map<String, String> texts, Headers headers) {
    Map<Trait, String> traits = new LinkedHashMap<>();
    traits.put(
        new Trait(Trait.Kind.VERSION, "definition of " + service.name()),
        "version %d (%s)"
            .formatted(
                vector.getServiceVersion(),
                vector.getDefinition().substring(0, Math.min(8, vector.getDefinition().length()))));
    String event = service.spine();
    RecordHeaders.get(headers, RecordHeaders.CONTRACT)
        .flatMap(RecordHeaders::contractVersion)
        .ifPresent(
            version -> {
              traits.put(new Trait(Trait.Kind.VERSION, "contract of " + event), version);
              traits.put(
                  new Trait(Trait.Kind.VERSION, "producer's schema of " + event),
                  RecordHeaders.get(headers, RecordHeaders.WRITER_VERSION).orElse(version));
            });
    for (Header header : headers) {
      byte[] value = header.value();
      if (value != null
          && value.length <= LONGEST_VALUE
          && OURS.stream().noneMatch(header.key()::startsWith)
          && !NO_PRODUCERS.contains(header.key())) {
        traits.put(
            new Trait(Trait.Kind.HEADER, "header " + header.key()), new String(value, UTF_8));
      }
    }
    texts.forEach((name, value) -> traits.put(new Trait(Trait.Kind.SEGMENT, name), cut(value)));
    return traits;
  }

  private static String cut(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
  }

  /** Of the champion's scores by event what the monitor watches, in its order. */
  private Map<String, @Nullable Object[]> scores(Reading of, Span span) {
    Map<String, @Nullable Object[]> scores = new HashMap<>();
    List<String> outputs = of.monitor().outputs();
    if (outputs.isEmpty()) {
      return scores;
    }
    boolean[] isCut = {false};
    read(
        Topics.scores(of.model().name()),
        span.from(),
        record -> {
          Score score = codec.decode(record.value(), Score.class);
          if (!score.getEventTime().isBefore(span.from())
              && score.getEventTime().isBefore(span.end())
              && (score.getRole() == null || score.getRole().equals("CHAMPION"))) {
            isCut[0] = scores.size() == MOST_SCORES;
            if (!isCut[0]) {
              scores.put(
                  score.getEventId(),
                  outputs.stream().map(column -> output(score, column)).toArray());
            }
          }
          return !isCut[0];
        });
    if (isCut[0]) {
      notes.add(
          "There are more scores than are looked at: the first %,d are.".formatted(MOST_SCORES));
    }
    return scores;
  }

  private static @Nullable Object output(Score score, String column) {
    return switch (column) {
      case Monitor.SCORE -> score.getScore();
      case Monitor.DECISION -> score.getDecision();
      default -> score.getOutputs().get(column.substring(Monitor.OUTPUTS.length()));
    };
  }

  /** First records of episodes that were open in the span. */
  private List<DriftAlert> alerts(Span span) {
    return episodes.stream()
        .filter(
            other ->
                other.records().get(0).getWindowStart().isBefore(span.end())
                    && (other.last().getState() == AlertState.OPEN
                        || other.last().getWindowEnd().isAfter(span.onset())))
        .map(other -> other.records().get(0))
        .toList();
  }

  private List<AuditEvent> changes() {
    Optional<TopicLog> topic = TopicLog.find(platform.kafka(), Topics.AUDIT);
    if (topic.isEmpty()) {
      return List.of();
    }
    topic.get().close();
    List<AuditEvent> changes = new ArrayList<>();
    try (AuditLog audit = new AuditLog(platform.kafka(), platform.registry())) {
      audit.read(
          (offset, event) -> {
            event.ifPresent(changes::add);
            return true;
          });
    }
    return changes;
  }

  private List<Context.Refused> refused(DriftAlert latest, ObservedVectors vectors, Span span) {
    if (vectors.since() == 0) {
      return List.of();
    }
    Pipeline of = pipeline.orElseThrow();
    FeatureService service =
        of.model(latest.getModel()).flatMap(model -> of.service(model.service())).orElseThrow();
    Set<String> events = new LinkedHashSet<>(List.of(service.spine()));
    of.viewsFor(service).stream().map(FeatureView::source).forEach(events::add);
    List<Context.Refused> all = new ArrayList<>();
    for (String event : events) {
      Map<String, long[]> counts = new TreeMap<>();
      read(
          Topics.deadLetters(event),
          span.from(),
          record -> {
            boolean since = vectors.isWrittenWith(record.timestamp(), true);
            if (since || vectors.isWrittenWith(record.timestamp(), false)) {
              DeadLetterReader letter = new DeadLetterReader(record.headers());
              String why =
                  letter.rules().isEmpty()
                      ? letter.reason().orElse("for a reason that is not told")
                      : "rule " + String.join(", ", letter.rules());
              counts.computeIfAbsent(why, key -> new long[2])[since ? 1 : 0]++;
            }
            return true;
          });
      counts.forEach((why, count) -> all.add(new Context.Refused(event, why, count[0], count[1])));
    }
    return all;
  }
}
