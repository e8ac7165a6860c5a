package io.leat.retraining.policy;

/** How far the last request for a model has come. */
public enum RequestState {
  /** No run has taken it up. It lapses with the cool-down: nobody may be there to take it up. */
  WAITING,
  /** A run is under way. */
  RUNNING,
  /** Its run has come to an end. */
  ENDED
}
