package io.leat.models.registry;

import io.leat.models.artifact.ArtifactStore;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.ModelFile;
import io.leat.records.ModelRole;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.RegistryEntry;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Versions and rollouts as a registry holds them, for those that read it. */
public final class TestVersions {
  private static final Instant TIME = Instant.ofEpochMilli(1_772_000_000_000L);

  private TestVersions() {}

  /** A version of a model that a pipeline declares, of the file that it names; keeps the file. */
  public static ModelVersion of(int number, Model model, Pipeline pipeline, ArtifactStore store) {
    return of(number, model, pipeline, ModelFile.read(model), store);
  }

  /** A version of a model that a pipeline declares, of another file; keeps the file. */
  public static ModelVersion of(
      int number, Model model, Pipeline pipeline, ModelFile file, ArtifactStore store) {
    Serving serving = Serving.of(model, pipeline.service(model.service()).orElseThrow(), pipeline);
    Manifest manifest =
        new Manifest(
            List.of(new PackagedFile(Manifest.MODEL, file.bytes().length, store.put(file.bytes()))),
            serving,
            model.owner(),
            model.intendedUse(),
            Map.of());
    return ModelVersion.newBuilder()
        .setModel(model.name())
        .setNumber(number)
        .setLabel(model.version())
        .setDigest(manifest.digest())
        .setManifest(manifest.json())
        .setService(serving.service().name())
        .setServiceVersion(serving.service().version())
        .setDefinition(serving.definition())
        .setPublishedBy("test")
        .setPublishedAt(TIME)
        .build();
  }

  /** A part of a rollout. */
  public static RolloutArm arm(ModelVersion version, ModelRole role, double weight) {
    return new RolloutArm(version.getNumber(), version.getDigest(), role, weight);
  }

  /** A rollout whose first arm is the champion. */
  public static Rollout rollout(long revision, RolloutArm... arms) {
    return new Rollout(
        revision, "test", "fraud", List.of(arms), "test", TIME, null, null, null, null);
  }

  /** A rollout of one version alone. */
  public static Rollout champion(long revision, ModelVersion version) {
    return rollout(revision, arm(version, ModelRole.CHAMPION, 1));
  }

  /** What a registry says of a model whose newest rollout this is. */
  public static RegisteredModel model(String name, Rollout rollout) {
    return RegisteredModel.newBuilder()
        .setModel(name)
        .setRevision(rollout.getRevision())
        .setVersions(List.of())
        .setAliases(Map.of())
        .setRollout(rollout)
        .build();
  }

  /** A registry that holds these. */
  public static RegistryView registry(
      Collection<ModelVersion> versions, Collection<RegisteredModel> models) {
    return RegistryView.of(
        Stream.concat(versions.stream(), models.stream()).map(RegistryEntry::new).toList());
  }
}
