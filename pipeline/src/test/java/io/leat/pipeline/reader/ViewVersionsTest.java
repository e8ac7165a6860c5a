package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView.Column;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.ViewId;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions of a view, side by side in one folder. */
class ViewVersionsTest {
  private static final String SERVICE = "services/fraud.yaml";
  private static final String SECOND = "features/customer_activity_2.yaml";

  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  @Test
  void bothVersionsAreOfThePipeline() throws PipelineException {
    pin(1);
    addSecond();

    Pipeline pipeline = folder.read();

    assertThat(pipeline.versions("customer_activity"))
        .extracting(view -> view.id().toString())
        .containsExactly("customer_activity@1", "customer_activity@2");
    assertThat(pipeline.view(new ViewId("customer_activity", 2)).orElseThrow().columns())
        .extracting(Column::name)
        .contains("avg_amount_14d");
    assertThat(pipeline.view(new ViewId("customer_activity", 3))).isEmpty();
  }

  @Test
  void toSayWhichVersionIsMeantChangesNeitherFingerprintNorNames() throws PipelineException {
    FeatureService before = service();

    pin(1);
    FeatureService pinned = service();
    addSecond();

    assertThat(pinned.definition()).isEqualTo(before.definition());
    assertThat(service().definition()).isEqualTo(before.definition());
    assertThat(service().featureNames()).isEqualTo(before.featureNames());
    assertThat(service().views()).contains(new ViewId("customer_activity", 1));
  }

  @Test
  void anotherVersionOfAViewIsAnotherDefinitionOfTheService() throws PipelineException {
    pin(1);
    addSecond();
    FeatureService before = service();

    folder.replace(SERVICE, "customer_activity@1.*", "customer_activity@2.*");

    Pipeline pipeline = folder.read();
    FeatureService after = pipeline.service("fraud").orElseThrow();
    assertThat(after.definition()).isNotEqualTo(before.definition());
    assertThat(after.featureNames())
        .contains("customer_activity.avg_amount_14d")
        .doesNotContain("customer_activity.avg_amount_30d");
    assertThat(pipeline.viewsFor(after))
        .extracting(view -> view.id().toString())
        .containsExactly("customer_activity@2", "terminal_risk@2");
  }

  @Test
  void aNameThatStandsForTwoVersionsIsAskedWhich() {
    addSecond();

    assertThat(folder.problems())
        .containsExactly(
            "services/fraud.yaml:7: the view customer_activity has versions 1 and 2; say customer_activity@1.* or customer_activity@2.*");
  }

  @Test
  void anExpressionMeansTheVersionThatTheServiceNamesWherever() throws PipelineException {
    addSecond();
    folder.delete("monitors/fraud.yaml"); // it watches what is no more listed
    folder.replace(SERVICE, "  - customer_activity.*\n", "");
    folder.replace(SERVICE, "customer_activity.avg_amount_7d", "customer_activity.avg_amount_14d");
    folder.replace(SERVICE, "spine: payments", "spine: payments\nviews: [customer_activity@2]");

    assertThat(service().views())
        .containsExactlyInAnyOrder(
            new ViewId("customer_activity", 2), new ViewId("terminal_risk", 2));

    folder.replace(SERVICE, "views: [customer_activity@2]", "views: [customer_activity@1]");
    assertThat(folder.problems()).singleElement().asString().contains("avg_amount_14d");
  }

  @Test
  void anExpressionAloneCannotSayWhichVersionItMeans() {
    addSecond();
    folder.replace(SERVICE, "  - customer_activity.*\n", "");

    assertThat(folder.problems())
        .containsExactly(
            "services/fraud.yaml:8: the view customer_activity has versions 1 and 2; say which under views, as in 'views: [customer_activity@2]'");
  }

  @Test
  void aServiceTakesOneVersionOfAView() {
    pin(1);
    addSecond();
    folder.replace(
        SERVICE, "  - terminal_risk", "  - customer_activity@2.large_14d\n  - terminal_risk");

    assertThat(folder.problems())
        .containsExactly(
            "services/fraud.yaml:8: customer_activity@2 beside customer_activity@1; a service takes one version of a view");
  }

  @Test
  void aVersionThatIsGoneFromTheFolderIsNamedWhereAServiceUsesIt() {
    pin(1);
    addSecond();
    folder.delete("features/customer_activity.yaml");

    assertThat(folder.problems())
        .containsExactly(
            "services/fraud.yaml:7: the view customer_activity has no version 1; it has version 2");
  }

  @Test
  void whatIsNoVersionIsNamed() {
    folder.replace(SERVICE, "customer_activity.*", "customer_activity@v2.*");

    assertThat(folder.problems())
        .containsExactly(
            "services/fraud.yaml:7: customer_activity@v2: 'v2' is no version of a view; expected a whole number, as in customer_activity@2");
  }

  @Test
  void aBrokenVersionIsTheOnlyProblem() {
    addSecond();
    folder.replace(SECOND, "avg(amount)", "avg(amout)");

    assertThat(folder.problems()).singleElement().asString().startsWith(SECOND + ":10: no field");
  }

  private void pin(int version) {
    folder.replace(SERVICE, "customer_activity.*", "customer_activity@" + version + ".*");
  }

  private void addSecond() {
    folder.write(
        SECOND,
        folder
            .text("features/customer_activity.yaml")
            .replace("version: 1", "version: 2")
            .replace("[30d, 1d, 7d]", "[14d, 7d]"));
  }

  private FeatureService service() throws PipelineException {
    return folder.read().service("fraud").orElseThrow();
  }
}
