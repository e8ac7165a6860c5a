package io.leat.features.offline.trainingset;

import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * The rows of a spine that a user's file holds, as the command line wrote them down: Avro records
 * with the fields {@value #EVENT}, a record of those of the contract's fields that the file has a
 * column of, {@code further0} and so on for what else the file has, and, where the label is no
 * field of the event, {@value #LABEL}.
 *
 * @param file the user's file
 * @param records the Avro file
 * @param schema schema of its records
 * @param rows number of its records
 * @param label name of the label, where it is a further column
 */
record SpineFile(Path file, Path records, Schema schema, long rows, Optional<String> label) {
  static final String EVENT = "event";
  static final String LABEL = "label";

  /** Further columns of the file are the fields of this name and a number. */
  private static final String FURTHER = "further";

  /** Property of such a field: what its column is called. */
  private static final String COLUMN = "leat.column";

  /**
   * Opens a file, and sees to it that it has every column that the service needs.
   *
   * @param wantedLabel name of the label, if there is one
   * @throws OfflineException if it cannot be read or lacks a column
   */
  static SpineFile open(
      Path file, Path records, ServiceReference service, Optional<String> wantedLabel) {
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(records.toFile(), new GenericDatumReader<>())) {
      Schema schema = reader.getSchema();
      long rows = 0;
      while (reader.hasNext()) {
        reader.nextBlock();
        rows += reader.getBlockCount();
      }
      SpineFile spine =
          new SpineFile(
              file,
              records,
              schema,
              rows,
              wantedLabel.filter(name -> schema.getField(LABEL) != null));
      spine.requireFields(service);
      return spine;
    } catch (IOException e) {
      throw new OfflineException(
          "The rows of %s cannot be read back from %s: %s".formatted(file, records, e), e);
    }
  }

  private void requireFields(ServiceReference service) {
    require(service.spine().eventTime(), "for the time of its rows (see --time-column)");
    for (Entity entity : service.entities()) {
      require(entity.key(), "for the key of the " + entity.name());
    }
    for (Feature feature : service.definition().features()) {
      feature
          .inputs()
          .topFields()
          .forEach(field -> require(field, "for the feature " + feature.name()));
    }
  }

  /** What a training set has beside the service's own columns, in the order of the file. */
  List<Column> further() {
    return furtherFields(schema).stream()
        .map(field -> new Column(field.getProp(COLUMN), Column.Role.further, kind(field.schema())))
        .toList();
  }

  /** The fields of these columns. */
  static List<Schema.Field> furtherFields(Schema schema) {
    return schema.getFields().stream().filter(field -> field.name().startsWith(FURTHER)).toList();
  }

  /** Schema of the event's part. */
  Schema eventSchema() {
    return schema.getField(EVENT).schema();
  }

  /**
   * @param why completes the sentence {@code it needs one ...}
   * @throws OfflineException if the file has no column of the field
   */
  void require(String field, String why) {
    if (eventSchema().getField(field) == null) {
      List<String> there = eventSchema().getFields().stream().map(Schema.Field::name).toList();
      throw new OfflineException(
          "%s has no column %s; it needs one %s. Of the event's fields it has %s."
              .formatted(file, field, why, there));
    }
  }

  /** The label, where it is a column that is no field of the event. */
  Optional<LabelSource.FileColumn> labelColumn() {
    return label.map(
        name -> new LabelSource.FileColumn(name, kind(schema.getField(LABEL).schema())));
  }

  private static Column.Kind kind(Schema schema) {
    return switch (withoutNull(schema).getType()) {
      case LONG -> Column.Kind.whole;
      case BOOLEAN -> Column.Kind.truth;
      case STRING -> Column.Kind.text;
      default -> Column.Kind.real;
    };
  }

  private static Schema withoutNull(Schema schema) {
    return schema.getTypes().stream()
        .filter(branch -> branch.getType() != Schema.Type.NULL)
        .findFirst()
        .orElseThrow();
  }
}
