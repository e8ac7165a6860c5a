package io.leat.cli.demo;

import io.leat.cli.command.UserError;
import io.leat.cli.up.StackLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a demonstration lies: {@code pipeline}, {@code stack}, {@code logs}, and its page.
 *
 * @param root absolute
 */
record DemoFolder(Path root) {
  private static final String MARK = "leat-demo";
  private static final String STACK = "stack";
  private static final String EXAMPLE = "/io/leat/examples/card-payments/";
  private static final String OWN = "/io/leat/cli/demo/drift/";
  private static final String OF_NULLS = "/io/leat/cli/demo/nulls/";

  private static final String RETRAINING = "retraining/fraud.yaml";

  private static final List<String> OF_EXAMPLE =
      List.of(
          "contracts/payments.avsc",
          "contracts/payments.yaml",
          "features/customer_activity.yaml",
          "features/terminal_risk.yaml",
          "services/fraud.yaml");

  private static final List<String> OF_DEMO =
      List.of("pipeline.yaml", "models/fraud/model.yaml", "monitors/fraud.yaml", RETRAINING);

  /** What is another where nulls come: an amount may be one, and what comes in is watched. */
  private static final List<String> WITH_NULLS =
      List.of(
          "contracts/payments.avsc", "contracts/payments.yaml", "monitors/fraud.yaml", RETRAINING);

  /**
   * Makes an empty one.
   *
   * @throws UserError if there is something else than an earlier demonstration, or one that still
   *     runs, or it cannot be written
   */
  static DemoFolder prepare(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      if (Files.exists(root)) {
        if (!Files.exists(root.resolve(MARK)) && !isEmpty(root)) {
          throw new UserError(
              "%s is no folder of a demonstration: there is no file %s in it. Nothing was removed. Give another with --dir."
                  .formatted(root, MARK));
        }
        if (StackLock.isHeld(root.resolve(STACK))) {
          throw new UserError(
              "A demonstration runs in %s. Nothing was removed. Stop it with Ctrl-C in its terminal or with 'leat down --dir %s', or give another folder with --dir."
                  .formatted(root, root.resolve(STACK)));
        }
        clear(root);
      }
      Files.createDirectories(root);
      Files.createFile(root.resolve(MARK));
    } catch (IOException e) {
      throw new UserError(
          "The folder %s cannot be used: %s. Give another with --dir."
              .formatted(root, e.getMessage()),
          e);
    }
    return new DemoFolder(root);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void clear(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted(Comparator.reverseOrder()).filter(path -> !path.equals(root)).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  /**
   * Writes the pipeline: contracts, features and service of the example, the rest its own.
   *
   * @param trainer the policy's key of this name
   */
  void writePipeline(Play play, String trainer) {
    OF_EXAMPLE.forEach(file -> copy(EXAMPLE + file, pipeline().resolve(file)));
    OF_DEMO.forEach(file -> copy(OWN + file, pipeline().resolve(file)));
    if (play.hasNulls()) {
      WITH_NULLS.forEach(file -> copy(OF_NULLS + file, pipeline().resolve(file)));
    }
    write(pipeline().resolve("play.yaml"), play.yaml());
    append(pipeline().resolve(RETRAINING), "trainer: " + trainer + "\n");
  }

  private static void copy(String resource, Path to) {
    try (InputStream in = DemoFolder.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      write(to, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw notWritable(to, e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw notWritable(file, e);
    }
  }

  private static void append(Path file, String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw notWritable(file, e);
    }
  }

  private static UserError notWritable(Path file, IOException e) {
    return new UserError("Cannot write %s: %s".formatted(file, e.getMessage()), e);
  }

  Path pipeline() {
    return root.resolve("pipeline");
  }

  Path stack() {
    return root.resolve(STACK);
  }

  /** What the champion learns from. */
  Path history() {
    return root.resolve("payments.csv");
  }

  Path log(String name) {
    return root.resolve("logs").resolve(name + ".log");
  }

  Path page() {
    return root.resolve("drift.html");
  }

  void writePage(String html) {
    write(page(), html);
  }
}
