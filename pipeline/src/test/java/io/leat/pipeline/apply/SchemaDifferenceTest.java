package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaDifferenceTest {
  private static final String AMOUNT = "{'name': 'amount', 'type': 'double'}";

  /** Fields before, fields after, and the difference in words. */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        AMOUNT + " ~ " + AMOUNT + " ~ no field changes, only words or aliases",
        AMOUNT
            + " ~ {'name': 'amount', 'type': 'double', 'doc': 'euros'} ~ no field changes, only words or aliases",
        AMOUNT
            + " ~ "
            + AMOUNT
            + ", {'name': 'channel', 'type': 'string', 'default': 'web'} ~ + channel string, by default \"web\"",
        AMOUNT + ", {'name': 'fraud', 'type': 'boolean'} ~ " + AMOUNT + " ~ - fraud boolean",
        "{'name': 'amount', 'type': 'int'} ~ " + AMOUNT + " ~ `~ amount int -> double`",
        AMOUNT
            + " ~ {'name': 'amount', 'type': ['null', 'double'], 'default': null} ~ `~ amount double -> null or double, by default null`",
        "{'name': 'at', 'type': 'long'} ~ {'name': 'at', 'type': {'type': 'long', 'logicalType': 'timestamp-millis'}} ~ `~ at long -> long (timestamp-millis)`",
        "{'name': 'd', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 2}} ~ {'name': 'd', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 4}} ~ `~ d bytes (decimal(9, 2)) -> bytes (decimal(9, 4))`",
        "{'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A']}} ~ {'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A'], 'default': 'A'}} ~ `~ s S (A) -> S (A, else A)`",
        "{'name': 'card', 'type': 'string'} ~ {'name': 'card', 'type': 'string', 'confluent:tags': ['PII']} ~ `~ card string -> string, tags [PII]`",
        "{'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A']}} ~ {'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A', 'B']}} ~ `~ s S (A) -> S (A, B)`",
        "{'name': 'l', 'type': {'type': 'array', 'items': {'type': 'record', 'name': 'L', 'fields': [{'name': 'a', 'type': 'int'}]}}} ~ {'name': 'l', 'type': {'type': 'array', 'items': {'type': 'record', 'name': 'L', 'fields': [{'name': 'a', 'type': 'long'}, {'name': 'b', 'type': 'int', 'default': 1}]}}} ~ `~ l.a int -> long; + l.b int, by default 1`",
        "{'name': 'next', 'type': ['null', 'R']} ~ {'name': 'next', 'type': ['null', 'R'], 'default': null} ~ `~ next null or R -> null or R, by default null`",
      })
  void whatChangesIsReportedFieldByField(String before, String after, String difference) {
    assertThat(SchemaDifference.describe(schema(before), schema(after))).isEqualTo(difference);
  }

  private static Schema schema(String fields) {
    return new Schema.Parser()
        .parse(
            "{'type': 'record', 'name': 'R', 'fields': [%s]}".formatted(fields).replace('\'', '"'));
  }
}
