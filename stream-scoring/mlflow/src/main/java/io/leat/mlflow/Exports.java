package io.leat.mlflow;

import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.records.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Versions as folders that MLflow loads, made when they are first asked for. The latest sixteen are
 * kept. Thread-safe; one process has a folder.
 */
final class Exports {
  private static final int KEPT = 16;
  private static final int DIGITS = 16;

  private final Path folder;
  private final ModelRegistry registry;
  private final InstantSource clock;

  /**
   * @param folder emptied; made when it is needed
   */
  Exports(Path folder, ModelRegistry registry, InstantSource clock) throws IOException {
    this.folder = folder;
    this.registry = registry;
    this.clock = clock;
    if (Files.isDirectory(folder)) {
      Uploads.delete(folder);
    }
  }

  /**
   * A version's folder.
   *
   * @throws io.leat.common.LeatException if its file is absent or another than was published
   */
  synchronized Path of(ModelVersion version) throws IOException {
    Path made =
        folder.resolve(
            "%s-%d-%s"
                .formatted(
                    version.getModel(),
                    version.getNumber(),
                    version.getDigest().substring(0, DIGITS)));
    if (!Files.isDirectory(made)) {
      Files.createDirectories(folder);
      Path unfinished = Files.createTempDirectory(folder, "unfinished");
      try {
        registry.export(
            new ModelReference(version.getModel(), String.valueOf(version.getNumber())),
            unfinished);
        Files.move(unfinished, made);
      } finally {
        if (Files.exists(unfinished)) {
          Uploads.delete(unfinished);
        }
      }
    }
    Files.setLastModifiedTime(made, FileTime.from(clock.instant()));
    forget();
    return made;
  }

  /** An answer that is being read from one of them goes on: its files are open. */
  private void forget() throws IOException {
    List<Path> made = new ArrayList<>();
    try (Stream<Path> found = Files.list(folder)) {
      found.forEach(made::add);
    }
    List<FileTime> times = new ArrayList<>();
    for (Path one : made) {
      times.add(Files.getLastModifiedTime(one));
    }
    while (made.size() > KEPT) {
      int oldest = times.indexOf(times.stream().min(Comparator.naturalOrder()).orElseThrow());
      Uploads.delete(made.remove(oldest));
      times.remove(oldest);
    }
  }
}
