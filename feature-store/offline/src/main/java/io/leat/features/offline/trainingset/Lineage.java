package io.leat.features.offline.trainingset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.Sha256;
import io.leat.features.engine.Micros;
import io.leat.features.offline.EventTable;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.SourceColumns;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.SchemaNormalization;

/**
 * What a training set was made of, as JSON: {@code lineage.json} beside its files, and, without the
 * files' checksums, in the metadata of each. {@code docs/reference/training-sets.md} describes it.
 * Nothing in it depends on when or where the training set was made.
 */
final class Lineage {
  /** Key of the files' metadata. */
  static final String PROPERTY = "leat.lineage";

  private static final String FORMAT = "leat-training-set";
  private static final int FORMAT_VERSION = 1;
  private static final String TAG = "training-set-";
  private static final int TAG_DIGITS = 16;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter()
          .withObjectIndenter(new DefaultIndenter("  ", "\n"))
          .withArrayIndenter(new DefaultIndenter("  ", "\n"));

  private final ObjectNode tree;

  private Lineage(ObjectNode tree) {
    this.tree = tree;
  }

  /** What is known before the first row. */
  static Lineage of(
      ServiceReference reference, TrainingSetPlan plan, Map<String, TableSnapshot> tables) {
    FeatureService service = reference.definition();
    ObjectNode tree = JSON.createObjectNode();
    tree.put("format", FORMAT).put("formatVersion", FORMAT_VERSION);
    tree.put("leat", version());
    tree.put("pipeline", reference.pipeline().name());
    tree.putObject("service")
        .put("name", service.name())
        .put("version", service.version())
        .put("definition", service.definition());
    ArrayNode views = tree.putArray("views");
    for (FeatureView view : reference.views()) {
      views
          .addObject()
          .put("name", view.name())
          .put("version", view.version())
          .put("fingerprint", Fingerprints.of(view));
    }
    tree.put("asOf", plan.asOf().name());
    ObjectNode spine = tree.putObject("spine");
    if (plan.spineFile().isPresent()) {
      Path file = plan.spineFile().get().file();
      spine.put("file", String.valueOf(file.getFileName())).put("sha256", sha256(file));
    } else {
      spine.put("event", service.spine());
    }
    plan.from().ifPresent(time -> tree.put("from", time.toString()));
    plan.to().ifPresent(time -> tree.put("to", time.toString()));
    plan.label().ifPresent(label -> put(label, plan, tree.putObject("label")));
    ArrayNode contracts = tree.putArray("tables");
    tables.forEach((name, snapshot) -> put(name, snapshot, reference, contracts.addObject()));
    ArrayNode columns = tree.putArray("columns");
    for (Column column : plan.columns()) {
      columns.addObject().put("name", column.name()).put("role", column.role().name());
    }
    if (plan.tagged()) {
      tree.put("tag", TAG + Sha256.hex(tree.toString()).substring(0, TAG_DIGITS));
    }
    return new Lineage(tree);
  }

  /** The tag of the snapshots; empty where they get none. */
  Optional<String> tag() {
    return tree.has("tag") ? Optional.of(tree.get("tag").asText()) : Optional.empty();
  }

  private static void put(LabelSource label, TrainingSetPlan plan, ObjectNode node) {
    if (label instanceof LabelSource.OwnField own) {
      node.put("field", own.field()).put("from", "spine");
    } else if (label instanceof LabelSource.OtherEvent other) {
      node.put("field", other.field())
          .put("from", other.from())
          .put("on", other.on())
          .put("within", Durations.format(other.within()));
    } else if (label instanceof LabelSource.FileColumn column) {
      node.put("field", column.field()).put("from", "file");
    }
    node.put("unlabelled", plan.unlabelled().name());
  }

  private static void put(
      String name, TableSnapshot snapshot, ServiceReference reference, ObjectNode node) {
    node.put("table", name).put("snapshot", snapshot.id());
    for (Contract contract : reference.pipeline().contracts()) {
      if (EventTable.name(contract.event()).equals(snapshot.table().name())) {
        node.put("contract", contract.event());
        node.put("schema", schemaFingerprint(contract));
      }
    }
    snapshot
        .range(SourceColumns.CONTRACT_VERSION)
        .ifPresent(
            versions ->
                node.putObject("contractVersions")
                    .put("from", versions.least())
                    .put("to", versions.greatest()));
  }

  /** SHA-256 of the schema's canonical form (Avro's), in hex. */
  private static String schemaFingerprint(Contract contract) {
    try {
      return HexFormat.of()
          .formatHex(SchemaNormalization.parsingFingerprint("SHA-256", contract.schema()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static String version() {
    String version = Lineage.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** Adds what is known once all rows are there. */
  Lineage withRows(
      long rows,
      Optional<Long> unlabelled,
      long first,
      long last,
      Optional<Long> validationFrom,
      Optional<Long> testFrom) {
    ObjectNode node = tree.deepCopy();
    ObjectNode found = node.putObject("rows");
    found.put("count", rows);
    unlabelled.ifPresent(count -> found.put("unlabelled", count));
    found.put("firstTime", time(first)).put("lastTime", time(last));
    ObjectNode split = node.putObject("split");
    split.put("validationFrom", validationFrom.map(Lineage::time).orElse(null));
    split.put("testFrom", testFrom.map(Lineage::time).orElse(null));
    return new Lineage(node);
  }

  private static String time(long micros) {
    return Micros.toInstant(micros).toString();
  }

  /** Adds the files with their rows and checksums. */
  Lineage withFiles(Path folder, Map<String, Long> rows) {
    ObjectNode node = tree.deepCopy();
    ArrayNode files = node.putArray("files");
    rows.forEach(
        (file, count) ->
            files
                .addObject()
                .put("name", file)
                .put("rows", count)
                .put("sha256", sha256(folder.resolve(file))));
    return new Lineage(node);
  }

  /** Ids of the snapshots that a training set was made of, by the tables' full names. */
  static Map<String, Long> snapshotsOf(Path folder) {
    Path file = folder.resolve(TrainingSetFiles.LINEAGE);
    try {
      Map<String, Long> ids = new HashMap<>();
      for (JsonNode table : parse(Files.readString(file)).tree.path("tables")) {
        ids.put(table.path("table").asText(), table.path("snapshot").asLong());
      }
      return ids;
    } catch (IOException | UncheckedIOException e) {
      throw new OfflineException(
          "%s holds no training set: %s cannot be read (%s).".formatted(folder, file, e), e);
    }
  }

  static Lineage parse(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      if (!tree.path("format").asText().equals(FORMAT)
          || tree.path("formatVersion").asInt() != FORMAT_VERSION) {
        throw new OfflineException(
            "A lineage says it is %s of version %d; expected %s of version %d."
                .formatted(
                    tree.path("format").asText("nothing"),
                    tree.path("formatVersion").asInt(),
                    FORMAT,
                    FORMAT_VERSION));
      }
      return new Lineage((ObjectNode) tree);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line of JSON. */
  String toText() {
    return tree.toString();
  }

  void write(Path folder) throws IOException {
    Files.writeString(
        folder.resolve(TrainingSetFiles.LINEAGE),
        JSON.writer(PRINTER).writeValueAsString(tree) + "\n");
  }

  JsonNode tree() {
    return tree;
  }

  static String sha256(Path file) {
    try {
      return Sha256.hex(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
