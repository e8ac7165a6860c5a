package io.leat.ingestion.privacy;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The producer's headers that hold what becomes a protected field: attributes of a CloudEvent in
 * binary mode. Immutable.
 */
public final class HiddenHeaders {
  /** What Kafka's binary mode puts before the name of an attribute. */
  private static final String ATTRIBUTE = "ce_";

  private final List<String> names;

  private HiddenHeaders(List<String> names) {
    this.names = names;
  }

  public static HiddenHeaders of(Contract contract, Sensitive sensitive) {
    return new HiddenHeaders(
        contract.inputFormat().envelope() instanceof Envelope.CloudEvents envelope
            ? envelope.attributes().entrySet().stream()
                .filter(attribute -> !sensitive.isQuotable(attribute.getValue()))
                .map(attribute -> ATTRIBUTE + attribute.getKey())
                .sorted()
                .toList()
            : List.of());
  }

  /** Takes them out of a valid event's headers. */
  public void removeFrom(Headers headers) {
    names.forEach(headers::remove);
  }

  /**
   * Encrypts them in a dead letter's headers.
   *
   * @return those that were there
   */
  public List<String> encryptIn(Headers headers, Cipher256 cipher) {
    return changed(headers, names, cipher::encrypt);
  }

  /**
   * Decrypts headers of these names.
   *
   * @throws IllegalArgumentException with one sentence if one cannot be
   */
  public static void decryptIn(Headers headers, Collection<String> names, Cipher256 cipher) {
    changed(headers, names, cipher::decrypt);
  }

  private static List<String> changed(
      Headers headers, Collection<String> names, UnaryOperator<byte[]> change) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      List<byte[]> values = new ArrayList<>();
      for (Header header : headers.headers(name)) {
        values.add(header.value());
      }
      if (!values.isEmpty()) {
        headers.remove(name);
        values.forEach(value -> headers.add(name, value == null ? null : change.apply(value)));
        found.add(name);
      }
    }
    return found;
  }
}
