package io.leat.runtime.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Jobs of one name, whose checkpoints lie in one state directory. */
class LocalClusterTest {
  @TempDir private Path folder;

  @Test
  void aJobGoesOnFromItsOwnCheckpointAloneAndSaysWhatToDoWithOneThatDoesNotFit()
      throws IOException {
    Path shop = pipeline("shop");
    Path kiosk = pipeline("kiosk");

    assertThat(run(CountsPayments.class, shop)).contains("failed for good: payments began again");
    assertThat(run(CountsReturns.class, kiosk))
        .as("a job of another pipeline has nothing to do with it")
        .contains("The Flink job kiosk-counts failed for good: returns began again");
    assertThat(run(CountsPayments.class, shop)).contains("failed for good: payments went on");

    assertThat(run(CountsReturns.class, shop))
        .contains("The Flink job shop-counts cannot go on from its checkpoint file:")
        .contains("LEAT_ALLOW_NON_RESTORED_STATE=true");
    assertThat(run(CountsReturns.class, shop, "--allow-non-restored-state"))
        .contains("failed for good: returns began again");
  }

  /** Runs a job until it fails, and gives what it says then. */
  private String run(Class<? extends FlinkJob> job, Path pipeline, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of(
            "--pipeline=" + pipeline,
            "--state-dir=" + folder.resolve("state"),
            "--state-backend=hashmap",
            "--checkpoint-interval=50ms",
            "--rest-port=0",
            "--metrics-port=0",
            job.getName()));
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      assertThat(new CommandLine(new LocalCluster()).execute(arguments.toArray(String[]::new)))
          .isEqualTo(1);
    } finally {
      System.setErr(before);
    }
    return said.toString(UTF_8);
  }

  private Path pipeline(String name) throws IOException {
    Path pipeline = Files.createDirectory(folder.resolve(name));
    Files.writeString(
        pipeline.resolve("pipeline.yaml"), "pipeline: %s\nowner: test\n".formatted(name));
    return pipeline;
  }

  /** A job whose one operator with state is called {@code payments}. */
  public static final class CountsPayments extends Counts {
    public CountsPayments() {
      super("payments");
    }
  }

  /** The same job with another operator in its place. */
  public static final class CountsReturns extends Counts {
    public CountsReturns() {
      super("returns");
    }
  }

  private abstract static class Counts implements FlinkJob {
    private final String what;

    Counts(String what) {
      this.what = what;
    }

    @Override
    public String name() {
      return "counts";
    }

    @Override
    public void build(StreamExecutionEnvironment environment, FlinkJobContext context) {
      environment
          .fromSequence(0, Long.MAX_VALUE)
          .uid("numbers")
          .map(new UntilACheckpoint(what))
          .uid(what)
          .sinkTo(new DiscardingSink<>())
          .uid("nowhere");
    }
  }

  /** Fails for good when a checkpoint is complete, and says whether it found what it had kept. */
  private static final class UntilACheckpoint
      implements MapFunction<Long, Long>, CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;

    private final String what;
    private boolean wentOn;

    UntilACheckpoint(String what) {
      this.what = what;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      ListState<Long> kept =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("kept", Long.class));
      wentOn = kept.get().iterator().hasNext();
      kept.update(List.of(1L));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public Long map(Long number) {
      return number;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      throw new SuppressRestartsException(
          new IllegalStateException(what + (wentOn ? " went on" : " began again")));
    }
  }
}
