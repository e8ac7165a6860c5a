package io.leat.pipeline.definition;

import java.net.URI;
import java.nio.file.Path;
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
    /** Gradient boosted trees. */
    BOOSTED_TREES,
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

  /** Somebody's scheduler, which runs the training where both find the run's folder. */
  sealed interface Scheduled extends Trainer {
    /** Where its API is. */
    URI url();

    /** Where the token is found that it asks for. */
    Optional<KeySource> token();

    /** How long a run may take. */
    Duration limit();
  }

  /**
   * A job of Kubernetes.
   *
   * @param url of the API server
   * @param image of the job's one container
   * @param claim the volume claim that holds the worker's state
   * @param mounted where the worker has mounted it
   */
  record Kubernetes(
      URI url,
      String namespace,
      String image,
      String claim,
      Path mounted,
      Optional<KeySource> token,
      Duration limit)
      implements Scheduled {
    @Override
    public String kind() {
      return "kubernetes";
    }
  }

  /** A run of a DAG of Airflow. */
  record Airflow(URI url, String dag, Optional<KeySource> token, Duration limit)
      implements Scheduled {
    @Override
    public String kind() {
      return "airflow";
    }
  }

  /**
   * A run of a pipeline of Kubeflow.
   *
   * @param pipeline id of the pipeline
   * @param version id of its version; empty: the default
   * @param experiment id of the experiment; empty: the default
   */
  record Kubeflow(
      URI url,
      String pipeline,
      Optional<String> version,
      Optional<String> experiment,
      Optional<KeySource> token,
      Duration limit)
      implements Scheduled {
    @Override
    public String kind() {
      return "kubeflow";
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
