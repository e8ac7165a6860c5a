package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.aggregation.AggregateFunctions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Contract.TopicSettings;
import io.leat.pipeline.definition.DataQuality;
import io.leat.pipeline.definition.DataQuality.Measure;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.Filter;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.MonitorWindows;
import io.leat.pipeline.definition.PerformanceRule;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.definition.Severity;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.definition.Window;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.ValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineReaderTest {
  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  @Test
  void theFolderBecomesAPipeline() throws PipelineException {
    Pipeline pipeline = folder.read();

    assertThat(pipeline.name()).isEqualTo("card-payments");
    assertThat(pipeline.owner()).isEqualTo("risk-platform");
    assertThat(pipeline.entities())
        .containsExactly(
            new Entity("customer", "customer_id"), new Entity("terminal", "terminal_id"));
    assertThat(pipeline.contracts())
        .extracting(Contract::event)
        .containsExactly("payment_labels", "payments");
    assertThat(pipeline.views())
        .extracting(view -> view.id().toString())
        .containsExactly("customer_activity@1", "terminal_risk@2");
  }

  @Test
  void aContractSaysWhatItsFileSays() throws PipelineException {
    Contract payments = folder.read().contract("payments").orElseThrow();

    assertThat(payments.schema().getFullName()).isEqualTo("io.leat.tests.Payment");
    assertThat(payments.owner()).isEqualTo("payments-team");
    assertThat(payments.description()).isEqualTo("A card payment at a terminal.");
    assertThat(payments.key()).contains("customer_id");
    assertThat(payments.eventId()).isEqualTo("payment_id");
    assertThat(payments.eventTime()).isEqualTo("paid_at");
    assertThat(payments.maxFuture()).isEqualTo(Duration.ofMinutes(10));
    assertThat(payments.topic())
        .isEqualTo(new TopicSettings(6, Optional.of(Duration.ofDays(30)), Duration.ofDays(90)));
    assertThat(payments.rules())
        .containsExactly(
            new Contract.Rule(
                "amount_positive",
                new Expression("event.amount > 0", "contracts/payments.yaml", 10),
                Severity.ERROR,
                Optional.empty()),
            new Contract.Rule(
                "plausible_amount",
                new Expression("event.amount < 50000.0", "contracts/payments.yaml", 12),
                Severity.WARN,
                Optional.of("amount {event.amount} is unusually high")));
  }

  @Test
  void aContractThatSaysLittleHasDefaults() throws PipelineException {
    Contract labels = folder.read().contract("payment_labels").orElseThrow();

    assertThat(labels.owner()).isEqualTo("risk-platform");
    assertThat(labels.description()).isEmpty();
    assertThat(labels.key()).isEmpty();
    assertThat(labels.maxFuture()).isEqualTo(Duration.ofMinutes(5));
    assertThat(labels.rules()).isEmpty();
    assertThat(labels.topic())
        .isEqualTo(new TopicSettings(3, Optional.empty(), Duration.ofDays(30)));
  }

  @Test
  void aViewSaysWhatItsFileSays() throws PipelineException {
    FeatureView view = folder.read().view(new ViewId("customer_activity", 1)).orElseThrow();

    assertThat(view.entity()).isEqualTo(new Entity("customer", "customer_id"));
    assertThat(view.source()).isEqualTo("payments");
    assertThat(view.windowLengths())
        .containsExactly(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));
    assertThat(view.resolution()).isEqualTo(Duration.ofMillis(1));
    assertThat(view.offset()).isZero();
    assertThat(view.grace()).isEqualTo(Duration.ofDays(2));
    assertThat(view.aggregations())
        .containsExactly(
            new Aggregation(
                "payments",
                AggregateFunctions.COUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new Aggregation(
                "avg_amount",
                AggregateFunctions.AVG,
                Optional.of("amount"),
                Optional.empty(),
                Optional.empty()),
            new Aggregation(
                "large",
                AggregateFunctions.SUM,
                Optional.of("amount"),
                Optional.of(
                    new Filter(
                        new Expression(
                            "amount > 100 && terminal_country != \"BE\"",
                            "features/customer_activity.yaml",
                            11),
                        List.of("amount", "terminal_country"))),
                Optional.empty()));
  }

  @Test
  void aWindowKeepsTheUnitThatItIsWrittenIn() throws PipelineException {
    TestFolder shop = TestFolder.shop(directory.resolve("units"), "units");
    shop.replace("features/units.yaml", "[1d]", "[168h, 90m, 2d, 86400s, 3600000ms]");

    FeatureView view = shop.read().view(new ViewId("units_by_customer", 1)).orElseThrow();

    assertThat(view.featureNames())
        .containsExactly(
            "orders_3600000ms", "orders_90m", "orders_86400s", "orders_2d", "orders_168h");
    assertThat(shop.read().service("units").orElseThrow().featureNames())
        .contains("units_by_customer.orders_90m", "units_by_customer.orders_168h");
  }

  @Test
  void everyFunctionIsWrittenAsItIsCalled() throws PipelineException {
    String file = "features/customer_activity.yaml";
    folder.write(
        file,
        folder
            .text(file)
            .replace("avg(amount)", "quantile(amount, 0.95)")
            .replace("[30d, 1d, 7d]", "[7d, lifetime]")
            .replaceAll(
                "(?m)^(\\s*- )large: .*$",
                """
                $1top: top_k(terminal_id, 3) where amount > 1
                $1recent: last_n(amount, 2)
                $1decayed: ewma(fee, 12h)
                $1abroad: latest(terminal_country)
                $1since: time_since_last
                $1change: delta(amount)
                $1different: count_distinct(terminal_id)\
                """));
    folder.replace("services/fraud.yaml", "customer_activity.*", "customer_activity.avg_amount_7d");

    FeatureView view = folder.read().view(new ViewId("customer_activity", 1)).orElseThrow();

    assertThat(view.windows()).containsExactly(Window.parse("7d"), Window.LIFETIME);
    assertThat(view.columns())
        .extracting(
            column ->
                column.name()
                    + " "
                    + column.aggregation().type()
                    + column.aggregation().parameter().map(p -> " " + p).orElse(""))
        .contains(
            "avg_amount_7d DOUBLE 0.95",
            "top_7d_3 STRING 3.0",
            "top_lifetime_1 STRING 3.0",
            "recent_7d_2 DOUBLE 2.0",
            "decayed_7d DOUBLE 4.32E7",
            "abroad_lifetime STRING",
            "since_7d DOUBLE",
            "change_7d DOUBLE",
            "different_lifetime LONG");
  }

  @Test
  void aViewThatSaysLittleHasDefaults() throws PipelineException {
    FeatureView view = folder.read().view(new ViewId("terminal_risk", 2)).orElseThrow();

    assertThat(view.resolution()).isEqualTo(Duration.ofMinutes(1));
    assertThat(view.offset()).isEqualTo(Duration.ofDays(7));
    assertThat(view.grace()).isEqualTo(Duration.ofDays(1));
    assertThat(view.aggregations().get(0).where())
        .contains(
            new Filter(
                new Expression("has(fee)", "features/terminal_risk.yaml", 9), List.of("fee")));
    assertThat(view.aggregations().get(1).defaultValue()).contains(0.0);
  }

  @Test
  void aServicesWildcardsAreExpanded() throws PipelineException {
    FeatureService service = folder.read().service("fraud").orElseThrow();

    assertThat(service.version()).isEqualTo(3);
    assertThat(service.spine()).isEqualTo("payments");
    assertThat(service.featureNames())
        .containsExactly(
            "event.amount",
            "event.fee",
            "customer_activity.payments_1d",
            "customer_activity.payments_7d",
            "customer_activity.payments_30d",
            "customer_activity.avg_amount_1d",
            "customer_activity.avg_amount_7d",
            "customer_activity.avg_amount_30d",
            "customer_activity.large_1d",
            "customer_activity.large_7d",
            "customer_activity.large_30d",
            "terminal_risk.risk_7d",
            "amount_vs_usual",
            "is_night");
    assertThat(service.label())
        .contains(
            new FeatureService.Label(
                "fraud", "payment_labels", "payment_id", Duration.ofDays(30), List.of()));
    assertThat(service.definition()).matches("[0-9a-f]{64}");
  }

  @Test
  void aModelSaysWhatItsFileSays() throws PipelineException {
    Model model = folder.read().model("fraud").orElseThrow();

    assertThat(model.version()).isEqualTo("2026-11-01");
    assertThat(model.service()).isEqualTo("fraud");
    assertThat(model.serviceVersion()).isEqualTo(3);
    assertThat(model.artifact()).isAbsolute().hasFileName("model.onnx").exists();
    assertThat(model.referenceProfile())
        .isEqualTo(model.artifact().resolveSibling("reference-profile.json"));
    assertThat(model.owner()).isEqualTo("risk-science");
    assertThat(model.intendedUse()).isEqualTo("block card payments for manual review");
    assertThat(model.nulls())
        .isEqualTo(new Nulls(Optional.of(-1.0), Map.of("terminal_risk.risk_7d", 0.0)));
    assertThat(model.score()).isEqualTo(new Output("probabilities", 1));
    assertThat(model.decisions())
        .containsExactly(
            new Decision("block", new Expression("score >= 0.92", "models/fraud/model.yaml", 10)),
            new Decision("review", new Expression("score > 0.5", "models/fraud/model.yaml", 10)));
  }

  @Test
  void monitorsAndPoliciesSayWhatTheirFilesSay() throws PipelineException {
    Pipeline pipeline = folder.read();

    assertThat(pipeline.monitors())
        .containsExactly(
            new Monitor(
                "fraud",
                "fraud",
                Duration.ofDays(1),
                List.of("event.amount", "customer_activity.avg_amount_7d", "is_night"),
                List.of("ks", "psi_deciles_1e-4"),
                Duration.ofHours(2),
                50,
                1.0,
                1,
                2,
                4,
                Monitor.Rule.SEQUENTIAL));
    assertThat(pipeline.retraining())
        .containsExactly(
            new RetrainingPolicy("fraud", "fraud", AlertSeverity.WARN, Duration.ofDays(3)));
  }

  @Test
  void monitorsAndPoliciesThatSayLittleHaveDefaults() throws PipelineException {
    folder.write("monitors/fraud.yaml", "{ monitor: inputs, watches: fraud, window: 6h }");
    folder.write("retraining/fraud.yaml", "{ retraining: calm, model: fraud, when: [drift] }");

    Pipeline pipeline = folder.read();

    assertThat(pipeline.monitors())
        .containsExactly(
            new Monitor(
                "inputs",
                "fraud",
                Duration.ofHours(6),
                List.of(),
                List.of("ks", "psi_deciles_1e-4"),
                Duration.ofHours(1),
                30,
                0.5,
                2,
                3,
                3,
                Monitor.Rule.SEQUENTIAL));
    assertThat(pipeline.retraining())
        .containsExactly(
            new RetrainingPolicy("calm", "fraud", AlertSeverity.CRITICAL, Duration.ofDays(7)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          window: 7d ~ 7d ~ 7d ~ 0
          window: 7d, every: 1d ~ 7d ~ 1d ~ 0
          window: 6h, every: 6h ~ 6h ~ 6h ~ 0
          window: 5000 events ~ 1m ~ 1m ~ 5000
          window: 1 event, every: 10s ~ 10s ~ 10s ~ 1
          """)
  void windowsTumbleSlideOrAreCounted(String keys, String length, String every, int events)
      throws PipelineException {
    folder.write("monitors/fraud.yaml", "{ monitor: m, watches: fraud, %s }".formatted(keys));

    Monitor monitor = folder.read().monitors().get(0);

    assertThat(monitor.windows())
        .isEqualTo(new MonitorWindows(Durations.parse(length), Durations.parse(every), events));
    assertThat(monitor.quality().measures().isEmpty()).isEqualTo(events > 0);
    assertThat(monitor.minimumEvents()).isEqualTo(events == 1 ? 1 : 30);
  }

  @Test
  void aMonitorMaySayWhenAModelDoesWorse() throws PipelineException {
    folder.write(
        "monitors/fraud.yaml",
        "{ monitor: m, watches: fraud, window: 6h, performance: { metric: brier, drop: 0.03 } }");

    PerformanceRule rule = folder.read().monitors().get(0).performance().orElseThrow();

    assertThat(rule).isEqualTo(new PerformanceRule(PerformanceRule.Metric.BRIER, 0.03, 0.01));
  }

  @Test
  void aMonitorMaySayBetweenWhomGapsAreMeasuredAndWhatDecisionsCost() throws PipelineException {
    folder.write(
        "monitors/fraud.yaml",
        """
        { monitor: m, watches: fraud, window: 6h, segments: [is_night],
          performance: { metric: auc, drop: 0.03, protected: [is_night], costs: [review:false=5, none:true=100.5] } }""");

    PerformanceRule rule = folder.read().monitors().get(0).performance().orElseThrow();

    assertThat(rule.protectedSegments()).containsExactly("is_night");
    assertThat(rule.cost("review", false)).isEqualTo(5);
    assertThat(rule.cost("review", true)).isZero();
    assertThat(rule.cost(null, true)).isEqualTo(100.5);
  }

  @Test
  void aMonitorSaysWhatItSeesOfDataQualityOrSeesAllOfItWithinAsGreatABudget()
      throws PipelineException {
    folder.write(
        "monitors/fraud.yaml",
        """
        { monitor: m, watches: fraud, window: 6h, false_alarms_per_week: 0.2,
          quality: { measures: [freshness, volume], limits: { volume: 0.5, freshness: 10m } } }""");
    folder.write("monitors/other.yaml", "{ monitor: o, watches: fraud, window: 6h }");
    folder.write(
        "monitors/unseen.yaml",
        """
        { monitor: u, watches: fraud, window: 6h,
          quality: { measures: [], false_alarms_per_week: 1 } }""");

    assertThat(folder.read().monitors())
        .extracting(Monitor::quality)
        .containsExactly(
            new DataQuality(
                Set.of(Measure.FRESHNESS, Measure.VOLUME),
                0.2,
                Map.of(Measure.VOLUME, 0.5, Measure.FRESHNESS, 600.0)),
            DataQuality.within(0.5),
            new DataQuality(Set.of(), 1, Map.of()));
  }

  @Test
  void aMonitorsOutputsAreOfItsModelAndItsSegmentsAreFeaturesByNameAndExpressionsOverThem()
      throws PipelineException {
    folder.write(
        "monitors/fraud.yaml",
        """
        monitor: m
        watches: fraud
        window: 6h
        outputs: [decision, score]
        segments: [is_night, amount, size: 'event.amount > 100.0 ? "high" : "low"']
        segments_cap: 5
        """);

    Monitor monitor = folder.read().monitors().get(0);
    Segments segments = monitor.segments();

    assertThat(monitor.outputs()).containsExactly("decision", "score");
    Segments.Input amount = new Segments.Input("event.amount", ValueType.DOUBLE);
    assertThat(segments)
        .isEqualTo(
            new Segments(
                List.of(
                    new Segments.Key(
                        "is_night", "", List.of(new Segments.Input("is_night", ValueType.BOOLEAN))),
                    new Segments.Key("amount", "", List.of(amount)),
                    new Segments.Key(
                        "size", "event.amount > 100.0 ? \"high\" : \"low\"", List.of(amount))),
                5));
    assertThat(segments.describe())
        .containsExactly(
            "is_night: is_night",
            "amount: event.amount",
            "size: event.amount > 100.0 ? \"high\" : \"low\"",
            "at most 5");
  }

  @Test
  void aMonitorsStatisticsStandInTheOrderOfTheCatalogue() throws PipelineException {
    folder.write(
        "monitors/fraud.yaml",
        "{ monitor: m, watches: fraud, window: 6h, statistics: [psi_deciles_1e-4, ks] }");

    assertThat(folder.read().monitors().get(0).statistics())
        .containsExactly("ks", "psi_deciles_1e-4");
  }

  @Test
  void aModelThatIsYetToBeTrainedMayLackItsFile() throws PipelineException {
    folder.delete("models/fraud/model.onnx");

    Pipeline pipeline = PipelineReader.readBeforeTraining(directory);

    assertThat(pipeline.model("fraud").orElseThrow().artifact()).doesNotExist();
    assertThat(folder.problems())
        .containsExactly(
            "models/fraud/model.yaml:4: no file models/fraud/model.onnx; expected an ONNX model"
                + " there. 'leat train' makes one, whose score is probabilities[1]");
  }

  @Test
  void definitionsMayLieInFoldersOfFolders() throws PipelineException {
    folder.write("features/terminals/risk.yaml", folder.text("features/terminal_risk.yaml"));
    folder.delete("features/terminal_risk.yaml");

    assertThat(folder.read().view(new ViewId("terminal_risk", 2))).isPresent();
  }

  @Test
  void aNullMayStayMissing() throws PipelineException {
    folder.replace(
        "models/fraud/model.yaml",
        "default: -1, terminal_risk.risk_7d: 0",
        "default: missing, event.amount: 0, event.fee: missing");

    Nulls nulls = folder.read().model("fraud").orElseThrow().nulls();

    assertThat(nulls.defaultValue()).contains(Nulls.MISSING);
    assertThat(nulls.byFeature())
        .isEqualTo(Map.of("event.amount", 0.0, "event.fee", Nulls.MISSING));
  }
}
