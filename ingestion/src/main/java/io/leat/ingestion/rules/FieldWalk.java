package io.leat.ingestion.rules;

import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Goes through every plain value of an event, however deep it lies, and puts others in place. */
public final class FieldWalk {
  private FieldWalk() {}

  /** What is done at each value. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Is asked at each field that is not null, before the values in it.
     *
     * @return what takes the field's place; the value itself where it stays and is gone into
     */
    default @Nullable Object field(String path, Schema.Field field, Object value) {
      return value;
    }

    /**
     * @param path names that lead to the field: {@code address.street}
     * @param record the record that holds the field
     * @param value not null, and no record, list or map
     * @param schema the value's own schema: no union
     * @return what takes its place; the value itself where it stays
     */
    @Nullable Object visit(
        String path, GenericRecord record, Schema.Field field, Object value, Schema schema);
  }

  /** Visits every plain value; says whether any was replaced. */
  public static boolean visit(GenericRecord event, Visitor visitor) {
    return record(event, "", visitor);
  }

  private static boolean record(GenericRecord record, String prefix, Visitor visitor) {
    boolean changed = false;
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value != null) {
        String path = prefix.isEmpty() ? field.name() : prefix + "." + field.name();
        Place place = new Place(path, record, field, visitor);
        Object after = visitor.field(path, field, value);
        if (after == value) {
          after = place.value(value, field.schema());
        }
        if (after != value) {
          record.put(field.pos(), after);
          place.changed = true;
        }
        changed |= place.changed;
      }
    }
    return changed;
  }

  /** The values below one field. */
  private static final class Place {
    private final String path;
    private final GenericRecord record;
    private final Schema.Field field;
    private final Visitor visitor;
    private boolean changed;

    Place(String path, GenericRecord record, Schema.Field field, Visitor visitor) {
      this.path = path;
      this.record = record;
      this.field = field;
      this.visitor = visitor;
    }

    @Nullable Object value(Object value, Schema schema) {
      return switch (schema.getType()) {
        case UNION ->
            value(value, schema.getTypes().get(GenericData.get().resolveUnion(schema, value)));
        case RECORD -> {
          changed |= FieldWalk.record((GenericRecord) value, path, visitor);
          yield value;
        }
        case ARRAY -> {
          list((List<?>) value, schema.getElementType());
          yield value;
        }
        case MAP -> {
          map((Map<?, ?>) value, schema.getValueType());
          yield value;
        }
        case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL ->
            visitor.visit(path, record, field, value, schema);
      };
    }

    @SuppressWarnings("unchecked") // Avro's generic reader makes lists of objects
    private void list(List<?> list, Schema element) {
      ListIterator<Object> items = ((List<Object>) list).listIterator();
      while (items.hasNext()) {
        Object item = items.next();
        if (item != null) {
          Object after = value(item, element);
          if (after != item) {
            items.set(after);
            changed = true;
          }
        }
      }
    }

    @SuppressWarnings("unchecked") // Avro's generic reader makes maps of texts to objects
    private void map(Map<?, ?> map, Schema element) {
      for (Map.Entry<Object, Object> entry : ((Map<Object, Object>) map).entrySet()) {
        if (entry.getValue() != null) {
          Object after = value(entry.getValue(), element);
          if (after != entry.getValue()) {
            entry.setValue(after);
            changed = true;
          }
        }
      }
    }
  }
}
