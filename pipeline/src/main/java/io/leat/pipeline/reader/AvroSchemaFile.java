package io.leat.pipeline.reader;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Reads the {@code .avsc} file that a contract names. */
final class AvroSchemaFile {
  /** As Avro says that a name is none. */
  private static final Pattern ILLEGAL_NAME =
      Pattern.compile("Illegal (?:initial character|character in): (.+)");

  private AvroSchemaFile() {}

  /** The record schema in the file; reports where there is none. */
  static Optional<Schema> read(Folder folder, Value reference) {
    return folder.path(reference).flatMap(path -> read(folder, reference, path));
  }

  private static Optional<Schema> read(Folder folder, Value reference, Path path) {
    String file = folder.relative(path);
    if (!Files.isRegularFile(path)) {
      reference.problem("no file %s; expected an Avro schema there", file);
      return Optional.empty();
    }
    Optional<String> text = folder.text(path, reference.file(), reference.line());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Schema schema = new Schema.Parser().parse(text.get());
      if (schema.getType() == Schema.Type.RECORD) {
        return Optional.of(schema);
      }
      folder
          .problems()
          .add(
              file,
              1,
              "the schema is of type %s; expected a record".formatted(schema.getType().getName()));
    } catch (AvroRuntimeException e) {
      int line = 1;
      String reason = String.valueOf(e.getMessage());
      if (e.getCause() instanceof JsonProcessingException json) {
        line = json.getLocation() == null ? 1 : json.getLocation().getLineNr();
        reason = json.getOriginalMessage();
      }
      Matcher name = ILLEGAL_NAME.matcher(reason);
      if (name.matches()) {
        line = lineOf("\"" + name.group(1) + "\"", text.get());
        reason +=
            "; names are letters, digits and _, a digit not first. A file's column of another name is taken with --rename COLUMN=NAME";
      }
      folder.problems().add(file, line, "no valid Avro schema: " + reason);
    }
    return Optional.empty();
  }

  /** The first line, from 1, that holds a text; 1 if none does. */
  private static int lineOf(String part, String text) {
    int at = text.indexOf(part);
    return at < 0 ? 1 : 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
  }
}
