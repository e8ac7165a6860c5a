package io.leat.performance;

import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Segments;
import io.leat.records.ModelRole;
import io.leat.records.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * What a window keeps of a score.
 *
 * @param label a number, 1 and 0 for true and false; NaN where there is none, or it is a text
 * @param decision null where none was taken; empty of those that were kept without their name
 * @param cluster of the entity that it is about
 * @param isItsOwn whether the version was to give it: one in another's place, which may be a
 *     constant, tells nothing of the version's other scores
 */
record Pair(
    double score,
    Known known,
    double label,
    @Nullable String decision,
    String cluster,
    Map<String, String> segments,
    boolean isItsOwn) {
  /** What is known of the label. */
  enum Known {
    /** It may still come. */
    NOT_YET(0),
    MISSING(1),
    LABELLED(2);

    /** On the disk: never change one. */
    private final int code;

    Known(int code) {
      this.code = code;
    }

    private static Known of(int code) {
      for (Known known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw new SerializationException("a label of which the code %d is known".formatted(code));
    }
  }

  /**
   * Of an outcome what a monitor looks at.
   *
   * @param entity whose events hang together; empty where nobody says
   */
  static Pair of(Outcome outcome, Monitor monitor, Optional<String> entity) {
    Map<String, String> segments = new TreeMap<>(outcome.getSegments());
    segments
        .keySet()
        .retainAll(monitor.segments().keys().stream().map(Segments.Key::name).toList());
    Object label = outcome.getLabel();
    return new Pair(
        outcome.getScore(),
        outcome.getRevision() < 0 ? Known.NOT_YET : label == null ? Known.MISSING : Known.LABELLED,
        number(label),
        outcome.getDecision(),
        cluster(outcome, entity),
        segments,
        outcome.getFallback() == null || ModelRole.FALLBACK.name().equals(outcome.getRole()));
  }

  private static double number(@Nullable Object label) {
    if (label instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    return label instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /**
   * The entity's; where nobody says whose, the first's by name; where there is none the event is a
   * cluster of its own.
   */
  private static String cluster(Outcome outcome, Optional<String> entity) {
    TreeMap<String, String> keys = new TreeMap<>(outcome.getKeys());
    return entity
        .or(() -> keys.keySet().stream().findFirst())
        .filter(keys::containsKey)
        .map(name -> name + "=" + keys.get(name))
        .orElse(outcome.getEventId());
  }

  /** Whether a decision was taken, whatever it was. */
  boolean decided() {
    return decision != null;
  }

  /** Whether it can be held against its label. */
  boolean isMeasured() {
    return known == Known.LABELLED && !Double.isNaN(label);
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeDouble(score);
      out.writeByte(known.code);
      out.writeDouble(label);
      out.writeBoolean(decision != null);
      out.writeUTF(cluster);
      out.writeShort(segments.size());
      for (Map.Entry<String, String> segment : segments.entrySet()) {
        out.writeUTF(segment.getKey());
        out.writeUTF(segment.getValue());
      }
      if (decision != null) {
        out.writeUTF(decision);
      }
      if (!isItsOwn) {
        out.writeBoolean(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  static Pair fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      double score = in.readDouble();
      Known known = Known.of(in.readByte());
      double label = in.readDouble();
      boolean decided = in.readBoolean();
      String cluster = in.readUTF();
      Map<String, String> segments = new TreeMap<>();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        segments.put(in.readUTF(), in.readUTF());
      }
      String decision = decided ? in.available() > 0 ? in.readUTF() : "" : null;
      boolean isItsOwn = in.available() == 0;
      return new Pair(score, known, label, decision, cluster, segments, isItsOwn);
    } catch (IOException e) {
      throw new SerializationException(
          "a pair of %d bytes that ends early".formatted(bytes.length), e);
    }
  }
}
