package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Gates.Gate;
import io.leat.pipeline.definition.Gates.Metric;
import io.leat.pipeline.definition.Gates.Rule;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.ModelStage;
import io.leat.pipeline.definition.ModelStage.Bandit;
import io.leat.pipeline.definition.ModelStage.Guard;
import io.leat.pipeline.definition.ModelStage.GuardKind;
import io.leat.pipeline.definition.ModelStage.Kind;
import io.leat.pipeline.definition.ModelStage.Loss;
import io.leat.pipeline.definition.ModelStage.LossKind;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.AlertSeverity;
import io.leat.pipeline.definition.RetrainingPolicy.Budget;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.pipeline.definition.RetrainingPolicy.Conditions;
import io.leat.pipeline.definition.RetrainingPolicy.Harmful;
import io.leat.pipeline.definition.Trainer;
import io.leat.pipeline.yaml.Keys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The JSON Schemas for editors say what the readers do. */
class EditorSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void copyCardPayments() {
    folder = TestFolder.cardPayments(directory);
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        Arguments.of("pipeline", "", PipelineFileReader.KEYS),
        Arguments.of(
            "pipeline",
            "/properties/entities/additionalProperties",
            PipelineFileReader.ENTITY_KEYS),
        Arguments.of("contract", "", ContractReader.KEYS),
        Arguments.of("contract", "/properties/rules/items/oneOf/0", ContractReader.RULE_KEYS),
        Arguments.of("contract", "/properties/topic", ContractReader.TOPIC_KEYS),
        Arguments.of("contract", "/properties/envelope/oneOf/1", InputFormatReader.ENVELOPE_KEYS),
        Arguments.of(
            "contract",
            "/properties/missing/additionalProperties/oneOf/1",
            MissingReader.FILL_KEYS),
        Arguments.of("contract", "/properties/protect/items", PrivacyReader.PROTECTION_KEYS),
        Arguments.of("contract", "/properties/dead_letters", PrivacyReader.DEAD_LETTER_KEYS),
        Arguments.of("view", "", ViewReader.KEYS),
        Arguments.of("service", "", ServiceReader.KEYS),
        Arguments.of("service", "/properties/label", ServiceReader.LABEL_KEYS),
        Arguments.of("model", "", ModelReader.KEYS),
        Arguments.of("model", "/properties/rollout/items/oneOf/1", RolloutReader.STAGE_KEYS),
        Arguments.of("model", "/properties/guards", RolloutReader.GUARD_KEYS),
        Arguments.of("model", "/properties/loss", DeclaredLoss.KEYS),
        Arguments.of("model", "/properties/guards/properties/unscored", RolloutReader.TEST_KEYS),
        Arguments.of("model", "/properties/guards/properties/latency", RolloutReader.LATENCY_KEYS),
        Arguments.of("monitor", "", MonitorReader.KEYS),
        Arguments.of("monitor", "/properties/performance", MonitorReader.PERFORMANCE_KEYS),
        Arguments.of("monitor", "/properties/quality", MonitorReader.QUALITY_KEYS),
        Arguments.of("monitor", "/properties/quality/properties/limits", MonitorReader.LIMIT_KEYS),
        Arguments.of("retraining", "", RetrainingReader.KEYS),
        Arguments.of("retraining", "/properties/needs", RetrainingReader.NEEDS_KEYS),
        Arguments.of("retraining", "/properties/budget", RetrainingReader.BUDGET_KEYS),
        Arguments.of("retraining", "/properties/gates", RetrainingReader.GATE_KEYS),
        Arguments.of("retraining", "/properties/trainer", TrainerReader.KEYS),
        Arguments.of(
            "retraining",
            "/properties/trainer/properties/kubernetes",
            TrainerReader.KUBERNETES_KEYS),
        Arguments.of(
            "retraining", "/properties/trainer/properties/airflow", TrainerReader.AIRFLOW_KEYS),
        Arguments.of(
            "retraining", "/properties/trainer/properties/kubeflow", TrainerReader.KUBEFLOW_KEYS),
        Arguments.of("notifications", "", ReceiverReader.KEYS),
        Arguments.of("notifications", "/properties/to", ReceiverReader.TO_KEYS),
        Arguments.of(
            "notifications",
            "/properties/to/properties/alertmanager",
            ReceiverReader.ALERTMANAGER_KEYS),
        Arguments.of(
            "notifications", "/properties/to/properties/webhook", ReceiverReader.WEBHOOK_KEYS),
        Arguments.of(
            "notifications", "/properties/to/properties/pagerduty", ReceiverReader.PAGERDUTY_KEYS),
        Arguments.of("notifications", "/properties/to/properties/slack", ReceiverReader.SLACK_KEYS),
        Arguments.of(
            "notifications", "/properties/to/properties/email", ReceiverReader.EMAIL_KEYS));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void readersAndSchemasHaveTheSameKeys(String kind, String pointer, Keys keys) {
    JsonNode schema = schema(kind).at(pointer);

    List<String> properties = new ArrayList<>();
    schema.get("properties").fieldNames().forEachRemaining(properties::add);
    List<String> required = new ArrayList<>();
    schema.get("required").forEach(name -> required.add(name.asText()));
    assertThat(properties).containsExactlyInAnyOrderElementsOf(keys.all());
    assertThat(required).containsExactlyInAnyOrderElementsOf(keys.required());
    assertThat(schema.get("additionalProperties").asBoolean(true)).isFalse();
    assertThat(schema.get("properties"))
        .allSatisfy(property -> assertThat(property.path("description").asText()).isNotEmpty());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void theReferenceNamesEveryKey(String kind, String pointer, Keys keys) throws IOException {
    Path reference =
        Path.of(System.getProperty("leat.project"), "docs/reference/definition-language.md");

    assertThat(Files.readString(reference))
        .as("the reference, for %s%s", kind, pointer)
        .contains(keys.all().stream().map(key -> "`" + key + "`").toList());
  }

  @ParameterizedTest
  @CsvSource({
    "pipeline,   pipeline.yaml",
    "contract,   contracts/payments.yaml",
    "contract,   contracts/payment_labels.yaml",
    "view,       features/customer_activity.yaml",
    "view,       features/terminal_risk.yaml",
    "service,    services/fraud.yaml",
    "model,      models/fraud/model.yaml",
    "monitor,    monitors/fraud.yaml",
    "retraining, retraining/fraud.yaml",
  })
  void whatReadersTakeSchemasTake(String kind, String file) {
    assertThat(validate(kind, folder.text(file))).isEmpty();
  }

  @Test
  void whatReadersTakeOfDerivedFeaturesSchemasTake() {
    String file = "features/customer_activity.yaml";
    folder.replace(file, "grace: 2d", "derived: [{ trend: avg_amount_7d / avg_amount_30d }]");

    assertThat(folder.problems()).isEmpty();
    assertThat(validate("view", folder.text(file))).isEmpty();
  }

  @Test
  void whatReadersTakeOfRolloutsSchemasTake() throws PipelineException {
    String file = "models/fraud/model.yaml";
    folder.replace(
        file,
        "service: fraud@3",
        """
        service: fraud@3
        guards: { unscored: { margin: 1%, alpha: 0.01 }, failures_in_a_row: 20 }
        loss: { metric: wrong_decision, after: 7d }
        rollout:
          - shadow 1h
          - kind: canary
            weight: 0.1
            min_duration: 1d
            min_events: 10000
            max_duration: 7d
            guards: { latency: { budget: 5ms, margin: 5% }, score_distribution: { margin: 20% } }
          - canary 50% 1d
          - kind: bandit
            period: 10m
            floor: 5%
            min_labels: 1000
            guards: { loss: { margin: 1% } }
          - bandit 1d
          - blue_green 2h
          - champion\
        """);

    assertThat(folder.problems()).isEmpty();
    assertThat(validate("model", folder.text(file))).isEmpty();
    List<ModelStage> stages = folder.read().models().get(0).rollout();
    assertThat(stages)
        .extracting(ModelStage::kind)
        .containsExactly(
            Kind.SHADOW,
            Kind.CANARY,
            Kind.CANARY,
            Kind.BANDIT,
            Kind.BANDIT,
            Kind.BLUE_GREEN,
            Kind.CHAMPION);
    assertThat(stages)
        .extracting(ModelStage::weight)
        .containsExactly(0.0, 0.1, 0.5, 0.5, 0.5, 1.0, 1.0);
    Loss loss = new Loss(LossKind.WRONG_DECISION, Optional.empty(), Duration.ofDays(7));
    assertThat(stages.get(3))
        .isEqualTo(
            new ModelStage(
                Kind.BANDIT,
                0.5,
                Duration.ZERO,
                0,
                Optional.empty(),
                List.of(new Guard(GuardKind.LOSS, 0.01, 0.05, Optional.empty())),
                1_000,
                Optional.of(loss),
                Optional.of(new Bandit(Duration.ofMinutes(10), 0.05))));
    assertThat(stages.get(4).loss()).contains(loss);
    assertThat(stages.get(4).bandit()).contains(new Bandit(Duration.ofHours(1), 0.01));
    assertThat(stages)
        .extracting(stage -> stage.loss().isPresent())
        .startsWith(false, false, false);
    assertThat(stages.get(2))
        .isEqualTo(
            new ModelStage(
                Kind.CANARY,
                0.5,
                Duration.ofDays(1),
                0,
                Optional.empty(),
                List.of(
                    new Guard(GuardKind.UNSCORED, 0.01, 0.01, Optional.empty()),
                    new Guard(GuardKind.FAILURES_IN_A_ROW, 20, 0, Optional.empty())),
                0,
                Optional.empty(),
                Optional.empty()));
    assertThat(stages.get(1).guards())
        .containsExactly(
            new Guard(GuardKind.LATENCY, 0.05, 0.05, Optional.of(Duration.ofMillis(5))),
            new Guard(GuardKind.SCORE_DISTRIBUTION, 0.2, 0.05, Optional.empty()));
    assertThat(stages.get(6).guards()).isEmpty();
  }

  @Test
  void whatReadersTakeOfRetrainingSchemasTake() throws PipelineException {
    String file = "retraining/fraud.yaml";
    folder.write(
        file,
        """
        retraining: fraud
        when: [drift, performance, schedule]
        severity: warn
        veto: []
        cool_down: 3d
        needs: { new_labels: 20000 }
        budget: { runs: 4 per 30d }
        schedule: 30d
        window: 60d
        trainer: { http: "https://trainer/fraud", secret: env:TRAINER_SECRET, time_limit: 4h }
        gates: { auc: not worse by 0.005, log_loss: at most .3, equalized_odds_gap: not worse by 0.05, latency_p99: 5ms, size: at most 20MB, segments: [event.amount], protected: [is_night] }
        approval: required
        """);

    assertThat(folder.problems()).isEmpty();
    assertThat(validate("retraining", folder.text(file))).isEmpty();
    assertThat(folder.read().retraining())
        .containsExactly(
            new RetrainingPolicy(
                "fraud",
                "fraud",
                new Conditions(
                    Set.of(Cause.DRIFT, Cause.PERFORMANCE, Cause.SCHEDULE),
                    AlertSeverity.WARN,
                    Harmful.ONLY,
                    Set.of(),
                    Duration.ofDays(3),
                    20_000,
                    Optional.of(new Budget(4, Duration.ofDays(30))),
                    Optional.of(Duration.ofDays(30))),
                Optional.of(Duration.ofDays(60)),
                new Trainer.Http(
                    URI.create("https://trainer/fraud"),
                    Optional.of(new KeySource.Environment("TRAINER_SECRET")),
                    Duration.ofHours(4)),
                new Gates(
                    List.of(
                        new Gate(Metric.AUC, Rule.NOT_WORSE_BY, 0.005),
                        new Gate(Metric.LOG_LOSS, Rule.LIMIT, 0.3),
                        new Gate(Metric.EQUALIZED_ODDS_GAP, Rule.NOT_WORSE_BY, 0.05),
                        new Gate(Metric.LATENCY_P99, Rule.LIMIT, 5),
                        new Gate(Metric.SIZE, Rule.LIMIT, 20 * 1024 * 1024)),
                    List.of("event.amount"),
                    List.of("is_night")),
                Model.Approval.REQUIRED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ command: [python, train.py, 7], time_limit: 4h }",
        "{ kubernetes: { url: 'https://k8s', namespace: ml, image: 'trainer:1', claim: state, mounted: /var/lib/leat }, token: env:K8S }",
        "{ airflow: { url: 'http://airflow:8080', dag: train_fraud }, token: env:AIRFLOW, time_limit: 1d }",
        "{ kubeflow: { url: 'http://kfp', pipeline: p, version: v, experiment: e } }",
      })
  void whatReadersTakeOfTrainersSchemasTake(String trainer) {
    String file = "retraining/fraud.yaml";
    folder.replace(file, "cool_down: 3d", "trainer: " + trainer);

    assertThat(folder.problems()).isEmpty();
    assertThat(validate("retraining", folder.text(file))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "true ~ to: { alertmanager: { url: \"http://alerts:9093\" } }",
        "true ~ to: { webhook: { url: \"http://host\", secret: file:hook } }, kinds: [retraining]",
        "true ~ to: { pagerduty: { routing_key: env:KEY } }, severity: critical",
        "true ~ to: { slack: { url: env:HOOK } }, monitors: [fraud]",
        "false ~ to: { slack: { url: \"https://hooks.slack.com/x\" } }",
        "true ~ to: { email: { host: mail, from: leat@x.org, to: [a@x.org], user: u, password: env:P } }",
        "false ~ to: { email: { host: mail, from: leat, to: [a@x.org] } }",
        "false ~ to: { email: { host: mail, from: leat@x.org, to: [] } }",
        "false ~ to: { email: { host: mail, from: leat@x.org, to: [a@x.org], password: word } }",
        "false ~ to: {}",
        "false ~ to: { slack: { url: env:HOOK } }, severity: high",
      })
  void readersAndSchemasTakeTheSameReceivers(boolean taken, String rest) {
    String file = "notifications/team.yaml";
    folder.write(file, "{ notify: team, " + rest + " }");

    assertThat(folder.problems().isEmpty()).isEqualTo(taken);
    assertThat(validate("notifications", folder.text(file)).isEmpty()).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "pipeline ~ pipeline.yaml ~ owner: risk-platform ~ ownr: risk-platform",
        "contract ~ contracts/payments.yaml ~ severity: warn ~ severity: warning",
        "contract ~ contracts/payments.yaml ~ max_future: 10m ~ max_future: 10 minutes",
        "contract ~ contracts/payments.yaml ~ max_future: 10m ~ protect: [{ with: hmac }]",
        "view ~ features/customer_activity.yaml ~ avg(amount) ~ mean(amount)",
        "view ~ features/customer_activity.yaml ~ version: 1 ~ version: one",
        "view ~ features/customer_activity.yaml ~ grace: 2d ~ derived: []",
        "view ~ features/customer_activity.yaml ~ grace: 2d ~ derived: [trend]",
        "view ~ features/customer_activity.yaml ~ grace: 2d ~ derived: [{ a-b: avg_amount_7d }]",
        "service ~ services/fraud.yaml ~ - event.amount ~ - amount",
        "model ~ models/fraud/model.yaml ~ service: fraud@3 ~ service: fraud",
        "model ~ models/fraud/model.yaml ~ score: ~ mark:",
        "model ~ models/fraud/model.yaml ~ score: p ~ a-b: p",
        "model ~ models/fraud/model.yaml ~ nulls: { default: -1, terminal_risk.risk_7d: 0 } ~"
            + " inputs: { x: [] }",
        "model ~ models/fraud/model.yaml ~ owner: risk-science ~ rollout: [shadow, champion]",
        "monitor ~ monitors/fraud.yaml ~ open_after: 1 of 2 ~ open_after: 1",
        "retraining ~ retraining/fraud.yaml ~ when: [drift] ~ when: [latency]",
        "retraining ~ retraining/fraud.yaml ~ cool_down: 3d ~ budget: { runs: 4 a month }",
        "retraining ~ retraining/fraud.yaml ~ cool_down: 3d ~ gates: { auc: 0.005 }",
        "retraining ~ retraining/fraud.yaml ~ cool_down: 3d ~ gates: { size: 20 }",
        "monitor ~ monitors/fraud.yaml ~ lateness: 2h ~ performance: { metric: auc, drop: 0.1, costs: [5] }",
        "retraining ~ retraining/fraud.yaml ~ cool_down: 3d ~ trainer: { command: train.py }",
      })
  void whatReadersRefuseSchemasRefuse(String kind, String file, String text, String by) {
    folder.replace(file, text, by);

    assertThat(folder.problems()).isNotEmpty();
    assertThat(validate(kind, folder.text(file))).isNotEmpty();
  }

  private static Set<ValidationMessage> validate(String kind, String yaml) {
    Object document = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema(kind))
        .validate(JSON.valueToTree(document));
  }

  private static JsonNode schema(String kind) {
    String name = "/leat/" + kind + ".schema.json";
    try (InputStream resource = EditorSchemaTest.class.getResourceAsStream(name)) {
      return JSON.readTree(Objects.requireNonNull(resource, name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
