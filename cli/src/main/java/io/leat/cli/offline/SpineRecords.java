package io.leat.cli.offline;

import io.leat.cli.UserError;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.Contract;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.Label;
import io.leat.pipeline.Pipeline;
import io.leat.pipeline.PipelineException;
import io.leat.pipeline.PipelineReader;
import io.leat.runtime.options.TrainingSetOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes the rows of a spine's file down as Avro records for the process that works on them: under
 * {@code event} the fields of the spine's event that the file has a column of, each of which may be
 * null, and under {@code label} the label, where that is a further column.
 */
final class SpineRecords {
  private static final String EVENT = "event";
  private static final String LABEL = "label";
  private static final int NAMED_ROWS = 20;

  private final TrainingSetOptions options;
  private final PrintWriter err;

  SpineRecords(TrainingSetOptions options, PrintWriter err) {
    this.options = options;
    this.err = err;
  }

  /**
   * Reads one file and writes the other.
   *
   * @throws UserError if the file cannot be read, has no times, or has rows that do not fit
   */
  void write(Path file, Path records) throws PipelineException, IOException {
    Pipeline pipeline = PipelineReader.readBeforeTraining(options.pipelineFolder());
    FeatureService service =
        pipeline
            .service(options.service())
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no feature service %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                options.service(),
                                pipeline.services().stream().map(FeatureService::name).toList())));
    Contract spine = pipeline.contract(service.spine()).orElseThrow();
    List<String> columns = EventRows.columns(file);
    String timeColumn = options.timeColumn().orElse(spine.eventTime());
    if (!columns.contains(timeColumn)) {
      throw new UserError(
          "%s has no column %s for the time of its rows; it has %s. Name it with --time-column."
              .formatted(file, timeColumn, columns));
    }
    List<Schema.Field> fields = fieldsOf(spine, columns);
    Optional<Schema.Field> label = label(pipeline, service, spine, columns);
    write(file, spine, fields, label, records);
  }

  /** The spine's fields that the file has a column of. */
  private static List<Schema.Field> fieldsOf(Contract spine, List<String> columns) {
    return spine.schema().getFields().stream()
        .filter(field -> columns.contains(field.name()) || field.name().equals(spine.eventTime()))
        .map(field -> new Schema.Field(field, field.schema()))
        .toList();
  }

  /** The label, where it is a column of the file and no field of the spine's. */
  private Optional<Schema.Field> label(
      Pipeline pipeline, FeatureService service, Contract spine, List<String> columns) {
    Optional<Label> declared = service.label();
    Optional<String> name =
        options.label().or(() -> declared.map(Label::field)).filter(columns::contains);
    if (name.isEmpty() || spine.schema().getField(name.get()) != null) {
      return Optional.empty();
    }
    Schema type =
        declared
            .filter(own -> own.field().equals(name.get()))
            .flatMap(own -> pipeline.contract(own.from()))
            .map(contract -> contract.schema().getField(name.get()).schema())
            .orElseGet(() -> Schema.create(Schema.Type.DOUBLE));
    try {
      return Optional.of(new Schema.Field(name.get(), plain(type)));
    } catch (SchemaParseException e) {
      throw new UserError(
          "The label's column is called '%s'; expected a name of letters, digits and underscores."
              .formatted(name.get()),
          e);
    }
  }

  /** The type that a feature of such a field has, or null. */
  private static Schema plain(Schema type) {
    Schema.Type branch =
        type.isUnion()
            ? type.getTypes().stream()
                .map(Schema::getType)
                .filter(one -> one != Schema.Type.NULL)
                .findFirst()
                .orElse(Schema.Type.DOUBLE)
            : type.getType();
    Schema.Type plain =
        switch (branch) {
          case INT, LONG -> Schema.Type.LONG;
          case BOOLEAN -> Schema.Type.BOOLEAN;
          case STRING, ENUM -> Schema.Type.STRING;
          default -> Schema.Type.DOUBLE;
        };
    return Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(plain));
  }

  private void write(
      Path file,
      Contract spine,
      List<Schema.Field> fields,
      Optional<Schema.Field> label,
      Path records)
      throws IOException {
    Schema event =
        Schema.createRecord(
            spine.schema().getName(), null, spine.schema().getNamespace(), false, fields);
    List<Schema.Field> parts = new ArrayList<>(List.of(new Schema.Field(EVENT, event)));
    label.ifPresent(field -> parts.add(new Schema.Field(LABEL, field.schema())));
    Schema record = Schema.createRecord("SpineRow", null, "io.leat", false, parts);
    long unfitting = 0;
    try (EventRows rows = EventRows.open(file, flat(spine, event, label), options.timeColumn());
        DataFileWriter<GenericRecord> out =
            new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(record))) {
      out.create(record, records.toFile());
      for (Optional<EventRow> row = rows.next(); row.isPresent(); row = rows.next()) {
        if (row.get() instanceof Fitting fitting) {
          out.append(nested(fitting.event(), record, event));
        } else if (row.get() instanceof Unfitting left) {
          unfitting++;
          if (unfitting <= NAMED_ROWS) {
            err.printf("%s:%d: %s%n", file, left.line(), left.problem());
          }
        }
      }
    }
    if (unfitting > 0) {
      throw new UserError(
          "%,d rows of %s do not fit; the first are named above. Correct them, or take them out."
              .formatted(unfitting, file));
    }
  }

  /** A contract of the file's columns, by which they are read. */
  private static Contract flat(Contract spine, Schema event, Optional<Schema.Field> label) {
    List<Schema.Field> fields = new ArrayList<>();
    event.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    label.ifPresent(field -> fields.add(new Schema.Field(field, field.schema())));
    return Contract.of(
        spine.event(),
        Schema.createRecord(event.getName(), null, event.getNamespace(), false, fields),
        spine.owner(),
        "",
        Optional.empty(),
        spine.eventId(),
        spine.eventTime(),
        spine.maxFuture(),
        List.of(),
        spine.topic());
  }

  private static GenericRecord nested(GenericRecord flat, Schema record, Schema event) {
    GenericRecord part = new GenericData.Record(event);
    for (Schema.Field field : event.getFields()) {
      part.put(field.pos(), flat.get(field.name()));
    }
    GenericRecord row = new GenericData.Record(record);
    row.put(EVENT, part);
    if (record.getField(LABEL) != null) {
      row.put(LABEL, flat.get(event.getFields().size()));
    }
    return row;
  }
}
