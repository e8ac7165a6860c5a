package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.leat.pipeline.apply.Change.Kind;
import io.leat.pipeline.apply.Change.State;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import io.leat.records.AuditEvent;
import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans and applies against a real broker and a real schema registry. */
class ApplierIT {
  private static TestCluster cluster;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    cluster = TestCluster.shared();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void applyingMakesWhatIsMissingAndApplyingAgainMakesNothing() throws Exception {
    Pipeline pipeline = TestFolder.cardPayments(directory).read();

    Plan planned = newApplier().plan(pipeline);
    Plan applied = newApplier().apply(pipeline, "ada");

    assertThat(planned.in(State.CREATE))
        .extracting(Change::name)
        .contains("payments", "payments-value", "view/customer_activity@1");
    assertThat(planned.isRefused()).isFalse();
    assertThat(planned.changes().stream().map(Change::kind).distinct())
        .containsExactly(Kind.TOPIC, Kind.SCHEMA, Kind.COMPATIBILITY, Kind.DEFINITION);
    assertThat(applied).isEqualTo(planned);
    try (Admin admin = cluster.newAdmin()) {
      assertThat(admin.listTopics().names().get())
          .contains(
              "payments",
              "payments.valid",
              "payments.dlq",
              "payments.late",
              "payment_labels",
              "payment_labels.valid",
              "payment_labels.dlq",
              "payment_labels.late",
              "features.fraud",
              "scores.fraud",
              "scores.fraud.shadow",
              "scores.fraud.dlq",
              "card-payments-features.dlq",
              "card-payments-offline.dlq",
              "card-payments-drift.dlq",
              "drift-metrics",
              "drift-alerts",
              "retraining-requests",
              "retraining-runs",
              "model-registry",
              "audit",
              "definitions");
      assertThat(
              partitions(admin, "payments", "scores.fraud", "payment_labels.late", "definitions"))
          .containsOnly(
              entry("payments", 6),
              entry("scores.fraud", 6),
              entry("payment_labels.late", 3),
              entry("definitions", 1));
      assertThat(setting(admin, "payments.valid", "retention.ms")).isEqualTo("2592000000");
      assertThat(setting(admin, "payments.dlq", "retention.ms")).isEqualTo("7776000000");
      assertThat(setting(admin, "payment_labels", "retention.ms")).isEqualTo("-1");
      assertThat(setting(admin, "definitions", "cleanup.policy")).isEqualTo("compact");
      assertThat(setting(admin, "features.fraud", "message.timestamp.type"))
          .isEqualTo("LogAppendTime");
    }
    RegistryClient registry = cluster.newRegistryClient();
    assertThat(registry.latest("payments-value").orElseThrow().schema())
        .isEqualTo(pipeline.contract("payments").orElseThrow().schema());
    assertThat(registry.latest("payments.valid-value")).isPresent();
    assertThat(
            FeatureVectorSchema.names(
                registry.latest("features.fraud-value").orElseThrow().schema()))
        .isEqualTo(pipeline.service("fraud").orElseThrow().featureNames());
    assertThat(registry.latest("io.leat.records.DeadLetter")).isPresent();
    assertThat(definitions("card-payments"))
        .extracting(Definitions::key)
        .containsExactly(
            "view/customer_activity@1",
            "view/terminal_risk@2",
            "service/fraud@3",
            "model/fraud@2026-11-01");
    assertThat(audit("card-payments"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getAction()).isEqualTo("apply");
              assertThat(event.getActor()).isEqualTo("ada");
              assertThat(event.getSubject()).isEqualTo("pipeline card-payments");
              assertThat(event.getDetails().get("topics")).contains("features.fraud");
              assertThat(event.getBefore()).isNull();
              assertThat(event.getAfter())
                  .startsWith("{\"model/fraud@2026-11-01\":{\"artifact_digest\":\"")
                  .contains("\"view/terminal_risk@2\":{\"fingerprint\":\"");
              assertThat(event.getHash()).hasSize(64);
            });

    Plan again = newApplier().apply(pipeline, "ada");

    assertThat(again.changes()).extracting(Change::state).containsOnly(State.PRESENT);
    assertThat(again.isEmpty()).isTrue();
    assertThat(definitions("card-payments")).hasSize(4);
    assertThat(audit("card-payments")).hasSize(1);
  }

  @Test
  void whatCannotBeIsRefusedAsAWholeAndWhatCanBeIsMade() throws PipelineException {
    TestFolder folder = TestFolder.shop(directory, "refusals");
    newApplier().apply(folder.read(), "ada");
    String schema = folder.text("contracts/refusals.avsc");

    folder.replace(
        "contracts/refusals.avsc",
        "{\"name\": \"amount\", \"type\": \"double\"}",
        "{\"name\": \"amount\", \"type\": \"long\"}, {\"name\": \"shop\", \"type\": \"string\"}");
    folder.replace("features/refusals.yaml", "windows: [1d]", "windows: [2d]");
    Plan refused = newApplier().plan(folder.read());

    assertThat(refused.in(State.REFUSED))
        .extracting(Change::toString)
        .contains(
            "! schema refusals-value: io.leat.tests.Order does not go together with version 1: field amount changed so that values written before do not fit: double cannot be read as long; field shop is new and has no default, which values written before would need",
            "! definition view/refusals_by_customer@1: this version was applied with another definition; give the changed view a new version. Applied are 1",
            "! definition service/refusals@1: this version was applied with another definition; give the changed service a new version. Applied are 1");
    assertThatThrownBy(() -> newApplier().apply(folder.read(), "ada"))
        .isInstanceOf(ApplyException.class)
        .hasMessageStartingWith(
            "Pipeline refusals was not applied; nothing was changed:\n! schema ");
    assertThat(audit("refusals")).hasSize(1);

    folder.write("contracts/refusals.avsc", schema);
    folder.replace(
        "contracts/refusals.avsc",
        "{\"name\": \"amount\", \"type\": \"double\"}",
        "{\"name\": \"amount\", \"type\": \"double\"}, {\"name\": \"shop\", \"type\": \"string\", \"default\": \"\"}");
    folder.replace("features/refusals.yaml", "version: 1", "version: 2");
    folder.replace("services/refusals.yaml", "version: 1", "version: 2");
    Plan next = newApplier().apply(folder.read(), "ada");

    assertThat(next.in(State.CREATE))
        .extracting(change -> change.kind() + " " + change.name())
        .containsExactly(
            "SCHEMA refusals-value",
            "SCHEMA refusals.valid-value",
            "SCHEMA refusals.late-value",
            "SCHEMA features.refusals-value",
            "DEFINITION view/refusals_by_customer@2",
            "DEFINITION service/refusals@2");
    assertThat(next.in(State.CREATE))
        .extracting(Change::toString)
        .contains(
            "+ schema refusals-value: io.leat.tests.Order, version 2: + shop string, by default \"\"");
    assertThat(cluster.newRegistryClient().latest("refusals-value").orElseThrow().version())
        .isEqualTo(2);

    folder.replace("pipeline.yaml", "pipeline: refusals", "pipeline: other");
    assertThat(newApplier().plan(folder.read()).in(State.REFUSED))
        .extracting(Change::toString)
        .containsExactly(
            "! definition view/refusals_by_customer@2: the name belongs to the pipeline refusals; choose another",
            "! definition service/refusals@2: the name belongs to the pipeline refusals; choose another");
  }

  @Test
  void aFieldThatWouldMeanSomethingElseIsRefusedByItsName() throws PipelineException {
    TestFolder folder = TestFolder.shop(directory, "meanings");
    String contract = "contracts/meanings.avsc";
    String amount = "{\"name\": \"amount\", \"type\": \"double\"}";
    String due = ", {\"name\": \"due\", \"type\": [\"null\", \"%s\"], \"default\": null}";
    String price =
        ", {\"name\": \"price\", \"type\": {\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 9, \"scale\": 2}}";
    folder.replace(contract, amount, amount + due.formatted("long") + price);
    newApplier().apply(folder.read(), "ada");

    folder.replace(contract, "\"scale\": 2", "\"scale\": 4");
    List<Change> finer = newApplier().plan(folder.read()).in(State.REFUSED);
    folder.replace(contract, "\"scale\": 4", "\"scale\": 0");
    List<Change> coarser = newApplier().plan(folder.read()).in(State.REFUSED);
    folder.replace(contract, "\"precision\": 9, \"scale\": 0", "\"precision\": 12, \"scale\": 2");
    folder.replace(contract, due.formatted("long"), "");
    Plan longer = newApplier().apply(folder.read(), "ada");
    folder.replace(contract, amount, amount + due.formatted("string"));
    List<Change> back = newApplier().plan(folder.read()).in(State.REFUSED);

    assertThat(finer)
        .singleElement()
        .asString()
        .startsWith("! schema meanings.valid-value: ")
        .contains("field price changed from decimal(9, 2) to decimal(9, 4)");
    assertThat(coarser)
        .filteredOn(change -> change.name().startsWith("meanings"))
        .hasSizeGreaterThanOrEqualTo(2)
        .allSatisfy(
            change ->
                assertThat(change.toString())
                    .contains("field price changed so that values written before do not fit"));
    assertThat(longer.isRefused()).isFalse();
    assertThat(back)
        .as("the newest version lacks it, the table does not")
        .singleElement()
        .asString()
        .contains("field due changed from long to string");
  }

  @Test
  void aContractsCompatibilityIsSetAndKept() throws PipelineException {
    TestFolder folder = TestFolder.shop(directory, "promises");
    folder.replace(
        "contracts/promises.yaml",
        "event_time: ordered_at",
        "event_time: ordered_at, compatibility: full");
    newApplier().apply(folder.read(), "ada");

    assertThat(cluster.newRegistryClient().compatibility("promises-value")).contains("FULL");
    folder.replace(
        "contracts/promises.avsc",
        "{\"name\": \"amount\", \"type\": \"double\"}",
        "{\"name\": \"euros\", \"type\": \"double\", \"default\": 0}");
    folder.replace("services/promises.yaml", "event.amount", "event.euros");

    assertThat(newApplier().plan(folder.read()).in(State.REFUSED))
        .extracting(Change::toString)
        .anySatisfy(
            change ->
                assertThat(change)
                    .startsWith("! schema promises-value: ")
                    .contains(
                        "field amount is gone and had no default, which readers of the version before would need"));
  }

  @Test
  void ofTwoWhoApplyAtOnceNeitherLosesADefinition() throws Exception {
    Pipeline bakery = TestFolder.shop(directory.resolve("bakery"), "bakery").read();
    Pipeline brewery = TestFolder.shop(directory.resolve("brewery"), "brewery").read();

    CompletableFuture<Plan> other =
        CompletableFuture.supplyAsync(() -> newApplier().apply(brewery, "bob"));
    Plan one = newApplier().apply(bakery, "ada");

    assertThat(one.isEmpty()).isFalse();
    assertThat(other.join().isEmpty()).isFalse();
    for (String pipeline : List.of("bakery", "brewery")) {
      assertThat(definitions(pipeline))
          .extracting(Definitions::key)
          .containsExactlyInAnyOrder(
              "view/%s_by_customer@1".formatted(pipeline), "service/%s@1".formatted(pipeline));
      assertThat(audit(pipeline)).hasSize(1);
    }
  }

  @Test
  void ofTwoWhoWantTheSameNamesTheSecondIsToldWhoseTheyAre() throws Exception {
    TestFolder folder = TestFolder.shop(directory.resolve("one"), "twins");
    TestFolder same = TestFolder.shop(directory.resolve("other"), "twins");
    same.replace("pipeline.yaml", "pipeline: twins", "pipeline: rivals");
    Pipeline twins = folder.read();
    Pipeline rivals = same.read();

    CompletableFuture<Object> other =
        CompletableFuture.supplyAsync(() -> newApplier().apply(rivals, "bob"))
            .handle((plan, failure) -> failure == null ? plan : failure.getCause());
    Object one;
    try {
      one = newApplier().apply(twins, "ada");
    } catch (ApplyException e) {
      one = e;
    }

    assertThat(List.of(one, other.join()))
        .satisfiesExactlyInAnyOrder(
            applied -> assertThat(applied).isInstanceOf(Plan.class),
            refused ->
                assertThat(refused)
                    .isInstanceOf(ApplyException.class)
                    .asString()
                    .contains("the name belongs to the pipeline "));
    assertThat(List.of(definitions("twins").size(), definitions("rivals").size()))
        .containsExactlyInAnyOrder(2, 0);
    assertThat(List.of(audit("twins").size(), audit("rivals").size()))
        .containsExactlyInAnyOrder(1, 0);
  }

  @Test
  void topicsThatAreThereStayAsTheyAreAndThePlanSaysHowTheyDiffer() throws Exception {
    Pipeline pipeline = TestFolder.shop(directory, "differences").read();
    cluster.createTopic("differences", 2, Map.of());

    Plan plan = newApplier().apply(pipeline, "ada");

    assertThat(plan.in(State.DIFFERS))
        .extracting(Change::toString)
        .singleElement()
        .asString()
        .startsWith("~ topic differences: it has 2 partitions where the pipeline says 3; ")
        .contains("message.timestamp.type is CreateTime where the pipeline says LogAppendTime")
        .endsWith(". It stays as it is; Kafka's own tools can change it");
    try (Admin admin = cluster.newAdmin()) {
      assertThat(partitions(admin, "differences")).containsOnly(entry("differences", 2));
    }
  }

  @Test
  void aTopicThatKeepsProtectedValuesTooLongIsRefused() throws Exception {
    TestFolder folder = TestFolder.shop(directory, "secrets");
    folder.replace(
        "contracts/secrets.yaml",
        "event_time: ordered_at",
        "event_time: ordered_at, protect: [{ field: customer_id, with: hmac, key: \"env:KEY\" }]");
    cluster.createTopic("secrets.dlq", 3, Map.of("retention.ms", "-1"));

    assertThat(newApplier().plan(folder.read()).in(State.REFUSED))
        .extracting(Change::toString)
        .containsExactly(
            "! topic secrets.dlq: it holds in clear what the contract protects, and keeps it for ever where the pipeline says at most 3d. Shorten it with Kafka's own tools (retention.ms=259200000, cleanup.policy=delete), or let the contract encrypt its dead letters");

    folder.replace(
        "contracts/secrets.yaml",
        "event_time: ordered_at",
        "event_time: ordered_at, dead_letters: { encrypt: \"env:KEY\" }");
    assertThat(newApplier().plan(folder.read()).isRefused()).isFalse();
  }

  private Applier newApplier() {
    return new Applier(
        Map.of("bootstrap.servers", cluster.bootstrapServers()), cluster.newRegistryClient());
  }

  private static Map<String, Integer> partitions(Admin admin, String... topics) throws Exception {
    return admin.describeTopics(Set.of(topics)).allTopicNames().get().values().stream()
        .collect(Collectors.toMap(topic -> topic.name(), topic -> topic.partitions().size()));
  }

  private static String setting(Admin admin, String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
    return config.get(name).value();
  }

  private List<Definition> definitions(String pipeline) {
    return read("definitions", Definition.class).stream()
        .filter(definition -> definition.getPipeline().equals(pipeline))
        .toList();
  }

  private List<AuditEvent> audit(String pipeline) {
    return read("audit", AuditEvent.class).stream()
        .filter(event -> event.getSubject().equals("pipeline " + pipeline))
        .toList();
  }

  private <T extends SpecificRecordBase> List<T> read(String topic, Class<T> type) {
    AvroCodec codec = new AvroCodec(cluster.newRegistryClient());
    try (TopicReader reader = cluster.newReader(topic)) {
      return reader.readToEnd().stream()
          .map(ConsumerRecord::value)
          .map(value -> codec.decode(value, type))
          .toList();
    }
  }
}
