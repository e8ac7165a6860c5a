package io.leat.models.artifact;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Properties of this process that hold until it is closed. */
final class SystemSettings implements AutoCloseable {
  private final Map<String, @Nullable String> before = new HashMap<>();

  /** Leads to a server, as one who may use it. */
  void leadTo(S3Server server) {
    set("aws.endpointUrlS3", server.endpoint().toString());
    set("aws.accessKeyId", S3Server.KEY);
    set("aws.secretAccessKey", S3Server.SECRET);
    set("aws.disableEc2Metadata", "true"); // no instance of Amazon's is asked for keys
  }

  /**
   * @param value null: as if it were not set
   */
  void set(String property, @Nullable String value) {
    String old =
        value == null ? System.clearProperty(property) : System.setProperty(property, value);
    if (!before.containsKey(property)) {
      before.put(property, old);
    }
  }

  @Override
  public void close() {
    before.forEach(
        (property, value) -> {
          if (value == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, value);
          }
        });
  }
}
