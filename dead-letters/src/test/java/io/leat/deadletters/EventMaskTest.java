package io.leat.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.RuleSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventMaskTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Order", "fields": [
                {"name": "id", "type": "string"},
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "card", "type": ["null", "string"], "default": null},
                {"name": "cards", "type": {"type": "array", "items": "string"}, "default": []},
                {"name": "notes", "type": {"type": "map", "values": "string"}, "default": {}},
                {"name": "home", "type": ["null", {"type": "record", "name": "Home", "fields": [
                  {"name": "street", "type": "string"}, {"name": "city", "type": "string"}]}],
                  "default": null}]}
              """);

  private static Protection redacted(String field) {
    return new Protection(
        new Protection.Target.Field(field), Protection.Method.REDACT, 0, List.of());
  }

  private static Sensitive sensitive() {
    Contract plain =
        Contract.of(
            "orders",
            SCHEMA,
            "team",
            "",
            Optional.empty(),
            "id",
            "at",
            Duration.ofMinutes(5),
            List.of(),
            new Contract.TopicSettings(1, Optional.empty(), Duration.ofDays(1)));
    Contract contract =
        new Contract(
            plain.event(),
            plain.schema(),
            plain.owner(),
            plain.description(),
            plain.key(),
            plain.eventId(),
            plain.eventTime(),
            plain.maxFuture(),
            plain.maxPast(),
            plain.compatibility(),
            plain.inputFormat(),
            plain.duplicatesWithin(),
            plain.missing(),
            plain.rules(),
            plain.ruleSet(),
            new Contract.Privacy(
                Map.of(),
                List.of(
                    redacted("card"),
                    redacted("cards"),
                    redacted("notes"),
                    redacted("home.street")),
                List.of()),
            plain.topic());
    return Sensitive.of(contract, RuleSet.EMPTY, Map.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":\"1\",\"at\":5}                       | {\"id\":\"1\",\"at\":5}",
        "{\"id\":\"1\",\"card\":\"4111\"}              | {\"id\":\"1\",\"card\":\"***\"}",
        "{\"id\":\"1\",\"card\":null}                  | {\"id\":\"1\",\"card\":null}",
        "{\"cards\":[\"4111\",\"4222\"]}               | {\"cards\":[\"***\",\"***\"]}",
        "{\"notes\":{\"a\":\"secret\"}}                | {\"notes\":{\"a\":\"***\"}}",
        "{\"home\":{\"street\":\"x\",\"city\":\"y\"}}  | {\"home\":{\"street\":\"***\",\"city\":\"y\"}}",
        "{\"home\":\"not an object\"}                  | {\"home\":\"***\"}",
        "{\"id\":{\"card\":\"4111\"}}                  | {\"id\":\"***\"}",
        "{\"unknown\":\"4111\",\"more\":{\"card\":1}}  | {\"unknown\":\"***\",\"more\":\"***\"}",
        "[{\"card\":\"4111\"}]                         | \"***\"",
      })
  void onlyWhatIsKnownAndHarmlessIsShown(String event, String shown) throws Exception {
    JsonMapper json = new JsonMapper();

    assertThat(new EventMask(SCHEMA, sensitive()).mask(json.readTree(event)))
        .isEqualTo(json.readTree(shown));
  }
}
