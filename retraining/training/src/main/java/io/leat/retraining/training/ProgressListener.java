package io.leat.retraining.training;

/** Is told how far a training is, on the thread that trains. */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE = progress -> {};

  /** Takes one report. What it throws ends the training and reaches who began it. */
  void report(Progress progress);
}
