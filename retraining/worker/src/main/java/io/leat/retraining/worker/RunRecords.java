package io.leat.retraining.worker;

import io.leat.common.Sha256;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** Makes the records of runs. */
final class RunRecords {
  private static final int ID_DIGITS = 16;

  private RunRecords() {}

  /** The id of the run of a request: one a request. */
  static String id(RetrainingRequest request) {
    return "run-" + Sha256.hex(request.getRequestId()).substring(0, ID_DIGITS);
  }

  /** A run begins. */
  static RetrainingRun begun(RetrainingRequest request, Instant now) {
    return of(request, now)
        .setState(RunState.STARTED)
        .setStep(Step.PIN.text())
        .setMessage("taken up: " + request.getReason())
        .build();
  }

  /** A request that no run works on, and none will. */
  static RetrainingRun passedOver(RetrainingRequest request, Instant now) {
    return of(request, now)
        .setState(RunState.LAPSED)
        .setMessage("a newer request for the model came before a run took this one up")
        .build();
  }

  /**
   * The end of a run that has not begun to work when another has put a version in place for the
   * same cause: a cause has one such run. Empty where there is none.
   */
  static Optional<RetrainingRun> answer(RetrainingRun run, Collection<RetrainingRun> all) {
    return all.stream()
        .filter(other -> run.getStep().equals(Step.PIN.text()))
        .filter(other -> other.getState() == RunState.PROMOTED)
        .filter(other -> other.getModel().equals(run.getModel()))
        .filter(other -> other.getCause().equals(run.getCause()))
        .findFirst()
        .map(
            other ->
                ended(
                        run,
                        RunState.LAPSED,
                        "run %s has put version %d in place for the same cause"
                            .formatted(other.getRunId(), other.getVersionNumber()))
                    .build());
  }

  private static RetrainingRun.Builder of(RetrainingRequest request, Instant now) {
    return RetrainingRun.newBuilder()
        .setRunId(id(request))
        .setRequestId(request.getRequestId())
        .setModel(request.getModel())
        .setPolicy(request.getPolicy())
        .setCause(request.getCause())
        .setEventTime(request.getEventTime())
        .setCodeVersion(codeVersion())
        .setTime(now);
  }

  /** A step is done, and another follows. */
  static RetrainingRun.Builder done(RetrainingRun run, RunState state, Step next, String message) {
    return RetrainingRun.newBuilder(run)
        .setState(state)
        .setStep(next.text())
        .setMessage(message)
        .setCodeVersion(codeVersion());
  }

  /** The run has come to an end. */
  static RetrainingRun.Builder ended(RetrainingRun run, RunState state, String message) {
    return RetrainingRun.newBuilder(run)
        .setState(state)
        .setStep("")
        .setMessage(message)
        .setCodeVersion(codeVersion());
  }

  /** Whether nothing is left to do. */
  static boolean isFinal(RetrainingRun run) {
    return switch (run.getState()) {
      case PROMOTED, REJECTED, FAILED, LAPSED -> true;
      case STARTED, PINNED, TRAINED, GATED, PUBLISHED -> false;
    };
  }

  /**
   * Names the work of a run: the same for the same cause and the same rows.
   *
   * @param trainingSet its lineage, which is of snapshots, times and definitions
   */
  static String key(RetrainingRun run, String trainingSet) {
    return Sha256.hex(String.join("\n", run.getModel(), run.getCause(), trainingSet));
  }

  private static String codeVersion() {
    String version = RunRecords.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
