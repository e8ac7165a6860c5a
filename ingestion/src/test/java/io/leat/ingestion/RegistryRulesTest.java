package io.leat.ingestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.RecordHeaders;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rules and tags that a registry holds beside the schema, as Confluent's clients would run them.
 */
class RegistryRulesTest {
  private static final Pipeline PIPELINE = Orders.pipeline("orders");

  private FakeRegistry server;
  private Orders orders;

  @BeforeEach
  void startRegistry() throws IOException {
    server = new FakeRegistry();
    server
        .client()
        .register("orders_avro-value", PIPELINE.contract("orders_avro").orElseThrow().schema());
  }

  @AfterEach
  void close() {
    if (orders == null) {
      server.close();
    } else {
      orders.close();
    }
  }

  private void order(String id) {
    orders = new Orders(PIPELINE, server);
    orders.produce("orders_avro", orders.avro(orders.order(id)), Map.of());
  }

  private void hold(String tags, String... rules) throws IOException {
    server.holdBeside(
        "orders_avro-value",
        "{\"metadata\": {\"tags\": %s}, \"ruleSet\": {\"domainRules\": [%s]}}"
            .formatted(tags, String.join(", ", rules)));
  }

  private static String rule(String kind, String type, String expression, String more) {
    return "{\"name\": \"it\", \"kind\": \"%s\", \"type\": \"%s\", \"mode\": \"WRITE\", \"expr\": \"%s\"%s}"
        .formatted(kind, type, expression.replace("\"", "\\\""), more);
  }

  private GenericRecord valid() {
    List<TestRecord<byte[], byte[]>> valid = orders.read("orders_avro.valid");
    assertThat(valid).hasSize(1);
    return orders.codec.decode(valid.get(0).value(), orders.schema);
  }

  private String reason() {
    List<TestRecord<byte[], byte[]>> deadLetters = orders.read("orders_avro.dlq");
    assertThat(deadLetters).hasSize(1);
    return RecordHeaders.get(deadLetters.get(0).headers(), RecordHeaders.REASON).orElse("");
  }

  /** Expression over an order of 12.5 from BE without a channel, and what comes of it. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '~',
      value = {
        "message.amount > 0.0 ~ valid",
        "message.amount > 100.0 ~ RULE_VIOLATED",
        "message.address == null ~ valid",
        "message.channel == null ~ RULE_VIOLATED", // the contract fills it in before
        "message.country == 'BE' ; message.amount > 100.0 ~ RULE_VIOLATED",
        "message.country == 'NL' ; message.amount > 100.0 ~ valid",
        "message.country.size() == 2 ~ valid",
        "message.signature.size() > 2 ~ RULE_FAILED",
        "message.customer_id.isEmail() ~ RULE_VIOLATED",
        "'ann@example.org'.isEmail() && '10.0.0.1'.isIpv4() && '::1'.isIpv6() ~ valid",
        "message.customer_id + ';' == 'c1;' ~ valid",
      })
  void aConditionHoldsOrDoesNot(String expression, String outcome) throws IOException {
    hold("{}", rule("CONDITION", "CEL", expression.strip(), ""));

    order("o-1");

    if (outcome.equals("valid")) {
      valid();
    } else {
      assertThat(reason()).isEqualTo(outcome);
    }
  }

  @Test
  void whatFollowsIsTheRulesToSay() throws IOException {
    hold("{}", rule("CONDITION", "CEL", "message.amount > 100.0", ", \"onFailure\": \"NONE\""));
    order("o-1");

    assertThat(orders.count("orders_avro", "warned")).isEqualTo(1);
  }

  @Test
  void aRuleMayRefuseWhatHolds() throws IOException {
    hold("{}", rule("CONDITION", "CEL", "message.amount > 1.0", ", \"onSuccess\": \"DLQ\""));
    order("o-1");

    assertThat(reason()).isEqualTo("RULE_VIOLATED");
  }

  @Test
  void aTransformationChangesTheFieldsOfItsTags() throws IOException {
    hold(
        "{\"io.leat.tests.Order.customer_id\": [\"PII\"], \"**.street\": [\"PII\"]}",
        rule(
            "TRANSFORM",
            "CEL_FIELD",
            "typeName == 'STRING' ; value + '-' + name + '-' + tags[0]",
            ", \"tags\": [\"PII\"]"));
    order("o-1");

    GenericRecord order = valid();
    assertThat(order.get("customer_id")).isEqualTo("c1-customer_id-PII");
    assertThat(order.get("order_id")).isEqualTo("o-1");
  }

  @Test
  void aConditionOfFieldsIsAskedOfEveryOne() throws IOException {
    hold("{}", rule("CONDITION", "CEL_FIELD", "typeName == 'STRING' ; value.size() < 3", ""));
    order("o-12");

    assertThat(reason()).isEqualTo("RULE_VIOLATED");
  }

  @Test
  void aTransformationOfTheWrongTypeIsAViolationOfItsOwnKind() throws IOException {
    hold("{}", rule("TRANSFORM", "CEL_FIELD", "name == 'amount' ; 'much'", ""));
    order("o-1");

    assertThat(reason()).isEqualTo("RULE_FAILED");
  }

  @Test
  void aDisabledRuleIsPassedOver() throws IOException {
    hold("{}", rule("CONDITION", "JSONATA", "$", ", \"disabled\": true"));
    order("o-1");

    valid();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '~',
      value = {
        "CONDITION ~ JSONATA ~ $ ~ the rule it cannot run here: its type is 'JSONATA'; Leat runs CEL and CEL_FIELD",
        "TRANSFORM ~ ENCRYPT ~ x ~ the rule it cannot run here: its type is 'ENCRYPT'; Leat runs CEL and CEL_FIELD",
        "TRANSFORM ~ CEL ~ message ~ the rule it cannot run here: it makes a new message of the whole one",
        "CONDITION ~ CEL ~ message.amout > 1.0 ~ unknown name message.amout",
        "CONDITION ~ CEL ~ message.amount + 1.0 ~ yields double; expected bool",
      })
  void whatLeatCannotRunIsRefusedByName(String kind, String type, String expression, String problem)
      throws IOException {
    hold("{}", rule(kind, type, expression, ""));

    assertThatThrownBy(() -> order("o-1")).hasStackTraceContaining(problem);
  }

  @Test
  void migrationRulesAreRefusedToo() throws IOException {
    server.holdBeside(
        "orders_avro-value",
        "{\"ruleSet\": {\"migrationRules\": [{\"name\": \"up\", \"kind\": \"TRANSFORM\", \"type\": \"JSONATA\", \"mode\": \"UPGRADE\"}]}}");

    assertThatThrownBy(() -> order("o-1"))
        .hasStackTraceContaining("the rule up cannot run here: it is one of the migrationRules");
  }
}
