package io.leat.cli.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.cli.command.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class RecordFilterTest {
  private static final String RECORD =
      """
      {"topic": "features.fraud", "partition": 0, "offset": 17, "key": "C1",
       "headers": {"leat.event-id": "7"},
       "value": {"amount": 12.5, "count": 3, "note": null,
                 "values": {"activity.payments_1d": 4}}}
      """;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "value.amount > 12.0, true",
        "event.amount > 13, false",
        "event.amount > 12, true",
        "value.count == 3 && offset >= 17, true",
        "value.values['activity.payments_1d'] == 4, true",
        "headers['leat.event-id'] == '7' && key == 'C1', true",
        "value.note == null, true",
        "value.absent > 1, false",
        "has(value.absent), false",
      })
  void aConditionIsAskedOfWhatIsShown(String condition, boolean wanted) throws Exception {
    ObjectNode record = (ObjectNode) new JsonMapper().readTree(RECORD);

    assertThat(new RecordFilter(condition).wants(record)).isEqualTo(wanted);
  }

  @Test
  void whatIsNoConditionIsRefusedInASentence() {
    assertThatThrownBy(() -> new RecordFilter("value.amount >"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            "--filter is 'value.amount >'; expected a condition over value, key");
  }

  @ParameterizedTest
  @CsvSource({
    "earliest, Earliest[]",
    "latest, Latest[]",
    "0/17, 'Position[partition=0, offset=17]'",
    "3:4, 'Position[partition=3, offset=4]'",
    "2026-05-01, Written[time=2026-05-01T00:00:00Z]",
  })
  void aBeginningIsAPositionOrATime(String text, String from) {
    assertThat(new From.Converter().convert(text)).hasToString(from);
    assertThatThrownBy(() -> new From.Converter().convert("yesterday"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("expected earliest, latest, a time");
  }
}
