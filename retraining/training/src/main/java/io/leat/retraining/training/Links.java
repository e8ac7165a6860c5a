package io.leat.retraining.training;

import java.util.Arrays;

/** The links of what is not calibrated. */
final class Links {
  private Links() {}

  static Link of(Kind kind) {
    return switch (kind.type()) {
      case BINARY -> new Logistic(1, 0);
      case MULTICLASS -> new Softmax();
      case REGRESSION -> new Identity();
    };
  }

  /** Probabilities of a false and of a true label: the logistic function of a line. */
  record Logistic(double slope, double intercept) implements Link {
    @Override
    public double[] predict(double[] margins) {
      double probability = 1 / (1 + Math.exp(-(slope * margins[0] + intercept)));
      return new double[] {1 - probability, probability};
    }

    @Override
    public String write(OnnxGraphWriter graph, String margins) {
      String line = margins;
      if (slope != 1 || intercept != 0) {
        graph.doubles("slope", new double[] {slope});
        graph.doubles("offset", new double[] {0, intercept}, 2);
        graph.node("Mul", "sloped", margins, "slope");
        line = graph.node("Add", "calibrated", "sloped", "offset");
      }
      return softmax(graph, line); // of 0 and the line: the logistic function
    }
  }

  private static String softmax(OnnxGraphWriter graph, String margins) {
    return graph.node("Softmax", "exact_probabilities", margins);
  }

  /** A probability of each class. */
  private record Softmax() implements Link {
    @Override
    public double[] predict(double[] margins) {
      double greatest = Arrays.stream(margins).max().orElseThrow();
      double[] shares = Arrays.stream(margins).map(margin -> Math.exp(margin - greatest)).toArray();
      double sum = Arrays.stream(shares).sum();
      return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    @Override
    public String write(OnnxGraphWriter graph, String margins) {
      return softmax(graph, margins);
    }
  }

  /** The margin is the value. */
  private record Identity() implements Link {
    @Override
    public double[] predict(double[] margins) {
      return margins;
    }

    @Override
    public String write(OnnxGraphWriter graph, String margins) {
      return margins;
    }
  }
}
