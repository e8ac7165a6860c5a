package io.leat.cli.up;

import io.leat.cli.command.UserError;
import io.leat.features.server.ServerOptions;
import io.leat.ingestion.gateway.GatewayOptions;
import io.leat.mlflow.MlflowServerOptions;
import io.leat.retraining.worker.WorkerOptions;
import io.leat.runtime.JobOptions;
import io.leat.runtime.settings.LocalClusterOptions;
import io.leat.runtime.settings.Settings;
import io.leat.scoring.server.ScoringServerOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/**
 * What the variables {@code LEAT_...} of {@code leat up}'s environment do in its stack. None is
 * passed over in silence: each reaches the processes that it is for, or is refused.
 */
final class StackEnvironment {
  private static final Pattern OURS = Pattern.compile("LEAT_[A-Z0-9_]+");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.\\d+\\.\\d+\\.\\d+|::1|");

  /** Where a variable goes. */
  enum Use {
    /** To this command, or to the launcher before it. */
    UP,
    /** To each Kafka Streams service, the HTTP gateway and the servers. */
    SERVICES,
    /** To the HTTP gateway and, where it has to do with who may come in, the servers. */
    GATEWAY,
    /** To the feature server and, where it has to do with requests, the servers of models. */
    FEATURE_SERVER,
    /** To the scoring server. */
    SCORING_SERVER,
    /** To the MLflow registry. */
    MLFLOW,
    /** To the Flink jobs, and to whatever else reads the offline tables. */
    FLINK,
    /** To the retraining worker. */
    RETRAINING_WORKER
  }

  /** The settings of each part. */
  static final Map<Use, Object> PARTS = new EnumMap<>(Use.class);

  static {
    PARTS.put(Use.UP, new UpCommand());
    PARTS.put(Use.SERVICES, new JobOptions());
    PARTS.put(Use.GATEWAY, new GatewayOptions());
    PARTS.put(Use.FEATURE_SERVER, new ServerOptions());
    PARTS.put(Use.SCORING_SERVER, new ScoringServerOptions());
    PARTS.put(Use.MLFLOW, new MlflowServerOptions());
    PARTS.put(Use.FLINK, new LocalClusterOptions());
    PARTS.put(Use.RETRAINING_WORKER, new WorkerOptions());
  }

  private static final String OWN = "'leat up' starts one of its own";
  private static final String PORTS =
      "each part has a port of its own, a free one with --free-ports";
  private static final String FOLDER = "everything of a stack lies in the folder of --dir";
  private static final String LOCAL = "a stack of 'leat up' listens on loopback alone, in clear";

  /** Variables for parts that run elsewhere, and why they mean nothing here. */
  static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("LEAT_BOOTSTRAP_SERVERS", OWN),
          Map.entry("LEAT_REGISTRY_URL", OWN),
          Map.entry("LEAT_STATE_DIR", FOLDER),
          Map.entry("LEAT_WAREHOUSE", FOLDER),
          Map.entry("LEAT_ARTIFACTS", FOLDER),
          Map.entry("LEAT_HTTP_HOST", LOCAL),
          Map.entry("LEAT_OPEN", LOCAL),
          Map.entry("LEAT_TLS_CERTIFICATE", LOCAL),
          Map.entry("LEAT_TLS_KEY", LOCAL),
          Map.entry("LEAT_FEATURE_SERVER", OWN),
          Map.entry("LEAT_CALLBACK_URL", LOCAL),
          Map.entry("LEAT_RUN_DIR", "each retraining run has a folder of its own"),
          Map.entry("LEAT_HTTP_PORT", PORTS),
          Map.entry("LEAT_PAGE_PORT", PORTS),
          Map.entry("LEAT_FLINK_REST_PORT", PORTS),
          Map.entry("LEAT_FLINK_METRICS_PORT", PORTS));

  /** The variables that reach a part of the stack. */
  static final Map<String, Use> HEEDED = heeded();

  private StackEnvironment() {}

  /** Every declared setting that is not refused, at the first part that it is for. */
  private static Map<String, Use> heeded() {
    Map<String, Use> heeded = new TreeMap<>();
    heeded.put("LEAT_HOME", Use.UP);
    heeded.put("LEAT_LOG", Use.UP);
    PARTS.forEach(
        (use, settings) ->
            Settings.of(settings).forEach(setting -> heeded.putIfAbsent(setting.variable(), use)));
    heeded.keySet().removeAll(REFUSED.keySet());
    return Collections.unmodifiableMap(heeded);
  }

  /**
   * Makes sure that every setting in an environment is heeded.
   *
   * @return a sentence for each variable that looks like a setting of ours and is none
   * @throws UserError with every variable that is refused, or whose value no service takes
   */
  static List<String> check(Map<String, String> environment) {
    List<String> refused = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              String why = REFUSED.get(name);
              if (why != null && !changesNothing(name, value)) {
                refused.add(
                    "%s is set to '%s', but %s. Unset it for 'leat up'."
                        .formatted(name, value, why));
              } else if (why == null && OURS.matcher(name).matches() && !HEEDED.containsKey(name)) {
                unknown.add(
                    "%s is set, but 'leat up' has no setting of that name; see docs/reference/services.md."
                        .formatted(name));
              }
            });
    if (!refused.isEmpty()) {
      throw new UserError(String.join(System.lineSeparator(), refused));
    }
    requireValues();
    return unknown;
  }

  private static boolean changesNothing(String name, String value) {
    return value.isBlank()
        || (name.equals("LEAT_OPEN") && value.equalsIgnoreCase("false"))
        || (name.equals("LEAT_HTTP_HOST") && LOOPBACK.matcher(value).matches());
  }

  /**
   * Reads the environment as the services will, so that a wrong value is told before any starts.
   */
  private static void requireValues() {
    String[] flags = {"--pipeline", "."};
    try {
      Settings.parse(new GatewayOptions(), flags).settings();
      Settings.parse(new ServerOptions(), flags).settings();
      Settings.parse(new ScoringServerOptions(), flags);
      Settings.parse(new MlflowServerOptions(), flags);
      Settings.parse(new WorkerOptions(), flags);
      Settings.parse(new LocalClusterOptions(), flags);
    } catch (ParameterException e) {
      throw new UserError(named(String.valueOf(e.getMessage())), e);
    }
  }

  /** No flag was given, so it is the flag's variable that is wrong. */
  private static String named(String message) {
    Matcher flag = Pattern.compile("--([a-z-]+)").matcher(message);
    return flag.find()
        ? "LEAT_%s: %s".formatted(flag.group(1).replace('-', '_').toUpperCase(Locale.ROOT), message)
        : message;
  }
}
