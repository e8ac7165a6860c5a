package io.leat.pipeline.definition;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Who trains a model again. */
public sealed interface Trainer {
  /** How long somebody else's training may take where nothing is said. */
  Duration DEFAULT_LIMIT = Duration.ofHours(2);

  /** The trainer where none is named. */
  Trainer DEFAULT = new Builtin(Algorithm.LOGISTIC);

  /** What Leat trains by itself. */
  enum Algorithm {
    /** Logistic regression. */
    LOGISTIC
  }

  /** In one word, for people. */
  String kind();

  /** Leat's own trainer. */
  record Builtin(Algorithm algorithm) implements Trainer {
    @Override
    public String kind() {
      return "builtin";
    }
  }

  /**
   * A program on the machine of the worker.
   *
   * @param line the program and its arguments, at least one
   * @param limit how long it may run
   */
  record Command(List<String> line, Duration limit) implements Trainer {
    public Command {
      line = List.copyOf(line);
    }

    @Override
    public String kind() {
      return "command";
    }
  }

  /**
   * A service that is asked by HTTP.
   *
   * @param secret signs what it calls back with; empty: it is only asked how far it is
   * @param limit how long it may take
   */
  record Http(URI url, Optional<KeySource> secret, Duration limit) implements Trainer {
    @Override
    public String kind() {
      return "http";
    }
  }
}
