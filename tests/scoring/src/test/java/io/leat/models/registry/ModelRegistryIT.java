package io.leat.models.registry;

import static io.leat.models.onnx.TestModels.decision;
import static io.leat.models.onnx.TestModels.model;
import static io.leat.models.onnx.TestModels.pipeline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.common.LeatException;
import io.leat.models.artifact.ArtifactStore;
import io.leat.models.onnx.TestModels;
import io.leat.models.registry.ModelRegistry.Label;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.ModelRegistry.Terms;
import io.leat.pipeline.apply.Applier;
import io.leat.pipeline.definition.Fallback;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.pipeline.reader.TestFolder;
import io.leat.records.AuditEvent;
import io.leat.records.ModelRole;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import io.leat.records.VersionStatus;
import io.leat.schemas.AvroCodec;
import io.leat.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry on a real broker: each test has a model of its own. */
class ModelRegistryIT {
  private static final Terms OPEN =
      new Terms(false, List.of(), Fallback.CHAMPION, true, Label.ONCE);
  private static final Terms FOUR_EYES =
      new Terms(true, List.of(), Fallback.CHAMPION, true, Label.ONCE);
  private static final Reason ADA = Reason.of("ada");

  private static TestCluster cluster;

  @TempDir private static Path folder;

  private final ArtifactStore artifacts =
      ArtifactStore.open(folder.resolve("artifacts").toString());
  private final ModelRegistry registry = newRegistry();

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.shared();
    TestModels.write(folder, TestModels.train(1).onnx());
    new Applier(kafka(), cluster.newRegistryClient())
        .apply(TestFolder.cardPayments(folder.resolve("pipeline")).read(), "ada");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void whatWasPublishedIsPublishedOnce() throws IOException {
    Published first = publish("once", "v1", OPEN, "score >= 0.5");
    Published again = publish("once", "v1", OPEN, "score >= 0.5");
    Published other = publish("once", "v2", OPEN, "score >= 0.6");

    assertThat(first.isNew()).isTrue();
    assertThat(again).isEqualTo(new Published(first.version(), false));
    assertThat(other.version().getNumber()).isEqualTo(2);
    RegistryView view = registry.view();
    assertThat(view.versions("once")).hasSize(2);
    assertThat(view.champion("once").map(RolloutArm::getNumber)).contains(1);
    assertThatThrownBy(() -> publish("once", "v2", OPEN, "score >= 0.7"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("Version 2 of model once has the label v2");
    for (String name :
        List.of("1", "v1", "champion", first.version().getDigest().substring(0, 8))) {
      assertThat(new ModelReference("once", name).resolve(view)).isEqualTo(first.version());
    }
    assertThatThrownBy(() -> new ModelReference("once", "v3").resolve(view))
        .hasMessageContaining("has no version v3; it has 1 (v1), 2 (v2)");
  }

  @Test
  void aRolloutHasTheChampionAndWhatIsBesideIt() throws IOException {
    publish("arms", "v1", OPEN, "score >= 0.5");
    publish("arms", "v2", OPEN, "score >= 0.6");
    ModelReference second = new ModelReference("arms", "2");

    registry.rollouts().shadow(second, ADA);
    registry.rollouts().canary(second, 0.25, ADA);

    List<RolloutArm> arms = registry.view().model("arms").orElseThrow().getRollout().getArms();
    assertThat(arms)
        .extracting(RolloutArm::getNumber, RolloutArm::getRole, RolloutArm::getWeight)
        .containsExactly(tuple(1, ModelRole.CHAMPION, 0.75), tuple(2, ModelRole.CANARY, 0.25));

    long canary = registry.view().model("arms").orElseThrow().getRollout().getRevision();
    registry.rollouts().promote(second, Optional.of(1), ADA);
    assertThat(registry.view().model("arms").orElseThrow().getRollout().getRevision())
        .isGreaterThan(canary);
    assertThatThrownBy(() -> registry.rollouts().canary(second, 0.1, ADA))
        .hasMessageContaining("Version 2 of model arms is the champion itself");
    ModelHistory history = history("arms");
    assertThat(history.earlierChampion()).hasValue(1);
    registry.rollouts().rollBack("arms", 1, revision("arms"), ADA);
    assertThat(registry.view().champion("arms").map(RolloutArm::getNumber)).contains(1);
    assertThat(history("arms").earlierChampion()).hasValue(2);
    assertThat(history("arms").events())
        .extracting(AuditEvent::getAction)
        .containsExactly(
            "model.publish",
            "model.publish",
            "model.shadow",
            "model.canary",
            "model.promote",
            "model.rollback");
  }

  @Test
  void severalVersionsSplitTheEntities() throws IOException {
    for (int i = 1; i <= 3; i++) {
      publish("split", "v" + i, OPEN, "score >= 0." + i);
    }
    Map<ModelReference, Double> shares = new LinkedHashMap<>();
    shares.put(new ModelReference("split", "3"), 0.25);
    shares.put(new ModelReference("split", "2"), 0.125);

    Rollout rollout = registry.rollouts().split(shares, ADA).getRollout();

    assertThat(rollout.getKind()).isEqualTo("split");
    assertThat(rollout.getArms())
        .extracting(RolloutArm::getNumber, RolloutArm::getRole, RolloutArm::getWeight)
        .containsExactly(
            tuple(1, ModelRole.CHAMPION, 0.625),
            tuple(3, ModelRole.CANARY, 0.25),
            tuple(2, ModelRole.CANARY, 0.125));
    shares.put(new ModelReference("split", "v2"), 0.1);
    assertThatThrownBy(() -> registry.rollouts().split(shares, ADA))
        .hasMessageContaining("Version 2 of model split stands twice");
    shares.put(new ModelReference("split", "v2"), 0.75);
    assertThatThrownBy(() -> registry.rollouts().split(shares, ADA))
        .hasMessageContaining("all together less than 100 %");
  }

  @Test
  void aRolloutGoesThroughItsStagesByItsRevision() throws IOException {
    Terms staged =
        new Terms(
            false,
            List.of(
                stage(ModelStage.Kind.SHADOW, 0),
                stage(ModelStage.Kind.BLUE_GREEN, 1),
                stage(ModelStage.Kind.CHAMPION, 1)),
            new Fallback(Fallback.Kind.PREVIOUS, Optional.empty()),
            true,
            Label.ONCE);
    for (int i = 1; i <= 3; i++) {
      publish("staged", "v" + i, staged, "score >= 0." + i);
    }
    ModelReference second = new ModelReference("staged", "2");

    Rollout shadow = registry.rollouts().begin(second, Optional.of(1), ADA).getRollout();
    assertThat(registry.rollouts().begin(second, Optional.of(1), ADA).getRollout())
        .isEqualTo(shadow);
    Rollout blueGreen =
        registry.rollouts().advance("staged", shadow.getRevision(), ADA).getRollout();
    assertThat(List.of(shadow, blueGreen))
        .extracting(Rollout::getKind, Rollout::getStage)
        .containsExactly(tuple("shadow", 0), tuple("blue_green", 1));
    assertThat(blueGreen.getArms())
        .extracting(RolloutArm::getNumber, RolloutArm::getRole)
        .containsExactly(
            tuple(2, ModelRole.CHAMPION), tuple(1, ModelRole.SHADOW), tuple(1, ModelRole.FALLBACK));
    assertThatThrownBy(
            () -> registry.rollouts().begin(new ModelReference("staged", "3"), Optional.of(2), ADA))
        .as("the champion before the rollout counts")
        .hasMessageContaining("the champion is version 1");
    assertThatThrownBy(() -> registry.rollouts().advance("staged", shadow.getRevision(), ADA))
        .hasMessageContaining("Somebody changed it meanwhile");

    assertThatThrownBy(() -> registry.rollouts().rollBack("staged", 1, shadow.getRevision(), ADA))
        .hasMessageContaining("Somebody changed it meanwhile");
    assertThat(history("staged").earlierChampion()).as("nobody is the champion for good").isEmpty();
    Rollout beside =
        registry.rollouts().shadow(new ModelReference("staged", "3"), ADA).getRollout();
    assertThat(beside.getArms())
        .as("beside the champion before the rollout, which ends")
        .extracting(RolloutArm::getNumber, RolloutArm::getRole)
        .containsExactly(tuple(1, ModelRole.CHAMPION), tuple(3, ModelRole.SHADOW));
    registry.rollouts().begin(second, Optional.of(1), ADA);
    blueGreen = registry.rollouts().advance("staged", revision("staged"), ADA).getRollout();

    Rollout back = registry.rollouts().back("staged", blueGreen.getRevision(), ADA).getRollout();
    assertThat(back.getStage()).isNull();
    assertThat(back.getArms())
        .extracting(RolloutArm::getNumber, RolloutArm::getRole)
        .containsExactly(tuple(1, ModelRole.CHAMPION));
    assertThatThrownBy(() -> registry.rollouts().back("staged", back.getRevision(), ADA))
        .hasMessageContaining("in a stage");

    assertThat(registry.rollouts().promote(second, Optional.of(1), ADA).getRollout().getArms())
        .as("at once, and the one before it takes its place where it has no score")
        .extracting(RolloutArm::getNumber, RolloutArm::getRole)
        .containsExactly(tuple(2, ModelRole.CHAMPION), tuple(1, ModelRole.FALLBACK));
    assertThat(
            registry
                .rollouts()
                .rollBack("staged", 1, revision("staged"), ADA)
                .getRollout()
                .getArms())
        .as("not the version that goes")
        .extracting(RolloutArm::getNumber, RolloutArm::getRole)
        .containsExactly(tuple(1, ModelRole.CHAMPION));
  }

  private long revision(String model) {
    return registry.view().model(model).orElseThrow().getRollout().getRevision();
  }

  private static ModelStage stage(ModelStage.Kind kind, double weight) {
    return new ModelStage(
        kind,
        weight,
        Duration.ZERO,
        0,
        Optional.empty(),
        List.of(),
        0,
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void ofTwoPromotionsAtOnceOneWinsAndTheOtherIsToldByWhom() throws Exception {
    publish("race", "v1", OPEN, "score >= 0.5");
    publish("race", "v2", OPEN, "score >= 0.6");
    publish("race", "v3", OPEN, "score >= 0.7");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<String>> outcomes =
          threads.invokeAll(List.of(promotion("2", "bob"), promotion("3", "carol")));
      String first = get(outcomes.get(0));
      String second = get(outcomes.get(1));

      int champion = registry.view().champion("race").orElseThrow().getNumber();
      String winner = champion == 2 ? "bob" : "carol";
      assertThat(List.of(first, second)).containsOnlyOnce("promoted");
      assertThat(first + second)
          .contains("the champion is version %d, put there by %s".formatted(champion, winner));
    } finally {
      threads.shutdown();
    }
  }

  private Callable<String> promotion(String version, String actor) {
    return () -> {
      try {
        newRegistry()
            .rollouts()
            .promote(new ModelReference("race", version), Optional.of(1), Reason.of(actor));
        return "promoted";
      } catch (LeatException e) {
        return e.getMessage();
      }
    };
  }

  private static String get(Future<String> outcome)
      throws InterruptedException, ExecutionException {
    return outcome.get();
  }

  @Test
  void whereApprovalIsDeclaredSomebodyElseThanThePublisherGivesIt() throws IOException {
    publish("eyes", "v1", FOUR_EYES, "score >= 0.5");
    ModelReference version = new ModelReference("eyes", "v1");

    assertThat(registry.view().champion("eyes")).isEmpty();
    assertThatThrownBy(() -> registry.rollouts().promote(version, Optional.empty(), ADA))
        .hasMessageContaining("is PUBLISHED; expected APPROVED")
        .hasMessageContaining("Somebody else than ada runs: leat model approve eyes@1");
    registry.propose(version, ADA);
    assertThatThrownBy(() -> registry.approve(version, ADA))
        .hasMessageContaining("was published by ada");
    registry.approve(version, new Reason("bob", Optional.of("auc 0.91"), List.of("report 7")));
    registry.rollouts().promote(version, Optional.of(0), ADA);

    assertThat(registry.view().champion("eyes").map(RolloutArm::getNumber)).contains(1);
    AuditEvent approval =
        history("eyes").events().stream()
            .filter(event -> event.getAction().equals("model.approve"))
            .findFirst()
            .orElseThrow();
    assertThat(approval.getActor()).isEqualTo("bob");
    assertThat(approval.getReason()).isEqualTo("auc 0.91");
    assertThat(approval.getEvidence()).containsExactly("report 7");
    assertThat(approval.getBefore()).contains("PROPOSED");
    assertThat(approval.getAfter()).contains("APPROVED");
    assertThatThrownBy(() -> registry.reject(version, ADA))
        .hasMessageContaining("it scores (champion)");
    publish("eyes", "v1", OPEN, "score >= 0.5");
    assertThat(registry.view().model("eyes").orElseThrow().getApprovalRequired()).isFalse();
    assertThat(registry.view().versions("eyes")).hasSize(1);
  }

  @Test
  void aliasesAndTagsMove() throws IOException {
    publish("names", "v1", OPEN, "score >= 0.5");
    publish("names", "v2", OPEN, "score >= 0.6");

    registry.alias(new ModelReference("names", "1"), "candidate", Optional.of(0), ADA);
    registry.alias(new ModelReference("names", "2"), "candidate", Optional.of(1), ADA);
    registry.tag(new ModelReference("names", "candidate"), Map.of("reviewed", "yes", "x", ""), ADA);

    RegistryView view = registry.view();
    assertThat(view.model("names").orElseThrow().getAliases())
        .containsExactly(entry("candidate", 2));
    assertThat(view.standing("names", 2).orElseThrow().getTags())
        .containsExactly(entry("reviewed", "yes"));
    assertThatThrownBy(
            () ->
                registry.alias(new ModelReference("names", "1"), "candidate", Optional.of(1), ADA))
        .hasMessageContaining("candidate means version 2; expected 1");
    assertThatThrownBy(
            () ->
                registry.alias(new ModelReference("names", "1"), "champion", Optional.empty(), ADA))
        .hasMessageContaining("leat model promote names@1");
    long revision = view.model("names").orElseThrow().getRevision();
    registry.alias(new ModelReference("names", "2"), "candidate", Optional.empty(), ADA);
    assertThat(registry.view().model("names").orElseThrow().getRevision()).isEqualTo(revision);
  }

  @Test
  void whatIsDeletedLosesTheFilesThatNoOtherVersionHas() throws IOException {
    publish("gone", "v1", OPEN, "score >= 0.5");
    publish("gone", "v2", OPEN, "score >= 0.6");
    ModelReference second = new ModelReference("gone", "v2");
    ModelReference first = new ModelReference("gone", "v1");
    String shared = Manifest.parse(first.resolve(registry.view()).getManifest()).model().sha256();

    assertThatThrownBy(() -> registry.retire(first, ADA)).hasMessageContaining("it scores");
    registry.retire(second, ADA);
    assertThatThrownBy(() -> registry.rollouts().promote(second, Optional.empty(), ADA))
        .hasMessageContaining("is RETIRED");
    registry.delete(second, ADA);

    assertThat(registry.view().standing("gone", 2).orElseThrow().getStatus())
        .isEqualTo(VersionStatus.DELETED);
    assertThat(artifacts.has(shared)).isTrue();
    assertThat(registry.verify(first)).isPositive();
    assertThatThrownBy(() -> publish("gone", "v2", OPEN, "score >= 0.6"))
        .hasMessageContaining("a deleted version does not come back");
    Model declared =
        model("gone", folder.resolve("model.onnx"), decision("review", "score >= 0.6"));
    assertThat(PipelineModels.publish(pipeline(declared), registry, "ada"))
        .as("a pipeline whose folder still has it is applied all the same")
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("is version 2, which was deleted");
  }

  @Test
  void everyChangeIsInTheChain() throws IOException {
    publish("chained", "v1", OPEN, "score >= 0.5");

    assertThat(history("chained").events())
        .allSatisfy(event -> assertThat(event.getHash()).isNotNull());
  }

  private static Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", cluster.bootstrapServers());
  }

  private ModelHistory history(String model) {
    return ModelHistory.read(kafka(), new AvroCodec(cluster.newRegistryClient()), model);
  }

  private Published publish(String name, String label, Terms terms, String condition)
      throws IOException {
    Model declared = model(name, folder.resolve("model.onnx"), decision("review", condition));
    return registry.publish(ModelPackage.of(declared, pipeline(declared)), label, terms, ADA);
  }

  private ModelRegistry newRegistry() {
    return new ModelRegistry(
        kafka(), cluster.newRegistryClient(), artifacts, InstantSource.system());
  }
}
