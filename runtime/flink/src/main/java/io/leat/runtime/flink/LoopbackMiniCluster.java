package io.leat.runtime.flink;

import java.nio.file.Path;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rest.ApplicationRestEndpointFactory;

/** Flink's cluster in one JVM, set up so that nothing of it listens beyond loopback. */
final class LoopbackMiniCluster extends MiniCluster {
  private static final String LOOPBACK = "127.0.0.1";
  private static final MemorySize MANAGED_MEMORY = MemorySize.ofMebiBytes(128);
  private static final MemorySize NETWORK_MEMORY = MemorySize.ofMebiBytes(64);

  private LoopbackMiniCluster(MiniClusterConfiguration configuration) {
    super(configuration);
  }

  /**
   * A REST interface that shows jobs and takes none: submission deserialises what it is sent.
   * {@link ReadOnlyRest} refuses what else would change something.
   */
  @Override
  protected DispatcherResourceManagerComponentFactory
      createDispatcherResourceManagerComponentFactory() {
    return new DefaultDispatcherResourceManagerComponentFactory(
        DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE),
        StandaloneResourceManagerFactory.getInstance(),
        ApplicationRestEndpointFactory.INSTANCE);
  }

  /**
   * @param scratch folder for what lives as long as the process
   * @param restPort port of the REST interface; 0 takes a free one
   * @param metricsPort port of the Prometheus metrics; 0 takes a free one
   * @param slots number of slots: the parallelism of all jobs together
   */
  static MiniCluster create(Path scratch, int restPort, int metricsPort, int slots) {
    return create(scratch, restPort, metricsPort, slots, new Configuration());
  }

  /** As the other, with settings that go before this class's own. */
  static MiniCluster create(
      Path scratch, int restPort, int metricsPort, int slots, Configuration given) {
    Configuration settings = new Configuration();
    settings.set(RestOptions.ADDRESS, LOOPBACK);
    settings.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    settings.set(RestOptions.PORT, restPort);
    settings.set(RestOptions.BIND_PORT, Integer.toString(restPort));
    settings.set(ReadOnlyRest.ENABLED, true);
    settings.set(WebOptions.SUBMIT_ENABLE, false);
    settings.set(WebOptions.CANCEL_ENABLE, false); // the page then shows no button for it
    settings.set(WebOptions.RESCALE_ENABLE, false);
    settings.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://" + LOOPBACK); // not every page
    settings.set(WebOptions.TMP_DIR, scratch.toString());
    settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
    settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(TaskManagerOptions.HOST, LOOPBACK);
    settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MANAGED_MEMORY);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, NETWORK_MEMORY);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, NETWORK_MEMORY);
    settings.set(CoreOptions.TMP_DIRS, scratch.toString());
    settings.set(BlobServerOptions.STORAGE_DIRECTORY, scratch.toString());
    settings.set(MetricOptions.REPORTERS_LIST, "prometheus");
    settings.set(reporter("factory.class"), LoopbackPrometheusReporter.Factory.class.getName());
    settings.set(reporter(LoopbackPrometheusReporter.PORT), Integer.toString(metricsPort));
    settings.addAll(given);
    return new LoopbackMiniCluster(
        new MiniClusterConfiguration.Builder()
            .setConfiguration(settings)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(slots)
            .setCommonBindAddress(LOOPBACK)
            .build());
  }

  private static ConfigOption<String> reporter(String name) {
    return ConfigOptions.key("metrics.reporter.prometheus." + name).stringType().noDefaultValue();
  }
}
