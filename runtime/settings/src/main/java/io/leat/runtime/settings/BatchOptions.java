package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import picocli.CommandLine.Option;

/** What the commands take that work through offline tables, in a process of their own. */
public abstract class BatchOptions extends TableOptions {
  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "So many parts of the work at once; the result is the same. Default: one a processor.")
  private int parallelism;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description =
          "Heap of the process that does the work, as Java takes it. What is sorted lies outside of"
              + " it, and on disk. Default: ${DEFAULT-VALUE}.")
  private String heap = "1g";

  /**
   * How many parts of the work run at once, at least 1.
   *
   * @throws LeatException with one sentence if it is negative
   */
  public final int parallelism() {
    if (parallelism < 0) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--parallelism is %d; expected 1 or more, or 0 for one a processor"
              .formatted(parallelism));
    }
    return parallelism == 0 ? Runtime.getRuntime().availableProcessors() : parallelism;
  }

  /** As Java's {@code -Xmx} takes it. */
  public final String heap() {
    return heap;
  }
}
