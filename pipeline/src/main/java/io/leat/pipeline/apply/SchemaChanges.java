package io.leat.pipeline.apply;

import io.leat.pipeline.contract.Compatibility;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Says, field by field, why values of one schema cannot be read as another. */
final class SchemaChanges {
  private SchemaChanges() {}

  /** What keeps a change from being what a contract promises of it. */
  static List<String> incompatibilities(Schema before, Schema after, Compatibility promised) {
    return Stream.concat(
            promised.isBackward()
                ? found(after, before).map(found -> describe(found, after))
                : Stream.of(),
            promised.isForward()
                ? found(before, after).map(found -> describeForward(found, before))
                : Stream.of())
        .distinct()
        .toList();
  }

  private static Stream<Incompatibility> found(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities()
        .stream();
  }

  private static String describeForward(Incompatibility found, Schema before) {
    String field = field(found.getLocation(), before);
    String what = field.isEmpty() ? "the record" : "field " + field;
    return switch (found.getType()) {
      case READER_FIELD_MISSING_DEFAULT_VALUE ->
          what + " is gone and had no default, which readers of the version before would need";
      case MISSING_ENUM_SYMBOLS ->
          what
              + " has new symbols, which readers of the version before cannot read: "
              + found.getMessage();
      case NAME_MISMATCH, FIXED_SIZE_MISMATCH, MISSING_UNION_BRANCH, TYPE_MISMATCH ->
          what
              + " changed so that readers of the version before cannot read it: "
              + found.getMessage();
    };
  }

  private static String describe(Incompatibility found, Schema after) {
    String field = field(found.getLocation(), after);
    String what = field.isEmpty() ? "the record" : "field " + field;
    return switch (found.getType()) {
      case READER_FIELD_MISSING_DEFAULT_VALUE ->
          what + " is new and has no default, which values written before would need";
      case MISSING_ENUM_SYMBOLS -> what + " lost the symbols " + found.getMessage();
      case NAME_MISMATCH, FIXED_SIZE_MISMATCH, MISSING_UNION_BRANCH, TYPE_MISMATCH ->
          what + " changed so that values written before do not fit: " + found.getMessage();
    };
  }

  /**
   * The field that a JSON pointer into a schema leads to: {@code /fields/1/type/1/fields/0} is
   * {@code address.city}. Branches of unions are passed by.
   */
  private static String field(String pointer, Schema schema) {
    List<String> names = new ArrayList<>();
    Schema at = schema;
    String[] steps = pointer.split("/");
    for (int i = 1; i < steps.length; i++) {
      if (steps[i].equals("fields") && i + 1 < steps.length && at.getType() == Schema.Type.RECORD) {
        Schema.Field field = at.getFields().get(Integer.parseInt(steps[++i]));
        names.add(field.name());
        at = field.schema();
      } else if (steps[i].equals("items") && at.getType() == Schema.Type.ARRAY) {
        at = at.getElementType();
      } else if (steps[i].equals("values") && at.getType() == Schema.Type.MAP) {
        at = at.getValueType();
      } else if (steps[i].matches("\\d+") && at.getType() == Schema.Type.UNION) {
        at = at.getTypes().get(Integer.parseInt(steps[i]));
      }
    }
    return String.join(".", names);
  }
}
