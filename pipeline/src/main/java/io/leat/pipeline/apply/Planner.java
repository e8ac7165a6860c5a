package io.leat.pipeline.apply;

import io.leat.pipeline.apply.Change.Kind;
import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.definition.Compatibility;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.registry.RegistryRules;
import io.leat.records.DeadLetter;
import io.leat.records.Definition;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryClient.Registered;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/** Compares what a pipeline needs with what is there. Asks the registry, never the broker. */
final class Planner {
  /**
   * A topic on the broker.
   *
   * @param settings all of its settings
   */
  record Existing(int partitions, Map<String, String> settings) {}

  private final Pipeline pipeline;
  private final RegistryClient registry;
  private final Predicate<Definition> mayHaveScored;

  /**
   * @param mayHaveScored asked of an applied model whose definition or file has changed
   */
  Planner(Pipeline pipeline, RegistryClient registry, Predicate<Definition> mayHaveScored) {
    this.pipeline = pipeline;
    this.registry = registry;
    this.mayHaveScored = mayHaveScored;
  }

  /** Every registry subject of a pipeline with the schema that it needs there. */
  static Map<String, Schema> subjects(Pipeline pipeline) {
    Map<String, Schema> subjects = new LinkedHashMap<>();
    for (Topic topic : PipelineTopics.of(pipeline)) {
      topic
          .valueSchema()
          .ifPresent(schema -> subjects.put(Topics.valueSubject(topic.name()), schema));
    }
    // Dead letters travel in a header, so no topic names their subject.
    subjects.put(DeadLetter.class.getName(), DeadLetter.getClassSchema());
    return subjects;
  }

  /** The subjects of events, each with what its contract promises of new versions. */
  static Map<String, Compatibility> promises(Pipeline pipeline) {
    Map<String, Compatibility> promises = new LinkedHashMap<>();
    for (Contract contract : pipeline.contracts()) {
      if (contract.inputFormat().isContractSchema()) {
        promises.put(Topics.valueSubject(contract.event()), contract.compatibility());
      }
      promises.put(Topics.valueSubject(Topics.valid(contract.event())), contract.compatibility());
    }
    return promises;
  }

  Plan plan(Map<String, Existing> topics, Map<String, Definition> definitions) {
    List<Change> changes = new ArrayList<>();
    for (Topic topic : PipelineTopics.of(pipeline)) {
      changes.add(topic(topic, Optional.ofNullable(topics.get(topic.name()))));
    }
    Map<String, Compatibility> promises = promises(pipeline);
    Set<String> inTables =
        pipeline.contracts().stream()
            .map(contract -> Topics.valueSubject(Topics.valid(contract.event())))
            .collect(Collectors.toSet());
    subjects(pipeline)
        .forEach(
            (subject, schema) ->
                changes.add(
                    schema(
                        subject,
                        schema,
                        promises.getOrDefault(subject, Compatibility.BACKWARD),
                        inTables.contains(subject))));
    promises.forEach((subject, promised) -> changes.add(compatibility(subject, promised)));
    pipeline.contracts().forEach(contract -> rules(contract).ifPresent(changes::add));
    for (Definition definition : Definitions.of(pipeline)) {
      changes.add(definition(definition, definitions));
    }
    Promotions.of(pipeline, definitions.values())
        .forEach((view, version) -> gone(view, version).ifPresent(changes::add));
    return new Plan(pipeline.name(), changes);
  }

  /** A version that is promoted, and that the folder no more declares. */
  private Optional<Change> gone(String view, int version) {
    return pipeline
        .meantByName(view, Map.of())
        .filter(lowest -> pipeline.view(new ViewId(view, version)).isEmpty())
        .map(
            lowest ->
                new Change(
                    State.DIFFERS,
                    Kind.DEFINITION,
                    "promotion/" + view,
                    "version %d is promoted, and the pipeline no more declares it; the name alone means version %d, the lowest. Promote another: leat promote-view %s"
                        .formatted(version, lowest.version(), lowest.id())));
  }

  private static Change topic(Topic wanted, Optional<Existing> found) {
    if (found.isEmpty()) {
      return new Change(State.CREATE, Kind.TOPIC, wanted.name(), describe(wanted));
    }
    Optional<String> tooLong =
        wanted.mostRetention().flatMap(most -> keptLonger(found.get(), most));
    if (tooLong.isPresent()) {
      return new Change(State.REFUSED, Kind.TOPIC, wanted.name(), tooLong.get());
    }
    List<String> differences = new ArrayList<>();
    if (found.get().partitions() != wanted.partitions()) {
      differences.add(
          "it has %d partitions where the pipeline says %d"
              .formatted(found.get().partitions(), wanted.partitions()));
    }
    new TreeMap<>(wanted.settings())
        .forEach(
            (name, value) -> {
              String there = found.get().settings().get(name);
              if (!value.equals(there)) {
                differences.add(
                    "%s is %s where the pipeline says %s".formatted(name, there, value));
              }
            });
    return differences.isEmpty()
        ? new Change(State.PRESENT, Kind.TOPIC, wanted.name(), describe(wanted))
        : new Change(
            State.DIFFERS,
            Kind.TOPIC,
            wanted.name(),
            String.join("; ", differences)
                + ". It stays as it is; Kafka's own tools can change it");
  }

  private static Optional<String> keptLonger(Existing found, Duration most) {
    String cleanup = found.settings().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    long kept =
        Long.parseLong(found.settings().getOrDefault(TopicConfig.RETENTION_MS_CONFIG, "-1"));
    boolean deletes = cleanup.contains(TopicConfig.CLEANUP_POLICY_DELETE);
    return deletes && kept >= 0 && kept <= most.toMillis()
        ? Optional.empty()
        : Optional.of(
            "it holds in clear what the contract protects, and keeps it %s where the pipeline says at most %s. Shorten it with Kafka's own tools (retention.ms=%d, cleanup.policy=delete), or let the contract encrypt its dead letters"
                .formatted(
                    deletes && kept >= 0 ? Durations.format(Duration.ofMillis(kept)) : "for ever",
                    Durations.format(most),
                    most.toMillis()));
  }

  private static String describe(Topic topic) {
    String retention = topic.settings().get(TopicConfig.RETENTION_MS_CONFIG);
    return "%d partition%s, %s"
        .formatted(
            topic.partitions(),
            topic.partitions() == 1 ? "" : "s",
            retention == null
                ? "the newest record of each key is kept"
                : retention.equals("-1")
                    ? "kept for ever"
                    : "kept " + Durations.format(Duration.ofMillis(Long.parseLong(retention))));
  }

  private Change compatibility(String subject, Compatibility promised) {
    Optional<String> found = registry.compatibility(subject);
    return found.filter(promised.name()::equals).isPresent()
        ? new Change(State.PRESENT, Kind.COMPATIBILITY, subject, promised.name())
        : new Change(
            State.CREATE,
            Kind.COMPATIBILITY,
            subject,
            promised.name() + found.map(before -> " in place of " + before).orElse(""));
  }

  /** What Leat cannot run of the rules that the registry holds; nothing where it holds none. */
  private Optional<Change> rules(Contract contract) {
    String subject = Topics.valueSubject(contract.event());
    try {
      RuleSet held = RegistryRules.ask(contract, registry).held();
      return held.equals(RuleSet.EMPTY)
          ? Optional.empty()
          : Optional.of(
              new Change(
                  State.PRESENT,
                  Kind.RULES,
                  subject,
                  "%d rules, tags of %d patterns, beside the schema in the registry"
                      .formatted(held.rules().size(), held.tags().size())));
    } catch (PipelineException e) {
      return Optional.of(
          new Change(
              State.REFUSED,
              Kind.RULES,
              subject,
              e.problems().stream()
                  .map(PipelineException.Problem::message)
                  .collect(Collectors.joining("; "))));
    }
  }

  /**
   * @param inTable whether values of the subject are kept in a table
   */
  private Change schema(String subject, Schema wanted, Compatibility promised, boolean inTable) {
    Optional<Integer> version = registry.version(subject, wanted);
    if (version.isPresent()) {
      return new Change(
          State.PRESENT,
          Kind.SCHEMA,
          subject,
          "%s, version %d".formatted(wanted.getFullName(), version.get()));
    }
    Optional<Registered> latest = registry.latest(subject);
    if (latest.isEmpty()) {
      return new Change(State.CREATE, Kind.SCHEMA, subject, wanted.getFullName() + ", version 1");
    }
    List<String> reasons = SchemaChanges.incompatibilities(latest.get().schema(), wanted, promised);
    if (reasons.isEmpty() && inTable) {
      reasons =
          registry.versions(subject).stream()
              .flatMap(earlier -> ColumnChanges.refusals(earlier.schema(), wanted).stream())
              .distinct()
              .toList();
    }
    if (reasons.isEmpty()) {
      reasons = registry.incompatibilities(subject, wanted);
    }
    return reasons.isEmpty()
        ? new Change(
            State.CREATE,
            Kind.SCHEMA,
            subject,
            "%s, version %d: %s"
                .formatted(
                    wanted.getFullName(),
                    latest.get().version() + 1,
                    SchemaDifference.describe(latest.get().schema(), wanted)))
        : new Change(
            State.REFUSED,
            Kind.SCHEMA,
            subject,
            "%s does not go together with version %d: %s"
                .formatted(
                    wanted.getFullName(), latest.get().version(), String.join("; ", reasons)));
  }

  private Change definition(Definition wanted, Map<String, Definition> applied) {
    String key = Definitions.key(wanted);
    List<String> owners =
        applied.values().stream()
            .filter(other -> other.getKind().equals(wanted.getKind()))
            .filter(other -> other.getName().equals(wanted.getName()))
            .map(Definition::getPipeline)
            .filter(other -> !other.equals(wanted.getPipeline()))
            .distinct()
            .toList();
    if (!owners.isEmpty()) {
      return new Change(
          State.REFUSED,
          Kind.DEFINITION,
          key,
          "the name belongs to the pipeline %s; choose another".formatted(owners.get(0)));
    }
    Definition found = applied.get(key);
    if (found == null) {
      return new Change(State.CREATE, Kind.DEFINITION, key, fingerprint(wanted));
    }
    boolean sameWords = found.getFingerprint().equals(wanted.getFingerprint());
    boolean sameFile = Objects.equals(found.getArtifactDigest(), wanted.getArtifactDigest());
    if (sameWords && sameFile) {
      return new Change(State.PRESENT, Kind.DEFINITION, key, fingerprint(wanted));
    }
    if (sameWords && found.getArtifactDigest() == null) {
      return new Change(
          State.CREATE,
          Kind.DEFINITION,
          key,
          "the SHA-256 of its file, %s, beside what was applied"
              .formatted(wanted.getArtifactDigest()));
    }
    String change =
        sameWords
            ? "another file: SHA-256 %s, and now it is %s"
                .formatted(found.getArtifactDigest(), wanted.getArtifactDigest())
            : new RenamedColumns(pipeline, applied).describe(wanted).orElse("another definition");
    if (wanted.getKind().equals(Definitions.MODEL) && !mayHaveScored.test(found)) {
      return new Change(
          State.CREATE,
          Kind.DEFINITION,
          key,
          "%s, in place of one that has scored nothing (it was applied with %s)"
              .formatted(fingerprint(wanted), change));
    }
    return new Change(
        State.REFUSED,
        Kind.DEFINITION,
        key,
        "this version was applied with %s; give the changed %s a new version. Applied are %s"
            .formatted(change, wanted.getKind(), versions(wanted, applied)));
  }

  private static String fingerprint(Definition definition) {
    return "fingerprint " + definition.getFingerprint().substring(0, 12);
  }

  private static String versions(Definition wanted, Map<String, Definition> applied) {
    return applied.values().stream()
        .filter(other -> other.getKind().equals(wanted.getKind()))
        .filter(other -> other.getName().equals(wanted.getName()))
        .map(Definition::getVersion)
        .collect(Collectors.joining(", "));
  }
}
