package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.server.ServerOptions;
import io.leat.ingestion.gateway.GatewayOptions;
import io.leat.mlflow.MlflowServerOptions;
import io.leat.retraining.worker.WorkerOptions;
import io.leat.scoring.server.ScoringServerOptions;
import io.leat.stack.JvmProcess;
import io.leat.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The services' settings as a process reads them out of its environment. */
class ServiceSettingsIT {
  @TempDir private Path temporary;

  /** Says every setting of the services. */
  static final class Settings {
    public static void main(String[] arguments) {
      GatewayOptions gateway = CommandLine.populateCommand(new GatewayOptions(), arguments);
      ServerOptions server = CommandLine.populateCommand(new ServerOptions(), arguments);
      System.out.println(gateway.job());
      System.out.println(gateway.settings().limits());
      System.out.println("keys " + gateway.settings().access().keys().isPresent());
      System.out.println(server.settings().limits());
      ScoringServerOptions scoring =
          CommandLine.populateCommand(new ScoringServerOptions(), arguments);
      System.out.println("feature server key " + scoring.hasFeatureServerKey());
      MlflowServerOptions mlflow =
          CommandLine.populateCommand(new MlflowServerOptions(), arguments);
      System.out.println(
          "follow %s %s %s %s %s %s"
              .formatted(
                  mlflow.follow().follow(),
                  mlflow.follow().alias(),
                  mlflow.follow().every(),
                  mlflow.follow().hasKey(),
                  mlflow.follow().hasFiles(),
                  mlflow.follow().hasSecret()));
      WorkerOptions worker = CommandLine.populateCommand(new WorkerOptions(), arguments);
      System.out.println(
          "looks "
              + worker.lookEvery()
              + " "
              + worker.trainingSetHeap()
              + " "
              + worker.awaitTables());
      System.out.println("runs " + worker.mlflow() + " " + worker.hasMlflowKey());
      System.out.println("uploads " + mlflow.keepUploads() + " " + mlflow.uploadBytes());
    }
  }

  @Test
  void everyVariableOfTheServicesChangesWhatTheyRunWith() throws Exception {
    Path kafka = ownersFile("kafka.properties", "client.rack=mill\n");
    Path keys = ownersFile("keys", "me:" + "0".repeat(64) + "\n");
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("LEAT_COMMIT_INTERVAL", "250ms"),
            Map.entry("LEAT_GUARANTEE", "at_least_once"),
            Map.entry("LEAT_KAFKA_PROPERTIES", kafka.toString()),
            Map.entry("LEAT_ON_LOST_POSITION", "nearest"),
            Map.entry("LEAT_STANDBY_REPLICAS", "3"),
            Map.entry("LEAT_STATE_MEMORY", "128MB"),
            Map.entry("LEAT_THREADS", "5"),
            Map.entry("LEAT_API_KEYS", keys.toString()),
            Map.entry("LEAT_ACKNOWLEDGEMENT", "7s"),
            Map.entry("LEAT_MAX_BODY", "1001"),
            Map.entry("LEAT_MAX_EVENTS", "1002"),
            Map.entry("LEAT_MAX_IN_FLIGHT", "1003"),
            Map.entry("LEAT_FEATURE_SERVER_KEY", keys.toString()),
            Map.entry("LEAT_FOLLOW", "http://mlflow:5000/"),
            Map.entry("LEAT_FOLLOW_ALIAS", "best"),
            Map.entry("LEAT_FOLLOW_EVERY", "12s"),
            Map.entry("LEAT_FOLLOW_FILES", "s3://bucket/models"),
            Map.entry("LEAT_FOLLOW_KEY", keys.toString()),
            Map.entry("LEAT_WEBHOOK_SECRET", keys.toString()),
            Map.entry("LEAT_KEEP_UPLOADS", "11m"),
            Map.entry("LEAT_UPLOAD_SPACE", "3MB"),
            Map.entry("LEAT_DRAIN", "8s"),
            Map.entry("LEAT_MAX_CONCURRENT", "1004"),
            Map.entry("LEAT_MAX_REQUEST_MB", "2"),
            Map.entry("LEAT_MAX_ROWS", "1005"),
            Map.entry("LEAT_MAX_VALUES", "1006"),
            Map.entry("LEAT_TIMEOUT", "9s"),
            Map.entry("LEAT_AWAIT_TABLES", "14m"),
            Map.entry("LEAT_LOOK_EVERY", "13s"),
            Map.entry("LEAT_MLFLOW_KEY", keys.toString()),
            Map.entry("LEAT_MLFLOW_TRACKING", "http://tracking:5000"),
            Map.entry("LEAT_TRAINING_SET_HEAP", "3g"));
    assertThat(StackEnvironment.HEEDED)
        .as("a row of this table for each variable of the services")
        .allSatisfy(
            (name, use) ->
                assertThat(
                        environment.containsKey(name)
                            || use == StackEnvironment.Use.UP
                            || use == StackEnvironment.Use.FLINK)
                    .as(name)
                    .isTrue());

    List<String> said = new ArrayList<>();
    JvmProcess process =
        JvmProcess.run(
            JvmProcess.Command.of(
                    "settings",
                    ServiceProcess.testClassPath(),
                    Settings.class.getName(),
                    List.of("--pipeline", "."),
                    temporary.resolve("settings.log"))
                .withEnvironment(environment),
            said::add);

    assertThat(process.exitCode()).as(process.log()).hasValue(0);
    assertThat(String.join("\n", said))
        .contains(
            "commit-interval=250ms",
            "guarantee=at_least_once",
            "client.rack=mill",
            "on-lost-position=nearest",
            "standby-replicas=3",
            "state-memory=128MB",
            "threads=5",
            "keys true",
            "feature server key true",
            "follow Optional[http://mlflow:5000] best PT12S true true true",
            "uploads PT11M 3145728",
            "looks PT13S 3g PT14M",
            "runs Optional[http://tracking:5000] true",
            "acknowledgement=PT7S",
            "bodyBytes=1001",
            "events=1002",
            "inFlight=1003",
            "drain=PT8S",
            "1004",
            "2097152",
            "1005",
            "1006",
            "timeout=PT9S");
  }

  private Path ownersFile(String name, String content) throws Exception {
    Path file = Files.writeString(temporary.resolve(name), content);
    file.toFile().setReadable(false, false);
    file.toFile().setReadable(true, true);
    return file;
  }
}
