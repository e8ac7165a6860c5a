package io.leat.pipeline.reader;

import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.Trainer;
import io.leat.pipeline.definition.Trainer.Algorithm;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what {@code retraining/*.yaml} says of who trains. */
final class TrainerReader {
  static final Keys KEYS =
      Keys.of("a trainer")
          .allows("builtin", "command", "http", "secret", "time_limit")
          .notYet("kubernetes", "airflow", "kubeflow");

  private static final List<String> KINDS = List.of("builtin", "command", "http");

  private TrainerReader() {}

  static Optional<Trainer> read(Value value, Folder folder) {
    return value.block(KEYS).flatMap(block -> read(value, block, folder));
  }

  private static Optional<Trainer> read(Value value, Block block, Folder folder) {
    List<String> given = KINDS.stream().filter(kind -> block.get(kind).isPresent()).toList();
    if (given.size() != 1) {
      if (given.isEmpty() && block.isBroken()) {
        return Optional.empty(); // what it names is not known, which has been said
      }
      value.problem(
          "a trainer names %s; expected one of builtin, command, http",
          given.isEmpty() ? "none" : String.join(" and ", given));
      return Optional.empty();
    }
    String kind = given.get(0);
    Value named = block.get(kind).orElseThrow();
    refuse(block, "time_limit", kind.equals("builtin"), "builtin");
    refuse(block, "secret", !kind.equals("http"), kind);
    Duration limit = block.get("time_limit").flatMap(Value::duration).orElse(Trainer.DEFAULT_LIMIT);
    return switch (kind) {
      case "builtin" -> named.oneOf(Algorithm.class).map(Trainer.Builtin::new);
      case "command" -> {
        List<String> line = new ArrayList<>();
        named.nonEmptyList().forEach(word -> word.text().ifPresent(line::add));
        yield line.isEmpty() ? Optional.empty() : Optional.of(new Trainer.Command(line, limit));
      }
      default -> {
        Optional<KeySource> secret =
            block.get("secret").flatMap(key -> PrivacyReader.key(key, folder, "a pipeline"));
        yield url(named).map(url -> new Trainer.Http(url, secret, limit));
      }
    };
  }

  private static void refuse(Block block, String key, boolean refused, String kind) {
    if (refused) {
      block.get(key).ifPresent(value -> value.problem("%s takes no %s; remove it", kind, key));
    }
  }

  private static Optional<URI> url(Value value) {
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
                "%s is no address that a trainer could have; expected http:// or https://, a host and no user or password",
                value.name()));
    return Optional.empty();
  }
}
