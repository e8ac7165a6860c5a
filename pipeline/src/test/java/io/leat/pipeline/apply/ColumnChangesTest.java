package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnChangesTest {
  private static final List<String> PLACES =
      List.of(
          "%s",
          "['null', %s]",
          "{'type': 'array', 'items': %s}",
          "{'type': 'map', 'values': ['null', %s]}",
          "{'type': 'record', 'name': 'In', 'fields': [{'name': 'x', 'type': %s}]}");

  private static final String D = "{'type': 'bytes', 'logicalType': 'decimal', ";

  /** A type, the next version's, and whether a column holds both. */
  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "'int' ~ 'long' ~ true",
        "'long' ~ 'int' ~ true",
        "'float' ~ 'double' ~ true",
        "'int' ~ 'double' ~ false",
        "'long' ~ 'float' ~ false",
        "'string' ~ 'bytes' ~ false",
        "'boolean' ~ 'boolean' ~ true",
        D + "'precision': 9, 'scale': 2} ~ " + D + "'precision': 9, 'scale': 4} ~ false",
        D + "'precision': 9, 'scale': 2} ~ " + D + "'precision': 12, 'scale': 2} ~ true",
        D + "'precision': 12, 'scale': 2} ~ " + D + "'precision': 9, 'scale': 2} ~ false",
        D + "'precision': 38, 'scale': 2} ~ " + D + "'precision': 39, 'scale': 2} ~ false",
        "'bytes' ~ " + D + "'precision': 9, 'scale': 2} ~ false",
        "'long' ~ {'type': 'long', 'logicalType': 'timestamp-millis'} ~ false",
        "{'type': 'long', 'logicalType': 'timestamp-millis'} ~ {'type': 'long', 'logicalType': 'timestamp-micros'} ~ false",
        "{'type': 'long', 'logicalType': 'timestamp-millis'} ~ {'type': 'long', 'logicalType': 'timestamp-nanos'} ~ false",
        "{'type': 'long', 'logicalType': 'timestamp-millis'} ~ {'type': 'long', 'logicalType': 'local-timestamp-millis'} ~ false",
        "{'type': 'int', 'logicalType': 'time-millis'} ~ {'type': 'long', 'logicalType': 'time-micros'} ~ false",
        "{'type': 'int', 'logicalType': 'date'} ~ 'int' ~ false",
        "'string' ~ {'type': 'string', 'logicalType': 'uuid'} ~ true",
        "'string' ~ {'type': 'enum', 'name': 'E', 'symbols': ['A']} ~ true",
      })
  void aColumnHoldsOneMeaningWhereverItStands(String before, String after, boolean held) {
    for (String place : PLACES) {
      List<String> refusals =
          ColumnChanges.refusals(record(place.formatted(before)), record(place.formatted(after)));
      if (held) {
        assertThat(refusals).as(place).isEmpty();
      } else {
        assertThat(refusals)
            .as(place)
            .singleElement()
            .asString()
            .startsWith(place.contains("In") ? "field f.x changed from " : "field f changed from ")
            .contains("Give the field another name");
      }
    }
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "'string' ~ ['string', 'long']",
        "{'type': 'array', 'items': 'int'} ~ {'type': 'map', 'values': 'int'}",
      })
  void aTextColumnDoesNotBecomeOneOfJsonNorAListAMap(String before, String after) {
    assertThat(ColumnChanges.refusals(record(before), record(after))).hasSize(1);
  }

  private static Schema record(String type) {
    return new Schema.Parser()
        .parse(
            "{'type': 'record', 'name': 'R', 'fields': [{'name': 'f', 'type': %s}]}"
                .formatted(type)
                .replace('\'', '"'));
  }
}
