package io.leat.platform;

/** What runs a service, and how its health is asked for. */
public enum Kind {
  /** A server on HTTP that talks to Kafka by itself. */
  SERVER("server", "/health/ready"),
  /** A Kafka Streams application. */
  STREAMS("Kafka Streams", "/health/ready"),
  /** A Flink job. */
  FLINK("Flink", "/overview");

  private final String words;
  private final String healthPath;

  Kind(String words, String healthPath) {
    this.words = words;
    this.healthPath = healthPath;
  }

  /** As people say it. */
  public String words() {
    return words;
  }

  /**
   * The path that answers 200 when the service works, on its first port. Flink's is the cluster's:
   * it says nothing of the job.
   */
  public String healthPath() {
    return healthPath;
  }
}
