package io.leat.pipeline.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.expression.Program.Result;
import io.leat.schemas.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualificationTest {
  private static final Schema PAYMENT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "fields": [
                {"name": "amount", "type": ["null", "double"]},
                {"name": "note", "type": "string"}]}
              """);
  private static final Scope SHORT = scope("avg_1d", "avg_7d");
  private static final Scope FULL = scope("card.avg_1d", "card.avg_7d");

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "event.amount / avg_7d              ~ event.amount / card.avg_7d",
        "avg_7d/avg_1d                      ~ card.avg_7d/card.avg_1d",
        "-avg_7d + 2 * (avg_7d)             ~ -card.avg_7d + 2 * (card.avg_7d)",
        "has(avg_7d) ? avg_7d : 0.0         ~ has(card.avg_7d) ? card.avg_7d : 0.0",
        "has( avg_7d ) && has(event.amount) ~ has( card.avg_7d ) && has(event.amount)",
        "event.note == 'avg_7d' || avg_7d>1 ~ event.note == 'avg_7d' || card.avg_7d>1",
        "event.note == '𝄞é' || avg_7d > 1.0 ~ event.note == '𝄞é' || card.avg_7d > 1.0",
        "[1.0].exists(x, x > avg_7d)        ~ [1.0].exists(x, x > card.avg_7d)",
        "[avg_1d].exists(avg_7d, avg_7d>1)  ~ [card.avg_1d].exists(avg_7d, avg_7d>1)",
        "[1.0].map(avg_7d, avg_7d)[0] > avg_7d ~ [1.0].map(avg_7d, avg_7d)[0] > card.avg_7d",
      })
  void namesOfColumnsGetTheViewsAndNothingElseDoes(String text, String expected) {
    assertThat(qualified(text)).isEqualTo(expected);
  }

  @Test
  void linesAndCommentsStay() {
    assertThat(qualified("avg_7d // avg_7d, é𝄞\n  / avg_1d"))
        .isEqualTo("card.avg_7d // avg_7d, é𝄞\n  / card.avg_1d");
  }

  @ParameterizedTest
  @CsvSource({
    // amount, avg_1d, avg_7d
    "6.0,     3.0,    2.0",
    "6.0,     3.0,    0.0",
    ",        3.0,    2.0",
    "6.0,     ,       2.0",
    "6.0,     ,       ",
  })
  void theValueIsTheSame(@Nullable Double amount, @Nullable Double avg1d, @Nullable Double avg7d) {
    GenericRecord payment = new GenericData.Record(PAYMENT);
    payment.put("amount", amount);
    payment.put("note", "none");
    Object[][] features = {{avg1d, avg7d}};
    for (String text :
        List.of(
            "event.amount / avg_7d",
            "avg_1d / avg_7d",
            "has(avg_1d) ? avg_1d : avg_7d",
            "avg_1d > 1.0 || avg_7d > 1.0",
            "[1.0, 2.5].exists(x, x > avg_1d)")) {
      Object asWritten =
          Program.compile(expression(text), SHORT, Result.SCALAR)
              .evaluate(SHORT.bind(payment, features));
      Object asServed =
          Program.compile(expression(qualified(text)), FULL, Result.SCALAR)
              .evaluate(FULL.bind(payment, features));
      assertThat(asServed).as(text).isEqualTo(asWritten);
    }
  }

  private static String qualified(String text) {
    return Qualification.qualify(expression(text), SHORT, Set.of("avg_1d", "avg_7d"), "card.")
        .text();
  }

  private static Scope scope(String... names) {
    List<TypedName> row =
        Stream.of(names).map(name -> new TypedName(name, ValueType.DOUBLE)).toList();
    return Scope.ofEventAndRows(PAYMENT, List.of(row), Map.of());
  }

  private static Expression expression(String text) {
    return new Expression(text, "features/card.yaml", 9);
  }
}
