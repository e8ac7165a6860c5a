package io.leat.pipeline.reader;

import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Trainer;
import io.leat.pipeline.definition.Trainer.Algorithm;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what {@code retraining/*.yaml} says of who trains. */
final class TrainerReader {
  static final Keys KEYS =
      Keys.of("a trainer")
          .allows(
              "builtin",
              "command",
              "http",
              "kubernetes",
              "airflow",
              "kubeflow",
              "secret",
              "token",
              "time_limit");
  static final Keys KUBERNETES_KEYS =
      Keys.of("a job of Kubernetes").requires("url", "namespace", "image", "claim", "mounted");
  static final Keys AIRFLOW_KEYS = Keys.of("a DAG of Airflow").requires("url", "dag");
  static final Keys KUBEFLOW_KEYS =
      Keys.of("a pipeline of Kubeflow").requires("url", "pipeline").allows("version", "experiment");

  private static final List<String> KINDS =
      List.of("builtin", "command", "http", "kubernetes", "airflow", "kubeflow");
  private static final List<String> SCHEDULED = List.of("kubernetes", "airflow", "kubeflow");

  private final Block block;
  private final Optional<KeySource> secret;
  private final Optional<KeySource> token;
  private final Duration limit;

  private TrainerReader(Block block, Folder folder) {
    this.block = block;
    this.secret = block.get("secret").flatMap(key -> key(key, folder));
    this.token = block.get("token").flatMap(key -> key(key, folder));
    this.limit = block.get("time_limit").flatMap(Value::duration).orElse(Trainer.DEFAULT_LIMIT);
  }

  private static Optional<KeySource> key(Value value, Folder folder) {
    return PrivacyReader.key(value, folder, "a pipeline");
  }

  static Optional<Trainer> read(Value value, Folder folder) {
    return value.block(KEYS).flatMap(block -> new TrainerReader(block, folder).read(value));
  }

  private Optional<Trainer> read(Value value) {
    List<String> given = KINDS.stream().filter(kind -> block.get(kind).isPresent()).toList();
    if (given.size() != 1) {
      value.problem(
          "a trainer names %s; expected one of %s",
          given.isEmpty() ? "none" : String.join(" and ", given), String.join(", ", KINDS));
      return Optional.empty();
    }
    String kind = given.get(0);
    Value named = block.get(kind).orElseThrow();
    refuse("time_limit", kind.equals("builtin"), kind);
    refuse("secret", !kind.equals("http"), kind);
    refuse("token", !SCHEDULED.contains(kind), kind);
    return switch (kind) {
      case "builtin" -> named.oneOf(Algorithm.class).map(Trainer.Builtin::new);
      case "command" -> command(named);
      case "http" -> url(named).map(url -> new Trainer.Http(url, secret, limit));
      case "kubernetes" -> named.block(KUBERNETES_KEYS).flatMap(this::kubernetes);
      case "airflow" -> named.block(AIRFLOW_KEYS).flatMap(this::airflow);
      default -> named.block(KUBEFLOW_KEYS).flatMap(this::kubeflow);
    };
  }

  private void refuse(String key, boolean refused, String kind) {
    if (refused) {
      block.get(key).ifPresent(value -> value.problem("%s takes no %s; remove it", kind, key));
    }
  }

  private Optional<Trainer> command(Value named) {
    List<String> line = new ArrayList<>();
    named.nonEmptyList().forEach(word -> word.text().ifPresent(line::add));
    return line.isEmpty() ? Optional.empty() : Optional.of(new Trainer.Command(line, limit));
  }

  private Optional<Trainer> kubernetes(Block job) {
    Optional<URI> url = job.get("url").flatMap(TrainerReader::url);
    Optional<String> namespace = text(job, "namespace");
    Optional<String> image = text(job, "image");
    Optional<String> claim = text(job, "claim");
    Optional<Path> mounted = text(job, "mounted").map(Path::of).filter(path -> absolute(job, path));
    if (url.isEmpty()
        || namespace.isEmpty()
        || image.isEmpty()
        || claim.isEmpty()
        || mounted.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Trainer.Kubernetes(
            url.get(), namespace.get(), image.get(), claim.get(), mounted.get(), token, limit));
  }

  private static boolean absolute(Block job, Path path) {
    if (!path.isAbsolute()) {
      job.get("mounted")
          .ifPresent(value -> value.problem("mounted is '%s'; expected an absolute path", path));
    }
    return path.isAbsolute();
  }

  private Optional<Trainer> airflow(Block run) {
    Optional<URI> url = run.get("url").flatMap(TrainerReader::url);
    return url.flatMap(
        at -> text(run, "dag").map(dag -> new Trainer.Airflow(at, dag, token, limit)));
  }

  private Optional<Trainer> kubeflow(Block run) {
    Optional<URI> url = run.get("url").flatMap(TrainerReader::url);
    Optional<String> version = text(run, "version");
    Optional<String> experiment = text(run, "experiment");
    return url.flatMap(
        at ->
            text(run, "pipeline")
                .map(
                    pipeline ->
                        new Trainer.Kubeflow(at, pipeline, version, experiment, token, limit)));
  }

  private static Optional<String> text(Block of, String key) {
    return of.get(key).flatMap(Value::text);
  }

  private static Optional<URI> url(Value value) {
    return url(value, "a trainer");
  }

  /**
   * An address of http or https, without a user or a password.
   *
   * @param whose what could have it, for the problem's sentence
   */
  static Optional<URI> url(Value value, String whose) {
    Optional<String> text = value.text();
    try {
      Optional<URI> url = text.map(URI::create);
      if (url.filter(
              one ->
                  one.getHost() != null
                      && one.getUserInfo() == null
                      && List.of("http", "https").contains(String.valueOf(one.getScheme())))
          .isPresent()) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    // The text may hold a password: it is not quoted.
    text.ifPresent(
        found ->
            value.problem(
                "%s is no address that %s could have; expected http:// or https://, a host and no user or password",
                value.name(), whose));
    return Optional.empty();
  }
}
