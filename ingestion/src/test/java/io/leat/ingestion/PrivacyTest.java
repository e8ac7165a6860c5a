package io.leat.ingestion;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.HiddenHeaders;
import io.leat.ingestion.privacy.Protector;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Contract.Privacy;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.Protection.Method;
import io.leat.schemas.RecordHeaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What leaves ingestion holds no clear value of a protected field, wherever one looks. */
class PrivacyTest {
  private static final List<String> SECRETS =
      List.of("C-77", "ann@example.org", "555666", "grumpy", "+32 9", "Korenmarkt", "12345");

  private Orders people;

  @BeforeEach
  void start() throws IOException {
    people = new Orders(Orders.pipeline("people"));
  }

  @AfterEach
  void close() {
    people.close();
  }

  private GenericRecordBuilder ann() {
    GenericRecord home =
        new GenericRecordBuilder(people.schema.getField("home").schema().getTypes().get(1))
            .set("street", "Korenmarkt 1")
            .set("city", "Ghent")
            .build();
    return new GenericRecordBuilder(people.schema)
        .set("event_id", "e-1")
        .set("at", Orders.NOW.toEpochMilli())
        .set("person_id", "C-77")
        .set("email", "ann@example.org")
        .set("card", "4000555666")
        .set("born", 12_345)
        .set("notes", "7 grumpy")
        .set("phones", List.of("+32 9 1", "+32 9 2"))
        .set("home", home);
  }

  private void produce(GenericRecordBuilder person) {
    people.produce(
        "people",
        people.codec.encode(
            people.registry.register("people-value", people.schema), person.build()),
        Map.of());
  }

  @Test
  void everyMethodDoesWhatItSays() throws Exception {
    produce(ann().set("notes", "7"));

    TestRecord<byte[], byte[]> valid = people.read("people.valid").get(0);
    GenericRecord person = people.codec.decode(valid.value(), people.schema);
    assertThat(person.get("person_id")).isEqualTo(hmac("C-77"));
    assertThat(new String(valid.key(), UTF_8)).isEqualTo(hmac("C-77"));
    assertThat(person.get("card")).isEqualTo("4000");
    assertThat(person.get("born")).isNull();
    assertThat(person.get("notes")).isNull();
    assertThat(person.get("phones")).isEqualTo(List.of("***", "***"));
    assertThat(((GenericRecord) person.get("home")).get("street")).isEqualTo(hmac("Korenmarkt 1"));
    assertThat(((GenericRecord) person.get("home")).get("city")).isEqualTo(hmac("Ghent"));
    String email = person.get("email").toString();
    assertThat(email).startsWith(Protector.ENCRYPTED);
    byte[] encrypted = Base64.getDecoder().decode(email.substring(Protector.ENCRYPTED.length()));
    assertThat(new String(new Cipher256(keys("old-key", "key")).decrypt(encrypted), UTF_8))
        .isEqualTo("ann@example.org");
    assertNoSecretIn(valid, SECRETS);
  }

  @Test
  void equalTextsAreEncryptedToUnequalOnes() {
    produce(ann().set("notes", "7"));
    produce(ann().set("notes", "7").set("event_id", "e-2"));

    assertThat(
            people.read("people.valid").stream()
                .map(record -> people.codec.decode(record.value(), people.schema).get("email"))
                .distinct())
        .hasSize(2);
  }

  @Test
  void aDeadLettersHeadersAndTheMetricsQuoteNothingProtected() {
    produce(ann().set("notes", "no number, 7 grumpy").set("born", 15_000).set("card", "555666x"));

    TestRecord<byte[], byte[]> deadLetter = people.read("people.dlq").get(0);
    assertThat(header(deadLetter, RecordHeaders.REASON)).isEqualTo("RULE_VIOLATED");
    assertThat(header(deadLetter, RecordHeaders.RULES)).isEqualTo("adult,card_is_number,name_fits");
    assertThat(header(deadLetter, "__streams.errors.message"))
        .contains("*** was born on ***", "found event.card is ***", "which holds protected fields");
    assertNoSecretIn(new TestRecord<>(null, null, deadLetter.headers()), SECRETS);
    assertThat(people.metrics.getMetersAsString()).doesNotContain(SECRETS);
  }

  @Test
  void whatALibrarySaidOfBrokenBytesIsLeftOut() {
    byte[] value =
        people.codec.encode(people.registry.register("people-value", people.schema), ann().build());
    people.produce("people", Arrays.copyOf(value, value.length - 40), Map.of());

    TestRecord<byte[], byte[]> deadLetter = people.read("people.dlq").get(0);
    assertThat(header(deadLetter, "__streams.errors.message"))
        .startsWith("NOT_THE_SCHEMA (the details");
    assertNoSecretIn(new TestRecord<>(null, null, deadLetter.headers()), SECRETS);
  }

  @Test
  void deadLettersAreEncryptedWhereTheContractSaysSo() throws IOException {
    Pipeline clear = Orders.pipeline("people");
    Contract contract = clear.contracts().get(0);
    Privacy privacy =
        new Privacy(
            contract.privacy().tags(), contract.privacy().protections(), keys("key", "old-key"));
    byte[] value = "not avro, but ann@example.org is in it".getBytes(UTF_8);
    try (Orders encrypting = new Orders(with(clear, privacy))) {
      encrypting.produce("people", value, Map.of());

      TestRecord<byte[], byte[]> deadLetter = encrypting.read("people.dlq").get(0);
      assertNoSecretIn(deadLetter, SECRETS);
      assertThat(header(deadLetter, RecordHeaders.ENCRYPTED)).isEqualTo("key,value");
      assertThat(deadLetter.headers())
          .extracting(Header::key)
          .startsWith("leat.encrypted", "__streams.errors.exception");
      Cipher256 cipher = new Cipher256(keys("old-key", "key")); // rotated: the other key is first
      assertThat(cipher.decrypt(deadLetter.value())).isEqualTo(value);
      assertThat(cipher.decrypt(deadLetter.key())).isEqualTo("c1".getBytes(UTF_8));
    }
  }

  @Test
  void anAttributeOfACloudEventThatBecomesAProtectedFieldIsInNoHeader() throws IOException {
    Protection hmac =
        new Protection(new Protection.Target.Field("order_id"), Method.HMAC, 0, keys("key"));
    Pipeline cloud = only(Orders.pipeline("orders"), "orders_cloud");
    Map<String, String> headers =
        Map.of(
            "ce_specversion", "1.0",
            "ce_id", "o-4711",
            "ce_source", "/shop",
            "ce_type", "order",
            "ce_time", Orders.NOW.toString(),
            "content-type", "application/json");
    String good = Orders.json("o-0");
    String bad = good.replace("12.5", "-12.5");

    try (Orders clear = new Orders(with(cloud, new Privacy(Map.of(), List.of(hmac), List.of())))) {
      clear.produce("orders_cloud", good.getBytes(UTF_8), headers);
      clear.produce("orders_cloud", bad.getBytes(UTF_8), headers);

      TestRecord<byte[], byte[]> valid = clear.read("orders_cloud.valid").get(0);
      assertNoSecretIn(valid, List.of("4711"));
      assertThat(header(valid, "ce_source")).isEqualTo("/shop");
      TestRecord<byte[], byte[]> deadLetter = clear.read("orders_cloud.dlq").get(0);
      assertThat(header(deadLetter, "ce_id")).as("as it came").isEqualTo("o-4711");
    }
    try (Orders encrypting =
        new Orders(with(cloud, new Privacy(Map.of(), List.of(hmac), keys("key"))))) {
      encrypting.produce("orders_cloud", bad.getBytes(UTF_8), headers);

      TestRecord<byte[], byte[]> deadLetter = encrypting.read("orders_cloud.dlq").get(0);
      assertNoSecretIn(deadLetter, List.of("4711"));
      assertThat(header(deadLetter, RecordHeaders.ENCRYPTED)).isEqualTo("key,value,ce_id");
      assertThat(header(deadLetter, "ce_source")).isEqualTo("/shop");
      HiddenHeaders.decryptIn(deadLetter.headers(), List.of("ce_id"), new Cipher256(keys("key")));
      assertThat(header(deadLetter, "ce_id")).isEqualTo("o-4711");
    }
  }

  @Test
  void whatWasTamperedWithIsNotDecrypted() {
    byte[] encrypted = new Cipher256(keys("key")).encrypt("text".getBytes(UTF_8));
    for (int i = 0; i < encrypted.length; i++) {
      byte[] changed = encrypted.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> new Cipher256(keys("key")).decrypt(changed))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Cipher256(keys("old-key")).decrypt(encrypted))
        .hasMessageContaining("another key");
  }

  @Test
  void aKeyThatOthersCanReadIsRefusedWithTheRemedy() throws Exception {
    KeySource.SecretFile key = (KeySource.SecretFile) keys("key").get(0);
    Files.setPosixFilePermissions(key.path(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> new Cipher256(List.of(key)))
        .isInstanceOf(LeatException.class)
        .hasMessageEndingWith("run: chmod 600 " + key.path());

    keepTheKeysFromOthers();
    assertThatCode(() -> new Cipher256(List.of(key))).doesNotThrowAnyException();
  }

  @Test
  void aKeyThatIsNotThereIsSaidWithoutQuotingAnything() {
    assertThatThrownBy(() -> new Cipher256(List.of(new KeySource.Environment("LEAT_NO_SUCH_KEY"))))
        .hasMessage(
            "No key at env:LEAT_NO_SUCH_KEY: there is nothing. Expected 32 random bytes in base64"
                + " or hex, as 'openssl rand -base64 32' makes them.");
    assertThatThrownBy(() -> new Cipher256(keys("pipeline.yaml")))
        .hasMessageContaining("neither base64 nor hex")
        .hasMessageNotContaining("hr");
  }

  private static Pipeline only(Pipeline pipeline, String event) {
    return with(pipeline, pipeline.contract(event).orElseThrow());
  }

  private static Pipeline with(Pipeline pipeline, Privacy privacy) {
    Contract c = pipeline.contracts().get(0);
    return with(
        pipeline,
        new Contract(
            c.event(),
            c.schema(),
            c.owner(),
            c.description(),
            c.key(),
            c.eventId(),
            c.eventTime(),
            c.maxFuture(),
            c.maxPast(),
            c.compatibility(),
            c.inputFormat(),
            c.duplicatesWithin(),
            c.missing(),
            c.rules(),
            c.ruleSet(),
            privacy,
            c.topic()));
  }

  private static Pipeline with(Pipeline pipeline, Contract contract) {
    return new Pipeline(
        pipeline.name(),
        pipeline.owner(),
        pipeline.entities(),
        List.of(contract),
        pipeline.views(),
        pipeline.services(),
        pipeline.models(),
        pipeline.monitors(),
        pipeline.retraining());
  }

  private static List<KeySource> keys(String... files) {
    return Arrays.stream(files)
        .<KeySource>map(file -> new KeySource.SecretFile(Orders.folder("people").resolve(file)))
        .toList();
  }

  /** A checkout and a copy of resources keep no such permissions. */
  @BeforeAll
  static void keepTheKeysFromOthers() throws Exception {
    for (String key : List.of("key", "old-key", "pipeline.yaml")) {
      Files.setPosixFilePermissions(
          Orders.folder("people").resolve(key), PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** HMAC-SHA-256 with the test's key, bytes 0 to 31, by the JDK. */
  private static String hmac(String text) throws Exception {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
  }

  private static void assertNoSecretIn(TestRecord<byte[], byte[]> record, List<String> secrets) {
    StringBuilder all = new StringBuilder();
    if (record.key() != null) {
      all.append(new String(record.key(), ISO_8859_1));
    }
    if (record.value() != null) {
      all.append(new String(record.value(), ISO_8859_1));
    }
    for (Header header : record.headers()) {
      all.append(header.key()).append(new String(header.value(), ISO_8859_1));
    }
    assertThat(all.toString()).doesNotContain(secrets);
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return RecordHeaders.get(record.headers(), name).orElse("(none)");
  }
}
