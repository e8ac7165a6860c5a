package io.leat.drift;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.common.Cleanup;
import io.leat.common.Sha256;
import io.leat.pipeline.definition.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The profile of a model's training data: how each feature is distributed, and the thresholds that
 * the data sets for each monitor of the model. A JSON file beside the model; {@code
 * docs/reference/drift.md} describes it. Immutable.
 *
 * @param format always {@value #FORMAT}
 * @param formatVersion the least that has all that is in it, up to {@value #FORMAT_VERSION}
 * @param model name of the model
 * @param service name of the feature service that the model reads
 * @param serviceVersion version of that service
 * @param definition fingerprint of the service's definition that made the training data
 * @param rows training rows
 * @param firstTime least event time of a row, milliseconds since 1970-01-01 UTC
 * @param lastTime greatest event time of a row
 * @param features the features that are numbers, booleans or categories, in the service's order
 * @param outputs what the model says of the training rows, as far as monitors watch it; empty where
 *     it did not say
 * @param monitors the calibrated monitors
 */
public record ReferenceProfile(
    String format,
    int formatVersion,
    String model,
    String service,
    int serviceVersion,
    String definition,
    long rows,
    long firstTime,
    long lastTime,
    List<FeatureReference> features,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FeatureReference> outputs,
    List<CalibratedMonitor> monitors) {
  public static final String FORMAT = "leat-reference-profile";
  public static final int FORMAT_VERSION = 4;

  /** With tumbling windows of time alone, and without embeddings. */
  static final int WITHOUT_PANES = 3;

  /** Without what live windows are ranked among. */
  static final int WITHOUT_REFERENCES = 2;

  /** Of numbers alone, without segments and outputs. */
  static final int OLDEST_VERSION = 1;

  /** Most bytes that a profile's file may have. */
  static final long MAX_BYTES = 256L * 1024 * 1024;

  private static final int MAX_DEPTH = 20;
  private static final String NULLS_BY_REASON = "nullsByReason";
  private static final String SEGMENTS = "segments";
  private static final String REFERENCES = "references";
  private static final String OUTPUTS = "outputs";
  private static final String QUALITY = "quality";
  private static final String USUAL = "usual";
  private static final String CENTROID = "centroid";
  private static final String DRAWN = "drawn";
  private static final String EMBEDDINGS = "embeddings";
  private static final String EVERY = "everyMillis";
  private static final String EVENTS = "events";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxDocumentLength(MAX_BYTES)
                .maxNestingDepth(MAX_DEPTH)
                .build());
  }

  public ReferenceProfile {
    features = List.copyOf(features);
    outputs = List.copyOf(outputs);
    monitors = List.copyOf(monitors);
  }

  /**
   * Reads a model's profile.
   *
   * @throws ReferenceProfileException if the file is absent, unreadable, of another format, or made
   *     for another model or another version of its service
   */
  public static ReferenceProfile read(Model model) {
    Path file = model.referenceProfile();
    ReferenceProfile profile = read(file);
    if (!profile.model().equals(model.name())
        || !profile.service().equals(model.service())
        || profile.serviceVersion() != model.serviceVersion()) {
      throw new ReferenceProfileException(
          "%s is the reference profile of model %s, which reads %s@%d; expected one of model %s, which reads %s@%d. Train the model again (leat train)."
              .formatted(
                  file,
                  profile.model(),
                  profile.service(),
                  profile.serviceVersion(),
                  model.name(),
                  model.service(),
                  model.serviceVersion()));
    }
    return profile;
  }

  /** Reads a profile's file; throws as {@link #read(Model)} does. */
  public static ReferenceProfile read(Path file) {
    try {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw new ReferenceProfileException(
            "%s has %d bytes; a reference profile has at most %d."
                .formatted(file, bytes, MAX_BYTES));
      }
      return parse(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ReferenceProfileException(
          "There is no reference profile at %s; `leat train` writes it beside the model."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new ReferenceProfileException(
          "The reference profile %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static ReferenceProfile parse(Object file, byte[] bytes) throws IOException {
    try {
      JsonNode tree = JSON.readTree(bytes);
      String format = tree.path("format").asText("nothing");
      int version = tree.path("formatVersion").asInt(0);
      if (!format.equals(FORMAT) || version < OLDEST_VERSION || version > FORMAT_VERSION) {
        throw new ReferenceProfileException(
            "%s says it is %s of version %d; expected %s of version %d at most. Train the model again (leat train)."
                .formatted(file, format, version, FORMAT, FORMAT_VERSION));
      }
      addWhatIsLeftOut(tree);
      return JSON.treeToValue(tree, ReferenceProfile.class);
    } catch (JsonProcessingException e) {
      throw new ReferenceProfileException(
          "%s is not a reference profile: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /** What is empty is not written, as in files of releases that did not have it. */
  private static void addWhatIsLeftOut(JsonNode profile) {
    addMissing(profile, OUTPUTS, ObjectNode::putArray);
    for (String references : List.of("features", OUTPUTS)) {
      for (JsonNode feature : profile.path(references)) {
        addMissing(feature, NULLS_BY_REASON, ObjectNode::putObject);
      }
    }
    for (JsonNode monitor : profile.path("monitors")) {
      addMissing(monitor, SEGMENTS, ObjectNode::putArray);
      addMissing(monitor, REFERENCES, ObjectNode::putArray);
      addMissing(monitor, QUALITY, ObjectNode::putArray);
      for (JsonNode measure : monitor.path(QUALITY)) {
        addMissing(measure, USUAL, ObjectNode::putArray);
      }
      addMissing(monitor.path("settings"), SEGMENTS, ObjectNode::putArray);
      addMissing(monitor.path("settings"), OUTPUTS, ObjectNode::putArray);
      addMissing(monitor.path("settings"), EMBEDDINGS, ObjectNode::putArray);
      addMissing(monitor.path("settings"), EVERY, (settings, every) -> settings.put(every, 0));
      addMissing(monitor.path("settings"), EVENTS, (settings, events) -> settings.put(events, 0));
      for (JsonNode feature : monitor.path(SEGMENTS)) {
        addMissing(feature, NULLS_BY_REASON, ObjectNode::putObject);
        if (feature.has(CENTROID)) {
          addMissing(feature, DRAWN, ObjectNode::putArray);
        }
      }
    }
  }

  private static void addMissing(
      JsonNode node, String field, BiConsumer<ObjectNode, String> empty) {
    if (node instanceof ObjectNode object && !object.has(field)) {
      empty.accept(object, field);
    }
  }

  /** Reads what {@link #toJson} wrote; throws as {@link #read(Model)} does. */
  public static ReferenceProfile parse(byte[] json) {
    try {
      return parse("The profile", json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /**
   * The profile of the rows of both, as exact as these allow: distributions to one number in 1,000,
   * all of it where neither has more than {@value Distribution#MAX_POINTS} different numbers or
   * {@value Categories#KEPT} categories. It has no thresholds: they come of the rows' windows,
   * which profiles do not keep. Columns that only one of them has, or that are numbers in one and
   * categories in the other, are left out.
   *
   * @throws ReferenceProfileException if they are of different models, or of different definitions
   */
  public ReferenceProfile merge(ReferenceProfile other) {
    if (!model.equals(other.model)
        || !service.equals(other.service)
        || serviceVersion != other.serviceVersion
        || !definition.equals(other.definition)) {
      throw new ReferenceProfileException(
          "Profiles of model %s of %s@%d (%s) and of model %s of %s@%d (%s); expected two of one model and one definition of its service."
              .formatted(
                  model,
                  service,
                  serviceVersion,
                  definition,
                  other.model,
                  other.service,
                  other.serviceVersion,
                  other.definition));
    }
    List<FeatureReference> ofBoth = merge(features, other.features);
    List<FeatureReference> outputsOfBoth = merge(outputs, other.outputs);
    boolean isOfNumbers =
        outputsOfBoth.isEmpty() && ofBoth.stream().allMatch(NumberReference.class::isInstance);
    return new ReferenceProfile(
        FORMAT,
        isOfNumbers ? OLDEST_VERSION : WITHOUT_REFERENCES,
        model,
        service,
        serviceVersion,
        definition,
        rows + other.rows,
        Math.min(firstTime, other.firstTime),
        Math.max(lastTime, other.lastTime),
        ofBoth,
        outputsOfBoth,
        List.of());
  }

  private static List<FeatureReference> merge(
      List<FeatureReference> some, List<FeatureReference> others) {
    return some.stream()
        .flatMap(
            one ->
                others.stream()
                    .filter(other -> other.stream().equals(one.stream()))
                    .flatMap(other -> one.merge(other).stream()))
        .toList();
  }

  /**
   * Writes the profile; a file that is there is replaced whole.
   *
   * @throws ReferenceProfileException if it is larger than a profile may be; nothing is written
   *     then
   */
  public void write(Path file) throws IOException {
    byte[] json = toJson();
    checkSize(json.length, MAX_BYTES);
    // Not a temporary file: nobody else may read those, and services run as other users.
    Path draft = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.write(draft, json);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Cleanup.after(e, () -> Files.deleteIfExists(draft));
      throw e;
    }
  }

  /** Nobody could read a larger one, and a champion without its profile is watched by another's. */
  void checkSize(long bytes, long most) {
    if (bytes <= most) {
      return;
    }
    CalibratedMonitor largest =
        monitors.stream()
            .max(Comparator.comparingInt(monitor -> monitor.thresholds().size()))
            .orElseThrow(
                () ->
                    new ReferenceProfileException(
                        "The reference profile of model %s has %d bytes; a profile has at most %d."
                            .formatted(model, bytes, most)));
    throw new ReferenceProfileException(
        "The reference profile of model %s has %d bytes; a profile has at most %d. Monitor %s keeps the windows of %d series, a statistic of a column, or of a column of a segment, each: watch fewer columns, lower segments_cap, name fewer statistics, or take longer windows."
            .formatted(
                model, bytes, most, largest.settings().monitor(), largest.thresholds().size()));
  }

  /** The profile as JSON; the same profile gives the same bytes. */
  public byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /** SHA-256 (hex) of the profile's own JSON, however its file is laid out. */
  public String fingerprint() {
    return Sha256.hex(toJson());
  }

  /** The reference of a feature over all rows. */
  public Optional<FeatureReference> feature(String name) {
    DriftStream stream = DriftStream.of(name);
    return features.stream().filter(f -> f.stream().equals(stream)).findFirst();
  }

  Optional<CalibratedMonitor> monitor(String name) {
    return monitors.stream().filter(m -> m.settings().monitor().equals(name)).findFirst();
  }
}
