package io.leat.drift;

import io.leat.drift.evidence.StreamEvidence;
import io.leat.pipeline.definition.DataQuality.Measure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor remembers of data quality between windows; kept as entries, as {@link
 * DetectorState} is. Mutable; not thread-safe.
 */
public final class QualityState {
  private static final String EPISODE = "episode";
  private static final String EXPLAINS = "explains";
  private static final String VOLUMES = "volumes";
  private static final String MEASURE = "measure ";
  private static final String RECENT = "recent ";

  private final Map<Measure, StreamEvidence> evidence = new EnumMap<>(Measure.class);
  private final Map<Measure, Long> beyond = new EnumMap<>(Measure.class);
  private final Map<Measure, Recent> recent = new EnumMap<>(Measure.class);
  private Volumes volumes = new Volumes();
  private @Nullable Episode episode;
  private @Nullable String explains;

  Optional<Episode> episode() {
    return Optional.ofNullable(episode);
  }

  void episode(@Nullable Episode now) {
    episode = now;
  }

  /** Id of the episode of drift that the open one is the cause of. */
  Optional<String> explains() {
    return Optional.ofNullable(explains);
  }

  void explains(@Nullable String drift) {
    explains = drift;
  }

  StreamEvidence evidence(Measure measure) {
    return evidence.computeIfAbsent(measure, key -> new StreamEvidence());
  }

  void forgetEvidence() {
    evidence.values().forEach(StreamEvidence::forget);
  }

  /**
   * Notes whether a window was beyond all of the reference, and says how many of the last were.
   *
   * @param last at most 64
   */
  int beyond(Measure measure, boolean now, int last) {
    long bits = beyond.merge(measure, now ? 1L : 0L, (before, bit) -> (before << 1) | bit);
    return Long.bitCount(last >= Long.SIZE ? bits : bits & ((1L << last) - 1));
  }

  Volumes volumes() {
    return volumes;
  }

  /** The last windows of a measure that training data say nothing of. */
  Recent recent(Measure measure) {
    return recent.computeIfAbsent(measure, key -> new Recent());
  }

  /** All of it, by what it is of. */
  public Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new HashMap<>();
    if (episode != null) {
      entries.put(EPISODE, episode.toBytes());
    }
    if (explains != null) {
      entries.put(EXPLAINS, explains.getBytes(StandardCharsets.UTF_8));
    }
    if (volumes.last().isPresent()) {
      entries.put(VOLUMES, volumes.toBytes());
    }
    recent.forEach((measure, last) -> entries.put(RECENT + measure.name(), last.toBytes()));
    Set<Measure> measures = EnumSet.noneOf(Measure.class);
    measures.addAll(evidence.keySet());
    measures.addAll(beyond.keySet()); // those without evidence, too
    for (Measure measure : measures) {
      byte[] bytes = evidence(measure).toBytes();
      entries.put(
          MEASURE + measure.name(),
          ByteBuffer.allocate(Long.BYTES + bytes.length)
              .putLong(beyond.getOrDefault(measure, 0L))
              .put(bytes)
              .array());
    }
    return entries;
  }

  /** Whether an entry lives on when the reference is another. */
  public static boolean outlivesReference(String entry) {
    return !entry.startsWith(MEASURE);
  }

  /** Reads what was written. */
  public static QualityState read(Map<String, byte[]> entries) {
    QualityState state = new QualityState();
    entries.forEach(
        (entry, bytes) -> {
          switch (entry) {
            case EPISODE -> state.episode = Episode.read(bytes);
            case EXPLAINS -> state.explains = new String(bytes, StandardCharsets.UTF_8);
            case VOLUMES -> state.volumes = Volumes.read(bytes);
            default -> {
              if (entry.startsWith(RECENT)) {
                state.recent.put(
                    Measure.valueOf(entry.substring(RECENT.length())), Recent.read(bytes));
                return;
              }
              Measure measure = Measure.valueOf(entry.substring(MEASURE.length()));
              ByteBuffer buffer = ByteBuffer.wrap(bytes);
              state.beyond.put(measure, buffer.getLong());
              byte[] rest = new byte[buffer.remaining()];
              buffer.get(rest);
              state.evidence.put(measure, StreamEvidence.read(rest));
            }
          }
        });
    return state;
  }
}
