package io.leat.mlflow;

import io.leat.models.registry.ModelRegistry;
import io.leat.records.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an address of files means. A version's is {@code versions/<model>/<number>}; an upload's as
 * MLflow's own server writes it, {@code 0/<run>/artifacts} and {@code 0/models/<id>/artifacts}.
 * Thread-safe.
 */
final class Locations {
  /** The one experiment that there is. */
  static final String EXPERIMENT = "0";

  private static final Pattern VERSION = Pattern.compile("versions/([^/]+)/(\\d{1,9})(?:/(.*))?");
  private static final Pattern STAGED =
      Pattern.compile("0/(?:models/)?((?:m-)?[0-9a-f]{32})/artifacts(?:/(.*))?");
  private static final Pattern SOURCE =
      Pattern.compile("(mlflow-artifacts|https?):(?://([^/]*))?/(.*)");
  private static final Pattern LOGGED = Pattern.compile("models:/(m-[0-9a-f]{32})");
  private static final Pattern REGISTERED = Pattern.compile("models:/([^/@]+)/(\\d{1,9})");
  private static final Pattern RUN = Pattern.compile("runs:/([0-9a-f]{32})/(.+)");

  private final ModelRegistry registry;
  private final Exports exports;
  private final Uploads uploads;

  /**
   * Part of an upload.
   *
   * @param id of the run or of the logged model
   * @param rest path within it; empty for all of it
   */
  record Staged(String id, String rest) {}

  /**
   * Files that a version may be made of.
   *
   * @param folder has them
   * @param upload id of what was uploaded; empty where they are those of a version
   */
  record Source(Path folder, String upload) {}

  Locations(ModelRegistry registry, Exports exports, Uploads uploads) {
    this.registry = registry;
    this.exports = exports;
    this.uploads = uploads;
  }

  /** Where a client finds a version's files, whichever tracking server it has. */
  static String of(ModelVersion version, String server) {
    return "%s%s/versions/%s/%d"
        .formatted(server, ArtifactRoutes.ADDRESS, version.getModel(), version.getNumber());
  }

  /** Where a client uploads a run's files. */
  static String ofRun(String id) {
    return "mlflow-artifacts:/%s/%s/artifacts".formatted(EXPERIMENT, id);
  }

  /** Where a client uploads a logged model's files. */
  static String ofModel(String id) {
    return "mlflow-artifacts:/%s/models/%s/artifacts".formatted(EXPERIMENT, id);
  }

  /**
   * The part of an upload that a path means.
   *
   * @throws Refusal if it means none
   */
  static Staged staged(String path) throws Refusal {
    Matcher staged = STAGED.matcher(path);
    if (!staged.matches()) {
      throw Refusal.invalid(
          "Nothing can be uploaded to '%s'; expected a run's or a logged model's artifacts.", path);
    }
    return new Staged(staged.group(1), rest(staged.group(2)));
  }

  private static String rest(@Nullable String path) {
    return path == null ? "" : path.replaceFirst("/$", "");
  }

  /**
   * The file or folder that a path means, whether or not it is there.
   *
   * @throws Refusal if the path means nothing, or there is no such version or upload
   */
  Path find(String path) throws Refusal, IOException {
    Matcher version = VERSION.matcher(path);
    if (version.matches()) {
      Path folder =
          exports.of(
              Versions.require(
                  registry.view(), version.group(1), Integer.parseInt(version.group(2))));
      String rest = rest(version.group(3));
      return rest.isEmpty() ? folder : Uploads.within(folder, rest);
    }
    if (!STAGED.matcher(path).matches()) {
      throw Refusal.absent("There are no artifacts at '%s'.", path);
    }
    Staged staged = staged(path);
    return uploads.artifact(staged.id(), staged.rest());
  }

  /**
   * The files that a source of a new version means.
   *
   * @param server the address that the client asked
   * @throws Refusal if they are not here
   */
  Source source(String source, String server) throws Refusal, IOException {
    Matcher logged = LOGGED.matcher(source);
    if (logged.matches()) {
      return new Source(uploads.artifact(logged.group(1), ""), logged.group(1));
    }
    Matcher run = RUN.matcher(source);
    if (run.matches()) {
      return new Source(uploads.artifact(run.group(1), rest(run.group(2))), run.group(1));
    }
    Matcher registered = REGISTERED.matcher(source);
    if (registered.matches()) {
      return new Source(
          find("versions/%s/%s".formatted(registered.group(1), registered.group(2))), "");
    }
    String path = here(source, server);
    if (VERSION.matcher(path).matches()) {
      return new Source(find(path), "");
    }
    if (STAGED.matcher(path).matches()) {
      Staged staged = staged(path);
      return new Source(uploads.artifact(staged.id(), staged.rest()), staged.id());
    }
    throw Refusal.invalid(
        "The source '%s' is not at this server; expected a model that was logged with the tracking URI set to %s, or models:/NAME/VERSION of this registry.",
        source, server);
  }

  /** The path of an address of this server; empty where it is another's. */
  private static String here(String source, String server) {
    Matcher address = SOURCE.matcher(source);
    if (!address.matches()) {
      return "";
    }
    String host = address.group(2);
    boolean ours = host == null || host.isEmpty() || server.endsWith("://" + host);
    String path = address.group(3);
    if (!ours) {
      return "";
    }
    if (address.group(1).equals("mlflow-artifacts")) {
      return path;
    }
    String under = ArtifactRoutes.ADDRESS.substring(1) + "/";
    return path.startsWith(under) ? path.substring(under.length()) : "";
  }
}
