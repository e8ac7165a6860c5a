package io.leat.performance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;

/** What a monitor knows of a version as the champion: its risk, its reference, its open alerts. */
final class VersionState {
  /** Windows whose mean is the reference of the metric. */
  static final int REFERENCE_WINDOWS = 3;

  /** Of a version that is no champion any more its alerts are closed with this window. */
  long lastStart = Long.MIN_VALUE;

  final LiveRisk risk;
  final List<Double> reference = new ArrayList<>();
  final Deque<Boolean> worse = new ArrayDeque<>();
  final Episode drop;
  final Episode harm;

  /** What an alert is about, while it is open. */
  static final class Episode {
    Optional<String> alert = Optional.empty();
    String version = "";
    String metric = "";
    double threshold;
    int quiet;

    private void write(DataOutputStream out) throws IOException {
      out.writeUTF(alert.orElse(""));
      out.writeUTF(version);
      out.writeUTF(metric);
      out.writeDouble(threshold);
      out.writeInt(quiet);
    }

    private static Episode read(DataInputStream in) throws IOException {
      Episode episode = new Episode();
      episode.alert = Optional.of(in.readUTF()).filter(id -> !id.isEmpty());
      episode.version = in.readUTF();
      episode.metric = in.readUTF();
      episode.threshold = in.readDouble();
      episode.quiet = in.readInt();
      return episode;
    }
  }

  VersionState() {
    this(new LiveRisk(), new Episode(), new Episode());
  }

  private VersionState(LiveRisk risk, Episode drop, Episode harm) {
    this.risk = risk;
    this.drop = drop;
    this.harm = harm;
  }

  /** Mean of the first windows; NaN before there are as many. */
  double referenceValue() {
    return reference.size() < REFERENCE_WINDOWS
        ? Double.NaN
        : reference.stream().mapToDouble(Double::doubleValue).sum() / reference.size();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(lastStart);
      risk.write(out);
      out.writeInt(reference.size());
      for (double value : reference) {
        out.writeDouble(value);
      }
      out.writeInt(worse.size());
      for (boolean was : worse) {
        out.writeBoolean(was);
      }
      drop.write(out);
      harm.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  static VersionState fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long lastStart = in.readLong();
      LiveRisk risk = LiveRisk.read(in);
      List<Double> reference = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        reference.add(in.readDouble());
      }
      Deque<Boolean> worse = new ArrayDeque<>();
      for (int left = in.readInt(); left > 0; left--) {
        worse.add(in.readBoolean());
      }
      VersionState state = new VersionState(risk, Episode.read(in), Episode.read(in));
      state.lastStart = lastStart;
      state.reference.addAll(reference);
      state.worse.addAll(worse);
      return state;
    } catch (IOException e) {
      throw new SerializationException("what is known of a version ends early", e);
    }
  }
}
