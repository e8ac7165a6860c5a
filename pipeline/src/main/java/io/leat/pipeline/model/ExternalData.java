package io.leat.pipeline.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.leat.common.Lookups;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The weights that an ONNX model keeps in files of their own ("external data"). ONNX Runtime looks
 * for such files in the process's working directory when a model comes as bytes; here they are
 * found, and brought into the model.
 *
 * <p>Messages and the numbers of their fields: onnx.proto of ONNX 1.17. What else is in a model is
 * kept as it is.
 */
final class ExternalData {
  /** The key of the entry that names the file; stands in no model of one file. */
  private static final ByteString LOCATION = ByteString.copyFromUtf8("location");

  private static final int TENSOR_RAW_DATA = 9;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int TENSOR_DATA_LOCATION = 14;
  private static final long EXTERNAL = 1;

  /** Messages that hold tensors, however deep. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    FUNCTION,
    TRAINING,
    SPARSE_TENSOR,
    TENSOR;

    /** Fields that are such messages, by number. */
    Map<Integer, Message> fields() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 20, TRAINING, 25, FUNCTION);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE_TENSOR);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(
                5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE_TENSOR, 23, SPARSE_TENSOR);
        case FUNCTION -> Map.of(7, NODE, 11, ATTRIBUTE);
        case TRAINING -> Map.of(1, GRAPH, 2, GRAPH);
        case SPARSE_TENSOR -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of();
      };
    }
  }

  /** What becomes of a tensor that is kept elsewhere. */
  private interface Found {
    UnknownFieldSet tensor(UnknownFieldSet tensor);
  }

  private ExternalData() {}

  /** Names of the files, as the model has them; none where the bytes are no model. */
  static SortedSet<String> files(byte[] model) {
    SortedSet<String> files = new TreeSet<>();
    if (contains(model, LOCATION)) {
      try {
        walk(
            ByteString.copyFrom(model),
            Message.MODEL,
            tensor -> {
              files.add(entries(tensor).getOrDefault("location", ""));
              return tensor;
            });
      } catch (InvalidProtocolBufferException e) {
        return new TreeSet<>(); // ONNX Runtime says what is wrong with it
      }
    }
    return files;
  }

  /**
   * The model with all weights within itself.
   *
   * @param weights bytes of every file that it names
   * @throws ModelException if a tensor lies beyond the end of its file
   */
  static byte[] inline(byte[] model, SortedMap<String, byte[]> weights) {
    try {
      return walk(ByteString.copyFrom(model), Message.MODEL, tensor -> inline(tensor, weights))
          .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("its files were found a moment ago", e);
    }
  }

  private static UnknownFieldSet inline(UnknownFieldSet tensor, Map<String, byte[]> weights) {
    Map<String, String> entries = entries(tensor);
    String name = entries.getOrDefault("location", "");
    byte[] file = Lookups.required(weights, name);
    Optional<Long> offset = number(entries.getOrDefault("offset", "0"));
    Optional<Long> length =
        entries.containsKey("length")
            ? number(entries.get("length"))
            : offset.map(from -> file.length - from);
    if (offset.isEmpty()
        || length.isEmpty()
        || offset.get() > file.length
        || length.get() < 0
        || length.get() > file.length - offset.get()) {
      throw new ModelException(
          "weights lie in %s at offset %s, length %s; the file has %d bytes. Put the file there that was saved with the model."
              .formatted(
                  name,
                  entries.get("offset"),
                  entries.getOrDefault("length", "to its end"),
                  file.length));
    }
    ByteString data = ByteString.copyFrom(file, offset.get().intValue(), length.get().intValue());
    return tensor.toBuilder()
        .clearField(TENSOR_EXTERNAL_DATA)
        .clearField(TENSOR_DATA_LOCATION)
        .addField(TENSOR_RAW_DATA, Field.newBuilder().addLengthDelimited(data).build())
        .build();
  }

  /** The message with every tensor that is kept elsewhere replaced. */
  private static ByteString walk(ByteString bytes, Message message, Found found)
      throws InvalidProtocolBufferException {
    UnknownFieldSet fields = UnknownFieldSet.parseFrom(bytes);
    if (message == Message.TENSOR) {
      return fields.getField(TENSOR_DATA_LOCATION).getVarintList().contains(EXTERNAL)
          ? found.tensor(fields).toByteString()
          : bytes;
    }
    UnknownFieldSet.Builder walked = fields.toBuilder();
    for (Map.Entry<Integer, Message> inner : message.fields().entrySet()) {
      Field field = fields.getField(inner.getKey());
      if (!field.getLengthDelimitedList().isEmpty()) {
        Field.Builder replaced = Field.newBuilder();
        for (ByteString part : field.getLengthDelimitedList()) {
          replaced.addLengthDelimited(walk(part, inner.getValue(), found));
        }
        walked.clearField(inner.getKey()).addField(inner.getKey(), replaced.build());
      }
    }
    return walked.build().toByteString();
  }

  private static Map<String, String> entries(UnknownFieldSet tensor) {
    Map<String, String> entries = new HashMap<>();
    for (ByteString bytes : tensor.getField(TENSOR_EXTERNAL_DATA).getLengthDelimitedList()) {
      try {
        UnknownFieldSet entry = UnknownFieldSet.parseFrom(bytes);
        entries.put(text(entry, 1), text(entry, 2));
      } catch (InvalidProtocolBufferException e) {
        throw new ModelException("an entry of external_data is no pair of key and value", e);
      }
    }
    return entries;
  }

  private static String text(UnknownFieldSet entry, int field) {
    return entry.getField(field).getLengthDelimitedList().stream()
        .reduce((first, last) -> last)
        .map(bytes -> bytes.toString(UTF_8))
        .orElse("");
  }

  private static Optional<Long> number(String text) {
    return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  private static boolean contains(byte[] bytes, ByteString text) {
    for (int i = 0; i <= bytes.length - text.size(); i++) {
      int j = 0;
      while (j < text.size() && bytes[i + j] == text.byteAt(j)) {
        j++;
      }
      if (j == text.size()) {
        return true;
      }
    }
    return false;
  }
}
