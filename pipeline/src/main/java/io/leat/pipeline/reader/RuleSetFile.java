package io.leat.pipeline.reader;

import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Value;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads the file that a contract's {@code rule_set} names. */
final class RuleSetFile {
  private RuleSetFile() {}

  static Optional<RuleSet> read(Folder folder, Value reference, Optional<Schema> schema) {
    return folder
        .path(reference)
        .flatMap(
            path -> {
              String file = folder.relative(path);
              if (!folder.has(file)) {
                reference.problem(
                    "no file %s; expected metadata and ruleSet in JSON there, as a registry holds them",
                    file);
                return Optional.empty();
              }
              return folder
                  .yaml(file) // JSON is YAML
                  .flatMap(value -> RuleSetReader.read(value, schema, folder.problems()));
            });
  }
}
