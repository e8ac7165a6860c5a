package io.leat.pipeline.apply;

import io.leat.pipeline.definition.Compatibility;
import io.leat.schemas.SchemaResolution;
import io.leat.schemas.SchemaResolution.Problem;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** Says, field by field, why values of one schema cannot be read as another. */
final class SchemaChanges {
  private SchemaChanges() {}

  /** What keeps a change from being what a contract promises of it. */
  static List<String> incompatibilities(Schema before, Schema after, Compatibility promised) {
    return Stream.concat(
            promised.isBackward() ? found(before, after, SchemaChanges::describe) : Stream.of(),
            promised.isForward()
                ? found(after, before, SchemaChanges::describeForward)
                : Stream.of())
        .distinct()
        .toList();
  }

  private static Stream<String> found(
      Schema writer, Schema reader, Function<Problem, String> describe) {
    return SchemaResolution.of(writer, reader).problems().stream().map(describe);
  }

  private static String describeForward(Problem found) {
    return what(found)
        + switch (found.kind()) {
          case MISSING_DEFAULT ->
              " is gone and had no default, which readers of the version before would need";
          case MISSING_SYMBOLS ->
              " has new symbols, which readers of the version before cannot read: "
                  + found.message();
          case TYPE ->
              " changed so that readers of the version before cannot read it: " + found.message();
        };
  }

  private static String describe(Problem found) {
    return what(found)
        + switch (found.kind()) {
          case MISSING_DEFAULT ->
              " is new and has no default, which values written before would need";
          case MISSING_SYMBOLS -> " lost the symbols " + found.message();
          case TYPE -> " changed so that values written before do not fit: " + found.message();
        };
  }

  private static String what(Problem found) {
    return found.field().isEmpty() ? "the record" : "field " + found.field();
  }
}
