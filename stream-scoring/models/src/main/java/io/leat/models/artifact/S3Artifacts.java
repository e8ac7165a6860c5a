package io.leat.models.artifact;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Objects of a bucket: {@code <prefix>/<first two digits>/<SHA-256>}, as {@link DirectoryArtifacts}
 * lays files out, so that the one can be copied to the other. An object appears whole or not at
 * all: that is S3's own promise.
 */
final class S3Artifacts extends ArtifactStore {
  private static final int NOT_FOUND = 404;

  private final S3Bucket bucket;

  private S3Artifacts(S3Bucket bucket) {
    this.bucket = bucket;
  }

  static S3Artifacts at(String address) {
    return new S3Artifacts(S3Bucket.at(address));
  }

  /**
   * @param silence how long no byte may come
   */
  static S3Artifacts at(String address, Duration silence) {
    return new S3Artifacts(S3Bucket.at(address, silence));
  }

  @Override
  public boolean has(String sha256) {
    return bucket.call(
        key(sha256),
        s3 -> {
          try {
            s3.headObject(object -> object.bucket(bucket.name()).key(key(sha256)));
            return true;
          } catch (AwsServiceException e) {
            if (e.statusCode() == NOT_FOUND) {
              return false;
            }
            throw e;
          }
        });
  }

  @Override
  void write(String sha256, byte[] bytes) {
    bucket.call(
        key(sha256),
        s3 ->
            s3.putObject(
                object -> object.bucket(bucket.name()).key(key(sha256)),
                RequestBody.fromContentProvider(
                    () -> new ByteArrayInputStream(bytes),
                    bytes.length,
                    "application/octet-stream")));
  }

  @Override
  byte[] read(String sha256) {
    return bucket
        .call(
            key(sha256),
            s3 -> s3.getObjectAsBytes(object -> object.bucket(bucket.name()).key(key(sha256))))
        .asByteArrayUnsafe();
  }

  @Override
  public void delete(String sha256) {
    bucket.call(
        key(sha256),
        s3 -> s3.deleteObject(object -> object.bucket(bucket.name()).key(key(sha256))));
  }

  @Override
  public String place(String sha256) {
    return bucket.place(key(sha256));
  }

  private String key(String sha256) {
    return bucket.prefix() + shard(sha256);
  }

  @Override
  public void close() {
    bucket.close();
  }
}
