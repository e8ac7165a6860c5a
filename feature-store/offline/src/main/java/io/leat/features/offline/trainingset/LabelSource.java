package io.leat.features.offline.trainingset;

import io.leat.features.engine.LabelField;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.VectorTable;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.model.LabelLeaks;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Where the labels of a training set come from. */
sealed interface LabelSource extends Serializable {
  /** {@code --label} of a training set without labels. */
  String NONE = "none";

  /** What the labels are. */
  Column.Kind kind(ServiceReference service);

  /** A field of the spine event itself, known when the event is. */
  record OwnField(String field) implements LabelSource {
    @Override
    public Column.Kind kind(ServiceReference service) {
      return reader(service).kind();
    }

    LabelReader reader(ServiceReference service) {
      return new LabelReader(service, service.definition().spine(), field);
    }
  }

  /**
   * A field of another event, which comes later.
   *
   * @param field field that holds the label
   * @param from the event
   * @param on field that the spine event and the label's share
   * @param within how long after the spine event's time the label may have happened
   */
  record OtherEvent(String field, String from, String on, Duration within) implements LabelSource {
    @Override
    public Column.Kind kind(ServiceReference service) {
      return reader(service).kind();
    }

    LabelReader reader(ServiceReference service) {
      return new LabelReader(service, from, field);
    }
  }

  /**
   * A column of the spine's file that is no field of the event.
   *
   * @param field the column's name
   */
  record FileColumn(String field, Column.Kind kind) implements LabelSource {
    @Override
    public Column.Kind kind(ServiceReference service) {
      return kind;
    }
  }

  /**
   * What {@code --label} means; without it the service's own label, where it has one.
   *
   * @param file the spine's file, where it is one
   * @return empty: the training set has no labels
   * @throws OfflineException if there is no such label, or the file lacks what it takes to find it
   */
  static Optional<LabelSource> of(
      Optional<String> wanted, ServiceReference service, Optional<SpineFile> file) {
    Optional<Label> declared = service.definition().label();
    Optional<String> name = wanted.or(() -> declared.map(Label::field));
    if (name.isEmpty() || name.get().equals(NONE)) {
      return Optional.empty();
    }
    String field = name.get();
    Optional<FileColumn> column = file.flatMap(SpineFile::labelColumn);
    if (column.isPresent()) {
      return Optional.of(column.get());
    }
    String spine = service.definition().spine();
    Optional<Label> other =
        declared.filter(label -> label.field().equals(field) && !label.from().equals(spine));
    if (other.isPresent()) {
      Label label = other.get();
      file.ifPresent(given -> given.require(label.on(), "to find the label " + field));
      return Optional.of(new OtherEvent(label.field(), label.from(), label.on(), label.within()));
    }
    if (service.spine().schema().getField(field) == null) {
      throw new OfflineException(
          "There is no label %s: the service %s declares %s, and the spine event %s has the fields %s. '--label none' makes a training set without labels."
              .formatted(
                  field,
                  service.service(),
                  declared.map(label -> "the label " + label.field()).orElse("none"),
                  spine,
                  service.spine().schema().getFields().stream().map(Schema.Field::name).toList()));
    }
    file.ifPresent(given -> given.require(field, "for the label; '--label none' leaves it out"));
    refuseLeaks(
        declared
            .filter(label -> label.field().equals(field))
            .orElse(new Label(field, spine, "", Duration.ZERO, List.of())),
        service);
    return Optional.of(new OwnField(field));
  }

  /** Of a field of the spine event, known with the event where the service does not say later. */
  private static void refuseLeaks(Label label, ServiceReference service) {
    LabelLeaks.sentence(LabelLeaks.of(service.definition(), label, service.views()), label)
        .ifPresent(
            sentence -> {
              throw new OfflineException(
                  "Service %s: %s. '--label none' makes a training set without labels."
                      .formatted(service.service(), sentence));
            });
  }

  /** Reads a field of an event as a feature is read. */
  final class LabelReader {
    private final LabelField field;
    private final Column.Kind kind;

    LabelReader(ServiceReference service, String event, String field) {
      this.field = new LabelField(service.pipeline(), event, field);
      FeatureService label = this.field.asService();
      this.kind =
          Column.Kind.of(VectorTable.type(label.features().get(0), label, service.pipeline()));
    }

    Column.Kind kind() {
      return kind;
    }

    @Nullable Object read(GenericRecord event) {
      return field.read(event);
    }
  }
}
