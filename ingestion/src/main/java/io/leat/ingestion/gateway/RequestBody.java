package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes a request's body apart into events, each byte for byte as it stands there. */
final class RequestBody {
  private static final String EXPECTED =
      "expected application/json or another type that ends in +json (an object or an array), application/x-ndjson (an object a line), application/cloudevents+json or application/cloudevents-batch+json";
  private static final Set<String> LINES =
      Set.of("x-ndjson", "ndjson", "jsonl", "x-jsonlines", "json-lines");
  private static final JsonFactory JSON = new JsonFactory();

  private RequestBody() {}

  /** What a content type says of a body. */
  enum Form {
    /** JSON: an object, or an array of them. */
    JSON,
    /** JSON objects, one a line. */
    LINES,
    /** One event in CloudEvents' structured mode. */
    CLOUD_EVENT,
    /** An array of these. */
    CLOUD_EVENTS
  }

  /**
   * What a content type says.
   *
   * @throws RequestException 415 if it says nothing that is understood
   */
  static Form form(@Nullable MediaType type) {
    if (type == null) {
      throw new RequestException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE, "there is no content-type; " + EXPECTED);
    }
    if (type.charset() != null && !UTF_8.equals(type.charset())) {
      throw new RequestException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "the charset is " + type.charset() + "; JSON is UTF-8");
    }
    String subtype = type.subtype();
    if (type.type().equals("application")) {
      if (subtype.equals("json")) {
        return Form.JSON;
      }
      if (subtype.equals("cloudevents+json")) {
        return Form.CLOUD_EVENT;
      }
      if (subtype.equals("cloudevents-batch+json")) {
        return Form.CLOUD_EVENTS;
      }
      if (LINES.contains(subtype)) {
        return Form.LINES;
      }
      if (subtype.endsWith("+json") && !subtype.startsWith("cloudevents")) {
        return Form.JSON;
      }
    }
    throw new RequestException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "the content-type is %s/%s; %s".formatted(type.type(), subtype, EXPECTED));
  }

  /**
   * The events of a body.
   *
   * @param most how many there may be
   * @throws RequestException 400 if it is no JSON in UTF-8, 413 if there are too many
   */
  static List<byte[]> events(byte[] body, Form form, int most) {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new RequestException(
          HttpStatus.BAD_REQUEST, "the %d bytes are no UTF-8".formatted(body.length));
    }
    List<byte[]> events = form == Form.LINES ? lines(text, most) : json(body, text, form, most);
    return List.copyOf(events);
  }

  private static List<byte[]> lines(String text, int most) {
    List<byte[]> events = new ArrayList<>();
    text.lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              requireRoom(events, most);
              events.add(line.getBytes(UTF_8));
            });
    return events;
  }

  private static List<byte[]> json(byte[] body, String text, Form form, int most) {
    try (JsonParser parser = JSON.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new RequestException(HttpStatus.BAD_REQUEST, "the body is empty; expected JSON");
      }
      boolean array = first == JsonToken.START_ARRAY;
      if (!array && first != JsonToken.START_OBJECT
          || array && form == Form.CLOUD_EVENT
          || !array && form == Form.CLOUD_EVENTS) {
        throw new RequestException(
            HttpStatus.BAD_REQUEST,
            "the body is JSON but no %s"
                .formatted(
                    switch (form) {
                      case CLOUD_EVENT -> "object; expected { ... }";
                      case CLOUD_EVENTS -> "array; expected [ ... ]";
                      case JSON, LINES -> "object or array; expected { ... } or [ { ... }, ... ]";
                    }));
      }
      List<byte[]> events = new ArrayList<>();
      if (!array) {
        parser.skipChildren();
        events.add(body);
      } else {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          requireRoom(events, most);
          int begin = (int) parser.currentTokenLocation().getCharOffset();
          parser.skipChildren();
          parser.finishToken();
          int end = (int) parser.currentLocation().getCharOffset();
          events.add(text.substring(begin, end).getBytes(UTF_8));
        }
      }
      if (parser.nextToken() != null) {
        throw new RequestException(
            HttpStatus.BAD_REQUEST, "something stands behind the JSON value");
      }
      return events;
    } catch (JacksonException e) {
      throw new RequestException(
          HttpStatus.BAD_REQUEST,
          "no JSON: the parser stopped at line %d, column %d (%s)"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  e.getClass().getSimpleName()));
    } catch (IOException e) {
      throw new IllegalStateException("text is read without input or output", e);
    }
  }

  private static void requireRoom(List<byte[]> events, int most) {
    if (events.size() == most) {
      throw new RequestException(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          "more than %d events in one request; send fewer at a time".formatted(most));
    }
  }
}
