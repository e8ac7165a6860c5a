package io.leat.features.aggregation;

/** What a function looks at, and so which events it passes over. */
public enum InputType {
  /** Every event; the function takes no field. */
  EVENTS,
  /** Every event; or, of an aggregation that was not read from a pipeline, a field's numbers. */
  EVENTS_OR_NUMBERS,
  /** A field that is a number or a bool (true is 1), as an exact number; finite ones count. */
  NUMBERS,
  /** As {@link #NUMBERS}, each as the value that it is. */
  NUMERIC_VALUES,
  /** A field that is a number, a bool, a string or an enum; values that are not null count. */
  SCALARS,
  /** As {@link #SCALARS}; nulls count too. */
  SCALARS_AND_NULLS;

  /** Whether the definition language has a field for it. */
  public boolean needsField() {
    return this != EVENTS && this != EVENTS_OR_NUMBERS;
  }

  /** Whether a field has to be a number or a bool. */
  public boolean isNumeric() {
    return this == EVENTS_OR_NUMBERS || this == NUMBERS || this == NUMERIC_VALUES;
  }
}
