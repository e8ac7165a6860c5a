package io.leat.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.TestFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trips of a bicycle rental; whether one was returned late is known a day later. */
class LabelLeaksTest {
  @TempDir private Path directory;
  private TestFolder folder;

  @BeforeEach
  void aServiceOfTrips() {
    folder = new TestFolder(directory);
    folder.write(
        "pipeline.yaml",
        "{ pipeline: bikes, owner: me, entities: { station: { key: station }, outcome: { key: late } } }");
    folder.write(
        "contracts/trips.avsc",
        """
        {"type": "record", "name": "Trip", "namespace": "io.leat.tests", "fields": [
          {"name": "trip_id", "type": "string"},
          {"name": "started_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "station", "type": "string"},
          {"name": "duration", "type": "double"},
          {"name": "late", "type": "int"}]}
        """);
    folder.write(
        "contracts/trips.yaml",
        "{ event: trips, schema: trips.avsc, event_id: trip_id, event_time: started_at }");
    folder.write(
        "contracts/returns.avsc",
        """
        {"type": "record", "name": "Return", "namespace": "io.leat.tests", "fields": [
          {"name": "return_id", "type": "string"},
          {"name": "returned_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "trip_id", "type": "string"},
          {"name": "station", "type": "string"},
          {"name": "damage", "type": "double"},
          {"name": "late", "type": "int"}]}
        """);
    folder.write(
        "contracts/returns.yaml",
        "{ event: returns, schema: returns.avsc, event_id: return_id, event_time: returned_at }");
  }

  private void view(String source, String entity, String offset, String aggregation) {
    folder.write(
        "features/activity.yaml",
        """
        view: activity
        version: 1
        entity: ENTITY
        source: SOURCE
        windows: [1h, 7d]
        resolution: 1m
        offset: OFFSET
        aggregations:
          - trips: count
          - AGGREGATION
        derived:
          - doubled: 2.0 * x_7d
        """
            .replace("ENTITY", entity)
            .replace("SOURCE", source)
            .replace("OFFSET", offset)
            .replace("AGGREGATION", aggregation));
  }

  private void service(String features, String label) {
    folder.write(
        "services/late.yaml",
        """
        service: late
        version: 1
        spine: trips
        features: FEATURES
        label: { on: trip_id, LABEL }
        """
            .replace("FEATURES", features)
            .replace("LABEL", label));
  }

  @ParameterizedTest(name = "{0} of {2}, offset {3}, as {4}")
  @CsvSource(
      delimiter = '|',
      value = {
        // the row's own event is in the window
        "trips   | station | x: avg(late)                          | 0s  | activity.x_7d | field: late, within: 1d",
        "trips   | station | x: latest(late)                       | 0s  | activity.x_1h | field: late, within: 1d",
        "trips   | station | x: max(late)                          | 0s  | activity.x_1h | field: late, from: trips, within: 1d",
        "trips   | station | x: count where late == 1              | 0s  | activity.x_1h | field: late, within: 1d",
        "trips   | station | x: avg(duration) where late > 0       | 0s  | activity.x_1h | field: late, within: 1d",
        "trips   | station | x: last(late)                         | 0s  | activity.doubled | field: late, within: 1d",
        "trips   | station | x: last(late)                         | 0s  | r: activity.x_7d / activity.trips_7d | field: late, within: 1d",
        // others' labels are in it before they are known
        "trips   | station | x: avg(late)                          | 23h | activity.x_7d | field: late, within: 1d",
        "returns | station | x: avg(late)                          | 0s  | activity.x_7d | field: late, from: returns, within: 1d",
        "returns | station | x: count where late == 1              | 1h  | activity.x_7d | field: late, from: returns, within: 1d",
        // the label itself
        "trips   | station | x: sum(duration)                      | 0s  | event.late | field: late, within: 1d",
        "trips   | station | x: sum(duration)                      | 0s  | was: event.late == 1 | field: late, within: 1d",
        "trips   | station | x: sum(duration)                      | 0s  | was: event.duration * event.late | field: late, within: 1d",
        // looked up by the label
        "trips   | outcome | x: sum(duration)                      | 2d  | activity.x_7d | field: late, within: 1d",
      })
  void aFeatureThatSeesItsRowsLabelIsNamed(
      String source,
      String entity,
      String aggregation,
      String offset,
      String feature,
      String label) {
    view(source, entity, offset, aggregation);
    String name = feature.replaceAll(": .*", "");
    String listed = feature.contains(": ") ? "{ " + feature + " }" : feature;
    service("[event.duration, " + listed + "]", label);

    assertThatThrownBy(() -> folder.read())
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("services/late.yaml:5: the label late is seen before it is known by")
        .hasMessageContaining(" " + name + " (")
        .hasMessageNotContaining("event.duration (")
        .hasMessageContaining("seen_by: [" + name + "]");
  }

  @ParameterizedTest(name = "{0} of {1}, offset {2}, as {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        // known by then
        "trips   | x: avg(late)                     | 1d  | activity.x_7d | field: late, within: 1d",
        "trips   | x: count where late == 1         | 2d  | activity.x_7d | field: late, within: 1d",
        "returns | x: avg(late)                     | 1d  | activity.x_7d | field: late, from: returns, within: 1d",
        // not the label
        "trips   | x: avg(duration)                 | 0s  | activity.x_7d | field: late, within: 1d",
        "trips   | x: avg(late)                     | 0s  | activity.trips_7d | field: late, within: 1d",
        "returns | x: avg(damage)                   | 0s  | activity.x_7d | field: late, from: returns, within: 1d",
        "trips   | x: avg(late)                     | 0s  | activity.x_7d | field: damage, from: returns, within: 1d",
        // declared
        "trips   | x: avg(late)                     | 0s  | activity.x_7d | field: late, within: 1d, seen_by: [activity.x_7d]",
        "trips   | x: avg(late)                     | 0s  | activity.x_7d | field: late, within: 1d, seen_by: [activity.*]",
      })
  void whatIsKnownInTimeOrDeclaredIsNot(
      String source, String aggregation, String offset, String feature, String label)
      throws PipelineException {
    view(source, "station", offset, aggregation);
    service("[event.duration, " + feature + "]", label);

    assertThat(folder.read().services()).hasSize(1);
  }

  @Test
  void oneSentenceNamesAllOfThemWithTheirWays() {
    view("trips", "station", "0s", "x: avg(late)");
    service("[event.duration, event.late, activity.*]", "field: late, within: 1d");

    assertThatThrownBy(() -> folder.read())
        .hasMessageContaining(
            "services/late.yaml:5: the label late is seen before it is known by event.late (it is the label itself);"
                + " activity.x_1h, activity.x_7d (x of activity@1 takes trips.late in windows that end at the row's own time, the row's own event among them);"
                + " activity.doubled (it is derived from activity.x_7d).")
        .hasMessageContaining("(offset: 1d)");
  }

  @Test
  void aDeclarationOfAFeatureThatThereIsNotIsRefused() {
    view("trips", "station", "1d", "x: avg(late)");
    service("[activity.x_7d]", "field: late, within: 1d, seen_by: [activity.x_7]");

    assertThatThrownBy(() -> folder.read())
        .hasMessageContaining(
            "seen_by: the service has no feature activity.x_7. Did you mean activity.x_7d?");
  }
}
