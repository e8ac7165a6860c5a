package io.leat.features.aggregation;

/** How many events a second. */
final class Rate implements AggregateFunction {
  @Override
  public String name() {
    return "rate";
  }

  @Override
  public String description() {
    return "how many a second; not over a `lifetime`";
  }

  @Override
  public InputType input() {
    return InputType.EVENTS;
  }

  @Override
  public Object emptyValue() {
    return 0.0;
  }

  @Override
  public Object finish(AggregatedWindow window) {
    return window.count() / window.seconds();
  }

  @Override
  public boolean takesLifetime() {
    return false;
  }
}
