package io.leat.schemas;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * A record of simple fields that knows the bytes it was read from, and which of its fields have
 * been put since: the others are written by copying their bytes.
 */
final class FlatRecord extends GenericData.Record {
  private final byte[] value;

  /** Where each field's bytes end in the value; before them, where the first begins. */
  private final int[] ends;

  private final boolean[] put;

  /**
   * @param value is not copied
   * @param start where the record's bytes begin in it
   */
  FlatRecord(Schema schema, byte[] value, int start) {
    super(schema);
    int fields = schema.getFields().size();
    this.value = value;
    this.ends = new int[fields + 1];
    this.put = new boolean[fields];
    ends[0] = start;
  }

  /** Sets a field to what was read, as long as its bytes end at a place in the value. */
  void read(int field, @Nullable Object read, int end) {
    super.put(field, read);
    ends[field + 1] = end;
  }

  @Override
  public void put(int field, Object changed) {
    super.put(field, changed);
    put[field] = true;
  }

  @Override
  public void put(String name, Object changed) {
    super.put(name, changed);
    put[getSchema().getField(name).pos()] = true;
  }

  /** Writes any record, and those that were read flat with as little work as can be. */
  static final class Writer extends GenericDatumWriter<GenericRecord> {
    private final Schema schema;

    Writer(Schema schema, GenericData data) {
      super(schema, data);
      this.schema = schema;
    }

    /** The schema that it writes. */
    Schema schema() {
      return schema;
    }

    @Override
    protected void writeRecord(Schema schema, Object datum, Encoder out) throws IOException {
      if (!(datum instanceof FlatRecord record)) {
        super.writeRecord(schema, datum, out);
        return;
      }
      int unwritten = 0;
      for (Schema.Field field : schema.getFields()) {
        if (record.put[field.pos()]) {
          copy(record, unwritten, field.pos(), out);
          if (field.schema().getType() == Schema.Type.STRING
              && record.get(field.pos()) instanceof String text) {
            out.writeString(text);
          } else {
            writeField(record, field, out, null);
          }
          unwritten = field.pos() + 1;
        }
      }
      copy(record, unwritten, record.put.length, out);
    }

    private static void copy(FlatRecord record, int from, int to, Encoder out) throws IOException {
      int start = record.ends[from];
      out.writeFixed(record.value, start, record.ends[to] - start);
    }
  }
}
