package io.leat.drift.sequential;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The catalogue: every detector, a line each, in the order of the reference page. */
public final class SequentialDetectors {
  private static final List<DetectorKind> ALL = new ArrayList<>();

  public static final DetectorKind ADWIN = add(Adwin.KEEPS);
  public static final DetectorKind ADWIN_RESET = add(Adwin.RESETS);
  public static final DetectorKind ADWIN_SKIPPING_RESET = add(Adwin.SKIPS);
  public static final DetectorKind PAGE_HINKLEY_UP = add(PageHinkley.UP);
  public static final DetectorKind PAGE_HINKLEY_DOWN = add(PageHinkley.DOWN);
  public static final DetectorKind PAGE_HINKLEY_BOTH = add(PageHinkley.BOTH);
  public static final DetectorKind PAGE_HINKLEY_SUM = add(PageHinkley.SUM);
  public static final DetectorKind CUSUM_UP = add(Cusum.KIND);
  public static final DetectorKind GEOMETRIC_MOVING_AVERAGE_UP = add(GeometricMovingAverage.KIND);
  public static final DetectorKind KSWIN = add(Kswin.KIND);
  public static final DetectorKind BOCD_NORMAL_MEAN = add(Bocd.KIND);
  public static final DetectorKind HDDM_A = add(HddmA.ONE_SIDED);
  public static final DetectorKind HDDM_A_TWO_SIDED = add(HddmA.TWO_SIDED);
  public static final DetectorKind HDDM_W = add(HddmW.ONE_SIDED);
  public static final DetectorKind HDDM_W_TWO_SIDED = add(HddmW.TWO_SIDED);
  public static final DetectorKind DDM = add(Ddm.KIND);
  public static final DetectorKind RDDM = add(Rddm.KIND);
  public static final DetectorKind EDDM_SAMPLE_VARIANCE = add(Eddm.SAMPLE);
  public static final DetectorKind EDDM_POPULATION_VARIANCE = add(Eddm.POPULATION);
  public static final DetectorKind STEPD_ONE_SIDED = add(Stepd.ONE_SIDED);
  public static final DetectorKind STEPD_TWO_SIDED = add(Stepd.TWO_SIDED);
  public static final DetectorKind WSTD = add(Wstd.KIND);

  private SequentialDetectors() {}

  private static DetectorKind add(DetectorKind kind) {
    ALL.add(kind);
    return kind;
  }

  /** Every kind. */
  public static List<DetectorKind> all() {
    return List.copyOf(ALL);
  }

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException if none has it
   */
  public static DetectorKind get(String name) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no detector is called %s; this release has %s"
                        .formatted(name, ALL.stream().map(DetectorKind::name).toList())));
  }

  /**
   * A detector as {@link SequentialDetector#toBytes} wrote it.
   *
   * @throws IllegalArgumentException if the bytes are none of a detector of this release
   */
  public static SequentialDetector read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readByte();
      if (format != Detector.FORMAT) {
        throw new IOException("format %d; expected %d".formatted(format, Detector.FORMAT));
      }
      DetectorKind kind = get(in.readUTF());
      Fields fields = Fields.reading(in, bytes.length / Double.BYTES);
      Detector detector = kind.create(fields.numbers(new double[0]));
      detector.pass(fields);
      if (in.available() > 0) {
        throw new IOException("%d bytes too many".formatted(in.available()));
      }
      return detector;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%d bytes that are no detector's state: %s".formatted(bytes.length, e.getMessage()), e);
    }
  }
}
