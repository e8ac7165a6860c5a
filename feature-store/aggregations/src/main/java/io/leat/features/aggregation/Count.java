package io.leat.features.aggregation;

import io.leat.schemas.ValueType;

/** How many events. */
final class Count implements AggregateFunction {
  @Override
  public String name() {
    return "count";
  }

  @Override
  public String description() {
    return "how many";
  }

  @Override
  public InputType input() {
    return InputType.EVENTS_OR_NUMBERS;
  }

  @Override
  public ValueType resultType(ValueType field) {
    return ValueType.LONG;
  }

  @Override
  public Object emptyValue() {
    return 0L;
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.count();
  }
}
