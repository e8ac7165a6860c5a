package io.leat.features.offline.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.features.offline.OfflineException;
import io.leat.features.offline.OfflineTableWriter;
import io.leat.features.offline.OfflineTableWriter.Arrived;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that have been rows, and the way back. */
class EventReaderTest {
  private static final String SCHEMA =
      """
      {"type": "record", "name": "Parcel", "namespace": "io.leat.test", "fields": [
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "sent_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "seen_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "local_at", "type": {"type": "long", "logicalType": "local-timestamp-micros"}},
        {"name": "due_on", "type": {"type": "int", "logicalType": "date"}},
        {"name": "time_of_day", "type": {"type": "long", "logicalType": "time-micros"}},
        {"name": "customer_id", "type": ["null", "string"], "default": null},
        {"name": "weight", "type": ["null", "double"], "default": null},
        {"name": "length", "type": "float"},
        {"name": "pieces", "type": "int"},
        {"name": "postage", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "tax", "type": {"type": "fixed", "name": "Tax", "size": 8, "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "seal", "type": {"type": "fixed", "name": "Seal", "size": 3}},
        {"name": "express", "type": "boolean"},
        {"name": "size", "type": {"type": "enum", "name": "Size", "symbols": ["SMALL", "LARGE"]}},
        {"name": "stamps", "type": {"type": "array", "items": ["null", "string"]}},
        {"name": "scans", "type": {"type": "map", "values": "long"}},
        {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [
          {"name": "street", "type": "string"}, {"name": "number", "type": ["null", "int"]}]}], "default": null},
        {"name": "depot", "type": "string", "default": "north"},
        {"name": "chain", "type": ["null", {"type": "record", "name": "Link", "fields": [
          {"name": "weight", "type": "double"}, {"name": "next", "type": ["null", "Link"]}]}], "default": null},
        {"name": "remark", "type": ["null", "string", "int"], "default": null}]}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void pipeline() throws Exception {
    write(
        "pipeline.yaml",
        "pipeline: post\nowner: test\nentities:\n  customer: { key: customer_id }\n");
    write("contracts/parcels.avsc", SCHEMA);
    write(
        "contracts/parcels.yaml",
        "event: parcels\nschema: parcels.avsc\nowner: test\nkey: customer_id\nevent_id: id\nevent_time: sent_at\n");
  }

  @Test
  void everyTypeComesBackAsItWas() throws Exception {
    ServiceReference service = service("event.weight");
    Contract contract = service.spine();
    GenericRecord parcel = parcel(contract.schema());
    RowData row = row(contract, parcel);

    EventReader reader = new EventReader(service, contract, OfflineTableWriter.columns(contract));

    GenericRecord read = reader.read(row);
    for (Schema.Field field : contract.schema().getFields()) {
      Object expected = field.name().equals("remark") ? null : parcel.get(field.pos());
      assertThat(read.get(field.pos())).as(field.name()).isEqualTo(expected);
    }
    assertThat(reader.id(read)).isEqualTo("b3d7a1a0-0000-4000-8000-000000000001");
    assertThat(reader.time(read)).isEqualTo(-1_000_999);
    assertThat(reader.partition(row)).isEqualTo(3);
    assertThat(reader.offset(row)).isEqualTo(44);
    assertThat(reader.arrival(row)).isEqualTo(new Arrival(1_700_000_000_555L, 3, 44));
    EventCodec codec = new EventCodec(contract.schema());
    assertThat(codec.decode(codec.encode(read))).isEqualTo(read);
  }

  @Test
  void anEventOlderThanAFieldTakesTheFieldsDefault() throws Exception {
    ServiceReference service = service("event.weight");
    Contract contract = service.spine();
    RowData row = row(contract, parcel(contract.schema()));
    org.apache.iceberg.Schema all = OfflineTableWriter.columns(contract);
    List<Types.NestedField> without =
        all.columns().stream()
            .map(
                column ->
                    column.name().equals("depot")
                        ? Types.NestedField.optional(column.fieldId(), "other", column.type())
                        : column)
            .toList();

    GenericRecord read =
        new EventReader(service, contract, new org.apache.iceberg.Schema(without)).read(row);

    assertThat(read.get("depot")).hasToString("north");
  }

  @Test
  void aFieldThatIsKeptAsTextForPeopleIsRefusedWhereTheServiceReadsIt() throws Exception {
    ServiceReference service = service("heavy: event.chain.next.weight > 1.0");

    assertThatThrownBy(
            () ->
                new EventReader(
                    service, service.spine(), OfflineTableWriter.columns(service.spine())))
        .isInstanceOf(OfflineException.class)
        .hasMessageContaining("reads parcels.chain")
        .hasMessageContaining("cannot be replayed");
  }

  @ParameterizedTest
  @CsvSource({"pieces, int, long, 2147483648", "length, float, double, 0.1"})
  void aValueThatAnOlderFolderCannotHoldIsNamedWithItsContractsVersion(
      String field, String type, String wider, String value) throws Exception {
    String declared = "{\"name\": \"%s\", \"type\": \"%s\"}";
    write(
        "contracts/parcels.avsc",
        SCHEMA.replace(declared.formatted(field, type), declared.formatted(field, wider)));
    Contract newer = service("event.weight").spine();
    GenericRecord parcel = parcel(newer.schema());
    Object held = wider.equals("long") ? (Object) Long.valueOf(value) : Double.valueOf(value);
    parcel.put(field, held);
    RowData row = row(newer, parcel);
    write("contracts/parcels.avsc", SCHEMA);
    ServiceReference service = service("event.weight");
    EventReader reader =
        new EventReader(service, service.spine(), OfflineTableWriter.columns(newer));

    assertThatThrownBy(() -> reader.read(row))
        .isInstanceOf(OfflineException.class)
        .hasMessageContaining("%s holds %s, which %s cannot hold", field, value, type)
        .hasMessageMatching(".*version \\S+ of the contract.*");
  }

  private static RowData row(Contract contract, GenericRecord parcel) {
    return OfflineTableWriter.rows(
            contract,
            OfflineTableWriter.columns(contract),
            List.of(new Arrived(parcel, 3, 44, 1_700_000_000_555L)))
        .get(0);
  }

  private static GenericRecord parcel(Schema schema) {
    Schema address = schema.getField("address").schema().getTypes().get(1);
    GenericRecord street = new GenericData.Record(address);
    street.put("street", "Mill Lane");
    byte[] tax = new byte[8];
    Arrays.fill(tax, (byte) -1);
    tax[7] = -12;
    return new GenericRecordBuilder(schema)
        .set("id", "b3d7a1a0-0000-4000-8000-000000000001")
        .set("sent_at", -1_000_999L)
        .set("seen_at", 1_700_000_000_123L)
        .set("local_at", 1_700_000_000_123_456L)
        .set("due_on", 19_000)
        .set("time_of_day", 3_600_000_001L)
        .set("customer_id", "ann")
        .set("weight", 2.5)
        .set("length", 0.1f)
        .set("pieces", 3)
        .set("postage", ByteBuffer.wrap(new BigDecimal("-12.34").unscaledValue().toByteArray()))
        .set("tax", new GenericData.Fixed(schema.getField("tax").schema(), tax))
        .set("seal", new GenericData.Fixed(schema.getField("seal").schema(), new byte[] {1, 2, 3}))
        .set("express", true)
        .set("size", new GenericData.EnumSymbol(schema.getField("size").schema(), "LARGE"))
        .set("stamps", Arrays.asList("red", null))
        .set("scans", Map.of("depot", BigInteger.TEN.longValue()))
        .set("address", street)
        .set("depot", "south")
        .set("remark", 7)
        .build();
  }

  private ServiceReference service(String feature) throws Exception {
    write(
        "services/routing.yaml",
        "service: routing\nversion: 1\nspine: parcels\nfeatures:\n  - " + feature + "\n");
    Pipeline pipeline = PipelineReader.read(folder);
    return ServiceReference.of(folder, pipeline, "routing");
  }

  private void write(String file, String text) throws Exception {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
