package io.leat.performance;

import io.leat.performance.Part.Described;
import io.leat.performance.Part.Labelled;
import io.leat.performance.Part.Named;
import io.leat.performance.Part.Scored;
import io.leat.records.Outcome;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureValues;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Parts as bytes, in topics between tasks and in stores: a byte that says which one it is, and its
 * components in their order; an outcome as its topic has it, behind its length. Not thread-safe.
 */
final class PartCodec {
  // On the disk and on the wire: never change one.
  private static final int SCORED = 0;
  private static final int DESCRIBED = 1;
  private static final int NAMED = 2;
  private static final int LABELLED = 3;
  private static final int DESCRIBED_WITH_INPUTS = 4;

  private final AvroCodec codec;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final String subject;

  /**
   * @param model whose outcomes they are
   */
  PartCodec(String model, RegistryClient registry, RegistryRetry retry) {
    this.codec = new AvroCodec(registry);
    this.registry = registry;
    this.retry = retry;
    this.subject = Topics.valueSubject(Topics.outcomes(model));
  }

  /** An outcome as its topic has it. */
  byte[] write(Outcome outcome) {
    int schema = retry.call(() -> registry.register(subject, Outcome.getClassSchema()));
    return codec.encode(schema, outcome);
  }

  Outcome readOutcome(byte[] bytes) {
    return retry.call(() -> codec.decode(bytes, Outcome.class));
  }

  byte[] write(Part part) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(part, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  void write(Part part, DataOutputStream out) throws IOException {
    if (part instanceof Scored scored) {
      out.writeByte(SCORED);
      byte[] outcome = write(scored.outcome());
      out.writeInt(outcome.length);
      out.write(outcome);
      out.writeBoolean(scored.isAlone());
    } else if (part instanceof Described described) {
      boolean hasInputs = !described.inputs().isNone();
      out.writeByte(hasInputs ? DESCRIBED_WITH_INPUTS : DESCRIBED);
      out.writeLong(described.time());
      writeTexts(described.keys(), out);
      writeTexts(described.segments(), out);
      if (hasInputs) {
        byte[] inputs = described.inputs().toBytes();
        out.writeInt(inputs.length);
        out.write(inputs);
      }
    } else if (part instanceof Named named) {
      out.writeByte(NAMED);
      out.writeLong(named.time());
      FeatureValues.write(named.on(), FeatureValues.to(out));
    } else if (part instanceof Labelled labelled) {
      out.writeByte(LABELLED);
      out.writeLong(labelled.time());
      FeatureValues.write(labelled.id(), FeatureValues.to(out));
      FeatureValues.write(labelled.value(), FeatureValues.to(out));
    }
  }

  Part read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return read(in);
    } catch (IOException e) {
      throw new SerializationException(
          "a part of %d bytes that ends early".formatted(bytes.length), e);
    }
  }

  Part read(DataInputStream in) throws IOException {
    int kind = in.readByte();
    FeatureValues.Input<IOException> values = FeatureValues.from(in);
    return switch (kind) {
      case SCORED -> new Scored(readOutcome(in.readNBytes(in.readInt())), in.readBoolean());
      case DESCRIBED -> new Described(in.readLong(), readTexts(in), readTexts(in), Inputs.NONE);
      case DESCRIBED_WITH_INPUTS ->
          new Described(
              in.readLong(),
              readTexts(in),
              readTexts(in),
              Inputs.fromBytes(in.readNBytes(in.readInt())));
      case NAMED -> new Named(in.readLong(), (String) FeatureValues.read(values));
      case LABELLED ->
          new Labelled(
              in.readLong(),
              String.valueOf(FeatureValues.read(values)),
              FeatureValues.read(values));
      default -> throw new SerializationException("a part of kind " + kind);
    };
  }

  private static void writeTexts(Map<String, String> texts, DataOutputStream out)
      throws IOException {
    FeatureValues.Output<IOException> values = FeatureValues.to(out);
    out.writeInt(texts.size());
    for (Map.Entry<String, String> text : texts.entrySet()) {
      FeatureValues.write(text.getKey(), values);
      FeatureValues.write(text.getValue(), values);
    }
  }

  private static Map<String, String> readTexts(DataInputStream in) throws IOException {
    FeatureValues.Input<IOException> values = FeatureValues.from(in);
    Map<String, String> texts = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.put(
          String.valueOf(FeatureValues.read(values)), String.valueOf(FeatureValues.read(values)));
    }
    return texts;
  }
}
