package io.leat.schemas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * How values of one schema, the writer's, are read as another, the reader's: Avro's schema
 * resolution (specification 1.12, "Schema Resolution") with logical types as a part of each type,
 * wherever they stand. Values are converted where no digit is lost; types that do not mean the same
 * do not go together. docs/reference/ingestion.md has the tables. Immutable and thread-safe.
 */
public final class SchemaResolution {
  /** What keeps two schemas apart. */
  public enum Kind {
    /** A field that the writer does not have has no default. */
    MISSING_DEFAULT,
    /** The writer's enum has symbols that the reader's lacks, and that has no default. */
    MISSING_SYMBOLS,
    /** Types that do not go together. */
    TYPE
  }

  /**
   * A place where the schemas do not go together.
   *
   * @param field its path, {@code address.city}; empty for the schema itself. Items of lists and
   *     values of maps have their list's path
   * @param message what was found and what was expected; of missing symbols their names
   */
  public record Problem(Kind kind, String field, String message) {
    @Override
    public String toString() {
      String problem =
          kind == Kind.MISSING_SYMBOLS
              ? "its writer has the symbols %s, which the reader lacks, and it has no default"
                  .formatted(message)
              : message;
      return field.isEmpty() ? problem : field + ": " + problem;
    }
  }

  private final List<Problem> problems;
  private final boolean keepsBytes;
  private final @Nullable ValueStep step;

  private SchemaResolution(List<Problem> problems, boolean keepsBytes, @Nullable ValueStep step) {
    this.problems = List.copyOf(problems);
    this.keepsBytes = keepsBytes;
    this.step = step;
  }

  /** Compares two schemas. */
  public static SchemaResolution of(Schema writer, Schema reader) {
    ResolutionBuilder builder = new ResolutionBuilder();
    List<Problem> problems = new ArrayList<>(0);
    ValueStep step = builder.resolve(writer, reader, "", 0, problems);
    if (!problems.isEmpty() || step == null) {
      return new SchemaResolution(problems, false, null);
    }
    boolean keepsBytes =
        !builder.converts()
            && SchemaNormalization.toParsingForm(writer)
                .equals(SchemaNormalization.toParsingForm(reader));
    return new SchemaResolution(
        problems, keepsBytes, keepsBytes && isFlat(reader) ? flat(reader) : step);
  }

  /** Why values of the writer's cannot be read as the reader's; empty if they can. */
  public List<Problem> problems() {
    return problems;
  }

  /** All problems in a sentence. */
  public String sentence() {
    return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
  }

  /** Whether every value of the writer's is, byte for byte, one of the reader's. */
  public boolean keepsBytes() {
    return keepsBytes;
  }

  /**
   * Reads a value.
   *
   * @throws IOException if the bytes are no value of the writer's, or end before it does
   * @throws org.apache.avro.AvroTypeException as {@link ValueStep#read} does
   * @throws IllegalStateException if the schemas do not go together
   */
  @Nullable Object read(AvroInput in) throws IOException {
    if (step == null) {
      throw new IllegalStateException(sentence());
    }
    return step.read(in);
  }

  /** Whether a schema is a record of fields that hold no other values. */
  private static boolean isFlat(Schema schema) {
    return schema.getType() == Schema.Type.RECORD
        && schema.getFields().stream().allMatch(field -> isSimple(field.schema()));
  }

  private static boolean isSimple(Schema schema) {
    return switch (schema.getType()) {
      case RECORD, ARRAY, MAP -> false;
      case UNION -> schema.getTypes().stream().allMatch(SchemaResolution::isSimple);
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> true;
    };
  }

  /** Reads a record of simple fields so that it can be written by copying. */
  private static ValueStep flat(Schema schema) {
    ResolutionBuilder builder = new ResolutionBuilder();
    ValueStep[] steps =
        schema.getFields().stream()
            .map(field -> builder.identity(field.schema()))
            .toArray(ValueStep[]::new);
    return in -> {
      FlatRecord record = new FlatRecord(schema, in.bytes(), in.at());
      for (int i = 0; i < steps.length; i++) {
        record.read(i, steps[i].read(in), in.at());
      }
      return record;
    };
  }
}
