package io.leat.models.registry;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a trainer says of the model beside which it lies, as {@code lineage.json}: a flat object of
 * texts. It names the file that it is of by its SHA-256, so that it says nothing of another that
 * takes its place.
 */
public final class LineageFile {
  /** Its name. */
  public static final String NAME = "lineage.json";

  private static final String MODEL = "model_sha256";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private LineageFile() {}

  /**
   * Writes it.
   *
   * @param artifact the model's file
   * @param sha256 of that file, in hex
   */
  public static void write(Path artifact, String sha256, Map<String, String> lineage)
      throws IOException {
    Map<String, String> all = new TreeMap<>(lineage);
    all.put(MODEL, sha256);
    Files.writeString(
        artifact.resolveSibling(NAME), JSON.writeValueAsString(all) + System.lineSeparator());
  }

  /**
   * What lies beside a model's file; empty where nothing does, or it is of another.
   *
   * @throws LeatException if it cannot be read
   */
  static Map<String, String> beside(Path artifact, String sha256) {
    Path file = artifact.resolveSibling(NAME);
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      Map<String, String> lineage =
          JSON.readValue(Files.readAllBytes(file), new TypeReference<TreeMap<String, String>>() {});
      return sha256.equals(lineage.remove(MODEL)) ? lineage : Map.of();
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.MODEL,
          "Cannot read %s: %s. It should be a JSON object of texts, as 'leat train' writes it; without it the model is published all the same."
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
