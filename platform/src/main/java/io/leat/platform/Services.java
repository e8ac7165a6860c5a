package io.leat.platform;

import static io.leat.platform.Data.ALERT_CONTROLS;
import static io.leat.platform.Data.AUDIT;
import static io.leat.platform.Data.BACKFILL;
import static io.leat.platform.Data.DEAD_LETTERS;
import static io.leat.platform.Data.DEAD_LETTERS_WATCHED;
import static io.leat.platform.Data.DRIFT_ALERTS;
import static io.leat.platform.Data.DRIFT_METRICS;
import static io.leat.platform.Data.EVENTS;
import static io.leat.platform.Data.LABELLED_SCORES;
import static io.leat.platform.Data.LABELS;
import static io.leat.platform.Data.LATE;
import static io.leat.platform.Data.OUTCOMES;
import static io.leat.platform.Data.PERFORMANCE_METRICS;
import static io.leat.platform.Data.RETRAINING_REQUESTS;
import static io.leat.platform.Data.RETRAINING_RUNS;
import static io.leat.platform.Data.ROLLOUT_OBSERVATIONS;
import static io.leat.platform.Data.SCORES;
import static io.leat.platform.Data.SCORES_WATCHED;
import static io.leat.platform.Data.SHADOW_SCORES;
import static io.leat.platform.Data.STATE;
import static io.leat.platform.Data.TABLES;
import static io.leat.platform.Data.UNREADABLE;
import static io.leat.platform.Data.UNSCORED;
import static io.leat.platform.Data.VALID;
import static io.leat.platform.Data.VALID_USED;
import static io.leat.platform.Data.VECTORS;
import static io.leat.platform.Data.VECTORS_TO_SCORE;
import static io.leat.platform.Data.VECTORS_WATCHED;

import io.leat.pipeline.definition.Pipeline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The catalogue: every service of the platform, in the order data flows. A Kafka Streams service
 * more is a line more: {@code leat up} starts it, and {@code -Dleat.write} writes it into
 * docker-compose.yml and the docs.
 */
public final class Services {
  /** The server that takes events in by HTTP. */
  public static final String GATEWAY = "gateway";

  public static final String INGESTION = "ingestion";
  public static final String FEATURES = "features";
  public static final String SCORING = "scoring";
  public static final String ROLLOUTS = "rollouts";
  public static final String FEATURE_SERVER = "feature-server";
  public static final String SCORING_SERVER = "scoring-server";

  /** The model registry, as MLflow's clients ask for it. */
  public static final String MLFLOW = "mlflow";

  /** Works retraining requests off. */
  public static final String RETRAINING_WORKER = "retraining-worker";

  /** The feature server's second port, for browsers, which refuse its first. */
  public static final String FEATURE_PAGES = "feature-pages";

  /** Flink's REST and page, where one cluster on this machine runs all jobs. */
  public static final int FLINK_REST_PORT = 8081;

  /** Flink's metrics, of the same cluster. */
  public static final int FLINK_METRICS_PORT = 9249;

  /** Every service, in the order data flows. */
  public static final List<Service> ALL =
      List.of(
          server(GATEWAY, "io.leat.ingestion.gateway.GatewayMain", When.ALWAYS, 7070)
              .with(List.of(), List.of(EVENTS)),
          streams(INGESTION, "io.leat.ingestion.IngestionJob", When.ALWAYS, 7071)
              .with(List.of(EVENTS), List.of(VALID, DEAD_LETTERS)),
          streams(FEATURES, "io.leat.features.online.OnlineStore", When.VIEWS_OR_SERVICES, 7072)
              .with(List.of(VALID_USED, BACKFILL), List.of(VECTORS, STATE, LATE, UNREADABLE)),
          streams(SCORING, "io.leat.scoring.ScoringJob", When.MODELS, 7073)
              .with(
                  List.of(VECTORS_TO_SCORE),
                  List.of(SCORES, SHADOW_SCORES, UNSCORED, ROLLOUT_OBSERVATIONS)),
          streams(ROLLOUTS, "io.leat.scoring.rollouts.RolloutJob", When.ROLLOUTS, 7078)
              .with(
                  List.of(ROLLOUT_OBSERVATIONS, OUTCOMES),
                  List.of(ROLLOUT_OBSERVATIONS, AUDIT, UNREADABLE)),
          server(FEATURE_SERVER, "io.leat.features.server.FeatureServerMain", When.VIEWS, 6566)
              .and(new Port(FEATURE_PAGES, "--page-port", 7075))
              .with(List.of(STATE), List.of()),
          server(SCORING_SERVER, "io.leat.scoring.server.ScoringServerMain", When.MODELS, 7076)
              .with(List.of(), List.of()),
          server(MLFLOW, "io.leat.mlflow.MlflowServerMain", When.MODELS, 7077)
              .with(List.of(), List.of(AUDIT)),
          flink("offline", "io.leat.features.offline.OfflineJob", When.ALWAYS, 0)
              .with(List.of(VALID, VECTORS, SCORES), List.of(TABLES, UNREADABLE)),
          flink("drift", "io.leat.drift.job.DriftJob", When.MONITORS, 1)
              .with(
                  List.of(VECTORS_WATCHED, SCORES_WATCHED, DEAD_LETTERS_WATCHED),
                  List.of(DRIFT_METRICS, DRIFT_ALERTS, UNREADABLE)),
          streams("performance", "io.leat.performance.PerformanceJob", When.LABELS, 7081)
              .with(
                  List.of(LABELLED_SCORES, LABELS),
                  List.of(OUTCOMES, PERFORMANCE_METRICS, DRIFT_ALERTS, UNREADABLE)),
          streams("retraining", "io.leat.retraining.policy.RetrainingJob", When.RETRAINING, 7074)
              .with(
                  List.of(DRIFT_ALERTS, DRIFT_METRICS, PERFORMANCE_METRICS, RETRAINING_RUNS),
                  List.of(RETRAINING_REQUESTS, AUDIT, DRIFT_ALERTS, UNREADABLE)),
          server(RETRAINING_WORKER, "io.leat.retraining.worker.WorkerMain", When.RETRAINING, 7079)
              .with(List.of(RETRAINING_REQUESTS, TABLES), List.of(RETRAINING_RUNS, AUDIT)),
          streams("notifications", "io.leat.notifications.NotificationsJob", When.RECEIVERS, 7082)
              .with(List.of(DRIFT_ALERTS, ALERT_CONTROLS), List.of(UNREADABLE)));

  private Services() {}

  /** The services that have something to do for a pipeline, in the order data flows. */
  public static List<Service> neededBy(Pipeline pipeline) {
    return ALL.stream().filter(service -> service.when().isMetBy(pipeline)).toList();
  }

  /**
   * A service by its name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Service named(String name) {
    return ALL.stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no service " + name));
  }

  /**
   * The usual ports of a stack on one machine, by name: of broker and registry, of each service, of
   * the one Flink cluster that runs all jobs, and of the console.
   */
  public static Map<String, Integer> usualPorts() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("broker", 9092);
    ports.put("registry", 8085);
    ALL.stream()
        .filter(service -> service.kind() != Kind.FLINK)
        .flatMap(service -> service.ports().stream())
        .forEach(port -> ports.put(port.name(), port.number()));
    ports.put("flink", FLINK_REST_PORT);
    ports.put("flink-metrics", FLINK_METRICS_PORT);
    ports.put("console", 7080);
    return ports;
  }

  private static Line server(String name, String main, When when, int port) {
    return new Line(name, Kind.SERVER, main, when, List.of(http(name, port)));
  }

  private static Line streams(String name, String main, When when, int port) {
    return new Line(name, Kind.STREAMS, main, when, List.of(http(name, port)));
  }

  private static Port http(String name, int port) {
    return new Port(name, "--http-port", port);
  }

  /**
   * @param place of a cluster of its own: 0 has Flink's usual ports, each further one the next
   */
  private static Line flink(String name, String main, When when, int place) {
    return new Line(
        name,
        Kind.FLINK,
        main,
        when,
        List.of(
            new Port("flink-" + name, "--rest-port", FLINK_REST_PORT + place),
            new Port("flink-" + name + "-metrics", "--metrics-port", FLINK_METRICS_PORT + place)));
  }

  /** A line of the catalogue until it says what the service reads and writes. */
  private record Line(String name, Kind kind, String main, When when, List<Port> ports) {
    Line and(Port port) {
      return new Line(
          name, kind, main, when, Stream.concat(ports.stream(), Stream.of(port)).toList());
    }

    Service with(List<Data> reads, List<Data> writes) {
      return new Service(name, kind, main, ports, when, reads, writes);
    }
  }
}
