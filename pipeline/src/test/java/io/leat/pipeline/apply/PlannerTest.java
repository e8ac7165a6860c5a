package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.pipeline.PipelineException;
import io.leat.pipeline.TestFolder;
import io.leat.pipeline.apply.Change.Kind;
import io.leat.pipeline.apply.Change.State;
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
        new Planner(folder.read(), new RegistryClient("mock://planner")).plan(Map.of(), applied);

    assertThat(plan.changes())
        .filteredOn(change -> change.kind() == Kind.DEFINITION)
        .extracting(Change::name, Change::state)
        .containsExactlyInAnyOrder(
            tuple("view/shop_by_customer@1", State.PRESENT),
            tuple("service/shop@1", State.REFUSED));
  }
}
