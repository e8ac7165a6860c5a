package io.leat.mlflow;

import io.leat.runtime.JobOptions;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.AccessOptions;
import io.leat.runtime.access.RequestOptions;
import io.leat.runtime.settings.DurationConverter;
import io.leat.runtime.settings.EnvironmentDefaults;
import io.leat.runtime.settings.MemoryConverter;
import io.leat.runtime.settings.MemorySize;
import io.leat.runtime.settings.Setting;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of the MLflow registry, by flag or by environment. */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public final class MlflowServerOptions {
  @Mixin private JobOptions job = new JobOptions();

  @Mixin private AccessOptions access = new AccessOptions();

  @Mixin private RequestOptions requests = new RequestOptions();

  @Mixin private FollowOptions follow = new FollowOptions();

  @Setting(least = "1m")
  @Option(
      names = "--keep-uploads",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "24h",
      description =
          "How long a run and its files stay that nothing is done with; what was registered stays in the registry.")
  private Duration keepUploads = Duration.ofHours(24);

  @Setting(least = "1MB")
  @Option(
      names = "--upload-space",
      paramLabel = "SIZE",
      converter = MemoryConverter.class,
      defaultValue = "4GB",
      description =
          "Room on the disk, in the state directory, for all that is uploaded and not thrown away yet. A whole number and KB, MB or GB.")
  private MemorySize uploadSpace = new MemorySize(4L << 30);

  /** The settings that every service takes. */
  public JobOptions job() {
    return job;
  }

  /** How much is taken on. */
  RequestOptions requests() {
    return requests;
  }

  /** Who may come in, and over which protocol. */
  Access access() {
    return access.access();
  }

  /** Which MLflow server is followed. */
  public FollowOptions follow() {
    return follow;
  }

  /** How long an upload stays that nothing is done with. */
  public Duration keepUploads() {
    return keepUploads;
  }

  /** Bytes that all uploads may have together. */
  public long uploadBytes() {
    return uploadSpace.bytes();
  }
}
