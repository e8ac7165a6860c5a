package io.leat.scoring.engine;

import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.onnx.ScoreExplainer;
import io.leat.models.registry.Manifest;
import io.leat.models.registry.PackagedFile;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.Serving;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.expression.ExpressionException;
import io.leat.pipeline.expression.Program;
import io.leat.pipeline.expression.Scope;
import io.leat.pipeline.model.ModelException;
import io.leat.records.ModelVersion;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version whose graph is open: one session for all of this process that score with it, closed
 * when the last of them lets it go. Thread-safe.
 */
public final class LoadedVersion {
  static final Scope SCOPE = Scope.ofScore();

  /** Ten times what a model may take on average to be published; one that hangs ends, too. */
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(LoadedVersion.class);

  private final ModelVersion version;
  private final Serving serving;
  private final OnnxModel model;
  private final List<Rule> rules;
  private final ScoringMetrics metrics;
  private int users = 1;

  /** A decision, and when it is taken. */
  public record Rule(String decision, Program condition) {}

  private LoadedVersion(
      ModelVersion version, Serving serving, OnnxModel model, List<Rule> rules, MeterRegistry to) {
    this.version = version;
    this.serving = serving;
    this.model = model;
    this.rules = rules;
    this.metrics = new ScoringMetrics(to, version.getModel(), version.getLabel());
  }

  /**
   * Opens a version out of its files and tries it with rows of zeros; the caller is its first user.
   *
   * @param metrics takes the version's meters
   * @throws io.leat.common.LeatException if a file of it is not there, or is another than was
   *     published, or cannot be run
   */
  public static LoadedVersion open(
      ModelVersion version, ArtifactStore artifacts, MeterRegistry metrics) {
    Manifest manifest = PublishedModel.manifest(version);
    Serving serving = manifest.serving();
    PackagedFile file = manifest.model();
    List<Rule> rules =
        rules(
            serving.model(
                version.getModel(), version.getLabel(), Path.of(artifacts.place(file.sha256()))));
    OnnxModel model = PublishedModel.open(version, manifest, artifacts);
    log.info(
        "Loaded version {} of model {} ({}), digest {}, for {}@{}: {} bytes, SHA-256 {}",
        version.getNumber(),
        version.getModel(),
        version.getLabel(),
        version.getDigest(),
        serving.service().name(),
        serving.service().version(),
        file.size(),
        file.sha256());
    return new LoadedVersion(version, serving, model, rules, metrics);
  }

  private static List<Rule> rules(Model model) {
    try {
      return model.decisions().stream()
          .map(
              decision ->
                  new Rule(
                      decision.name(),
                      Program.compile(decision.condition(), SCOPE, Program.Result.BOOL)))
          .toList();
    } catch (ExpressionException e) {
      throw new ModelException("Model " + model.name() + ": " + e.getMessage(), e);
    }
  }

  /** One user more; false if it is closed already. */
  public synchronized boolean acquire() {
    if (users > 0) {
      users++;
    }
    return users > 0;
  }

  /** One user less, who has closed what it made from it. */
  public synchronized void release() {
    if (users == 0) {
      throw new IllegalStateException("released more often than acquired");
    }
    users--;
    if (users == 0) {
      model.close();
      log.info("Closed version {} of model {}", version.getNumber(), version.getModel());
    }
  }

  /** Whether its session is open. */
  public synchronized boolean isOpen() {
    return users > 0;
  }

  public ModelVersion version() {
    return version;
  }

  public Serving serving() {
    return serving;
  }

  public List<Rule> rules() {
    return rules;
  }

  public ScoringMetrics metrics() {
    return metrics;
  }

  /** Its graph, for a user of the version; not to be closed. */
  public OnnxModel model() {
    return model;
  }

  /**
   * A way to run it on one vector after the other, for one thread that is a user of it. A vector
   * that takes longer than a second is ended.
   */
  public Inference inference() {
    return model.inference(LONGEST);
  }

  /** A way to explain its scores, for one thread; empty where it is not declared. */
  public Optional<ScoreExplainer> explainer() {
    return model.explainer();
  }
}
