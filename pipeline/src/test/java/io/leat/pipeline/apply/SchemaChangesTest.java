package io.leat.pipeline.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Compatibility;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaChangesTest {
  private static final String AMOUNT = "{'name': 'amount', 'type': 'double'}";

  /** Fields before, fields after, what is promised, and what breaks it; empty: nothing. */
  @ParameterizedTest(name = "{0} to {1}: {3}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        AMOUNT + " ~ " + AMOUNT + " ~ FULL ~ ``",
        AMOUNT
            + " ~ {'name': 'amount', 'type': 'long'} ~ BACKWARD ~ field amount changed so that values written before do not fit: double cannot be read as long",
        "{'name': 'd', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 2}} ~ {'name': 'd', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 0}} ~ BACKWARD ~ field d changed so that values written before do not fit: decimal(9, 2) cannot be read as decimal(9, 0): digits behind the point would be lost",
        "{'name': 'at', 'type': 'long'} ~ {'name': 'at', 'type': ['null', {'type': 'long', 'logicalType': 'timestamp-millis'}]} ~ BACKWARD ~ field at changed so that values written before do not fit: long cannot be read as timestamp-millis: its writer does not declare what it means",
        AMOUNT
            + ", {'name': 'shop', 'type': 'string'} ~ "
            + AMOUNT
            + " ~ FORWARD ~ field shop is gone and had no default, which readers of the version before would need",
        AMOUNT
            + " ~ "
            + AMOUNT
            + ", {'name': 'shop', 'type': 'string'} ~ BACKWARD ~ field shop is new and has no default, which values written before would need",
        "{'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A', 'B']}} ~ {'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A']}} ~ BACKWARD ~ field s lost the symbols [B]",
        "{'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A']}} ~ {'name': 's', 'type': {'type': 'enum', 'name': 'S', 'symbols': ['A', 'B']}} ~ FORWARD ~ field s has new symbols, which readers of the version before cannot read: [B]",
      })
  void whatBreaksAPromiseIsReportedFieldByField(
      String before, String after, Compatibility promised, String broken) {
    assertThat(
            String.join(
                "; ", SchemaChanges.incompatibilities(schema(before), schema(after), promised)))
        .isEqualTo(broken);
  }

  private static Schema schema(String fields) {
    return new Schema.Parser()
        .parse(
            "{'type': 'record', 'name': 'R', 'fields': [%s]}".formatted(fields).replace('\'', '"'));
  }
}
