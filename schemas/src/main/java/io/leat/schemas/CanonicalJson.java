package io.leat.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.erdtman.jcs.JsonCanonicalizer;

/**
 * JSON that has one spelling for one value (RFC 8785): names in order, no white space, numbers as
 * ECMAScript writes them. What is hashed is written so.
 */
public final class CanonicalJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CanonicalJson() {}

  /**
   * A value's canonical JSON.
   *
   * @param value a Map, a List, a text, a Boolean, a number that is a finite double or a whole
   *     number within 2^53 of zero, null, or Jackson's tree of these
   * @throws IllegalArgumentException if it has no JSON
   */
  public static String of(Object value) {
    try {
      return new JsonCanonicalizer(JSON.writeValueAsString(value)).getEncodedString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("no canonical JSON: " + e.getMessage(), e);
    }
  }
}
