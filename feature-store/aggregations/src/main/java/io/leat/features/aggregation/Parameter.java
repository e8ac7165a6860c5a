package io.leat.features.aggregation;

/** What a function takes beside its field. */
public enum Parameter {
  NONE(""),
  /** How many values it gives: a whole number from 1 to 100. */
  SIZE("3"),
  /** A number from 0 to 1. */
  FRACTION("0.95"),
  /** A duration, in milliseconds. */
  HALF_LIFE("7d");

  private final String example;

  Parameter(String example) {
    this.example = example;
  }

  /** How one may be written; empty where there is none. */
  public String example() {
    return example;
  }
}
