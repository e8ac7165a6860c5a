package io.leat.schemas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Reads a record, field by field in its writer's order, then those that the writer has not. */
final class RecordStep implements ValueStep {
  private final Schema schema;
  private final List<String> names = new ArrayList<>();
  private int[] positions = {};
  private ValueStep[] steps = {};

  /**
   * @param schema of the record that it makes
   */
  RecordStep(Schema schema) {
    this.schema = schema;
  }

  /**
   * Adds what comes next.
   *
   * @param position of its field; negative for what is passed over
   */
  void add(String name, int position, ValueStep step) {
    int count = names.size();
    names.add(name);
    positions = Arrays.copyOf(positions, count + 1);
    positions[count] = position;
    steps = Arrays.copyOf(steps, count + 1);
    steps[count] = step;
  }

  @Override
  public Object read(AvroInput in) throws IOException {
    GenericData.Record record = new GenericData.Record(schema);
    in.enter();
    int i = 0;
    try {
      for (; i < steps.length; i++) {
        Object value = steps[i].read(in);
        if (positions[i] >= 0) {
          record.put(positions[i], value);
        }
      }
    } catch (UnfitValueException e) {
      throw e.in(names.get(i));
    }
    in.leave();
    return record;
  }
}
