package io.leat.cli.init;

import io.leat.cli.init.EventDraft.Field;
import io.leat.cli.rows.ColumnTypes.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** The files of a small pipeline around one event. */
final class PipelineDraft {
  private static final int MOST_AVERAGES = 5;

  private PipelineDraft() {}

  /** Paths within the folder to texts. */
  static Map<String, String> files(String pipeline, EventDraft draft) {
    String entity = draft.key().replaceFirst("(?<=.)_id$", "");
    String view = entity + "_activity";
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        "pipeline.yaml",
        """
        # Files of this folder declare a pipeline; `leat validate` names every mistake in them.
        pipeline: %s
        owner: me                # who answers for it
        entities:                # what features are about, and the field that names one
          %s: { key: %s }
        """
            .formatted(pipeline, entity, draft.key()));
    files.put("contracts/" + draft.event() + ".avsc", schema(draft));
    files.put("contracts/" + draft.event() + ".yaml", contract(draft));
    files.put("features/" + view + ".yaml", view(draft, view, entity));
    files.put("services/" + draft.event() + ".yaml", service(draft, view));
    return files;
  }

  private static String schema(EventDraft draft) {
    return draft.fields().stream()
        .map(PipelineDraft::field)
        .collect(
            Collectors.joining(
                ",\n",
                "{\n  \"type\": \"record\",\n  \"name\": \"%s\",\n  \"namespace\": \"events\",\n  \"fields\": [\n"
                    .formatted(EventDraft.identifier(draft.event())),
                "\n  ]\n}\n"));
  }

  private static String field(Field field) {
    Schema type = field.type().schema();
    return field.nullable()
        ? "    { \"name\": \"%s\", \"type\": [\"null\", %s], \"default\": null }"
            .formatted(field.name(), type)
        : "    { \"name\": \"%s\", \"type\": %s }".formatted(field.name(), type);
  }

  private static String contract(EventDraft draft) {
    return """
        # What every event keeps to. One that does not is a dead letter: it stands in %1$s.dlq, with the reason.
        event: %1$s
        schema: %1$s.avsc
        key: %4$s           # events of one key stay in order
        event_id: %2$s      # an event that comes twice counts once, by this
        event_time: %3$s    # when it happened
        duplicates_within: 1d
        topic: { partitions: 1, retention: 7d }
        # rules:                 # what has to hold beside the types
        #   - %5$s: event.%6$s
        """
        .formatted(
            draft.event(),
            draft.eventId(),
            draft.eventTime(),
            draft.key(),
            numbers(draft).isEmpty() ? "has_a_key" : numbers(draft).get(0).name() + "_not_negative",
            numbers(draft).isEmpty()
                ? draft.key() + " != \"\""
                : numbers(draft).get(0).name() + " >= 0");
  }

  private static String view(EventDraft draft, String view, String entity) {
    String averages =
        numbers(draft).stream()
            .limit(MOST_AVERAGES)
            .map(field -> "  - avg_%1$s: avg(%1$s)\n".formatted(field.name()))
            .collect(Collectors.joining());
    return """
        # Features of one %2$s out of its newest events, such as %1$s.events_1d.
        view: %1$s
        version: 1               # a changed view takes a new version
        entity: %2$s
        source: %3$s
        windows: [1h, 1d, 7d]
        aggregations:
          - events: count
          - since_last: time_since_last
        %4$s"""
        .formatted(view, entity, draft.event(), averages);
  }

  private static String service(EventDraft draft, String view) {
    String own =
        draft.fields().stream()
            .filter(field -> draft.role(field).isEmpty())
            .filter(field -> field.isNumber() || field.type() == Type.BOOLEAN)
            .map(field -> "  - event." + field.name() + "\n")
            .collect(Collectors.joining());
    return """
        # The features that a model takes, made for every event: a vector in the topic features.%1$s.
        service: %1$s
        version: 1               # changed features take a new version
        spine: %1$s
        features:
        %2$s  - %3$s.*
        # What a model is to predict: a field that is known later, and is not among the features.
        # label: { field: FIELD, on: %4$s, within: 1d }
        """
        .formatted(draft.event(), own, view, draft.eventId());
  }

  /** Numbers that are no ids, keys or times. */
  private static List<Field> numbers(EventDraft draft) {
    return draft.fields().stream()
        .filter(field -> field.isNumber() && draft.role(field).isEmpty())
        .toList();
  }
}
