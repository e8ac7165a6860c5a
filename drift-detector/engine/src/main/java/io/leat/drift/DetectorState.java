package io.leat.drift;

import io.leat.drift.evidence.StreamEvidence;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor remembers between windows. Mutable; not thread-safe.
 *
 * <p>It is kept as entries, each small, so that a job with many streams need not write one large
 * record a window: {@link #alerts()} by feature, {@link #entries()} by what they are of.
 */
public final class DetectorState {
  private static final String EPISODE = "episode";
  private static final String EVIDENCE = "evidence ";

  /** Evidence as it was written when thresholds had to agree; it begins anew. */
  private static final String EARLIER = "stream ";

  private static final String MERGED = "merged ";
  private static final String RATION = "ration";
  private static final String BEYOND = "beyond ";

  private final Map<String, AlertState> alerts = new HashMap<>();
  private final Map<String, StreamEvidence> evidence = new HashMap<>();
  private final Map<String, Long> beyond = new HashMap<>();
  private final Map<Integer, Merged> merged = new HashMap<>();
  private @Nullable Episode episode;
  private int ration;

  /**
   * Windows that are to be evaluated together, as far as they have come.
   *
   * @param windows how many of the group there were
   */
  record Merged(long group, int windows, WindowSummary summary) {}

  /** By features' full names: the alerts of a monitor whose thresholds decide. */
  Map<String, AlertState> alerts() {
    return alerts;
  }

  Optional<Episode> episode() {
    return Optional.ofNullable(episode);
  }

  void episode(@Nullable Episode now) {
    episode = now;
  }

  /** For how many windows nothing opens of what nothing is promised of; 0 or more. */
  int ration() {
    return ration;
  }

  void ration(int windows) {
    ration = windows;
  }

  /** A window has passed. */
  void passRation() {
    ration = Math.max(0, ration - 1);
  }

  /** The evidence of a stream. */
  StreamEvidence evidence(String stream) {
    return evidence.computeIfAbsent(stream, key -> new StreamEvidence());
  }

  /** Begins all evidence anew. */
  void forgetEvidence() {
    evidence.values().forEach(StreamEvidence::forget);
  }

  /**
   * Notes whether a window was beyond its threshold, and says how many of the last were.
   *
   * @param last at most 64
   */
  int beyond(String stream, boolean now, int last) {
    long bits = beyond.merge(stream, now ? 1L : 0L, (before, bit) -> (before << 1) | bit);
    return Long.bitCount(last >= Long.SIZE ? bits : bits & ((1L << last) - 1));
  }

  Map<Integer, Merged> merged() {
    return merged;
  }

  /** By features' full names, the bytes of {@link AlertState}. */
  public Map<String, byte[]> alertEntries() {
    Map<String, byte[]> entries = new HashMap<>();
    alerts.forEach((feature, state) -> entries.put(feature, state.toBytes()));
    return entries;
  }

  /** All the rest, by what it is of. */
  public Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new HashMap<>();
    if (episode != null) {
      entries.put(EPISODE, episode.toBytes());
    }
    if (ration > 0) {
      entries.put(RATION, ByteBuffer.allocate(Integer.BYTES).putInt(ration).array());
    }
    evidence.forEach((stream, state) -> entries.put(EVIDENCE + stream, state.toBytes()));
    beyond.forEach(
        (stream, bits) ->
            entries.put(BEYOND + stream, ByteBuffer.allocate(Long.BYTES).putLong(bits).array()));
    merged.forEach(
        (factor, windows) -> {
          byte[] bytes = windows.summary().toBytes();
          entries.put(
              MERGED + factor,
              ByteBuffer.allocate(Long.BYTES + Integer.BYTES + bytes.length)
                  .putLong(windows.group())
                  .putInt(windows.windows())
                  .put(bytes)
                  .array());
        });
    return entries;
  }

  /** Whether an entry lives on when the reference is another: what is ranked among it does not. */
  public static boolean outlivesReference(String entry) {
    return entry.equals(EPISODE) || entry.equals(RATION);
  }

  /**
   * Reads what was written.
   *
   * @param detector of the same reference
   */
  public static DetectorState read(
      DriftDetector detector, Map<String, byte[]> alerts, Map<String, byte[]> entries) {
    DetectorState state = new DetectorState();
    alerts.forEach((feature, bytes) -> state.alerts.put(feature, AlertState.read(bytes)));
    entries.forEach(
        (entry, bytes) -> {
          if (entry.equals(EPISODE)) {
            state.episode = Episode.read(bytes);
            return;
          }
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          if (entry.equals(RATION)) {
            state.ration = buffer.getInt();
            return;
          }
          if (entry.startsWith(BEYOND)) {
            state.beyond.put(entry.substring(BEYOND.length()), buffer.getLong());
          } else if (entry.startsWith(EVIDENCE)) {
            state.evidence.put(entry.substring(EVIDENCE.length()), StreamEvidence.read(buffer));
          } else if (entry.startsWith(MERGED)) {
            long number = buffer.getLong();
            int windows = buffer.getInt();
            byte[] rest = new byte[buffer.remaining()];
            buffer.get(rest);
            state.merged.put(
                Integer.valueOf(entry.substring(MERGED.length())),
                new Merged(number, windows, detector.readWindow(rest)));
          } else if (!entry.startsWith(EARLIER)) {
            throw new IllegalArgumentException("an entry of a monitor's state is called " + entry);
          }
        });
    return state;
  }
}
