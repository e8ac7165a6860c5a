package io.leat.models.registry;

/**
 * A file of a version.
 *
 * @param path its name within the version, such as {@code model.onnx}
 * @param size its bytes
 * @param sha256 theirs, in hex: its name in the store of artifacts
 */
public record PackagedFile(String path, long size, String sha256) {}
