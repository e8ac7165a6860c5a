package io.leat.drift.job;

import java.io.Serializable;

/**
 * Which version of a model is the champion of a vector: that which scores it. A partition of
 * vectors goes over from one to another at an offset, and scoring records where.
 */
interface Champions extends Serializable {
  /** Of a vector of which it is not known: nobody has scored its partition so far. */
  int UNKNOWN = 0;

  /** What is recorded by now; called once a task. */
  Recorded open();

  /** What is recorded, followed by one thread. */
  interface Recorded extends AutoCloseable {
    /**
     * Number of the version whose scores of the vector are the model's.
     *
     * @param partition of the service's vectors, from 0
     */
    int of(String model, int partition, long offset);

    /** Takes in what has been recorded since; waits for nothing. */
    default void refresh() {}

    /** Looks for records of models that had none; may ask the brokers. */
    default void lookAgain() {}

    @Override
    default void close() {}
  }
}
