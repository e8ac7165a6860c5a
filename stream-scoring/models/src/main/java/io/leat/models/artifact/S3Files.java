package io.leat.models.artifact;

import io.leat.common.LeatException;
import java.io.OutputStream;
import java.util.List;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/**
 * Files that others put into a bucket, to be read. Asked and found as {@link ArtifactStore#open}
 * says. Thread-safe.
 */
public final class S3Files implements AutoCloseable {
  private static final String FOLDER_END = "/";

  private final S3Bucket bucket;

  private S3Files(S3Bucket bucket) {
    this.bucket = bucket;
  }

  /**
   * A file.
   *
   * @param path below the folder that was asked for
   */
  public record Entry(String path, long bytes) {}

  /**
   * @param address {@code s3://bucket/prefix}; nothing is read that does not lie below it
   * @throws LeatException if it is none
   */
  public static S3Files at(String address) {
    return new S3Files(S3Bucket.at(address));
  }

  /** Whether an address begins as those in S3 do. */
  public static boolean isAddress(String address) {
    return address.startsWith(S3Bucket.SCHEME);
  }

  /** Whether a folder lies here. */
  public boolean has(String folder) {
    return (folder + FOLDER_END).startsWith(bucket.place(bucket.prefix()));
  }

  /**
   * The files of a folder and of the folders in it.
   *
   * @param folder that lies here
   * @param most how many are listed
   * @throws LeatException if the bucket does not answer, or refuses
   */
  public List<Entry> list(String folder, int most) {
    String key = key(folder);
    return bucket.call(
        key,
        s3 ->
            s3
                .listObjectsV2Paginator(asked -> asked.bucket(bucket.name()).prefix(key))
                .contents()
                .stream()
                .filter(object -> !object.key().endsWith(FOLDER_END)) // some show folders so
                .limit(most)
                .map(object -> new Entry(object.key().substring(key.length()), object.size()))
                .toList());
  }

  /**
   * Copies a file.
   *
   * @param folder as it was listed
   * @throws LeatException if the bucket does not answer, or refuses
   */
  public void copy(String folder, Entry file, OutputStream to) {
    String key = key(folder) + file.path();
    bucket.call(
        key,
        s3 ->
            s3.getObject(
                asked -> asked.bucket(bucket.name()).key(key),
                ResponseTransformer.toOutputStream(to)));
  }

  private String key(String folder) {
    if (!has(folder)) {
      throw new IllegalArgumentException(folder + " does not lie here");
    }
    String address = folder.endsWith(FOLDER_END) ? folder : folder + FOLDER_END;
    return address.substring(bucket.place("").length()); // nothing, of the bucket itself
  }

  @Override
  public void close() {
    bucket.close();
  }
}
