package io.leat.runtime.flink;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.HTTPServer;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Properties;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/** Flink's own Prometheus reporter, but on loopback alone: the original listens everywhere. */
public final class LoopbackPrometheusReporter extends AbstractPrometheusReporter {
  static final String PORT = "port";

  private @Nullable HTTPServer server;

  @Override
  public void open(MetricConfig config) {
    super.open(config);
    int port = Integer.parseInt(config.getString(PORT, "0"));
    try {
      server =
          new HTTPServer(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port), registry(), true);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.CANNOT_LISTEN,
          "Cannot serve metrics on port %d: %s. Give another with --metrics-port."
              .formatted(port, e.getMessage()),
          e);
    }
  }

  /** The collectors; Flink keeps them to its own package. */
  private CollectorRegistry registry() {
    try {
      Field field = AbstractPrometheusReporter.class.getDeclaredField("registry");
      field.setAccessible(true);
      return (CollectorRegistry) field.get(this);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of Flink keeps its collectors elsewhere", e);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop();
    }
    super.close();
  }

  /** Named in the cluster's settings. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new LoopbackPrometheusReporter();
    }
  }
}
