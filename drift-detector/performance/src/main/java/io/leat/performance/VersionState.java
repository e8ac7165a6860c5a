package io.leat.performance;

import io.leat.evaluation.Estimate;
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

/**
 * What a monitor knows of a version as the champion: how good it should be, its risk, its open
 * alerts.
 */
final class VersionState {
  /** Windows whose mean is the reference of the metric. */
  static final int REFERENCE_WINDOWS = 3;

  /** Of a version that is no champion any more its alerts are closed with this window. */
  long lastStart = Long.MIN_VALUE;

  final LiveRisk risk;

  /** Of the first windows behind what it learnt from. */
  final List<Estimate> reference = new ArrayList<>();

  /** What the registry has of the metric; NaN: nothing. Empty before it was asked. */
  Optional<Estimate> published = Optional.empty();

  /** Windows that begin before, in microseconds, say nothing: the version learnt from them. */
  long trainedUntil = Long.MIN_VALUE;

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
    boolean isCritical;
    int updates;

    private void write(DataOutputStream out) throws IOException {
      out.writeUTF(alert.orElse(""));
      out.writeUTF(version);
      out.writeUTF(metric);
      out.writeDouble(threshold);
      out.writeInt(quiet);
      out.writeBoolean(isCritical);
      out.writeInt(updates);
    }

    private static Episode read(DataInputStream in) throws IOException {
      Episode episode = new Episode();
      episode.alert = Optional.of(in.readUTF()).filter(id -> !id.isEmpty());
      episode.version = in.readUTF();
      episode.metric = in.readUTF();
      episode.threshold = in.readDouble();
      episode.quiet = in.readInt();
      episode.isCritical = in.readBoolean();
      episode.updates = in.readInt();
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

  /**
   * How good the version should be: what it was measured at before it was published, or else the
   * mean of its first windows. NaN before there are as many.
   */
  Estimate reference() {
    return known()
        .orElseGet(
            () -> reference.size() < REFERENCE_WINDOWS ? Estimate.NONE : Estimate.mean(reference));
  }

  /** Whether the reference is what was known of the version when it was published. */
  boolean isPublished() {
    return known().isPresent();
  }

  /** Without its interval a figure would count as exact, and chance as a loss. */
  private Optional<Estimate> known() {
    return published
        .filter(figure -> !Double.isNaN(figure.value()))
        .filter(figure -> !Double.isNaN(figure.standardError()));
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(lastStart);
      risk.write(out);
      out.writeInt(reference.size());
      for (Estimate value : reference) {
        write(value, out);
      }
      out.writeInt(worse.size());
      for (boolean was : worse) {
        out.writeBoolean(was);
      }
      drop.write(out);
      harm.write(out);
      out.writeLong(trainedUntil);
      out.writeBoolean(published.isPresent());
      if (published.isPresent()) {
        write(published.get(), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  static VersionState fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long lastStart = in.readLong();
      LiveRisk risk = LiveRisk.read(in);
      List<Estimate> reference = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        reference.add(readEstimate(in));
      }
      Deque<Boolean> worse = new ArrayDeque<>();
      for (int left = in.readInt(); left > 0; left--) {
        worse.add(in.readBoolean());
      }
      VersionState state = new VersionState(risk, Episode.read(in), Episode.read(in));
      state.lastStart = lastStart;
      state.reference.addAll(reference);
      state.worse.addAll(worse);
      state.trainedUntil = in.readLong();
      state.published = in.readBoolean() ? Optional.of(readEstimate(in)) : Optional.empty();
      return state;
    } catch (IOException e) {
      throw new SerializationException("what is known of a version ends early", e);
    }
  }

  private static void write(Estimate estimate, DataOutputStream out) throws IOException {
    out.writeDouble(estimate.value());
    out.writeDouble(estimate.low());
    out.writeDouble(estimate.high());
  }

  private static Estimate readEstimate(DataInputStream in) throws IOException {
    return new Estimate(in.readDouble(), in.readDouble(), in.readDouble());
  }
}
