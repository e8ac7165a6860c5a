package io.leat.features.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.leat.features.server.ChangelogFollower.Lag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link OnlineRequest}, column by column; entity keys come first.
 *
 * @param lag how far the views that were read are behind
 */
record OnlineAnswer(List<Column> columns, Lag lag) {
  private static final JsonFactory JSON = new JsonFactory();

  /** What is to be said of one value. */
  enum Status {
    /** The value is there. */
    PRESENT,
    /** The key has state, and its value is null. */
    NULL_VALUE,
    /** The key has no state. */
    NOT_FOUND,
    /** The feature is made of the spine event itself and cannot be read online. */
    INVALID
  }

  /** One column: as many values, statuses and times as the request has rows. */
  static final class Column {
    private final String name;
    private final List<@Nullable Object> values = new ArrayList<>();
    private final List<Status> statuses = new ArrayList<>();
    private final List<Instant> eventTimes = new ArrayList<>();

    Column(String name) {
      this.name = name;
    }

    /**
     * @param value Long, Double, the request's own {@link JsonNode}, or null
     * @param eventTime newest event of the key's state; 1970-01-01 where there is none
     */
    void add(@Nullable Object value, Status status, Instant eventTime) {
      values.add(value);
      statuses.add(status);
      eventTimes.add(eventTime);
    }

    String name() {
      return name;
    }

    List<@Nullable Object> values() {
      return values;
    }

    List<Status> statuses() {
      return statuses;
    }

    List<Instant> eventTimes() {
      return eventTimes;
    }
  }

  /** The answer as Feast's clients read it. */
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart("metadata");
      json.writeArrayFieldStart("feature_names");
      for (Column column : columns) {
        json.writeString(column.name());
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeArrayFieldStart("results");
      for (Column column : columns) {
        write(column, json);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  private static void write(Column column, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("values");
    for (Object value : column.values()) {
      writeValue(value, json);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("statuses");
    for (Status status : column.statuses()) {
      json.writeString(status.name());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("event_timestamps");
    for (Instant time : column.eventTimes()) {
      json.writeString(time.toString());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof JsonNode node && node.isTextual()) {
      json.writeString(node.textValue());
    } else if (value instanceof JsonNode node && node.isBoolean()) {
      json.writeBoolean(node.booleanValue());
    } else if (value instanceof JsonNode node && node.isIntegralNumber()) {
      json.writeNumber(node.bigIntegerValue());
    } else {
      throw new AssertionError("no value of a column: " + value);
    }
  }
}
