package io.leat.drift.sequential;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What every detector shares: its kind and parameters, the check of values, and its bytes. */
abstract class Detector implements SequentialDetector {
  static final int FORMAT = 1;

  private final Parameters parameters;

  Detector(Parameters parameters) {
    this.parameters = parameters;
  }

  @Override
  public final DetectorKind kind() {
    return parameters.kind();
  }

  @Override
  public final State add(double value) {
    if (!kind().values().has(value)) {
      throw new IllegalArgumentException(
          "%s: %s; expected %s".formatted(kind().name(), value, kind().values().description()));
    }
    return next(value);
  }

  /** Takes a value that the kind takes; begins anew by itself after a drift. */
  abstract State next(double value);

  /** Passes all that it knows, but for its parameters. */
  abstract void pass(Fields fields) throws IOException;

  @Override
  public final byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeUTF(kind().name());
      Fields fields = Fields.writing(out);
      fields.numbers(parameters.values());
      pass(fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
