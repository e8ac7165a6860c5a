package io.leat.scoring.server;

import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.RegistryView;
import io.leat.records.ModelVersion;
import io.leat.records.VersionStanding;
import io.leat.scoring.engine.LoadedRollout;
import io.leat.scoring.engine.LoadedVersion;
import io.leat.scoring.engine.ModelRollouts;
import io.leat.scoring.engine.RegistryFollower;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The models of the pipeline and their versions, as the registry has them now. The versions of the
 * live rollout are open; another that a request names is opened for it, and the latest few of those
 * stay open. Thread-safe.
 */
final class ServedModels implements AutoCloseable {
  /** Versions beside the rollouts' that stay open. */
  private static final int MOST_OPEN = 8;

  private static final Set<String> NEVER = Set.of("REJECTED", "RETIRED", "DELETED");

  private final Map<String, ModelRollouts> models = new TreeMap<>();
  private final RegistryFollower registry;
  private final ArtifactStore artifacts;
  private final MeterRegistry metrics;

  /** By digest; the one that was used longest ago comes first. */
  private final Map<String, LoadedVersion> opened = new LinkedHashMap<>(16, 0.75f, true);

  ServedModels(
      List<ModelRollouts> models,
      RegistryFollower registry,
      ArtifactStore artifacts,
      MeterRegistry metrics) {
    models.forEach(model -> this.models.put(model.model(), model));
    this.registry = registry;
    this.artifacts = artifacts;
    this.metrics = metrics;
  }

  /** A version that stays open until this is closed. */
  record Lease(LoadedVersion version) implements AutoCloseable {
    @Override
    public void close() {
      version.release();
    }
  }

  /** Names of the models. */
  List<String> names() {
    return List.copyOf(models.keySet());
  }

  /** Why some model cannot be scored with, in one sentence; empty where all can. */
  Optional<String> problem() {
    return models.values().stream().flatMap(model -> model.problem().stream()).findFirst();
  }

  /**
   * The rollouts of a model.
   *
   * @throws RequestException 404 if the pipeline has no such model
   */
  ModelRollouts rollouts(String model) throws RequestException {
    ModelRollouts rollouts = models.get(model);
    if (rollouts == null) {
      throw RequestException.notFound(
          "There is no model %s; there are %s.".formatted(model, names()));
    }
    return rollouts;
  }

  /**
   * The live rollout of a model; the caller releases it.
   *
   * @throws RequestException 404 if there is no such model, 503 while none is loaded
   */
  LoadedRollout rollout(String model) throws RequestException {
    ModelRollouts rollouts = rollouts(model);
    try {
      return rollouts.acquire();
    } catch (IllegalStateException e) {
      throw RequestException.unavailable(
          "No version can be scored with: %s.".formatted(rollouts.problem().orElse("come again")));
    }
  }

  /** The one model that there is. */
  String onlyModel() throws RequestException {
    if (models.size() != 1) {
      throw RequestException.notFound(
          "There are the models %s; POST /models/MODEL/invocations says which.".formatted(names()));
    }
    return names().get(0);
  }

  /** Numbers of a model's versions that may score, as text. */
  List<String> versions(String model) throws RequestException {
    rollouts(model);
    return registry.view().stream()
        .flatMap(
            view ->
                view.versions(model).stream()
                    .filter(version -> standing(view, version).isEmpty())
                    .map(version -> String.valueOf(version.getNumber())))
        .toList();
  }

  /**
   * A version of a model.
   *
   * @param reference number, label, alias or digest; empty for the live rollout's champion
   * @throws RequestException 404 if there is none, or one that is never to score; 503 where it
   *     cannot be opened
   */
  Lease version(String model, Optional<String> reference) throws RequestException {
    rollouts(model);
    if (reference.isEmpty()) {
      LoadedRollout rollout = rollout(model);
      try {
        return leased(rollout.champion());
      } finally {
        rollout.release();
      }
    }
    RegistryView view =
        registry
            .view()
            .orElseThrow(
                () ->
                    RequestException.unavailable(
                        "The model registry has not been read yet; come again."));
    ModelVersion version;
    try {
      version = new ModelReference(model, reference.get()).resolve(view);
    } catch (LeatException e) {
      throw RequestException.notFound(String.valueOf(e.getMessage()));
    }
    Optional<String> never = standing(view, version);
    if (never.isPresent()) {
      throw RequestException.notFound(
          "Version %d of model %s is %s, so it is not to score."
              .formatted(version.getNumber(), model, never.get()));
    }
    Optional<Lease> live = ofRollout(model, version.getDigest());
    return live.isPresent() ? live.get() : open(version);
  }

  /** The word for a standing in which a version is not to score. */
  private static Optional<String> standing(RegistryView view, ModelVersion version) {
    return view.standing(version.getModel(), version.getNumber())
        .map(VersionStanding::getStatus)
        .map(Object::toString)
        .filter(NEVER::contains);
  }

  private Optional<Lease> ofRollout(String model, String digest) throws RequestException {
    ModelRollouts rollouts = rollouts(model);
    if (rollouts.revision() == 0) {
      return Optional.empty();
    }
    LoadedRollout rollout = rollout(model);
    try {
      return rollout.version(digest).map(ServedModels::leased);
    } finally {
      rollout.release();
    }
  }

  /** Of a version that the caller knows to be open. */
  private static Lease leased(LoadedVersion version) {
    if (!version.acquire()) {
      throw new IllegalStateException("a version was closed that a rollout has");
    }
    return new Lease(version);
  }

  /** One is opened at a time: whoever names versions gets in the way of their like alone. */
  private synchronized Lease open(ModelVersion version) throws RequestException {
    LoadedVersion known = opened.get(version.getDigest());
    if (known != null) {
      return leased(known);
    }
    LoadedVersion loaded;
    try {
      loaded = LoadedVersion.open(version, artifacts, metrics);
    } catch (LeatException e) {
      throw RequestException.unavailable(String.valueOf(e.getMessage()));
    }
    opened.put(version.getDigest(), loaded);
    Lease lease = leased(loaded);
    if (opened.size() > MOST_OPEN) {
      String oldest = opened.keySet().iterator().next();
      LoadedVersion gone = opened.remove(oldest);
      if (gone != null) {
        gone.release();
      }
    }
    return lease;
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(LoadedVersion::release);
    opened.clear();
    registry.close();
  }
}
