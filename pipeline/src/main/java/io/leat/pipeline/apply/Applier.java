package io.leat.pipeline.apply;

import io.leat.common.Lookups;
import io.leat.pipeline.apply.Change.Kind;
import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.definition.Compatibility;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.CanonicalJson;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.ChangeLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/**
 * Plans and applies pipelines. To apply is to create what is missing: topics, schemas, records of
 * the definitions. Nothing that is there is deleted, and nothing but compatibility changed, so to
 * apply twice is to apply once.
 *
 * <p>A model's version is its definition and its file, by its SHA-256. What was applied and has
 * scored nothing yet may be corrected under the same version.
 *
 * <p>The subjects of an event get the compatibility that its contract promises; a change that
 * breaks the promise is refused, the field named, whatever the registry would say. So are rules
 * that the registry holds beside an event's schema and that Leat cannot run.
 */
public final class Applier {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final long LOOK_EVERY_MILLIS = 50;

  private final Map<String, Object> kafka;
  private final RegistryClient registry;
  private final ChangeLog changes;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   */
  public Applier(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.registry = registry;
    this.changes = new ChangeLog(kafka, registry, InstantSource.system());
  }

  /**
   * Compares and changes nothing.
   *
   * @throws ApplyException if the broker could not be asked
   * @throws io.leat.schemas.RegistryException if the registry could not be asked
   */
  public Plan plan(Pipeline pipeline) {
    try (Admin admin = Admin.create(kafka)) {
      return plan(pipeline, admin);
    } catch (KafkaException e) {
      throw unreachable(e);
    }
  }

  /**
   * Creates what is missing, and writes down on {@code audit} who did so. Topics are made first;
   * then it is planned again, when no other can apply any more, and what is planned then is what is
   * done. Of two that apply at once the second sees what the first applied.
   *
   * @param actor name of the user or service that applies
   * @return the plan that was carried out; it may have been empty
   * @throws ApplyException if the plan holds something that cannot be, or the broker failed
   * @throws io.leat.common.LeatException if the change could not be written
   * @throws io.leat.schemas.RegistryException if the registry failed
   */
  public Plan apply(Pipeline pipeline, String actor) {
    try (Admin admin = Admin.create(kafka)) {
      Plan plan = plan(pipeline, admin);
      refuse(plan, Set.of());
      if (plan.isEmpty()) {
        return plan;
      }
      Set<Change> done = new LinkedHashSet<>(createTopics(admin, pipeline, plan));
      return changes.change(() -> change(pipeline, plan(pipeline, admin), done, actor));
    } catch (KafkaException e) {
      throw unreachable(e);
    }
  }

  private static void refuse(Plan plan, Set<Change> done) {
    if (plan.isRefused()) {
      throw new ApplyException(
          "Pipeline %s was not applied; nothing was changed%s:\n%s"
              .formatted(
                  plan.pipeline(),
                  done.isEmpty()
                      ? ""
                      : done.stream()
                          .map(Change::name)
                          .collect(Collectors.joining(", ", " but that these were made: ", "")),
                  plan.in(State.REFUSED).stream()
                      .map(Change::toString)
                      .collect(Collectors.joining("\n"))),
          null);
    }
  }

  /**
   * What is to be written by a plan, schemas registered.
   *
   * @param done what this application made before, which the plan finds present; grows
   */
  private io.leat.schemas.audit.Change<Plan> change(
      Pipeline pipeline, Plan now, Set<Change> done, String actor) {
    refuse(now, done);
    registerSchemas(pipeline, now);
    now.in(State.CREATE).stream()
        .filter(change -> change.kind() != Kind.DEFINITION)
        .forEach(done::add);
    Plan all = now.with(done);
    if (all.isEmpty()) {
      return new io.leat.schemas.audit.Change<>(List.of(), Optional.empty(), all);
    }
    Set<String> missing = missing(now, Kind.DEFINITION);
    List<Definition> definitions =
        Definitions.of(pipeline).stream()
            .filter(definition -> missing.contains(Definitions.key(definition)))
            .toList();
    return new io.leat.schemas.audit.Change<>(
        definitions.stream().map(DefinitionLog::entry).toList(),
        Optional.of(event(all, definitions, actor)),
        all);
  }

  private Plan plan(Pipeline pipeline, Admin admin) {
    Map<String, Planner.Existing> topics = existing(admin, pipeline);
    Map<String, Definition> definitions =
        topics.containsKey(Topics.DEFINITIONS)
            ? new DefinitionLog(kafka, registry).read()
            : Map.of();
    ScoredVersions scored = new ScoredVersions(kafka, registry);
    return new Planner(
            pipeline,
            registry,
            model ->
                topics.containsKey(Topics.scores(model.getName()))
                    && scored.mayHaveScored(model.getName(), model.getVersion()))
        .plan(topics, definitions);
  }

  private Map<String, Planner.Existing> existing(Admin admin, Pipeline pipeline) {
    Set<String> names =
        PipelineTopics.of(pipeline).stream().map(Topic::name).collect(Collectors.toSet());
    names.retainAll(get(admin.listTopics().names()));
    Map<String, TopicDescription> descriptions = get(admin.describeTopics(names).allTopicNames());
    Map<ConfigResource, Config> settings =
        get(
            admin
                .describeConfigs(
                    names.stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .all());
    return settings.entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().name(),
                entry ->
                    new Planner.Existing(
                        Lookups.required(descriptions, entry.getKey().name()).partitions().size(),
                        entry.getValue().entries().stream()
                            .filter(setting -> setting.value() != null)
                            .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)))));
  }

  /** Gives those that it made; one that another made meanwhile is compared when it plans again. */
  private List<Change> createTopics(Admin admin, Pipeline pipeline, Plan plan) {
    Set<String> missing = missing(plan, Kind.TOPIC);
    Map<String, KafkaFuture<Void>> created =
        admin
            .createTopics(
                PipelineTopics.of(pipeline).stream()
                    .filter(topic -> missing.contains(topic.name()))
                    .map(
                        topic ->
                            new NewTopic(
                                    topic.name(),
                                    Optional.of(topic.partitions()),
                                    Optional.empty()) // replicated as the broker does by default
                                .configs(topic.settings()))
                    .toList())
            .values();
    Set<String> others = new HashSet<>();
    created.forEach(
        (name, future) -> {
          try {
            get(future);
          } catch (TopicExistsException e) {
            others.add(name);
          }
        });
    awaitTopics(admin, missing);
    return plan.in(State.CREATE).stream()
        .filter(change -> change.kind() == Kind.TOPIC && !others.contains(change.name()))
        .toList();
  }

  /** The controller has made them; brokers hear of it a moment later. */
  private void awaitTopics(Admin admin, Set<String> topics) {
    long begun = System.nanoTime();
    while (!get(admin.listTopics().names()).containsAll(topics)) {
      if (System.nanoTime() - begun > LONGEST_WAIT.toNanos()) {
        throw new ApplyException(
            "Topics were made, and the broker does not know them %d s later: %s. See that it runs, and apply the pipeline again"
                .formatted(LONGEST_WAIT.toSeconds(), topics),
            null);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private void registerSchemas(Pipeline pipeline, Plan plan) {
    Map<String, Schema> subjects = Planner.subjects(pipeline);
    for (String subject : missing(plan, Kind.SCHEMA)) {
      registry.register(subject, Lookups.required(subjects, subject));
    }
    Map<String, Compatibility> promises = Planner.promises(pipeline);
    for (String subject : missing(plan, Kind.COMPATIBILITY)) {
      registry.setCompatibility(subject, Lookups.required(promises, subject).name());
    }
  }

  private AuditEvent event(Plan plan, List<Definition> definitions, String actor) {
    Map<String, Definition> before = new HashMap<>(new DefinitionLog(kafka, registry).read());
    before.keySet().retainAll(definitions.stream().map(Definitions::key).toList());
    return AuditEvent.newBuilder()
        .setAction("apply")
        .setActor(actor)
        .setSubject("pipeline " + plan.pipeline())
        .setDetails(
            Map.of(
                "topics", String.join(" ", missing(plan, Kind.TOPIC)),
                "schemas", String.join(" ", missing(plan, Kind.SCHEMA)),
                "definitions", String.join(" ", missing(plan, Kind.DEFINITION))))
        .setTime(Instant.EPOCH) // set as it is written
        .setBefore(facts(before.values()))
        .setAfter(facts(definitions))
        .build();
  }

  /** What tells definitions apart, by their keys, as JSON; null where there are none. */
  private static @Nullable String facts(Collection<Definition> definitions) {
    Map<String, Map<String, String>> facts = new TreeMap<>();
    for (Definition definition : definitions) {
      Map<String, String> one = new TreeMap<>(Map.of("fingerprint", definition.getFingerprint()));
      if (definition.getArtifactDigest() != null) {
        one.put("artifact_digest", definition.getArtifactDigest());
      }
      facts.put(Definitions.key(definition), one);
    }
    return facts.isEmpty() ? null : CanonicalJson.of(facts);
  }

  private static Set<String> missing(Plan plan, Kind kind) {
    return plan.in(State.CREATE).stream()
        .filter(change -> change.kind() == kind)
        .map(Change::name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException kafkaException) {
        throw kafkaException;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static ApplyException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ApplyException("Interrupted while waiting for the broker", e);
  }

  private ApplyException unreachable(KafkaException e) {
    return new ApplyException(
        "The broker at %s failed: %s. Is it running, and may this user create topics?"
            .formatted(kafka.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG), e.getMessage()),
        e);
  }
}
