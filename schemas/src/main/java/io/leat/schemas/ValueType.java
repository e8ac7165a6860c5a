package io.leat.schemas;

/** What the value of a feature is; any may be null. */
public enum ValueType {
  LONG,
  DOUBLE,
  BOOLEAN,
  STRING
}
