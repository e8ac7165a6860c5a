package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.pipeline.apply.Change.Kind;
import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import io.leat.records.Definition;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
  private static final String VIEW = "features/shop.yaml";

  private static final String MODEL = "model/fraud@2026-11-01";

  @TempDir private Path directory;

  @Test
  void aViewThatDerivesSomethingElseIsTheSameViewAndItsServiceANewVersion()
      throws PipelineException {
    TestFolder folder = TestFolder.shop(directory, "shop");
    folder.write(
        VIEW, folder.text(VIEW).stripTrailing() + "\nderived: [{ often: orders_1d > 3.0 }]\n");
    Map<String, Definition> applied =
        Definitions.of(folder.read()).stream()
            .collect(Collectors.toMap(Definitions::key, Function.identity()));

    folder.replace(VIEW, "orders_1d > 3.0", "orders_1d > 4.0");
    Plan plan =
        new Planner(folder.read(), new RegistryClient("mock://planner"), model -> true)
            .plan(Map.of(), applied);

    assertThat(plan.changes())
        .filteredOn(change -> change.kind() == Kind.DEFINITION)
        .extracting(Change::name, Change::state)
        .containsExactlyInAnyOrder(
            tuple("view/shop_by_customer@1", State.PRESENT),
            tuple("service/shop@1", State.REFUSED));
  }

  @Test
  void aWindowInAnotherUnitIsReportedAsOtherNamesOfTheSameColumns() throws PipelineException {
    TestFolder folder = TestFolder.shop(directory, "shop");
    folder.replace(VIEW, "[1d]", "[1d, 7d]");
    Map<String, Definition> applied = applied(folder);

    folder.replace(VIEW, "[1d, 7d]", "[24h, 7d]");
    Plan plan =
        new Planner(folder.read(), new RegistryClient("mock://planner"), model -> true)
            .plan(Map.of(), applied);

    assertThat(plan.in(State.REFUSED))
        .extracting(Change::name, Change::detail)
        .containsExactlyInAnyOrder(
            tuple(
                "view/shop_by_customer@1",
                "this version was applied with other names of the same columns: orders_1d is now orders_24h ('windows: [1d, 7d]' keeps the names); give the changed view a new version. Applied are 1"),
            tuple(
                "service/shop@1",
                "this version was applied with other names of what it takes of shop_by_customer@1 (see there); give the changed service a new version. Applied are 1"));
  }

  @Test
  void aModelsFileIsPartOfItsVersion() throws PipelineException {
    TestFolder folder = TestFolder.cardPayments(directory);
    Map<String, Definition> applied = applied(folder);
    String before = applied.get(MODEL).getArtifactDigest();

    folder.write("models/fraud/model.onnx", "other weights");

    Change change = model(folder, applied, true);
    assertThat(change.state()).isEqualTo(State.REFUSED);
    assertThat(change.detail())
        .isEqualTo(
            "this version was applied with another file: SHA-256 %s, and now it is %s; give the changed model a new version. Applied are 2026-11-01"
                .formatted(before, applied(folder).get(MODEL).getArtifactDigest()));
    assertThat(model(folder, applied(folder), true).state()).isEqualTo(State.PRESENT);
  }

  @Test
  void whatHasScoredNothingMayBeCorrectedUnderItsVersion() throws PipelineException {
    TestFolder folder = TestFolder.cardPayments(directory);
    Map<String, Definition> applied = applied(folder);

    folder.replace("models/fraud/model.yaml", "probabilities[1]", "probability");
    folder.write("models/fraud/model.onnx", "other weights");

    assertThat(model(folder, applied, true).state()).isEqualTo(State.REFUSED);
    Change corrected = model(folder, applied, false);
    assertThat(corrected.state()).isEqualTo(State.CREATE);
    assertThat(corrected.detail()).contains("in place of one that has scored nothing");
  }

  @Test
  void aModelThatWasAppliedBeforeFilesWereHashedGetsItsHashWrittenDown() throws PipelineException {
    TestFolder folder = TestFolder.cardPayments(directory);
    Map<String, Definition> applied = applied(folder);
    applied.put(MODEL, Definition.newBuilder(applied.get(MODEL)).setArtifactDigest(null).build());

    Change change = model(folder, applied, true);

    assertThat(change.state()).isEqualTo(State.CREATE);
    assertThat(change.detail()).contains("the SHA-256 of its file");
  }

  private static Map<String, Definition> applied(TestFolder folder) throws PipelineException {
    return Definitions.of(folder.read()).stream()
        .collect(Collectors.toMap(Definitions::key, Function.identity()));
  }

  private static Change model(TestFolder folder, Map<String, Definition> applied, boolean hasScored)
      throws PipelineException {
    Plan plan =
        new Planner(folder.read(), new RegistryClient("mock://planner"), model -> hasScored)
            .plan(Map.of(), applied);
    return plan.changes().stream()
        .filter(change -> change.name().equals(MODEL))
        .findFirst()
        .orElseThrow();
  }
}
