package io.leat.scoring.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.models.registry.Serving;
import io.leat.records.ModelVersion;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.FileUtils;
import org.apache.iceberg.Schema;

/**
 * A folder of Parquet files, and {@value #MANIFEST}, which says what they are. Each run writes it
 * beside its place under a name of its own, and moves it there when it is whole.
 */
final class FolderOutput implements Output {
  static final String MANIFEST = "scores.json";

  private static final String FORMAT = "leat-scores";
  private static final int FORMAT_VERSION = 1;
  private static final String DIGEST = "modelDigest";
  private static final String SNAPSHOT = "inputSnapshot";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScoreJob job;
  private final Path folder;
  private Optional<Path> unfinished = Optional.empty();
  private Optional<Schema> columns = Optional.empty();

  FolderOutput(ScoreJob job, Path folder) {
    this.job = job;
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public Optional<Long> written() throws IOException {
    if (!Files.exists(folder) || isEmpty()) {
      return Optional.empty();
    }
    JsonNode there = manifest();
    if (there.path(DIGEST).asText().equals(job.version().getDigest())
        && there.path(SNAPSHOT).asText().equals(job.snapshot())) {
      return Optional.of(there.at("/rows/count").asLong());
    }
    throw new LeatException(
        ErrorCode.INPUT,
        "%s holds something else: %s. Expected a folder that is not there, or is empty, or holds the scores of this version (digest %s) and this input (%s). Give another with --output, or move it away."
            .formatted(
                folder,
                there.isMissingNode()
                    ? "it has no " + MANIFEST + " of 'leat score'"
                    : "the scores of version %s of model %s, digest %s, of %s (%s)"
                        .formatted(
                            there.path("modelNumber").asText(),
                            there.path("model").asText(),
                            there.path(DIGEST).asText(),
                            there.path("input").asText(),
                            there.path(SNAPSHOT).asText()),
                job.version().getDigest(),
                job.snapshot()));
  }

  private boolean isEmpty() throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Missing where there is none. */
  private JsonNode manifest() throws IOException {
    Path file = folder.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      return JSON.missingNode();
    }
    try {
      JsonNode tree = JSON.readTree(file.toFile());
      return tree.path("format").asText().equals(FORMAT) ? tree : JSON.missingNode();
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  @Override
  public Schema prepare(Schema wanted) throws IOException {
    Path parent = Optional.ofNullable(folder.getParent()).orElse(folder);
    Files.createDirectories(parent);
    Path own = parent.resolve(".%s-%s".formatted(folder.getFileName(), UUID.randomUUID()));
    unfinished = Optional.of(Files.createDirectory(own));
    columns = Optional.of(wanted);
    return wanted;
  }

  @Override
  public void take(DataStream<RowData> rows) {
    rows.sinkTo(new ParquetSink(unfinished.orElseThrow().toString(), columns.orElseThrow()))
        .name("scores");
  }

  @Override
  public void finish(Tally.Counts counts) throws IOException {
    Path whole = unfinished.orElseThrow();
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(whole.resolve(MANIFEST).toFile(), describe(counts));
    try {
      Files.deleteIfExists(folder); // it is empty
      Files.move(whole, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (written().isEmpty()) { // else another run has put the same there meanwhile
        throw e;
      }
      abandon();
    }
  }

  private ObjectNode describe(Tally.Counts counts) throws IOException {
    ModelVersion version = job.version();
    Serving serving = job.serving();
    ObjectNode tree = JSON.createObjectNode();
    tree.put("format", FORMAT).put("formatVersion", FORMAT_VERSION);
    tree.put("model", version.getModel())
        .put("modelVersion", version.getLabel())
        .put("modelNumber", version.getNumber())
        .put(DIGEST, version.getDigest());
    tree.putObject("service")
        .put("name", serving.service().name())
        .put("version", serving.service().version())
        .put("definition", serving.definition());
    tree.put("input", job.input()).put(SNAPSHOT, job.snapshot());
    ObjectNode rows = tree.putObject("rows");
    rows.put("count", counts.rows()).put("scored", counts.scored());
    ObjectNode unscored = rows.putObject("unscored");
    counts.unscored().forEach(unscored::put);
    ArrayNode files = tree.putArray("files");
    for (Path file : files()) {
      files
          .addObject()
          .put("name", String.valueOf(file.getFileName()))
          .put("sha256", Sha256.hex(file));
    }
    return tree;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(unfinished.orElseThrow())) {
      return files.filter(file -> file.toString().endsWith(ParquetSink.ENDING)).sorted().toList();
    }
  }

  @Override
  public void abandon() throws IOException {
    if (unfinished.isPresent()) {
      FileUtils.deleteDirectory(unfinished.get().toFile());
    }
  }
}
