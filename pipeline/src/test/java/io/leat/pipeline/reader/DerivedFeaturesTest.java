package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.ValueType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a view derives of its own columns and of the event, and the services that take it. */
class DerivedFeaturesTest {
  private static final String VIEW = "features/customer_activity.yaml";
  private static final String SERVICE = "services/fraud.yaml";

  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  @Test
  void theyAreKeptByFullNames() throws PipelineException {
    derive("amount_vs_usual: event.amount / avg_amount_7d", "trend: avg_amount_7d/avg_amount_30d");

    FeatureView view = view();

    assertThat(view.derived())
        .containsExactly(
            new DerivedFeature(
                "customer_activity.amount_vs_usual",
                new Expression("event.amount / customer_activity.avg_amount_7d", VIEW, 13),
                new FeatureInputs(List.of("amount"), List.of(column("avg_amount_7d"))),
                ValueType.DOUBLE),
            new DerivedFeature(
                "customer_activity.trend",
                new Expression(
                    "customer_activity.avg_amount_7d/customer_activity.avg_amount_30d", VIEW, 14),
                new FeatureInputs(
                    List.of(), List.of(column("avg_amount_30d"), column("avg_amount_7d"))),
                ValueType.DOUBLE));
    assertThat(view.featureNames())
        .startsWith("payments_1d")
        .endsWith("large_30d", "amount_vs_usual", "trend");
    assertThat(view.derived("trend")).contains(view.derived().get(1));
    assertThat(view.derived("avg_amount_7d")).isEmpty();
  }

  @Test
  void eachSaysWhatItIsMadeOf() throws PipelineException {
    folder.replace(
        SERVICE,
        "features:",
        "features:\n  - odd: 'has(event.fee) && terminal_risk.risk_7d > 0.5 || terminal_risk.risk_7d > event.amount'\n  - hour: event.paid_at.getHours()");

    List<Feature> features = service().features();

    ViewFeature risk = new ViewFeature(new ViewId("terminal_risk", 2), "risk_7d");
    assertThat(features.get(0).inputs())
        .isEqualTo(new FeatureInputs(List.of("amount", "fee"), List.of(risk)));
    assertThat(((DerivedFeature) features.get(0)).type()).isEqualTo(ValueType.BOOLEAN);
    assertThat(features.get(1).inputs())
        .isEqualTo(new FeatureInputs(List.of("paid_at"), List.of()));
    assertThat(((DerivedFeature) features.get(1)).type()).isEqualTo(ValueType.LONG);
  }

  @Test
  void aServicesWildcardTakesThemBehindTheColumns() throws PipelineException {
    derive("trend: avg_amount_7d / avg_amount_30d", "often: payments_1d > 3.0");

    FeatureService service = service();

    assertThat(service.featureNames())
        .containsSubsequence(
            "customer_activity.large_30d",
            "customer_activity.trend",
            "customer_activity.often",
            "terminal_risk.risk_7d");
    assertThat(service.features()).containsAll(view().derived());
  }

  @Test
  void aServiceMayTakeOneAloneAndThenMeansTheView() throws PipelineException {
    derive("trend: avg_amount_7d / avg_amount_30d");
    folder.delete("monitors/fraud.yaml"); // it watches what is no more listed
    folder.write(
        SERVICE,
        "{ service: fraud, version: 3, spine: payments, features: [customer_activity@1.trend, terminal_risk.risk_7d] }");

    FeatureService service = service();

    assertThat(service.features()).startsWith(view().derived().get(0));
    assertThat(service.views()).contains(new ViewId("customer_activity", 1));
  }

  @Test
  void anotherDerivationIsTheSameStateAndAnotherServiceWhereOneTakesIt() throws PipelineException {
    derive("trend: avg_amount_7d / avg_amount_30d");
    String state = Fingerprints.of(view());
    String taken = service().definition();

    folder.replace(VIEW, "avg_amount_7d / avg_amount_30d", "avg_amount_1d / avg_amount_30d");

    assertThat(Fingerprints.of(view())).isEqualTo(state);
    assertThat(service().definition()).isNotEqualTo(taken);
  }

  @Test
  void aServiceThatTakesNoneIsWhatItWasBefore() throws PipelineException {
    folder.replace(SERVICE, "customer_activity.*", "customer_activity.avg_amount_7d");
    String state = Fingerprints.of(view());
    String service = service().definition();

    derive("trend: avg_amount_7d / avg_amount_30d");

    assertThat(Fingerprints.of(view())).isEqualTo(state);
    assertThat(service().definition()).isEqualTo(service);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "avg_amount_7d: event.amount / avg_amount_1d ~ 13: two features of the view have the name avg_amount_7d",
        "a-b: avg_amount_7d ~ 13: feature 'a-b'; expected a name of letters, digits and _, a letter first",
        "trend ~ 13: an entry of derived is 'trend'; expected a derived feature: a mapping of keys to values",
        "`{ a: avg_amount_7d, b: avg_amount_1d }` ~ 13: a derived feature is one name with one expression, as in 'trend: payments_1d / event.amount'",
        "`trend: [avg_amount_7d]` ~ 13: trend is a list; expected a text",
        "trend: avg_amount_7d / ~ 13: at column 16 of 'avg_amount_7d /': mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
        "trend: avg_amount_7d / avg_amount_14d ~ 13: at column 17 of 'avg_amount_7d / avg_amount_14d': unknown name avg_amount_14d; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud, payments_1d, payments_7d, payments_30d, avg_amount_1d and 5 more. Did you mean avg_amount_1d?",
        "trend: amount / avg_amount_7d ~ 13: at column 1 of 'amount / avg_amount_7d': unknown name amount; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud, payments_1d, payments_7d, payments_30d, avg_amount_1d and 5 more.",
        "trend: event.amont / avg_amount_7d ~ 13: at column 1 of 'event.amont / avg_amount_7d': unknown name event.amont; expected one of event.payment_id, event.paid_at, event.customer_id, event.terminal_id, event.terminal_country, event.amount, event.fee, event.fraud, payments_1d, payments_7d, payments_30d, avg_amount_1d and 5 more. Did you mean event.amount?",
        "trend: event.customer_id / avg_amount_7d ~ 13: at column 19 of 'event.customer_id / avg_amount_7d': / cannot be applied to (string, double)",
        "trend: event.paid_at ~ 13: at column 1 of 'event.paid_at': 'event.paid_at' yields timestamp; expected a number, bool or string",
        "twice: 2.0 * event.amount ~ 13: twice uses no feature of the view; expected one of payments_1d, payments_7d, payments_30d, avg_amount_1d, avg_amount_7d, avg_amount_30d, large_1d, large_7d, large_30d. What is made of the event alone stands in a service",
      })
  void whatIsNoDerivedFeatureIsNamed(String entry, String problem) {
    derive(entry);

    assertThat(folder.problems()).containsExactly(VIEW + ":" + problem);
  }

  @Test
  void twoOfOneNameAreNamed() {
    derive("trend: avg_amount_7d / avg_amount_30d", "trend: avg_amount_1d / avg_amount_30d");

    assertThat(folder.problems())
        .containsExactly(VIEW + ":14: two features of the view have the name trend");
  }

  @Test
  void noneIsMadeOfAnother() {
    derive("twice: 2.0 * trend", "trend: avg_amount_7d / avg_amount_30d");
    assertThat(folder.problems())
        .containsExactly(
            VIEW
                + ":13: at column 7 of '2.0 * trend': trend is derived itself; a derived feature is made of the event and of aggregations over windows");

    folder.replace(VIEW, "  - twice: 2.0 * trend\n", "");
    folder.replace(
        SERVICE,
        "event.amount / customer_activity.avg_amount_7d",
        "event.amount / customer_activity.trend");
    assertThat(folder.problems())
        .containsExactly(
            SERVICE
                + ":9: at column 16 of 'event.amount / customer_activity.trend': customer_activity.trend is derived itself; a derived feature is made of the event and of aggregations over windows");
  }

  @Test
  void oneThatIsTooLongByItsFullNamesIsNamed() {
    derive("some: '[" + "avg_amount_7d, ".repeat(200) + "1.0].exists(x, x > 9.0)'");

    assertThat(folder.problems())
        .singleElement()
        .asString()
        .startsWith(VIEW + ":13: ")
        .contains("exceeds")
        .contains("4000");
  }

  @Test
  void aFeatureThatTheViewLacksIsNamedWithThoseThatItHas() {
    derive("trend: avg_amount_7d / avg_amount_30d");
    folder.replace(SERVICE, "terminal_risk.risk_7d", "customer_activity.trent");

    assertThat(folder.problems())
        .first()
        .asString()
        .isEqualTo(
            SERVICE
                + ":8: no feature customer_activity.trent; the view has the aggregations payments, avg_amount, large over the windows 1d, 7d, 30d, and derives trend. Did you mean trend?");
  }

  @Test
  void aBrokenDerivationIsTheOnlyProblem() {
    derive("trend: avg_amount_7d / avg_amount_14d");
    folder.replace(SERVICE, "terminal_risk.risk_7d", "customer_activity.trend");

    assertThat(folder.problems()).singleElement().asString().startsWith(VIEW + ":13: ");
  }

  @Test
  void aServiceOfAnotherSpineTakesWhatItsEventHasToo() throws PipelineException {
    derive("amount_vs_usual: event.amount / avg_amount_7d");
    refunds("double");

    FeatureService refunds = folder.read().service("refunds").orElseThrow();

    assertThat(refunds.features()).containsExactlyElementsOf(view().derived());
  }

  @Test
  void whatTheSpineLacksOrHasOfAnotherTypeIsNamed() {
    derive("amount_vs_usual: event.amount / avg_amount_7d", "fees: event.fee / avg_amount_7d");
    refunds("int");
    folder.replace(
        "services/refunds.yaml", "[customer_activity.amount_vs_usual]", "[customer_activity.*]");

    assertThat(folder.problems())
        .containsExactly(
            "services/refunds.yaml:1: customer_activity.amount_vs_usual (features/customer_activity.yaml:13) needs event.amount, which is double in payments; the spine refunds has one that is int",
            "services/refunds.yaml:1: customer_activity.fees (features/customer_activity.yaml:14) needs event.fee, which is double in payments; the spine refunds has none that expressions can read");
  }

  /** An event of customers with an amount of some type, and a service over it. */
  private void refunds(String amount) {
    folder.write(
        "contracts/refunds.avsc",
        """
        {"type": "record", "name": "Refund", "fields": [
          {"name": "refund_id", "type": "long"},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "customer_id", "type": "string"},
          {"name": "amount", "type": "%s"}]}
        """
            .formatted(amount));
    folder.write(
        "contracts/refunds.yaml",
        "{ event: refunds, schema: refunds.avsc, event_id: refund_id, event_time: at }");
    folder.write(
        "services/refunds.yaml",
        "{ service: refunds, version: 1, spine: refunds, features: [customer_activity.amount_vs_usual] }");
  }

  private void derive(String... entries) {
    folder.write(
        VIEW,
        folder.text(VIEW).stripTrailing()
            + "\nderived:\n  - "
            + String.join("\n  - ", entries)
            + "\n");
  }

  private FeatureView view() throws PipelineException {
    return folder.read().view(new ViewId("customer_activity", 1)).orElseThrow();
  }

  private FeatureService service() throws PipelineException {
    return folder.read().service("fraud").orElseThrow();
  }

  private static ViewFeature column(String name) {
    return new ViewFeature(new ViewId("customer_activity", 1), name);
  }
}
