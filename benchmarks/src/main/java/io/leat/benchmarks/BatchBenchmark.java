package io.leat.benchmarks;

import ai.onnxruntime.OrtException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a score costs where several rows are run at once, by the loop of kept tensors. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {
  /** Of each model; a multiple of all sizes of batches. */
  static final int ROWS = 1_024;

  @Param({"LOGISTIC", "TREES", "NETWORK"})
  private ScoringModels model = ScoringModels.LOGISTIC;

  @Param({"1", "8", "32"})
  private int size = 1;

  private float[][] rows = {};
  private KeptLoop loop;
  private int next;

  @Setup
  public void prepare() throws OrtException {
    rows = rows(model);
    loop = new KeptLoop(model, size);
  }

  private static float[][] rows(ScoringModels model) {
    Random random = new Random(11);
    float[][] rows = new float[ROWS][model.width()];
    for (float[] row : rows) {
      for (int column = 0; column < row.length; column++) {
        row[column] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  @TearDown
  public void close() throws OrtException {
    loop.close();
  }

  /** A run of so many rows; each is an event. */
  @Benchmark
  public float batch(CpuClock clock) throws OrtException {
    clock.events += size;
    next = (next + size) % rows.length;
    return loop.run(rows, next);
  }

  /** How many of a model's rows have a score of other bits in a batch than alone. */
  static int others(ScoringModels model, int size) throws OrtException {
    float[][] rows = rows(model);
    int others = 0;
    try (KeptLoop alone = new KeptLoop(model, 1);
        KeptLoop batch = new KeptLoop(model, size)) {
      for (int from = 0; from < rows.length; from += size) {
        batch.run(rows, from);
        for (int row = 0; row < size; row++) {
          if (Float.compare(batch.score(row), alone.run(rows, from + row)) != 0) {
            others++;
          }
        }
      }
    }
    return others;
  }
}
