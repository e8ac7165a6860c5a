package io.leat.features.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.google.common.collect.Maps;
import io.leat.features.engine.Micros;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.schemas.NullReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes answers as Feast's clients read them. Stateless. */
final class JsonAnswer {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();
  private static final Map<Status, SerializableString> STATUSES =
      Maps.immutableEnumMap(
          Maps.toMap(EnumSet.allOf(Status.class), status -> new SerializedString(status.name())));

  /** About what a value takes with its status and time, so that buffers need not grow. */
  private static final int BYTES_OF_A_CELL = 60;

  private JsonAnswer() {}

  /**
   * The body of an answer.
   *
   * @param versionMetadata whether it names the views that were read
   * @param nullReasons whether it says why values are null
   */
  static byte[] of(OnlineAnswer answer, boolean versionMetadata, boolean nullReasons) {
    int rows = answer.columns().get(0).values().length;
    int cells = answer.columns().size() * rows;
    SerializableString present =
        new SerializedString(
            "[" + String.join(",", Collections.nCopies(rows, "\"PRESENT\"")) + "]");
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(512 + cells * BYTES_OF_A_CELL);
        JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      writeMetadata(answer, versionMetadata, json);
      json.writeArrayFieldStart("results");
      long[] times = null;
      SerializableString written = new SerializedString("");
      for (Column column : answer.columns()) {
        if (column.eventTimes() != times) {
          times = column.eventTimes();
          written = times(times);
        }
        json.writeStartObject();
        write(column, written, present, json);
        if (nullReasons) {
          writeReasons(column, json);
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  private static void writeMetadata(OnlineAnswer answer, boolean versions, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart("metadata");
    json.writeArrayFieldStart("feature_names");
    for (Column column : answer.columns()) {
      json.writeString(column.name());
    }
    json.writeEndArray();
    if (versions) {
      json.writeArrayFieldStart("feature_view_metadata");
      for (ServedView view : answer.views()) {
        json.writeStartObject();
        json.writeStringField("name", view.name());
        json.writeNumberField("version", view.version());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void write(
      Column column, SerializableString times, SerializableString present, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart("values");
    for (Object value : column.values()) {
      writeValue(value, json);
    }
    json.writeEndArray();
    json.writeFieldName("statuses");
    if (isAllPresent(column.statuses())) {
      json.writeRawValue(present);
    } else {
      json.writeStartArray();
      for (Status status : column.statuses()) {
        json.writeString(STATUSES.get(status));
      }
      json.writeEndArray();
    }
    json.writeFieldName("event_timestamps");
    json.writeRawValue(times);
  }

  private static void writeReasons(Column column, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("null_reasons");
    for (NullReason reason : column.reasons()) {
      json.writeString(reason == null ? null : reason.text());
    }
    json.writeEndArray();
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof BigInteger number) {
      json.writeNumber(number);
    } else {
      throw new AssertionError("no value of a column: " + value.getClass());
    }
  }

  private static boolean isAllPresent(Status[] statuses) {
    for (Status status : statuses) {
      if (status != Status.PRESENT) {
        return false;
      }
    }
    return true;
  }

  /** Times, once for all columns that share them. */
  private static SerializableString times(long[] times) {
    StringBuilder text = new StringBuilder(2 + times.length * 28).append('[');
    for (int row = 0; row < times.length; row++) {
      text.append(row == 0 ? "\"" : ",\"").append(Micros.toInstant(times[row])).append('"');
    }
    return new SerializedString(text.append(']').toString());
  }
}
