package io.leat.drift;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.schemas.NullReason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * All that is kept of one window's vectors: per stream, counts by the reference's cells. Its size
 * is bounded by the reference, whatever the window holds. Adding vectors and merging summaries may
 * be done in any order and grouping. Not thread-safe.
 */
public final class WindowSummary {
  private static final byte VERSION = 5;

  /** Did not know where vectors come from. */
  private static final byte WITHOUT_ORIGINS = 4;

  /** Kept nothing for data quality but its counts. */
  private static final byte WITHOUT_TALLY = 3;

  /** Held no scores. */
  private static final byte WITHOUT_SCORES = 2;

  /** Had one number of nulls, whatever their reasons. */
  private static final byte WITHOUT_REASONS = 1;

  private static final long NO_VERSION = -1;

  /** Rows that wait to be counted, at most: enough for a column's cells to be worth fetching. */
  private static final int MOST_PENDING = 256;

  /** And so many of their values, about 13 bytes each. */
  private static final int MOST_PENDING_VALUES = 1 << 14;

  private final WindowLayout layout;
  private final FeatureCounts[] counts;
  private final QualityTally tally;

  /** Rows that are counted together, soon. */
  private final List<ColumnValues> pending = new ArrayList<>();

  private long events;

  /** Of which version of the model scores are counted; {@link #NO_VERSION} where none has come. */
  private long version = NO_VERSION;

  private long scores;

  WindowSummary(WindowLayout layout) {
    this.layout = layout;
    this.counts =
        layout.references().stream().map(FeatureReference::newCounts).toArray(FeatureCounts[]::new);
    this.tally = new QualityTally(layout);
  }

  /**
   * Counts a vector.
   *
   * @param row values of {@link DriftDetector#features} and of {@link DriftDetector#segments}
   */
  public void add(ColumnValues row) {
    pending.add(row);
    events++;
    if (pending.size() >= MOST_PENDING
        || (long) pending.size() * row.numbers().length >= MOST_PENDING_VALUES) {
      countPending();
    }
  }

  /** Counts a vector, and where it comes from. */
  public void add(ColumnValues row, VectorOrigin origin) {
    add(row);
    tally.add(origin);
  }

  /**
   * Notes a vector that another definition made: it is none of the window's.
   *
   * @param definition says which
   */
  public void addOther(String definition) {
    tally.addOther(definition, 1);
  }

  /**
   * Notes dead letters of the window's time. They are of its evaluation, and are not written with
   * it.
   */
  public void addDeadLetters(long count) {
    tally.addDeadLetters(count);
  }

  private void countPending() {
    if (pending.isEmpty()) {
      return; // each of a window's streams asks
    }
    layout.count(pending, counts);
    tally.add(pending);
    pending.clear();
  }

  /**
   * Counts a score. Versions do not mix: scores of an earlier version than the latest that has come
   * are not counted, so that a window in which the champion changed holds the new one's.
   *
   * @param ofVersion number of the version that gave it, from 0
   * @param row values of {@link DriftDetector#outputs}
   */
  public void addScore(long ofVersion, ColumnValues row) {
    if (begin(ofVersion)) {
      layout.countScore(row, counts);
      scores++;
    }
  }

  /** Whether scores of a version count; forgets those of an earlier one. */
  private boolean begin(long ofVersion) {
    if (ofVersion > version) {
      for (int stream : layout.ofScores()) {
        counts[stream] = layout.references().get(stream).newCounts();
      }
      version = ofVersion;
      scores = 0;
    }
    return ofVersion == version;
  }

  /** Takes in all that another summary, of the same features, has counted. */
  public void merge(WindowSummary other) {
    other.countPending();
    boolean withScores = begin(other.version);
    for (int i = 0; i < counts.length; i++) {
      if (withScores || !layout.isOfScores(i)) {
        counts[i].add(other.counts[i]);
      }
    }
    tally.add(other.tally);
    events += other.events;
    scores += withScores ? other.scores : 0;
  }

  /** Vectors in the window. */
  public long events() {
    return events;
  }

  /** The same of a summary out of {@link #toBytes}. */
  public static long events(byte[] summary) {
    return readNumber(ByteBuffer.wrap(summary, 1, summary.length - 1));
  }

  /** What a stream's values are out of: vectors, or scores. */
  long events(int stream) {
    return layout.isOfScores(stream) ? scores : events;
  }

  QualityTally tally() {
    countPending();
    return tally;
  }

  boolean isOfScores(int stream) {
    return layout.isOfScores(stream);
  }

  FeatureCounts counts(int stream) {
    countPending();
    return counts[stream];
  }

  /** Compact binary form: cells that hold nothing take no room. */
  public byte[] toBytes() {
    countPending();
    Numbers out = new Numbers();
    out.writeByte(VERSION);
    out.write(events);
    out.write(version + 1);
    out.write(scores);
    for (FeatureCounts feature : counts) {
      writeNulls(out, feature);
      int cells = feature.isEmpty() ? 0 : feature.cells();
      int left = 0;
      for (int cell = 0; cell < cells; cell++) {
        left += feature.cell(cell) == 0 ? 0 : 1;
      }
      out.write(left);
      for (int cell = 0; cell < cells; cell++) {
        if (feature.cell(cell) != 0) {
          out.write(cell);
          out.write(feature.cell(cell));
        }
      }
      for (long sum : feature.sums()) {
        out.write((sum << 1) ^ (sum >> 63)); // the sign last, so that small numbers are short
      }
      feature
          .sample()
          .ifPresent(
              sample -> {
                out.write(sample.size());
                for (byte next : sample.toBytes()) {
                  out.writeByte(next);
                }
              });
    }
    for (int column = 0; column < tally.columns(); column++) {
      out.write(tally.far(column));
    }
    writeOrigins(out);
    return out.toBytes();
  }

  private void writeOrigins(Numbers out) {
    EventSample sample = tally.events();
    out.write(sample.zeros());
    out.write(sample.events());
    sample.forEach(
        (event, vectors) -> {
          out.write(event);
          out.write(vectors);
        });
    Ages ages = tally.ages();
    out.write(IntStream.range(0, Ages.CELLS).filter(cell -> ages.count(cell) > 0).count());
    for (int cell = 0; cell < Ages.CELLS; cell++) {
      if (ages.count(cell) > 0) {
        out.write(cell);
        out.write(ages.count(cell));
      }
    }
    out.write(tally.others().size());
    tally
        .others()
        .forEach(
            (definition, vectors) -> {
              out.write(definition);
              out.write(vectors);
            });
  }

  private void readOrigins(ByteBuffer in) {
    tally.events().begin((int) readNumber(in));
    for (long left = readNumber(in); left > 0; left--) {
      tally.events().add(readNumber(in), readNumber(in));
    }
    for (long left = readNumber(in); left > 0; left--) {
      tally.ages().add((int) readNumber(in), readNumber(in));
    }
    for (long left = readNumber(in); left > 0; left--) {
      byte[] definition = new byte[(int) readNumber(in)];
      in.get(definition);
      tally.addOther(new String(definition, UTF_8), readNumber(in));
    }
  }

  private static void writeNulls(Numbers out, FeatureCounts feature) {
    out.write(feature.nullsByReason().size());
    for (NullReason reason : NullReason.values()) {
      if (feature.nulls(reason) > 0) {
        out.writeByte(reason.code());
        out.write(feature.nulls(reason));
      }
    }
  }

  private static void readNulls(ByteBuffer in, byte version, FeatureCounts feature) {
    if (version == WITHOUT_REASONS) {
      feature.addNulls(NullReason.UNSTATED, readNumber(in));
      return;
    }
    for (long left = readNumber(in); left > 0; left--) {
      feature.addNulls(NullReason.of(in.get()), readNumber(in));
    }
  }

  /** Reads what {@link #toBytes} wrote into this summary, which must be empty. */
  void read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      byte formatVersion = in.get();
      if (formatVersion < WITHOUT_REASONS || formatVersion > VERSION) {
        throw new IllegalArgumentException(
            "a window summary of format %d; this version of Leat reads formats up to %d"
                .formatted(formatVersion, VERSION));
      }
      events = readNumber(in);
      version = formatVersion > WITHOUT_SCORES ? readNumber(in) - 1 : NO_VERSION;
      scores = formatVersion > WITHOUT_SCORES ? readNumber(in) : 0;
      for (FeatureCounts feature : counts) {
        readNulls(in, formatVersion, feature);
        for (long left = readNumber(in); left > 0; left--) {
          feature.add((int) readNumber(in), readNumber(in));
        }
        for (int i = 0; i < feature.sums().length; i++) {
          long sum = readNumber(in);
          feature.sums()[i] = (sum >>> 1) ^ -(sum & 1);
        }
        feature
            .sample()
            .ifPresent(sample -> sample.read(in, (int) readNumber(in), feature.sums().length));
      }
      for (int column = 0; formatVersion > WITHOUT_TALLY && column < tally.columns(); column++) {
        tally.addFar(column, readNumber(in));
      }
      if (formatVersion > WITHOUT_ORIGINS) {
        readOrigins(in);
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a window summary ends early", e);
    }
  }

  private static long readNumber(ByteBuffer in) {
    long number = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.get();
      number |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
  }

  /** Numbers of seven bits a byte, the lowest first; the high bit says that more follow. */
  private static final class Numbers {
    private byte[] bytes = new byte[1024];
    private int size;

    void writeByte(int value) {
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * size);
      }
      bytes[size++] = (byte) value;
    }

    /**
     * @param number not negative
     */
    void write(long number) {
      long rest = number;
      while (rest > 0x7f) {
        writeByte((int) (rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      writeByte((int) rest);
    }

    void write(String text) {
      byte[] written = text.getBytes(UTF_8);
      write(written.length);
      for (byte one : written) {
        writeByte(one);
      }
    }

    byte[] toBytes() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
