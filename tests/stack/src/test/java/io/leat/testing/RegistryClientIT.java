package io.leat.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.records.FeatureVector;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryClient.Registered;
import io.leat.schemas.RegistryException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The registry client against a real registry, up and down. */
@ExtendWith(SharedCluster.class)
class RegistryClientIT {
  private static final Schema AMOUNT =
      SchemaBuilder.record("Payment").fields().requiredDouble("amount").endRecord();
  private static final Schema AMOUNT_AND_NOTE =
      SchemaBuilder.record("Payment")
          .fields()
          .requiredDouble("amount")
          .optionalString("note")
          .endRecord();
  private static final Schema OTHER_AMOUNT =
      SchemaBuilder.record("Payment").fields().requiredString("amount").endRecord();

  private final TestCluster cluster;
  private final RegistryClient client;
  private final String subject = TestCluster.uniqueName("payments") + "-value";

  RegistryClientIT(TestCluster cluster) {
    this.cluster = cluster;
    this.client = newClient();
  }

  @Test
  void registeredSchemaIsFoundByItsIdAndByItsSubject() {
    int id = client.register(subject, AMOUNT);

    assertThat(newClient().schema(id)).hasValue(AMOUNT);
    assertThat(newClient().latest(subject)).hasValue(new Registered(id, 1, AMOUNT));
    assertThat(newClient().version(subject, AMOUNT)).hasValue(1);
    assertThat(newClient().register(subject, AMOUNT)).isEqualTo(id);
  }

  /**
   * A schema as its file has it, as a client sends it that registers nothing and as one that does:
   * Confluent's for Python sends the file's text, that for Java what Avro prints of it.
   */
  @Test
  void aSchemaIsFoundAsItsFileHasItAndNotRegisteredTwice() throws Exception {
    String file =
        """
        {
          "type": "record", "doc": "What was paid.",
          "name": "Payment",
          "fields": [
            {"doc": "in euros", "name": "amount", "aliases": ["sum"],
             "type": {"type": "bytes", "scale": 2, "precision": 9, "logicalType": "decimal"}},
            {"default": null, "name": "note", "type": ["null", "string"]}
          ]
        }
        """;
    Schema schema = new Schema.Parser().parse(file);
    int id = client.register(subject, schema);

    assertThat(answerTo("/subjects/" + subject, file)).contains("\"id\":" + id);
    assertThat(answerTo("/subjects/" + subject + "/versions", file)).contains("\"id\":" + id);
    assertThat(newClient().register(subject, new Schema.Parser().parse(file))).isEqualTo(id);
    assertThat(newClient().versions(subject)).extracting(Registered::version).containsExactly(1);
    Schema finer = new Schema.Parser().parse(file.replace("\"scale\": 2", "\"scale\": 4"));
    assertThat(newClient().version(subject, finer)).isEmpty();
  }

  /** What the registry answers to a schema. */
  private String answerTo(String path, String schema) throws Exception {
    String body =
        "{\"schema\": \"%s\"}".formatted(schema.replace("\"", "\\\"").replace("\n", "\\n"));
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(cluster.registryUrl() + path))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void sameSchemaHasTheSameIdUnderEverySubject() {
    assertThat(client.register(subject, AMOUNT))
        .isEqualTo(client.register("other-" + subject, AMOUNT));
  }

  @Test
  void compatibleSchemaIsTheNextVersion() {
    int first = client.register(subject, AMOUNT);
    assertThat(client.incompatibilities(subject, AMOUNT_AND_NOTE)).isEmpty();

    int second = client.register(subject, AMOUNT_AND_NOTE);

    assertThat(second).isNotEqualTo(first);
    assertThat(client.latest(subject)).hasValue(new Registered(second, 2, AMOUNT_AND_NOTE));
    assertThat(client.version(subject, AMOUNT)).hasValue(1);
  }

  @Test
  void incompatibleSchemaIsRefusedForGood() {
    client.register(subject, AMOUNT);

    assertThat(client.incompatibilities(subject, OTHER_AMOUNT)).isNotEmpty();
    assertThatThrownBy(() -> client.register(subject, OTHER_AMOUNT))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isRetriable()).isFalse())
        .hasMessageContaining("could not register a schema under " + subject)
        .hasMessageContaining("STRING not compatible with writer type: DOUBLE");
    assertThat(client.version(subject, OTHER_AMOUNT)).isEmpty();
  }

  @Test
  void unknownIdsAndSubjectsAreEmptyAnswers() {
    assertThat(client.schema(999_999)).isEmpty();
    assertThat(client.schema(-1)).isEmpty();
    assertThat(client.latest(subject)).isEmpty();
    assertThat(client.version(subject, AMOUNT)).isEmpty();
    assertThat(client.incompatibilities(subject, AMOUNT)).isEmpty();
  }

  @Test
  void unknownIdIsAskedForAgain() {
    int next = client.register(subject, SchemaBuilder.record(unique()).fields().endRecord()) + 1;
    assertThat(client.schema(next)).isEmpty();

    Schema schema = SchemaBuilder.record(unique()).fields().endRecord();
    assertThat(newClient().register("other-" + subject, schema)).isEqualTo(next);

    assertThat(client.schema(next)).hasValue(schema);
  }

  @Test
  void namesOfFeaturesSurviveAndOtherNamesAreANewVersion() {
    Schema first = FeatureVectorSchema.of(List.of("event.amount"));
    Schema second = FeatureVectorSchema.of(List.of("event.amount", "view.count_7d"));

    int firstId = client.register(subject, first);
    int secondId = client.register(subject, second);

    assertThat(secondId).isNotEqualTo(firstId);
    assertThat(newClient().schema(firstId).map(FeatureVectorSchema::names))
        .hasValue(List.of("event.amount"));
    assertThat(newClient().schema(secondId).map(FeatureVectorSchema::names))
        .hasValue(List.of("event.amount", "view.count_7d"));
    assertThat(newClient().latest(subject)).hasValue(new Registered(secondId, 2, second));
    assertThat(newClient().version(subject, first)).hasValue(1);
    assertThat(newClient().version(subject, FeatureVector.getClassSchema())).isEmpty();
  }

  @Test
  void schemaThatIsNoAvroIsNotAskedForAgainAndAgain() throws Exception {
    int id =
        post(
            subject,
            """
            {"schemaType": "JSON",
             "schema": "{\\"$schema\\": \\"http://json-schema.org/draft-07/schema#\\", \\"type\\": \\"object\\"}"}
            """);

    assertThatThrownBy(() -> client.schema(id))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isRetriable()).isFalse())
        .hasMessageContaining("is no Avro schema");
  }

  @Test
  void newestSchemaHasWhatItRefersTo() throws Exception {
    String refersTo = unique();
    String money = "money-" + subject;
    post(
        money,
        """
        {"schemaType": "AVRO", "schema": "{\\"type\\": \\"record\\", \\"name\\": \\"%s\\", \\"fields\\": [{\\"name\\": \\"cents\\", \\"type\\": \\"long\\"}]}"}
        """
            .formatted(refersTo));
    int id =
        post(
            subject,
            """
            {"schemaType": "AVRO", "schema": "{\\"type\\": \\"record\\", \\"name\\": \\"Bill\\", \\"fields\\": [{\\"name\\": \\"due\\", \\"type\\": \\"%s\\"}]}",
             "references": [{"name": "%s", "subject": "%s", "version": 1}]}
            """
                .formatted(refersTo, refersTo, money));

    Registered newest = newClient().latest(subject).orElseThrow();

    assertThat(newest.id()).isEqualTo(id);
    assertThat(newest.schema().getField("due").schema().getField("cents")).isNotNull();
    assertThat(newest.schema()).isEqualTo(newClient().schema(id).orElseThrow());
  }

  @Test
  void addressOfNoRegistryIsAnErrorAndNotAnUnknownSchema() {
    String url = cluster.registryUrl().replace("/apis/ccompat/v7", "");
    RegistryClient lost = new RegistryClient(url);

    assertThatThrownBy(() -> lost.schema(1))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isRetriable()).isTrue())
        .hasMessage(
            "What answers at %s is no schema registry: it does not know how to read schema id 1. Is the address right, its path too?",
            url);
    assertThatThrownBy(() -> lost.register(subject, AMOUNT)).isInstanceOf(RegistryException.class);
  }

  @Test
  void whatWasSeenIsKnownWhileTheRegistryIsDownAndTheRestIsAskedForLater() {
    int id = client.register(subject, AMOUNT);
    RegistryClient reader = newClient();
    RegistryClient stranger = newClient();
    assertThat(reader.schema(id)).hasValue(AMOUNT);

    cluster.registryProcess().process().kill();
    try {
      assertThat(reader.schema(id)).hasValue(AMOUNT);
      assertThat(client.register(subject, AMOUNT)).isEqualTo(id);
      assertThatThrownBy(() -> stranger.schema(id))
          .isInstanceOfSatisfying(
              RegistryException.class, e -> assertThat(e.isRetriable()).isTrue())
          .hasMessageStartingWith(
              "The schema registry at %s did not answer when asked to read schema id %d: ",
              cluster.registryUrl(), id)
          .hasMessageEndingWith("Is it running?");
    } finally {
      cluster.restartRegistry();
    }

    assertThat(stranger.schema(id)).hasValue(AMOUNT);
  }

  /** Registers what a request of Confluent's REST API holds, and gives its id. */
  private int post(String subject, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(cluster.registryUrl() + "/subjects/" + subject + "/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Integer.parseInt(answer.body().replaceAll("\\D", ""));
  }

  private RegistryClient newClient() {
    return cluster.newRegistryClient();
  }

  private static String unique() {
    return TestCluster.uniqueName("Record").replace('-', '_');
  }
}
