package io.leat.schemas;

import io.leat.schemas.LeafResolution.Leaf;
import io.leat.schemas.LeafResolution.Mismatch;
import io.leat.schemas.SchemaResolution.Kind;
import io.leat.schemas.SchemaResolution.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/** Walks two schemas side by side and makes what reads values of one as the other. One use. */
final class ResolutionBuilder {
  /** Generic data without conversions of logical types. */
  private static final GenericData PLAIN = new GenericData();

  private final Map<Pair, RecordStep> records = new HashMap<>();
  private final Map<Pair, Problem> failed = new HashMap<>();
  private final Map<Schema, RecordStep> skipped = new IdentityHashMap<>();
  private boolean converts;

  private record Pair(Schema writer, Schema reader) {}

  /** Whether some value has other bytes when it is read as the reader's. */
  boolean converts() {
    return converts;
  }

  /** Reads values as they were written. */
  ValueStep identity(Schema schema) {
    List<Problem> problems = new ArrayList<>(0);
    ValueStep step = resolve(schema, schema, "", 0, problems);
    return problems.isEmpty() ? Objects.requireNonNull(step) : in -> refuse(problems);
  }

  private static Object refuse(List<Problem> problems) {
    throw new AvroTypeException(problems.toString());
  }

  /**
   * @param path of the field
   * @param level records, lists and maps that it is within
   * @param problems where there is a problem, what is returned is of no use
   */
  @Nullable ValueStep resolve(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    if (level > Nesting.MOST_LEVELS) {
      problems.add(
          new Problem(
              Kind.TYPE,
              path,
              "the schema is nested more than %d levels deep".formatted(Nesting.MOST_LEVELS)));
      return null;
    }
    if (writer.getType() == Schema.Type.UNION) {
      return ofWritersUnion(writer, reader, path, level, problems);
    }
    if (reader.getType() == Schema.Type.UNION) {
      return ofReadersUnion(writer, reader, path, level, problems);
    }
    return switch (reader.getType()) {
      case RECORD, ENUM, ARRAY, MAP -> {
        if (writer.getType() != reader.getType() || !isNamedAs(writer, reader)) {
          problems.add(new Problem(Kind.TYPE, path, unreadable(writer, reader)));
          yield null;
        }
        yield switch (reader.getType()) {
          case RECORD -> record(writer, reader, path, level + 1, problems);
          case ENUM -> symbols(writer, reader, path, problems);
          case ARRAY -> list(writer, reader, path, level + 1, problems);
          default -> map(writer, reader, path, level + 1, problems);
        };
      }
      default -> leaf(writer, reader, path, problems);
    };
  }

  private static boolean isNamedAs(Schema writer, Schema reader) {
    return switch (writer.getType()) {
      case RECORD, ENUM -> NamedTypes.match(writer, reader);
      default -> true;
    };
  }

  private static String unreadable(Schema writer, Schema reader) {
    return "%s cannot be read as %s".formatted(TypeNames.of(writer), TypeNames.of(reader));
  }

  private @Nullable ValueStep leaf(
      Schema writer, Schema reader, String path, List<Problem> problems) {
    try {
      switch (writer.getType()) {
        case RECORD, ENUM, ARRAY, MAP, UNION -> throw new Mismatch(unreadable(writer, reader));
        default -> {
          Leaf leaf = LeafResolution.of(writer, reader);
          converts |= leaf.converts();
          return leaf.step();
        }
      }
    } catch (Mismatch e) {
      problems.add(new Problem(Kind.TYPE, path, String.valueOf(e.getMessage())));
      return null;
    }
  }

  private ValueStep ofWritersUnion(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    List<ValueStep> branches = new ArrayList<>();
    for (Schema branch : writer.getTypes()) {
      ValueStep step = resolve(branch, reader, path, level, problems);
      if (step != null) {
        branches.add(step);
      }
    }
    return branch(branches);
  }

  private static ValueStep branch(List<ValueStep> branches) {
    ValueStep[] steps = branches.toArray(ValueStep[]::new);
    return in -> steps[in.readIndex(steps.length, "branches of a union")].read(in);
  }

  /**
   * The branch that the writer's type is read as: of the same type and name, of the same type, then
   * the first that it can be read as.
   */
  private @Nullable ValueStep ofReadersUnion(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    long meant =
        reader.getTypes().stream().filter(type -> type.getType() != Schema.Type.NULL).count();
    for (Schema branch : candidates(writer, reader.getTypes())) {
      boolean before = converts;
      List<Problem> found = new ArrayList<>(0);
      ValueStep step = resolve(writer, branch, path, level, found);
      if (found.isEmpty()) {
        return step;
      }
      converts = before;
      if (meant == 1 && branch.getType() != Schema.Type.NULL) {
        problems.addAll(found); // an optional value: that says more than that no branch fits
        return null;
      }
    }
    problems.add(new Problem(Kind.TYPE, path, unreadable(writer, reader)));
    return null;
  }

  private static List<Schema> candidates(Schema writer, List<Schema> branches) {
    Predicate<Schema> sameType = branch -> branch.getType() == writer.getType();
    Predicate<Schema> sameName = branch -> branch.getFullName().equals(writer.getFullName());
    return Stream.of(
            branches.stream().filter(sameType.and(sameName)),
            branches.stream().filter(sameType.and(sameName.negate())),
            branches.stream().filter(sameType.negate()))
        .flatMap(part -> part)
        .toList();
  }

  private @Nullable ValueStep record(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    Pair pair = new Pair(writer, reader);
    RecordStep known = records.get(pair);
    if (known != null) {
      return known;
    }
    Problem before = failed.get(pair);
    if (before != null) {
      problems.add(new Problem(before.kind(), path, before.toString()));
      return null;
    }
    RecordStep step = new RecordStep(reader);
    records.put(pair, step);
    List<Problem> found = new ArrayList<>(0);
    String prefix = path.isEmpty() ? "" : path + ".";
    Map<Schema.Field, Schema.Field> readAs = readAs(writer, reader);
    for (Schema.Field field : writer.getFields()) {
      Schema.Field read = readAs.get(field);
      if (read == null) {
        step.add(field.name(), -1, skip(field.schema()));
      } else {
        ValueStep value =
            resolve(field.schema(), read.schema(), prefix + read.name(), level, found);
        if (value != null) {
          step.add(read.name(), read.pos(), value);
        }
      }
    }
    for (Schema.Field field : reader.getFields()) {
      if (!readAs.containsValue(field)) {
        Optional<ValueStep> value = defaultOf(field);
        if (value.isPresent()) {
          step.add(field.name(), field.pos(), value.get());
        } else {
          found.add(
              new Problem(
                  Kind.MISSING_DEFAULT,
                  prefix + field.name(),
                  "the writer's schema does not have it, and it has no default"));
        }
      }
    }
    if (!found.isEmpty()) {
      records.remove(pair);
      failed.put(pair, found.get(0));
      problems.addAll(found);
    }
    return step;
  }

  /** The reader's field of each of the writer's that has one: by its name, else by an alias. */
  private static Map<Schema.Field, Schema.Field> readAs(Schema writer, Schema reader) {
    Map<Schema.Field, Schema.Field> readAs = new IdentityHashMap<>();
    for (Schema.Field field : reader.getFields()) {
      Schema.Field written = writer.getField(field.name());
      if (written != null) {
        readAs.put(written, field);
      }
    }
    for (Schema.Field field : reader.getFields()) {
      if (writer.getField(field.name()) == null) {
        field.aliases().stream()
            .map(writer::getField)
            .filter(written -> written != null && !readAs.containsKey(written))
            .findFirst()
            .ifPresent(written -> readAs.put(written, field));
      }
    }
    return readAs;
  }

  /** Reads a field's default again each time, so that nobody changes another's; takes no bytes. */
  private Optional<ValueStep> defaultOf(Schema.Field field) {
    if (!field.hasDefaultValue()) {
      return Optional.empty();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new GenericDatumWriter<Object>(field.schema(), PLAIN)
          .write(PLAIN.getDefaultValue(field), encoder);
    } catch (IOException | AvroRuntimeException | ClassCastException e) {
      return Optional.empty(); // no value of the field's type
    }
    byte[] value = bytes.toByteArray();
    ValueStep step = identity(field.schema());
    return Optional.of(in -> step.read(new AvroInput(value, 0)));
  }

  private @Nullable ValueStep symbols(
      Schema writer, Schema reader, String path, List<Problem> problems) {
    List<String> symbols = writer.getEnumSymbols();
    Set<String> missing = new HashSet<>(symbols);
    reader.getEnumSymbols().forEach(missing::remove);
    String instead = reader.getEnumDefault();
    if (!missing.isEmpty() && instead == null) {
      problems.add(
          new Problem(
              Kind.MISSING_SYMBOLS,
              path,
              symbols.stream().filter(missing::contains).toList().toString()));
      return null;
    }
    Object[] values =
        symbols.stream()
            .map(symbol -> missing.contains(symbol) ? instead : symbol)
            .map(symbol -> new GenericData.EnumSymbol(reader, symbol))
            .toArray();
    return in -> values[in.readIndex(values.length, "symbols of an enum")];
  }

  private @Nullable ValueStep list(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    ValueStep item =
        resolve(writer.getElementType(), reader.getElementType(), path, level, problems);
    return item == null
        ? null
        : in -> {
          List<@Nullable Object> list = new ArrayList<>();
          in.readBlocks(() -> list.add(item.read(in)));
          return list;
        };
  }

  private @Nullable ValueStep map(
      Schema writer, Schema reader, String path, int level, List<Problem> problems) {
    ValueStep value = resolve(writer.getValueType(), reader.getValueType(), path, level, problems);
    return value == null
        ? null
        : in -> {
          Map<String, @Nullable Object> map = new HashMap<>();
          in.readBlocks(
              () -> {
                String key = in.readText();
                if (map.containsKey(key)) {
                  throw new AvroTypeException("a map has a key twice");
                }
                map.put(key, value.read(in));
              });
          return map;
        };
  }

  /** Passes over a value of which nothing is read. */
  private ValueStep skip(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        RecordStep known = skipped.get(schema);
        if (known != null) {
          yield known;
        }
        RecordStep step = new RecordStep(schema);
        skipped.put(schema, step);
        schema.getFields().forEach(field -> step.add(field.name(), -1, skip(field.schema())));
        yield step;
      }
      case ARRAY -> {
        ValueStep item = skip(schema.getElementType());
        yield in -> {
          in.readBlocks(() -> item.read(in));
          return null;
        };
      }
      case MAP -> {
        ValueStep value = skip(schema.getValueType());
        yield in -> {
          in.readBlocks(
              () -> {
                in.skipBytes();
                value.read(in);
              });
          return null;
        };
      }
      case UNION -> branch(schema.getTypes().stream().map(this::skip).toList());
      case STRING, BYTES ->
          in -> {
            in.skipBytes();
            return null;
          };
      case FIXED ->
          in -> {
            in.skip(schema.getFixedSize());
            return null;
          };
      case ENUM -> AvroInput::readInt;
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> identity(schema);
    };
  }
}
