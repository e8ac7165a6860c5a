package io.leat.cli.offline;

import io.leat.cli.command.UserError;
import io.leat.cli.rows.EventRows;
import io.leat.cli.rows.EventRows.EventRow;
import io.leat.cli.rows.EventRows.Fitting;
import io.leat.cli.rows.EventRows.Unfitting;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.runtime.settings.TrainingSetOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes the rows of a spine's file down as Avro records for the process that works on them: under
 * {@code event} the fields of the spine's event that the file has a column of, each of which may be
 * null; under {@code further0} and so on what else the file has, under {@code label} the label,
 * where that is no field of the event. Such a field's column is its property {@link
 * EventRows#COLUMN}.
 */
final class SpineRecords {
  private static final String EVENT = "event";
  private static final String FURTHER = "further";
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
    Map<String, Optional<Schema.Type>> columns = EventRows.columns(file, options.format());
    String timeColumn = options.timeColumn().orElse(spine.eventTime());
    if (!columns.containsKey(timeColumn)) {
      throw new UserError(
          "%s has no column %s for the time of its rows; it has %s. Name it with --time-column."
              .formatted(file, timeColumn, columns.keySet()));
    }
    List<Schema.Field> fields = fieldsOf(spine, columns.keySet());
    Optional<String> labelName = labelName(service, columns.keySet());
    Optional<Schema.Field> label = labelName.flatMap(name -> label(pipeline, service, spine, name));
    Map<String, Optional<Schema.Type>> others = new LinkedHashMap<>(columns);
    others.keySet().removeAll(Set.of("", timeColumn, spine.eventId()));
    labelName.ifPresent(others::remove);
    pipeline.viewsFor(service).forEach(view -> others.remove(view.entity().key()));
    service.features().stream()
        .filter(EventFeature.class::isInstance)
        .forEach(feature -> others.remove(((EventFeature) feature).field()));
    write(file, spine, fields, further(spine, others), label, records);
  }

  /** What the training set has beside the service's own columns, a field a column. */
  private List<Schema.Field> further(Contract spine, Map<String, Optional<Schema.Type>> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    columns.forEach(
        (name, type) -> {
          Schema.Field known = spine.schema().getField(name);
          if (type.isEmpty()) {
            err.printf(
                "Not carried into the training set, for it holds no single values: %s%n", name);
            return;
          }
          Schema.Field field =
              new Schema.Field(
                  FURTHER + fields.size(),
                  known == null ? orNull(type.get()) : plain(known.schema()));
          field.addProp(EventRows.COLUMN, name);
          fields.add(field);
        });
    return fields;
  }

  /** The spine's fields that the file has a column of. */
  private static List<Schema.Field> fieldsOf(Contract spine, Set<String> columns) {
    return spine.schema().getFields().stream()
        .filter(field -> columns.contains(field.name()) || field.name().equals(spine.eventTime()))
        .map(field -> new Schema.Field(field, field.schema()))
        .toList();
  }

  /** The label, where it is a column of the file. */
  private Optional<String> labelName(FeatureService service, Set<String> columns) {
    return options.label().or(() -> service.label().map(Label::field)).filter(columns::contains);
  }

  /** The label's field, where it is no field of the spine's. */
  private static Optional<Schema.Field> label(
      Pipeline pipeline, FeatureService service, Contract spine, String name) {
    if (spine.schema().getField(name) != null) {
      return Optional.empty();
    }
    Optional<Label> declared = service.label();
    Schema type =
        declared
            .filter(own -> own.field().equals(name))
            .flatMap(own -> pipeline.contract(own.from()))
            .map(contract -> contract.schema().getField(name).schema())
            .orElseGet(() -> Schema.create(Schema.Type.DOUBLE));
    Schema.Field field = new Schema.Field(LABEL, plain(type));
    field.addProp(EventRows.COLUMN, name);
    return Optional.of(field);
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
    return orNull(
        switch (branch) {
          case INT, LONG -> Schema.Type.LONG;
          case BOOLEAN -> Schema.Type.BOOLEAN;
          case STRING, ENUM -> Schema.Type.STRING;
          default -> Schema.Type.DOUBLE;
        });
  }

  private static Schema orNull(Schema.Type type) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(type));
  }

  private void write(
      Path file,
      Contract spine,
      List<Schema.Field> fields,
      List<Schema.Field> further,
      Optional<Schema.Field> label,
      Path records)
      throws IOException {
    Schema event =
        Schema.createRecord(
            spine.schema().getName(), null, spine.schema().getNamespace(), false, fields);
    List<Schema.Field> parts = new ArrayList<>(List.of(new Schema.Field(EVENT, event)));
    parts.addAll(copies(further));
    label.ifPresent(field -> parts.addAll(copies(List.of(field))));
    Schema record = Schema.createRecord("SpineRow", null, "io.leat", false, parts);
    long unfitting = 0;
    try (EventRows rows =
            EventRows.open(
                file, flat(spine, event, parts), options.timeColumn(), options.format());
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
          "%,d %s of %s not fit; the first are named above. Correct them, or take them out."
              .formatted(
                  unfitting,
                  unfitting == 1 ? "row" : "rows",
                  file + (unfitting == 1 ? " does" : " do")));
    }
  }

  /** A contract of the file's columns, by which they are read. */
  private static Contract flat(Contract spine, Schema event, List<Schema.Field> parts) {
    List<Schema.Field> fields = new ArrayList<>(copies(event.getFields()));
    fields.addAll(copies(parts.subList(1, parts.size())));
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

  /** A field is of one schema alone. */
  private static List<Schema.Field> copies(List<Schema.Field> fields) {
    return fields.stream().map(field -> new Schema.Field(field, field.schema())).toList();
  }

  private static GenericRecord nested(GenericRecord flat, Schema record, Schema event) {
    GenericRecord part = new GenericData.Record(event);
    for (Schema.Field field : event.getFields()) {
      part.put(field.pos(), flat.get(field.name()));
    }
    GenericRecord row = new GenericData.Record(record);
    row.put(EVENT, part);
    int own = event.getFields().size();
    for (int i = 1; i < record.getFields().size(); i++) {
      row.put(i, flat.get(own + i - 1));
    }
    return row;
  }
}
