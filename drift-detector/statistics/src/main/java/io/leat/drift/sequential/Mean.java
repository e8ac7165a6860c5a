package io.leat.drift.sequential;

import java.io.IOException;

/** The mean of values so far, by Welford's rule; 0 of none. */
final class Mean {
  private long n;
  private double mean;

  void add(double value) {
    n++;
    mean += (value - mean) / n;
  }

  long n() {
    return n;
  }

  double value() {
    return mean;
  }

  void set(Mean other) {
    n = other.n;
    mean = other.mean;
  }

  void pass(Fields fields) throws IOException {
    n = fields.whole(n);
    mean = fields.number(mean);
  }
}
