package io.leat.models.registry;

import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.RegistryEntry;
import io.leat.records.RolloutArm;
import io.leat.records.VersionStanding;
import io.leat.records.VersionStatus;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.CompactedTopic;
import io.leat.schemas.topic.TopicLog;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the registry held at some moment. Immutable.
 *
 * @param models by name
 * @param versions of all models, by model and number
 */
public record RegistryView(Map<String, RegisteredModel> models, List<ModelVersion> versions) {
  /** The alias of the version that scores. */
  public static final String CHAMPION = "champion";

  public RegistryView {
    models = Map.copyOf(models);
    versions =
        versions.stream()
            .sorted(
                Comparator.comparing(ModelVersion::getModel).thenComparing(ModelVersion::getNumber))
            .toList();
  }

  /** What the values of the registry's topic say. */
  public static RegistryView of(Collection<RegistryEntry> entries) {
    Map<String, RegisteredModel> models = new TreeMap<>();
    Stream.Builder<ModelVersion> versions = Stream.builder();
    for (RegistryEntry entry : entries) {
      if (entry.getEntry() instanceof RegisteredModel model) {
        models.put(model.getModel(), model);
      } else if (entry.getEntry() instanceof ModelVersion version) {
        versions.add(version);
      }
    }
    return new RegistryView(models, versions.build().toList());
  }

  /**
   * The registry's topic, to be followed; empty where there is none, since no pipeline was applied.
   *
   * @throws io.leat.common.LeatException if the brokers do not answer
   */
  public static Optional<CompactedTopic<RegistryEntry>> follow(
      Map<String, ?> kafka, AvroCodec codec) {
    return TopicLog.find(kafka, Topics.MODEL_REGISTRY)
        .map(log -> new CompactedTopic<>(log, value -> codec.decode(value, RegistryEntry.class)));
  }

  /** What the registry holds now; empty where there is no registry, as {@link #follow} has it. */
  public static Optional<RegistryView> read(Map<String, ?> kafka, AvroCodec codec) {
    return follow(kafka, codec)
        .map(
            topic -> {
              try (topic) {
                return of(topic.readToEnd().values());
              }
            });
  }

  /** A model; empty where nothing of it was published. */
  public Optional<RegisteredModel> model(String name) {
    return Optional.ofNullable(models.get(name));
  }

  /**
   * The version that scores a model's vectors, but for what a canary takes; empty before one does.
   */
  public Optional<RolloutArm> champion(String model) {
    return model(model)
        .flatMap(found -> Optional.ofNullable(found.getRollout()))
        .flatMap(
            rollout ->
                rollout.getArms().stream()
                    .filter(arm -> arm.getRole() == ModelRole.CHAMPION)
                    .findFirst());
  }

  /** The number that an alias means, {@link #CHAMPION} among them. */
  public Optional<Integer> alias(String model, String alias) {
    return alias.equals(CHAMPION)
        ? champion(model).map(RolloutArm::getNumber)
        : model(model).map(found -> found.getAliases().get(alias));
  }

  /** How a version stands; empty where there is no such version. */
  public Optional<VersionStanding> standing(String model, int number) {
    return model(model).stream()
        .flatMap(found -> found.getVersions().stream())
        .filter(standing -> standing.getNumber() == number)
        .findFirst();
  }

  /** Whether a version was deleted: it stays known, and its files are gone. */
  public boolean isDeleted(ModelVersion version) {
    return standing(version.getModel(), version.getNumber())
        .filter(standing -> standing.getStatus() == VersionStatus.DELETED)
        .isPresent();
  }

  /** The versions of a model, in the order of their numbers. */
  public List<ModelVersion> versions(String model) {
    return versions.stream().filter(version -> version.getModel().equals(model)).toList();
  }

  /** A version by its number. */
  public Optional<ModelVersion> version(String model, int number) {
    return versions(model).stream().filter(version -> version.getNumber() == number).findFirst();
  }

  /** A version by its digest. */
  public Optional<ModelVersion> version(String model, String digest) {
    return versions(model).stream()
        .filter(version -> version.getDigest().equals(digest))
        .findFirst();
  }
}
