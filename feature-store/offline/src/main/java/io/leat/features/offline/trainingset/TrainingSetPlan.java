package io.leat.features.offline.trainingset;

import io.leat.common.Lookups;
import io.leat.features.offline.VectorTable;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.runtime.settings.TrainingSetOptions.AsOf;
import io.leat.runtime.settings.TrainingSetOptions.Unlabelled;
import io.leat.schemas.NullReasons;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a training set is to be, all of it checked.
 *
 * @param service the service
 * @param asOf which events a row sees
 * @param from least event time of a row
 * @param to event time that all rows lie before
 * @param spineFile where the spine is a file
 * @param label where labels come from; empty: there are none
 * @param unlabelled what becomes of rows without one
 * @param shares of the parts
 * @param tagged whether the snapshots that are read get a tag
 */
record TrainingSetPlan(
    ServiceReference service,
    AsOf asOf,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<SpineFile> spineFile,
    Optional<LabelSource> label,
    Unlabelled unlabelled,
    Shares shares,
    boolean tagged) {
  TrainingSetPlan {
    Column.requireDistinct(columns(service, spineFile, label));
  }

  /**
   * The columns in their order: id, time, keys, features, further ones of the spine's file, label,
   * and why features are null.
   */
  List<Column> columns() {
    return columns(service, spineFile, label);
  }

  private static List<Column> columns(
      ServiceReference service, Optional<SpineFile> spineFile, Optional<LabelSource> label) {
    FeatureService definition = service.definition();
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(Column.EVENT_ID, Column.Role.id, Column.Kind.text));
    columns.add(new Column(Column.EVENT_TIME, Column.Role.time, Column.Kind.time));
    Map<String, String> keys = VectorTable.keyColumns(definition, service.pipeline());
    for (Entity entity : service.entities()) {
      columns.add(
          new Column(Lookups.required(keys, entity.name()), Column.Role.key, Column.Kind.text));
    }
    for (Feature feature : definition.features()) {
      columns.add(
          new Column(
              feature.name(),
              Column.Role.feature,
              Column.Kind.of(VectorTable.type(feature, definition, service.pipeline()))));
    }
    spineFile.ifPresent(file -> columns.addAll(file.further()));
    label.ifPresent(
        source -> columns.add(new Column(Column.LABEL, Column.Role.label, source.kind(service))));
    columns.add(new Column(NullReasons.COLUMN, Column.Role.reasons, Column.Kind.text));
    return List.copyOf(columns);
  }
}
