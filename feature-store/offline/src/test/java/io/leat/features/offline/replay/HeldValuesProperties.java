package io.leat.features.offline.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.offline.TableValues;
import io.leat.features.offline.replay.AvroValues.FieldConversion;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.ValueCheck;
import io.leat.testing.RandomAvro;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What ingestion passes, the stream decodes and a table holds as the same value, whatever its type
 * and however near to its bounds.
 */
class HeldValuesProperties {
  private final RegistryClient registry = new RegistryClient("mock://held-values");
  private final AvroCodec codec = new AvroCodec(registry);

  @Property(tries = 1_500)
  void whatPassesTheCheckIsHeldAsTheSameValue(@ForAll long seed) {
    RandomAvro random = new RandomAvro(seed);
    Schema schema = random.record();
    GenericRecord written = random.record(schema);
    byte[] value = codec.encode(registry.register("r" + seed, schema), written);
    List<String> problems = ValueCheck.of(schema).problems(written);
    Statistics.label("passes").collect(problems.isEmpty());
    if (!problems.isEmpty()) {
      return; // a dead letter
    }

    GenericRecord online = codec.decode(value, schema);

    assertThat(online).isEqualTo(written);
    org.apache.iceberg.Schema table = TableValues.columns(schema);
    RowData row = TableValues.writtenAndRead(online, table);
    for (Schema.Field field : schema.getFields()) {
      assertHeld(row, table.asStruct().field(field.name()), field, online);
    }
  }

  /** By the way back from the column; by its text where it has none. */
  private static void assertHeld(
      RowData row, Types.NestedField column, Schema.Field field, GenericRecord online) {
    @Nullable Object expected = online.get(field.pos());
    Optional<FieldConversion> back = FieldConversion.of(field, column, field.pos());
    if (back.isPresent()) {
      GenericRecord offline = new GenericData.Record((GenericData.Record) online, true);
      offline.put(field.pos(), null);
      back.get().read(row, offline);
      assertThat(offline).isEqualTo(online);
    } else if (column.type().typeId() == Type.TypeID.STRING) {
      assertThat(row.isNullAt(field.pos())).isEqualTo(expected == null);
      if (expected != null) {
        assertThat(row.getString(field.pos())).hasToString(GenericData.get().toString(expected));
      }
    }
  }
}
